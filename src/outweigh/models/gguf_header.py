"""The header of a GGUF file: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md.

`gguf.GGUFReader` turns every word of the vocabulary into an object (13 s for 262,144 of them); this skips them.
"""

import math
import mmap
import struct
from dataclasses import dataclass, field, replace
from pathlib import Path

from outweigh.records import UserError

_MAGIC = b"GGUF"
_VERSIONS = (2, 3)
_STRING, _ARRAY = 8, 9
_SCALARS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}
_SHORT = 64  # longer arrays are vocabularies
_MOST_DIMENSIONS = 8
_LENGTH = struct.Struct("<Q")

Value = str | int | float | bool | list["Value"]


@dataclass(frozen=True)
class GGUFHeader:
    """What the header says. `metadata` leaves out arrays of more than 64 entries; `lengths` says how many they have.

    `elements` counts weights by tensor type; `end` is the number of bytes that the file must have at least.
    """

    metadata: dict[str, Value] = field(default_factory=dict)
    elements: dict[str, int] = field(default_factory=dict)
    end: int = 0
    lengths: dict[str, int] = field(default_factory=dict)

    @property
    def parameters(self) -> int:
        """The number of weights."""
        return sum(self.elements.values())

    def text(self, key: str) -> str | None:
        """A metadata value that is a text and not empty."""
        value = self.metadata.get(key)
        return value if isinstance(value, str) and value else None

    def number(self, key: str) -> int | None:
        """A metadata value that is a whole number."""
        value = self.metadata.get(key)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def texts(self, key: str) -> tuple[str, ...]:
        """A metadata value that is a list of texts, or one text."""
        value = self.metadata.get(key, [])
        return tuple(str(entry) for entry in value) if isinstance(value, list) else (str(value),)


class _Cursor:
    """A place in the file that moves forward. Raises struct.error at the end of the file."""

    def __init__(self, data: mmap.mmap) -> None:
        self.data = data
        self.place = len(_MAGIC)
        self.skipped = 0  # entries of the array that was left out last

    def scalar(self, code: str) -> int | float | bool:
        (value,) = struct.unpack_from(code, self.data, self.place)
        self.place += struct.calcsize(code)
        return value  # type: ignore[no-any-return]

    def count(self, code: str = "<Q") -> int:
        return int(self.scalar(code))

    def text(self) -> str:
        size = self.count()
        raw = self.data[self.place : self.place + size]
        if len(raw) < size:
            raise struct.error("a text goes past the end of the file")
        self.place += size
        return raw.decode("utf-8")

    def value(self, kind: int) -> Value | None:
        """A value of this kind; None for an array that is too long to be kept."""
        if kind == _STRING:
            return self.text()
        if kind != _ARRAY:
            return self.scalar(_SCALARS[kind])
        inner, size = self.count("<I"), self.count()
        if inner == _ARRAY:
            raise ValueError("an array of arrays")
        if size <= _SHORT:
            return [entry for _ in range(size) if (entry := self.value(inner)) is not None]
        self._skip(inner, size)
        return None

    def _skip(self, kind: int, size: int) -> None:
        self.skipped = size
        if kind != _STRING:
            self.place += struct.calcsize(_SCALARS[kind]) * size
            return
        data, place, read = self.data, self.place, _LENGTH.unpack_from
        for _ in range(size):
            place += 8 + read(data, place)[0]
        self.place = place


def gguf_header(path: Path) -> GGUFHeader:
    """Read and check the header. Raises UserError if the file is no GGUF file, damaged or cut short."""
    size = path.stat().st_size
    with open(path, "rb") as handle:
        start = handle.read(24)
        if not start.startswith(_MAGIC):
            raise UserError(f"{path}: not a GGUF file (it starts with {start[:4]!r}); {_advice(start)}")
        if size < 24:
            raise UserError(f"{path}: truncated: {size} bytes, less than the smallest GGUF header; download it again")
        with mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as data:
            try:
                header = _read(_Cursor(data))
            except (struct.error, OverflowError) as error:
                raise UserError(
                    f"{path}: truncated or damaged: the header goes past the end of the file ({size:,} bytes); "
                    "download it again"
                ) from error
            except (ValueError, KeyError) as error:
                raise UserError(f"{path}: damaged GGUF header ({error}); download it again") from error
    if header.end > size:
        raise UserError(
            f"{path}: truncated: its header describes {header.end:,} bytes, the file has {size:,}; download it again"
        )
    return header


def _advice(start: bytes) -> str:
    if start.startswith(b"version https://git-"):
        return "it is a Git LFS pointer: run `git lfs pull` to get the file itself"
    return "download it again"


def _read(cursor: _Cursor) -> GGUFHeader:
    version = cursor.count("<I")
    if version not in _VERSIONS:
        swapped = " (big-endian)" if version & 0xFFFF == 0 else ""
        raise ValueError(f"version {version}{swapped}; versions 2 and 3 are read")
    tensors, pairs = cursor.count(), cursor.count()
    metadata: dict[str, Value] = {}
    lengths: dict[str, int] = {}
    for _ in range(pairs):
        key = cursor.text()
        value = cursor.value(cursor.count("<I"))
        if value is not None:
            metadata[key] = value
        else:
            lengths[key] = cursor.skipped
    return replace(_tensors(cursor, tensors, metadata), lengths=lengths)


def _tensors(cursor: _Cursor, count: int, metadata: dict[str, Value]) -> GGUFHeader:
    from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType

    elements: dict[str, int] = {}
    end = 0
    for _ in range(count):
        cursor.text()
        dimensions = cursor.count("<I")
        if dimensions > _MOST_DIMENSIONS:
            raise ValueError(f"a tensor of {dimensions} dimensions")
        weights = math.prod(cursor.count() for _ in range(dimensions))
        kind = GGMLQuantizationType(cursor.count("<I"))
        block, width = GGML_QUANT_SIZES[kind]
        end = max(end, cursor.count() + weights // block * width)
        elements[kind.name] = elements.get(kind.name, 0) + weights
    alignment = metadata.get("general.alignment", 32)
    if not isinstance(alignment, int) or alignment < 1:
        raise ValueError(f"alignment {alignment!r}")
    start = -(-cursor.place // alignment) * alignment
    return GGUFHeader(metadata, elements, start + end if count else cursor.place)
