"""Peak memory of a stretch of work: resident bytes of this process, bytes on its device."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from outweigh.metering.nvml import Card
from outweigh.metering.processor import PROC

_RESET = "5"  # what clear_refs takes for "the high-water mark is now"; proc(5)


@dataclass(frozen=True)
class Resident:
    """Resident bytes of a process at one moment; the parts are None where only their sum is known."""

    total: int
    anonymous: int | None = None
    file_backed: int | None = None
    shared: int | None = None


@dataclass(frozen=True)
class PeakMemory:
    """The most that was resident, in bytes.

    `resident_bytes` is the kernel's own high-water mark (or more, where children count), `method` says of what.
    `parts` are what the largest sample was made of: the kernel keeps no mark of its parts, so that they may add up to
    a little less. `own_start_bytes` is what was resident before.
    """

    resident_bytes: int
    own_start_bytes: int
    parts: Resident | None
    method: str


@dataclass(frozen=True)
class DevicePeak:
    """The most that was taken on a device, in bytes.

    `allocated_bytes` is what tensors took and `reserved_bytes` what torch's allocator held for them; `process_bytes`
    is the driver's figure for the whole process at the end, contexts and libraries included. None: not to be had.
    """

    allocated_bytes: int
    reserved_bytes: int | None
    process_bytes: int | None


def resident(pid: int | None = None, *, proc: Path = PROC) -> Resident | None:
    """What a process (this one unless told) has resident now; None when it is gone.

    Since Linux 6.2 the kernel adds these up from counters per core, so that a figure may be some hundred KiB behind.
    """
    folder = proc / ("self" if pid is None else str(pid))
    try:
        fields = _fields(folder / "status")
        return Resident(fields["VmRSS"], fields.get("RssAnon"), fields.get("RssFile"), fields.get("RssShmem"))
    except (OSError, KeyError, ValueError):
        return _resident_elsewhere(pid) if proc == PROC and not (proc / "self").exists() else None


def resident_bytes(pid: int, statm: bytes | None = None) -> int | None:
    """The sum alone, which costs the kernel less to say; `statm` is what `/proc/PID/statm` read, if it was read."""
    try:
        read = statm or (PROC / str(pid) / "statm").read_bytes()
        return int(read.split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError, ValueError):
        found = resident(pid)
        return found.total if found else None


def _resident_elsewhere(pid: int | None) -> Resident | None:
    import psutil

    try:
        return Resident(int(psutil.Process(pid).memory_info().rss))
    except psutil.Error:
        return None


def _fields(path: Path) -> dict[str, int]:
    """The lines of a status file that are given in kB, in bytes."""
    rows = (line.split() for line in path.read_text("utf-8", errors="replace").splitlines())
    return {row[0].rstrip(":"): int(row[1]) * 1024 for row in rows if len(row) == 3 and row[2] == "kB"}


class HighWater:
    """This process's high-water mark of resident memory over a stretch.

    Linux lets a process set its mark back (5 into `/proc/self/clear_refs`), so that an earlier, higher peak does not
    count. Where that is refused the mark is the whole life's, `ru_maxrss`: if it rose meanwhile it is the stretch's
    peak too, and otherwise the stretch stayed below it, which is all that is known; samples then say more. Setting the
    mark back also lowers what a parent's `wait4` and `/usr/bin/time` see at the end: the most since the last time.
    """

    def __init__(self, proc: Path = PROC) -> None:
        self._proc = proc
        self._reset = False
        self._before = 0
        self._start = 0

    def start(self) -> None:
        """From here on."""
        try:
            (self._proc / "self" / "clear_refs").write_text(_RESET)
            self._reset = True
        except OSError:
            self._reset = False
        found = resident(proc=self._proc)
        self._start = found.total if found else 0
        self._before = self._mark() or 0

    def stop(self, largest: Resident | None = None, tree_bytes: int | None = None) -> PeakMemory | None:
        """The peak since the start; None where nothing can be read.

        `largest` is the largest sample of this process, `tree_bytes` that of it and its children together.
        """
        mark = self._mark()
        now = resident(proc=self._proc)
        seen = max((each for each in (largest, now) if each), key=lambda each: each.total, default=None)
        if mark is None and seen is None:
            return None
        peak, method = self._judged(mark, seen)
        if tree_bytes is not None and tree_bytes > peak:
            peak, method = tree_bytes, "sum over this process and its children, sampled; pages that they share twice"
        return PeakMemory(peak, self._start, seen, method)

    def _judged(self, mark: int | None, seen: Resident | None) -> tuple[int, str]:
        sampled = seen.total if seen else 0
        if mark is not None and self._reset:
            return max(mark, sampled), "the kernel's high-water mark, set back at the start (VmHWM)"
        if mark is not None and mark > self._before:
            return max(mark, sampled), "the kernel's high-water mark, which rose meanwhile (ru_maxrss)"
        return sampled, "largest sample: the kernel's high-water mark is an earlier one and cannot be set back"

    def _mark(self) -> int | None:
        try:
            return _fields(self._proc / "self" / "status")["VmHWM"]
        except (OSError, KeyError, ValueError):
            return _life_mark()


def _life_mark() -> int | None:
    try:
        import resource
    except ImportError:  # Windows
        return None
    largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return largest if sys.platform == "darwin" else largest * 1024  # macOS counts bytes, Linux KiB


class DeviceHighWater:
    """The peak of one torch device over a stretch. Paths of cards have not run on one yet."""

    def __init__(self, device: str, cards: tuple[Card, ...] = ()) -> None:
        self._device = device
        self._cards = cards

    def start(self) -> None:
        """From here on; torch's own marks of a cuda device are set back."""
        if self._device.startswith("cuda"):
            import torch

            torch.cuda.reset_peak_memory_stats(self._device)

    def stop(self, sampled: int | None = None) -> DevicePeak | None:
        """The peak since the start; None for a device that shares the machine's memory without an allocator."""
        if self._device.startswith("cuda"):
            import torch

            held = [card.memory_of((os.getpid(),)) for card in self._cards]
            known = [each for each in held if each is not None]
            return DevicePeak(
                int(torch.cuda.max_memory_allocated(self._device)),
                int(torch.cuda.max_memory_reserved(self._device)),
                sum(known) if known else None,
            )
        now = device_bytes(self._device)
        return None if now is None else DevicePeak(max(now, sampled or 0), None, None)


def device_bytes(device: str) -> int | None:
    """Bytes that Metal holds for this process now; None elsewhere: torch keeps the peak of cuda devices itself."""
    if not device.startswith("mps"):
        return None
    import torch

    return int(torch.mps.driver_allocated_memory())
