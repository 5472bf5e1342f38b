"""Is a weight file whole? Only headers are read, so the answer takes milliseconds, whatever the file's size.

Not covered: damage inside the weights themselves; that is what digests are for.
"""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from outweigh.models.gguf_header import gguf_header
from outweigh.records import UserError

_LONGEST_HEADER = 100_000_000  # bytes, the format's own limit
BITS = {
    "F64": 64, "I64": 64, "U64": 64, "C64": 64, "F32": 32, "I32": 32, "U32": 32, "F16": 16, "BF16": 16, "I16": 16,
    "U16": 16, "F8_E4M3": 8, "F8_E5M2": 8, "F8_E8M0": 8, "I8": 8, "U8": 8, "BOOL": 8,
}  # fmt: skip


@dataclass(frozen=True)
class SafetensorsHeader:
    """What the header of one safetensors file says: numbers of weights by number type."""

    elements: dict[str, int]

    @property
    def parameters(self) -> int:
        """The number of weights."""
        return sum(self.elements.values())


def check(path: Path) -> None:
    """Raise UserError if a safetensors or GGUF file is damaged or cut short. Other files pass."""
    if path.suffix == ".gguf":
        gguf_header(path)
    elif path.suffix == ".safetensors":
        safetensors_header(path)


def safetensors_header(path: Path) -> SafetensorsHeader:
    """Read and check the header: https://github.com/huggingface/safetensors#format."""
    size = path.stat().st_size
    with open(path, "rb") as handle:
        start = handle.read(8)
        if start == b"version ":
            raise UserError(f"{path}: a Git LFS pointer, not the weights: run `git lfs pull` to get the file itself")
        length = int.from_bytes(start, "little")
        if size < 8 or size < 8 + length <= 8 + _LONGEST_HEADER:
            needed = 8 + length if size >= 8 else 8
            raise UserError(
                f"{path}: truncated: its header alone takes {needed:,} bytes, the file has {size:,}; download it again"
            )
        if length > _LONGEST_HEADER:
            raise UserError(f"{path}: not a safetensors file (it starts with {start[:8]!r}); download it again")
        text = handle.read(length)
    try:
        elements, end = _tensors(json.loads(text))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise UserError(f"{path}: damaged safetensors header ({_line(error)}); download it again") from error
    if 8 + length + end != size:
        problem = "truncated" if size < 8 + length + end else "damaged"
        described = f"its header describes {8 + length + end:,} bytes, the file has {size:,}"
        raise UserError(f"{path}: {problem}: {described}; download it again")
    return SafetensorsHeader(elements)


def _tensors(entries: dict[str, Any]) -> tuple[dict[str, int], int]:
    elements: dict[str, int] = {}
    end = 0
    for name, entry in entries.items():
        if name == "__metadata__":
            continue
        first, last = entry["data_offsets"]
        count = math.prod(entry["shape"])
        bits = BITS.get(entry["dtype"])
        if not 0 <= first <= last or (bits is not None and last - first != count * bits // 8):
            raise ValueError(f"tensor {name[:60]!r} of shape {entry['shape']} has offsets {first}–{last}")
        elements[str(entry["dtype"])] = elements.get(str(entry["dtype"]), 0) + count
        end = max(end, last)
    return elements, end


def _line(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".replace("\n", " ")[:120]
