"""A model that lies in a directory or a file: what is in it, and is it whole?"""

import hashlib
import json
import re
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from outweigh.models.checks import check
from outweigh.models.digests import Digests
from outweigh.records import ModelFormat, UserError

INDEX = "model.safetensors.index.json"
_SINGLE = "model.safetensors"
_PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")
# What a model needs beside its weights, in the directory itself.
BESIDE = (
    "config.json", "generation_config.json", "adapter_config.json", "tokenizer*", "special_tokens_map.json",
    "added_tokens.json", "vocab*", "merges.txt", "*.model", "*.tiktoken", "chat_template*", "*.jinja",
    "preprocessor_config.json", "processor_config.json",
)  # fmt: skip
_TOKENIZERS = ("tokenizer*", "vocab*", "*.model", "*.tiktoken")
_SPLIT = re.compile(r"-\d{5}-of-\d{5}\.gguf$")
_SHOWN = 12  # names in an error


@dataclass(frozen=True)
class Found:
    """A whole model on this disk. `file` is the GGUF file; `weights` are all weight files, `beside` what they need."""

    folder: Path
    format: ModelFormat
    weights: tuple[Path, ...]
    beside: tuple[Path, ...] = ()
    file: Path | None = None


def find(path: Path, *, gguf_file: str | None = None, allow_pickle: bool = False) -> Found:
    """Look at a directory, or at one .gguf or .safetensors file. Raises UserError unless every needed file is whole."""
    if not path.exists():
        raise UserError(f"{path}: no such file or directory; check the path")
    if path.is_dir():
        found = _directory(path, gguf_file, allow_pickle)
    elif path.suffix == ".gguf":
        found = _gguf(path.parent, path.name)
    elif path.suffix == ".safetensors":
        found = _directory(path.parent, None, False)
        if path not in found.weights:
            raise UserError(f"{path}: not what {path.parent} loads ({found.weights[0].name}); give the directory")
    else:
        raise UserError(f"{path}: not a model; expected a directory, a .gguf file or a .safetensors file")
    for weight in found.weights:
        check(weight)
    return found


def content_digest(found: Found, digests: Digests) -> str:
    """SHA-256 that names the content: of the GGUF file itself, or over the names and digests of all files."""
    if found.file is not None:
        return digests.of(found.file)
    total = hashlib.sha256()
    for file in sorted({*found.weights, *found.beside}):
        total.update(f"{file.relative_to(found.folder).as_posix()}\0{digests.of(file)}\n".encode())
    return total.hexdigest()


def choose_gguf(names: list[str], asked: str | None, where: str) -> str:
    """The one GGUF file that is meant. Raises UserError that lists the names when it is not clear, or is a part."""
    ggufs = sorted(name for name in names if name.endswith(".gguf"))
    if asked is not None:
        matching = [name for name in ggufs if asked in (name, Path(name).name)]
        problem = f"holds no GGUF file {asked!r}; choose"
    else:
        matching = [name for name in ggufs if not Path(name).name.startswith("mmproj")]
        problem = "holds several GGUF files; choose one with --gguf-file:"
    if len(matching) != 1:
        raise UserError(f"{where}: {problem} {listing(ggufs)}")
    _refuse_split(matching[0], where)
    return matching[0]


def listing(names: list[str]) -> str:
    """Names for an error line, cut after twelve."""
    shown = ", ".join(names[:_SHOWN]) or "none"
    return shown + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")


def shards(index: Path) -> list[str]:
    """The weight files that an index names."""
    try:
        weight_map = json.loads(index.read_text(encoding="utf-8"))["weight_map"]
        names = sorted({str(name) for name in weight_map.values()})
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise UserError(f"{index}: damaged index of weights ({type(error).__name__}: {error}); get it again") from error
    if any("/" in name or "\\" in name for name in names) or not names:
        raise UserError(f"{index}: names no weight file of its own directory; get it again")
    return names


def is_pickle(name: str) -> bool:
    """Whether the name is that of weights stored as a Python pickle, which can run code when it is read."""
    return any(fnmatch(name, pattern) for pattern in _PICKLES)


def is_beside(name: str) -> bool:
    """Whether a model needs a file of this name beside its weights."""
    return any(fnmatch(name, pattern) for pattern in BESIDE)


def no_weights(where: str, names: list[str], allow_pickle: bool) -> UserError:
    """Why a place with these files in it cannot be loaded."""
    if "adapter_config.json" in names and "config.json" not in names:
        return UserError(f"{where}: an adapter, not a model; merge it into its base model first")
    if any(is_pickle(name) for name in names) and not allow_pickle:
        return UserError(
            f"{where}: its weights are Python pickles, which can run code when they are read; convert them to "
            "safetensors, or pass --allow-pickle if you trust their author"
        )
    return UserError(
        f"{where}: no weights that can be read (model.safetensors or GGUF); it holds {listing(sorted(names))}"
    )


def _refuse_split(name: str, where: str) -> None:
    if _SPLIT.search(name):
        raise UserError(
            f"{where}: {name} is one part of a split GGUF file; join the parts first with "
            "`llama-gguf-split --merge` and give the joined file"
        )


def _gguf(folder: Path, name: str) -> Found:
    file = folder / name
    _refuse_split(name, str(folder))
    return Found(folder, ModelFormat.GGUF, (file,), file=file)


def _directory(folder: Path, gguf_file: str | None, allow_pickle: bool) -> Found:
    names = sorted(entry.name for entry in folder.iterdir() if entry.is_file())
    weights = _weights(folder, names, allow_pickle)
    if gguf_file is not None or (not weights and any(name.endswith(".gguf") for name in names)):
        return _gguf(folder, choose_gguf(names, gguf_file, str(folder)))
    if not weights:
        raise no_weights(str(folder), names, allow_pickle)
    if "config.json" not in names:
        raise UserError(f"{folder}: holds weights but no config.json; get the whole model directory")
    if not any(fnmatch(name, pattern) for name in names for pattern in _TOKENIZERS):
        raise UserError(f"{folder}: holds weights but no tokenizer (tokenizer.json); get the whole model directory")
    beside = tuple(folder / name for name in names if is_beside(name) or name.endswith(".py"))
    kind = ModelFormat.PICKLE if is_pickle(weights[0]) else ModelFormat.SAFETENSORS
    return Found(folder, kind, tuple(folder / name for name in weights), beside)


def _weights(folder: Path, names: list[str], allow_pickle: bool) -> list[str]:
    if INDEX in names:
        expected = shards(folder / INDEX)
        missing = [name for name in expected if name not in names]
        if missing:
            raise UserError(
                f"{folder}: {len(missing)} of {len(expected)} weight files are missing: {listing(missing)}; "
                "get the whole model directory"
            )
        return expected
    if _SINGLE in names:
        return [_SINGLE]
    loose = [name for name in names if name.endswith(".safetensors") and not name.startswith("adapter_")]
    if loose:
        raise UserError(
            f"{folder}: holds {listing(loose)}, but neither {_SINGLE} nor {INDEX}; rename a single file to {_SINGLE}"
        )
    return [name for name in names if is_pickle(name) and name.startswith("pytorch_model")] if allow_pickle else []
