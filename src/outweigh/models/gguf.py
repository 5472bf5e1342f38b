"""GGUF files for transformers: dequantized once to float32 and kept as safetensors."""

import json
import logging
import os
import shutil
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache, partial
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any

from outweigh.models.checks import check
from outweigh.models.digests import Digests
from outweigh.models.gguf_header import gguf_header
from outweigh.models.sources import Located
from outweigh.models.staging import flush, megabytes, require_space, staging
from outweigh.records import UserError

_RECIPE = "outweigh-conversion.json"
_STARTED_WITH = 1  # raise it when the same GGUF file must be converted anew


def converted(located: Located, cache: Path, progress: Callable[[str], None] | None = None) -> Path:
    """A directory that transformers loads: the model's own, or the cached conversion of its GGUF file.

    Takes about ten seconds for 100 million weights the first time and four bytes of disk for each of them. A conversion
    that another version of transformers or gguf made is made again, so the same versions always give the same numbers.
    """
    if located.file is None:
        return located.folder
    digest = Digests(cache, progress).of(located.file)
    folder = cache / "converted"
    target = folder / digest
    if _is_current(target):
        return target
    needed = 4 * gguf_header(located.file).parameters
    require_space(folder, needed, f"converting {located.card.title}")
    _require_memory(needed, located.card.title)
    with staging(folder, progress) as built:
        if _is_current(target):
            return target
        if progress:
            progress(f"converting {located.card.title} from GGUF ({megabytes(needed)}, once)")
        draft = built / digest
        _convert(located.file, draft)
        (draft / _RECIPE).write_text(json.dumps(_recipe()), encoding="utf-8")
        flush(draft)
        shutil.rmtree(target, ignore_errors=True)
        os.replace(draft, target)
    return target


def _recipe() -> dict[str, object]:
    return {"recipe": _STARTED_WITH, **{name: metadata.version(name) for name in ("transformers", "gguf")}}


def _is_current(target: Path) -> bool:
    """Whether a conversion is there, whole, and made by the versions at hand."""
    try:
        if json.loads((target / _RECIPE).read_text(encoding="utf-8")) != _recipe():
            return False
        for weight in target.glob("*.safetensors"):
            check(weight)
    except (OSError, ValueError, UserError):
        return False
    return True


def _require_memory(needed: int, title: str) -> None:
    import psutil

    free = psutil.virtual_memory().available + psutil.swap_memory().free
    if needed > free:
        raise UserError(
            f"{title}: converting it takes {megabytes(needed)} of memory and {megabytes(free)} are free; "
            "close other programs, or choose a smaller model"
        )


def _convert(file: Path, draft: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    try:
        with _quiet(), _parsed_once():
            tokenizer = AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name, local_files_only=True)
            model = AutoModelForCausalLM.from_pretrained(
                file.parent, gguf_file=file.name, dtype=torch.float32, local_files_only=True
            )
            _forget_gguf(model)
            model.save_pretrained(draft)
            tokenizer.save_pretrained(draft)
    except (ValueError, KeyError, NotImplementedError, AttributeError, ImportError) as error:
        reason = " ".join(str(error).split())[:200]
        raise UserError(
            f"{file.name}: transformers {metadata.version('transformers')} cannot read this GGUF file ({reason}); "
            "use the model's safetensors, or another quantization of it"
        ) from error
    except MemoryError as error:
        raise UserError(f"{file.name}: not enough memory to convert it; choose a smaller model") from error
    # safetensors keeps its files from everyone but their owner, even in a cache that people share.
    for weight in draft.glob("*.safetensors"):
        shutil.copymode(draft / "config.json", weight)


def _forget_gguf(model: Any) -> None:
    """Let the dequantized model be saved: transformers refuses one that it thinks is still quantized."""
    model.hf_quantizer = None
    model.is_quantized = False
    for name in ("quantization_config", "_pre_quantization_dtype"):
        if hasattr(model.config, name):
            delattr(model.config, name)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the progress bars and warnings of transformers off the terminal."""
    from tqdm.auto import tqdm  # type: ignore[import-untyped]
    from transformers import modeling_gguf_pytorch_utils
    from transformers.utils import logging as noise

    level, bars = noise.get_verbosity(), noise.is_progress_bar_enabled()
    noise.set_verbosity(logging.ERROR)
    noise.disable_progress_bar()  # type: ignore[no-untyped-call]
    silent = partial(tqdm, disable=True)
    try:
        with _replaced(modeling_gguf_pytorch_utils, "tqdm", silent), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        noise.set_verbosity(level)
        if bars:
            noise.enable_progress_bar()  # type: ignore[no-untyped-call]


@contextmanager
def _parsed_once() -> Iterator[None]:
    """Let tokenizer, config and weights share one fast parse; transformers does three, 10 s each for Gemma 3."""
    import gguf

    from outweigh.models.gguf_reader import FastReader

    with _replaced(gguf, "GGUFReader", lru_cache(maxsize=1)(FastReader)):
        yield


@contextmanager
def _replaced(module: ModuleType, name: str, value: object) -> Iterator[None]:
    """Let a name of another library stand for something else; the lock on conversions keeps this to one at a time."""
    before = getattr(module, name, None)
    setattr(module, name, value)
    try:
        yield
    finally:
        setattr(module, name, before)
