"""What makers state of accelerators: the most arithmetic, memory traffic, memory and power, with source and date.

Arithmetic is dense 16-bit floating point with tensor cores (sparsity would double it), in operations a second.
"""

from dataclasses import dataclass
from datetime import date

from outweigh.records import UserError


@dataclass(frozen=True)
class Datasheet:
    """One device. `watts` is the board's power limit."""

    name: str
    operations_per_second: float
    bytes_per_second: float
    memory_bytes: float
    watts: float
    source: str
    read_on: date


_READ = date(2026, 11, 28)
_NVIDIA = "NVIDIA"


def _sheet(
    name: str, teraflops: float, gigabytes_per_second: float, sizes: tuple[int, float], source: str
) -> Datasheet:
    gigabytes, watts = sizes
    return Datasheet(name, teraflops * 1e12, gigabytes_per_second * 1e9, gigabytes * 1e9, watts, source, _READ)


DATASHEETS = (
    _sheet("h200-sxm", 989.5, 4800, (141, 700), f"{_NVIDIA} H200 datasheet (2024)"),
    _sheet("h100-sxm", 989.5, 3350, (80, 700), f"{_NVIDIA} H100 datasheet (2023)"),
    _sheet("h100-pcie", 756.5, 2000, (80, 350), f"{_NVIDIA} H100 datasheet (2023)"),
    _sheet("a100-sxm-80gb", 312, 2039, (80, 400), f"{_NVIDIA} A100 datasheet (2021)"),
    _sheet("a100-pcie-40gb", 312, 1555, (40, 250), f"{_NVIDIA} A100 datasheet (2021)"),
    _sheet("l40s", 362.05, 864, (48, 350), f"{_NVIDIA} L40S datasheet (2023)"),
    _sheet("l4", 121, 300, (24, 72), f"{_NVIDIA} L4 datasheet (2023)"),
    _sheet("a10", 125, 600, (24, 150), f"{_NVIDIA} A10 datasheet (2021)"),
    _sheet("t4", 65, 320, (16, 70), f"{_NVIDIA} T4 datasheet (2019)"),
    _sheet("mi300x", 1307.4, 5300, (192, 750), "AMD Instinct MI300X data sheet (2023)"),
)


def datasheet(name: str) -> Datasheet:
    """The device of that name. UserError for one that is not in the table."""
    wanted = name.strip().lower()
    for each in DATASHEETS:
        if each.name == wanted:
            return each
    known = ", ".join(each.name for each in DATASHEETS)
    raise UserError(f"no datasheet of {name!r} is known: take one of {known}")
