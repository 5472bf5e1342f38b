"""What a processor probably takes, where nothing counts it: tables, with intervals as wide as their errors."""

import csv
import os
import re
from dataclasses import dataclass
from importlib import metadata
from itertools import pairwise
from pathlib import Path

# Davy (Teads Engineering, 2021, "Building an AWS EC2 carbon emissions dataset"): the share of its TDP that a
# processor takes at a given share of busy time, measured on servers; the Impact Framework of the Green
# Software Foundation takes it too.
_CURVE = ((0.0, 0.12), (0.1, 0.32), (0.5, 0.75), (1.0, 1.02))
# Fischer 2025 (arXiv:2509.22092): estimates of this kind were off by up to 40% against a meter at the plug.
_TDP_ERROR = 0.40
# Cloud Carbon Footprint's averages of SPECpower results for servers, in watts a thread: idle 0.74, busy 3.5 (its mean
# for AWS). Busy less idle goes from 1.22 (EPYC, 2nd generation) to 4.28 (Coffee Lake) without its own two outliers.
_THREAD_IDLE, _THREAD_ACTIVE = 0.74, (1.22, 2.76, 4.28)
_SERVER = re.compile(r"\b(xeon|epyc|graviton|neoverse|ampere)\b", re.IGNORECASE)
_NOISE = re.compile(
    r"\((r|tm)\)|\bcpu\b|@.*$|\bprocessor\b|\b\d+-core\b|\b\d+th gen\b|\bw(ith|/) radeon.*$", re.IGNORECASE
)
_WHY = "of TDP-based estimates against a meter: Fischer 2025, arXiv:2509.22092"


@dataclass(frozen=True)
class Chip:
    """A processor as the estimate needs it.

    `threads` are those that the system shows, `sockets` how many chips they are on; in a virtual machine they are a
    part of one. `watts` is the chip's thermal design power, None where no table has it.
    """

    name: str
    threads: int
    sockets: int = 1
    virtual: bool = False
    watts: float | None = None


@dataclass(frozen=True)
class Guess:
    """Joules above idling that this process's work took, with bounds; the idle watts of the threads at hand."""

    joules: float
    low: float
    high: float
    idle_watts: float
    method: str


def estimate(chip: Chip, seconds: float, own: float, machine_share: float | None) -> Guess | str:
    """What `own` processor seconds within `seconds` took, or why that cannot be said.

    `machine_share` is the share of the machine's processor time that was busy, 0 to 1: a processor takes more for the
    first busy core than for the last, and what it takes above idling is shared out by processor time.
    """
    cores = re.search(r"(\d+)-core", chip.name, re.IGNORECASE)
    if chip.watts and not chip.virtual:
        return _of_whole_chip(chip, chip.watts * chip.sockets, seconds, own, machine_share)
    if chip.watts and cores:
        threads = 2 * int(cores.group(1))  # AMD names its cores; each runs two threads
        idle, full = (chip.watts * share / threads for share in (_CURVE[0][1], _CURVE[-1][1]))
        joules = own * (full - idle)
        method = (
            f"TDP {chip.watts:g} W of {chip.name} (codecarbon's table) over its {threads} threads, "
            f"times processor seconds, above idle; ±{_TDP_ERROR:.0%} {_WHY}"
        )
        return Guess(joules, joules * (1 - _TDP_ERROR), joules * (1 + _TDP_ERROR), idle * chip.threads, method)
    if chip.virtual or _SERVER.search(chip.name):
        low, middle, high = (own * watts for watts in _THREAD_ACTIVE)
        method = (
            f"{_THREAD_ACTIVE[1]} W a busy thread above idle, times processor seconds: the mean of servers "
            f"({_THREAD_ACTIVE[0]} to {_THREAD_ACTIVE[2]} by make; SPECpower, averaged by Cloud Carbon Footprint)"
        )
        return Guess(middle, low, high, _THREAD_IDLE * chip.threads, method)
    return f"no counters, and no power is known for {chip.name or 'this processor'}; {_hint()}"


def _of_whole_chip(chip: Chip, watts: float, seconds: float, own: float, machine_share: float | None) -> Guess | str:
    if machine_share is None:
        return "no counters, and how busy the processor was cannot be read, which the estimate needs"
    share = max(machine_share, own / (seconds * chip.threads)) if seconds > 0 else 0.0
    above = (_curve(share) - _curve(0.0)) * watts * seconds
    joules = above * own / (share * chip.threads * seconds) if share > 0 else 0.0
    method = (
        f"TDP {watts:g} W of {chip.name} (codecarbon's table), the part of it above idle at the share that was busy "
        f"(Davy 2021), by share of processor time; ±{_TDP_ERROR:.0%} {_WHY}"
    )
    low, high = joules * (1 - _TDP_ERROR), joules * (1 + _TDP_ERROR)
    return Guess(joules, low, high, _curve(0.0) * watts, method)


def _curve(share: float) -> float:
    for (left, low), (right, high) in pairwise(_CURVE):
        if share <= right:
            return low + (high - low) * (share - left) / (right - left)
    return _CURVE[-1][1]


def this_chip(name: str, cpuinfo: Path = Path("/proc/cpuinfo")) -> Chip:
    """The processor at hand, by the name that the system gives it."""
    try:
        text = cpuinfo.read_text("utf-8", errors="replace")
    except OSError:
        text = ""
    sockets = len(set(re.findall(r"^physical id\s*:\s*(\d+)", text, re.MULTILINE))) or 1
    virtual = re.search(r"^flags\s*:.*\bhypervisor\b", text, re.MULTILINE) is not None
    return Chip(name, os.cpu_count() or 1, sockets, virtual, design_watts(name, power_file()))


def design_watts(name: str, table: Path | None) -> float | None:
    """The thermal design power of a processor by its whole name; None where the table has not exactly that one."""
    if table is None:
        return None
    with table.open(encoding="utf-8", newline="") as rows:
        named = {row["TDP"] for row in csv.DictReader(rows) if _plain(row["Name"]) == _plain(name)}
    values = {float(each) for each in named if re.fullmatch(r"\d+(\.\d+)?", each)}
    return values.pop() if len(values) == 1 else None


def power_file() -> Path | None:
    """codecarbon's table of processors, if the package is there. It is read, not imported, which takes seconds."""
    try:
        path = Path(str(metadata.distribution("codecarbon").locate_file("codecarbon/data/hardware/cpu_power.csv")))
    except metadata.PackageNotFoundError:
        return None
    return path if path.is_file() else None


def _plain(name: str) -> str:
    return " ".join(_NOISE.sub(" ", name).split()).casefold()


def _hint() -> str:
    if power_file():
        return "codecarbon's table does not have it"
    return "a table of processors comes with: pip install 'outweigh[energy]'"
