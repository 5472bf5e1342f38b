"""What is known of a model without asking it anything, read from its own files."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from outweigh.models.checks import safetensors_header
from outweigh.models.gguf_header import GGUFHeader
from outweigh.models.paths import Found
from outweigh.records import ModelCard, ModelFormat, UserError

_QUANTIZATION = re.compile(r"[-._](?:UD-|i1-)?(?:I?Q\d\w*|TQ\d_\d|MXFP4\w*|BF16|F16|FP16|F32)$", re.IGNORECASE)
_SIZE = re.compile(r"(?<![A-Za-z0-9])(\d+(?:\.\d+)?)([mb])(?![A-Za-z0-9])")
_CONTEXTS = ("max_position_embeddings", "n_positions", "n_ctx", "max_sequence_length", "seq_length")
_PACKED = {"I8", "U8", "I32", "U32", "I64", "U64"}  # several weights in one number: they cannot be counted

Front = Mapping[str, Any]


def front_matter(folder: Path) -> Front:
    """The YAML block at the top of the first README that has one, as the Hub writes it; empty if there is none."""
    import yaml  # type: ignore[import-untyped]

    for readme in sorted(folder.glob("README*.md")):
        text = readme.read_text(encoding="utf-8", errors="replace")
        block = re.match(r"\ufeff?---\s*\n(.*?)\n---\s*(\n|$)", text, re.DOTALL)
        if block is None:
            continue
        try:
            parsed = yaml.safe_load(block.group(1))
        except yaml.YAMLError:
            continue  # a card that a person mistyped must not stop an evaluation
        if isinstance(parsed, dict):
            return parsed
    return {}


def from_folder(found: Found, title: str, front: Front) -> tuple[ModelCard, str | None]:
    """The card of a directory with a config.json, and the name of its quantization if it has one."""
    config = read_json(found.folder / "config.json")
    nested = config.get("text_config")
    text = nested if isinstance(nested, dict) else {}
    counted: dict[str, int] = {}
    for weight in found.weights if found.format is ModelFormat.SAFETENSORS else ():
        for kind, count in safetensors_header(weight).elements.items():
            counted[kind] = counted.get(kind, 0) + count
    packed = "quantization_config" in config and bool(_PACKED & counted.keys())
    family = str(config.get("model_type") or next(iter(config.get("architectures") or []), ""))
    lengths = [value for source in (config, text) for key in _CONTEXTS if isinstance(value := source.get(key), int)]
    card = ModelCard(
        title=title,
        parameters=None if packed or not counted else sum(counted.values()),
        architecture=family.removesuffix("_text") or None,
        context_length=next(iter(lengths), None),
        license=_license(front),
        languages=_texts(front.get("language")),
        parent=next(iter(_texts(front.get("base_model"))), None),
        tags=_texts(front.get("tags")),
        bytes_on_disk=sum(weight.stat().st_size for weight in found.weights),
        has_chat_template=_has_template(found.folder),
    )
    return card, _quantization(config)


def from_gguf(header: GGUFHeader, file: Path, front: Front) -> tuple[ModelCard, str | None]:
    """The card of a GGUF file, and the name of its quantization, such as Q4_K_M."""
    architecture = header.text("general.architecture")
    parent = next(iter(_texts(front.get("base_model"))), None)
    if parent is None and (url := header.text("general.base_model.0.repo_url")):
        parent = url.removeprefix("https://huggingface.co/")
    card = ModelCard(
        title=gguf_title(file.stem, header.text("general.name")),
        parameters=header.parameters or None,
        architecture=architecture,
        context_length=header.number(f"{architecture}.context_length"),
        license=header.text("general.license") or _license(front),
        languages=header.texts("general.languages") or _texts(front.get("language")),
        parent=parent,
        tags=header.texts("general.tags") or _texts(front.get("tags")),
        bytes_on_disk=file.stat().st_size,
        has_chat_template=header.text("tokenizer.chat_template") is not None,
    )
    return card, _gguf_quantization(header)


def gguf_title(stem: str, name: str | None) -> str:
    """A title for people: the file's name without its quantization, spelled as the file's own name field spells it.

    The field alone will not do: that of SmolLM2-135M-Instruct says "Smollm2 135M 8k Lc100K Mix1 Ep2".
    """
    title = _QUANTIZATION.sub("", stem)
    if name and title == title.lower() and _plain(title) == _plain(name):
        title = "-".join(name.split())
    return _SIZE.sub(lambda size: size.group(1) + size.group(2).upper(), title)


def folder_title(folder: Path) -> str:
    """A title for a directory: its name, or the repository's name for a commit in the Hub's cache."""
    if folder.parent.name == "snapshots" and folder.parent.parent.name.startswith("models--"):
        return folder.parent.parent.name.rsplit("--", maxsplit=1)[-1]
    return folder.name


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object. Raises UserError if the file holds anything else."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: not readable as JSON ({error}); get it again") from error
    if not isinstance(value, dict):
        raise UserError(f"{path}: expected a JSON object; get it again")
    return value


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _license(front: Front) -> str | None:
    found = _texts(front.get("license"))
    named = front.get("license_name")
    return str(named) if found == ("other",) and named else next(iter(found), None)


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(str(entry) for entry in value)
    return (str(value),) if value else ()


def _has_template(folder: Path) -> bool:
    if any(folder.glob("chat_template*")):
        return True
    settings = folder / "tokenizer_config.json"
    return settings.is_file() and bool(read_json(settings).get("chat_template"))


def _quantization(config: dict[str, Any]) -> str | None:
    settings = config.get("quantization_config")
    if not isinstance(settings, dict):
        return None
    bits = settings.get("bits") or (4 if settings.get("load_in_4bit") else 8 if settings.get("load_in_8bit") else None)
    return str(settings.get("quant_method", "quantized")) + (f"-{bits}bit" if bits else "")


def _gguf_quantization(header: GGUFHeader) -> str | None:
    from gguf.constants import LlamaFileType

    number = header.number("general.file_type")
    if number is not None and number in {kind.value for kind in LlamaFileType}:
        return LlamaFileType(number).name.removeprefix("MOSTLY_").removeprefix("ALL_")
    return max(header.elements, key=lambda kind: header.elements[kind], default=None)
