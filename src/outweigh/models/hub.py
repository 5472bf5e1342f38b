"""Models on the Hugging Face Hub, or on any server that HF_ENDPOINT names and that speaks its protocol.

huggingface_hub does the work, so HF_ENDPOINT, HF_TOKEN, HF_HOME, HF_HUB_CACHE and HF_HUB_OFFLINE keep their meaning.
"""

import glob
import hashlib
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from json import JSONDecodeError
from pathlib import Path
from typing import Any

from outweigh.models.digests import Digests
from outweigh.models.hub_errors import explained, failures, is_unreachable
from outweigh.models.paths import INDEX, choose_gguf, find, is_beside, is_pickle, no_weights, shards
from outweigh.models.staging import Progress, megabytes, require_space, writable
from outweigh.records import ModelSpec, UserError


@dataclass(frozen=True)
class Wish:
    """What is asked of the Hub."""

    spec: ModelSpec
    gguf_file: str | None = None
    allow_pickle: bool = False
    offline: bool = False

    @property
    def repository(self) -> str:
        """org/name."""
        return "/".join(self.spec.name.split("/")[:2])

    @property
    def file(self) -> str | None:
        """The GGUF file that the name or the option asks for."""
        return "/".join(self.spec.name.split("/")[2:]) or self.gguf_file

    @property
    def revision(self) -> str:
        """Branch, tag or commit."""
        return self.spec.revision or "main"


@dataclass(frozen=True)
class Remote:
    """What the Hub says of a file: its bytes, and its SHA-256 (large files) or git blob id (small ones)."""

    size: int = 0
    sha256: str | None = None
    blob: str | None = None


@dataclass(frozen=True)
class Snapshot:
    """A commit on this disk. `name` names the file too where the repository holds several GGUF files."""

    folder: Path
    commit: str
    name: str
    file: str | None = None


def fetch(wish: Wish, digests: Digests, progress: Progress | None = None) -> Snapshot:
    """The files that the model needs, at one commit; what the Hub's cache already has is not asked for again.

    Without a network an earlier download is used, and its commit named. Every downloaded file is compared with the
    digest that the Hub states.
    """
    from huggingface_hub import constants

    with _quiet(), writable(Path(constants.HF_HUB_CACHE)):
        if wish.offline or constants.HF_HUB_OFFLINE:
            return _cached(wish)
        try:
            return _download(wish, *_listing(wish), digests, progress)
        except failures() as error:
            if is_unreachable(error):
                return _last_seen(wish, error, progress)
            if isinstance(error, OSError) and error.errno is not None:
                raise  # the disk's own error, not the Hub's
            raise explained(wish.repository, wish.revision, error) from error


def _listing(wish: Wish) -> tuple[str, dict[str, Remote]]:
    """The commit that the revision stands for, and its files."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import FileMetadataError

    try:
        info = HfApi().model_info(wish.repository, revision=wish.revision, files_metadata=True)
    except (JSONDecodeError, KeyError, TypeError) as error:
        raise FileMetadataError(f"{type(error).__name__} in its answer") from error
    return str(info.sha), {file.rfilename: _remote(file) for file in info.siblings or []}


def _remote(file: Any) -> Remote:
    return Remote(file.size or 0, file.lfs.sha256 if file.lfs else None, None if file.lfs else file.blob_id)


def _download(
    wish: Wish, commit: str, files: Mapping[str, Remote], digests: Digests, progress: Progress | None
) -> Snapshot:
    from huggingface_hub import constants, try_to_load_from_cache

    file, wanted = _wanted(wish, commit, sorted(files))
    absent = [
        name for name in wanted if not isinstance(try_to_load_from_cache(wish.repository, name, revision=commit), str)
    ]
    missing = sum(files[name].size for name in absent)
    if absent:
        require_space(Path(constants.HF_HUB_CACHE), missing, f"downloading {wish.repository}")
        if progress:
            progress(f"downloading {wish.repository}: {len(absent)} files, {megabytes(missing)}")
    folder = _pull(wish, wish.revision, wanted, missing, progress)
    if folder.name != commit:
        raise UserError(f"{wish.repository}: its {wish.revision} moved on while it was downloaded; run this again")
    for name in wanted:
        _verify(wish, folder / name, files[name], digests)
    return _snapshot(wish, folder, list(files), file)


def _pull(wish: Wish, revision: str, names: list[str], total: int = 0, progress: Progress | None = None) -> Path:
    """Download these files, as far as they are not in the cache, and give the directory of the commit."""
    from huggingface_hub import snapshot_download

    from outweigh.models.hub_meter import meter

    patterns = [glob.escape(name) for name in names]
    bars = meter(wish.repository, total, progress)
    return Path(snapshot_download(wish.repository, revision=revision, allow_patterns=patterns, tqdm_class=bars))


def _wanted(wish: Wish, commit: str, names: list[str]) -> tuple[str | None, list[str]]:
    """The GGUF file, if that is what is wanted, and every file to download. Only the root's files make a model."""
    root = [name for name in names if "/" not in name]
    readme = [name for name in root if name == "README.md"]
    file = _gguf(wish, names)
    if file is not None:
        return file, [file, *readme]
    if INDEX in root:
        weights = [INDEX, *shards(_pull(wish, commit, [INDEX]) / INDEX)]
    elif "model.safetensors" in root:
        weights = ["model.safetensors"]
    else:
        weights = [name for name in root if wish.allow_pickle and name.startswith("pytorch_model")]
        if not any(is_pickle(name) for name in weights):
            raise no_weights(wish.repository, names, wish.allow_pickle)
    beside = [name for name in root if is_beside(name) or (wish.spec.remote_code and name.endswith(".py"))]
    return None, sorted({*weights, *beside, *readme} & set(names))


def _gguf(wish: Wish, names: list[str]) -> str | None:
    holds_safetensors = any("/" not in name and name.endswith(".safetensors") for name in names)
    if wish.file is None and (holds_safetensors or not any(name.endswith(".gguf") for name in names)):
        return None
    return choose_gguf(names, wish.file, wish.repository)


def _snapshot(wish: Wish, folder: Path, names: list[str], file: str | None) -> Snapshot:
    several = sum(name.endswith(".gguf") for name in names) > 1
    name = f"{wish.repository}/{file}" if file and (several or wish.spec.name != wish.repository) else wish.repository
    return Snapshot(folder, folder.name, name, file)


def _verify(wish: Wish, path: Path, remote: Remote, digests: Digests) -> None:
    """Compare with what the Hub states; a file that differs is removed, so that the next attempt asks for it again."""
    expected, got = remote.sha256, None
    if expected is not None:
        got = digests.of(path)
    elif remote.blob is not None:
        content = path.read_bytes()
        expected, got = remote.blob, hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
    if got != expected:
        path.resolve().unlink()
        path.unlink(missing_ok=True)
        raise UserError(
            f"{wish.repository}: {path.name} arrived damaged: expected digest {expected}, got {got}; "
            "it was removed, so run this again"
        )


def _cached(wish: Wish) -> Snapshot:
    """An earlier download, without asking anyone."""
    from huggingface_hub import constants, snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        folder = Path(
            snapshot_download(wish.repository, revision=wish.revision, local_files_only=True, allow_patterns=[])
        )
    except LocalEntryNotFoundError as error:
        raise UserError(
            f"{wish.repository}: not in the Hub cache at {constants.HF_HUB_CACHE} (revision {wish.revision}), and this "
            "is offline; go online once, or give a local directory (./folder) or an installed package (package:NAME)"
        ) from error
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    file = _gguf(wish, names)
    try:
        find(folder / file if file else folder, allow_pickle=wish.allow_pickle)
    except UserError as error:
        problem = "the copy in the Hub cache is incomplete; go online once"
        raise UserError(f"{wish.repository}: {problem} ({error})") from error
    return _snapshot(wish, folder, names, file)


def _last_seen(wish: Wish, error: Exception, progress: Progress | None) -> Snapshot:
    try:
        snapshot = _cached(wish)
    except UserError:
        raise explained(wish.repository, wish.revision, error) from error
    if progress:
        progress(f"the Hub cannot be reached: using {wish.repository} as downloaded before, commit {snapshot.commit}")
    return snapshot


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the warnings of huggingface_hub off the terminal: what matters comes back as an error."""
    from huggingface_hub.utils import logging as hub_logging

    level = hub_logging.get_verbosity()
    hub_logging.set_verbosity(logging.ERROR)
    try:
        yield
    finally:
        hub_logging.set_verbosity(level)
