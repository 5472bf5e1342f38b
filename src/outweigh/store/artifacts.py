"""Where large things are kept: a directory, or any object store that fsspec speaks to."""

import errno
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from outweigh.records import UserError
from outweigh.store.home import home

_HINTS = {
    errno.ENOSPC: "free some space, or set OUTWEIGH_ARTIFACTS to a place that has it",
    errno.EDQUOT: "free some space, or set OUTWEIGH_ARTIFACTS to a place that has it",
    errno.EACCES: "check who owns it, or set OUTWEIGH_ARTIFACTS to a place that can be written",
    errno.EPERM: "check who owns it, or set OUTWEIGH_ARTIFACTS to a place that can be written",
    errno.EROFS: "set OUTWEIGH_ARTIFACTS to a place that can be written",
}


class Artifacts:
    """Bytes by key under a root: a path, or a URL such as memory://x or s3://bucket/folder.

    Keys are relative, with "/" between their parts. A local write is whole or absent, even after a power loss;
    elsewhere it is as good as the store's own put. An OSError becomes a UserError; what else a cloud driver raises
    stays as it is.
    """

    def __init__(self, root: str) -> None:
        from fsspec.core import url_to_fs
        from fsspec.implementations.local import LocalFileSystem

        try:
            self._fs, path = url_to_fs(os.path.expanduser(root))
        except (ImportError, ValueError) as error:
            raise UserError(
                f"artifacts cannot be kept at {root}: {error}; set OUTWEIGH_ARTIFACTS to a directory or a URL"
            ) from error
        self._root = str(path).rstrip("/")
        self._made: set[str] = set()
        self.local = Path(self._root or "/") if isinstance(self._fs, LocalFileSystem) else None
        """The root directory, None on other stores."""

    @classmethod
    def default(cls) -> "Artifacts":
        """OUTWEIGH_ARTIFACTS, else artifacts/ under the home."""
        return cls(os.environ.get("OUTWEIGH_ARTIFACTS", "").strip() or str(home() / "artifacts"))

    def write_bytes(self, key: str, data: bytes) -> None:
        """Durable on return if the root is local; replaces what was there."""
        path = self._path(key)
        with _explained("written", path):
            if self.local is not None:
                _write_whole(Path(path), data)
            else:
                self._make_once(path.rsplit("/", 1)[0])
                self._fs.pipe_file(path, data)

    def read_bytes(self, key: str) -> bytes:
        """All of it; a UserError with the code "not_found" if there is nothing."""
        path = self._path(key)
        with _explained("read", path):
            return bytes(self._fs.cat_file(path))

    def exists(self, key: str) -> bool:
        """Whether the key, or any key under it, is there."""
        path = self._path(key)
        with _explained("read", path):
            self._fs.invalidate_cache()  # another process may have written since
            return bool(self._fs.exists(path))

    def list(self, prefix: str = "") -> tuple[str, ...]:
        """Every key under a folder, sorted; `prefix` is a whole folder (or key), never part of a name."""
        path = self._path(prefix)
        with _explained("listed", path):
            found = self._find(path) if self.local is None else _files(path)
            return tuple(sorted(name[len(self._root) + 1 :] for name in found if not _is_leftover(name)))

    def delete(self, prefix: str) -> None:
        """Remove a key, or a folder with all that is in it; nothing there is fine."""
        path = self._path(prefix)
        if path == self._root:
            raise UserError(f"all artifacts in {self._root} would be deleted: name a folder or a key")
        with _explained("deleted", path):
            if self.local is not None and os.path.isdir(path):
                shutil.rmtree(path)
            elif self.exists(prefix):
                self._fs.rm(path, recursive=True)

    def sweep(self, prefix: str) -> None:
        """Remove what killed writers left half-written in a local folder; call it only while nobody writes there."""
        folder = Path(self._path(prefix))
        if self.local is None or not folder.is_dir():
            return
        with _explained("deleted", str(folder)):
            for path in folder.iterdir():
                if _is_leftover(path.name):
                    path.unlink(missing_ok=True)

    def _find(self, path: str) -> Iterator[str]:
        self._fs.invalidate_cache()
        return (str(name) for name in self._fs.find(path))

    def _make_once(self, folder: str) -> None:
        if folder not in self._made:  # a folder is free on an object store, but asking for it is not
            self._fs.makedirs(folder, exist_ok=True)
            self._made.add(folder)

    def _path(self, key: str) -> str:
        parts = key.split("/") if key else []
        if any(part in ("", ".", "..") or "\\" in part or "\0" in part for part in parts):
            raise UserError(f"{key!r} is no artifact key: write names with one / between them")
        return "/".join((self._root, *parts))


def _is_leftover(path: str) -> bool:
    name = path.rsplit("/", 1)[-1]
    return name.startswith(".") and name.endswith(".tmp")


def _files(path: str) -> Iterator[str]:
    """As fsspec's `find`, which would take a folder that may not be read for an empty one."""
    if os.path.isfile(path):
        yield path
    elif os.path.isdir(path):
        for folder, _, names in os.walk(path, onerror=_refuse):
            yield from (f"{Path(folder).as_posix()}/{name}" for name in names)


def _refuse(error: OSError) -> None:
    raise error


def _write_whole(path: Path, data: bytes) -> None:
    _make(path.parent)
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.tmp")
    try:
        with open(temporary, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    _sync(path.parent)


def _make(directory: Path) -> None:
    if directory.is_dir():
        return
    _make(directory.parent)
    directory.mkdir(exist_ok=True)
    _sync(directory.parent)


def _sync(directory: Path) -> None:
    """A new name is only durable once its directory is."""
    if os.name == "nt":  # Windows opens no directories and needs no such step
        return
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _explained(verb: str, path: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise UserError(f"there is no artifact {path}", code="not_found") from error
    except OSError as error:
        reason = (error.strerror or str(error) or type(error).__name__).splitlines()[0]
        hint = _HINTS.get(error.errno or 0, "see whether OUTWEIGH_ARTIFACTS names the right place")
        raise UserError(f"{path} cannot be {verb} ({reason}): {hint}", code="artifacts") from error
