"""Processor time: the machine's, this process's with its children, and that of others."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
_NAMED = 5  # other processes worth naming
_NOTABLE = 0.01  # of one core; who took less is not named


@dataclass(frozen=True)
class MachineTime:
    """Processor seconds of a whole machine since it started, over all its cores.

    `busy` leaves out idling, waiting for disks and what the hypervisor gave to others (`steal`, None where the system
    does not count it). Resolution: one clock tick a core, a hundredth of a second on Linux. Inside a container that
    shows the host's `/proc`, these are the host's.
    """

    busy: float
    steal: float | None
    total: float


@dataclass(frozen=True)
class Task:
    """One process: its name (never its arguments), its parent, its start and its processor seconds so far."""

    name: str
    parent: int
    born: float
    seconds: float


class KeptOpen:
    """The start of a file of `/proc`, read again and again without opening it anew, which costs most of a reading."""

    def __init__(self, path: Path, length: int = 512) -> None:
        self._length = length
        try:
            self._file: int | None = os.open(path, os.O_RDONLY)
        except OSError:
            self._file = None

    def read(self) -> bytes | None:
        """What stands there now; None where it cannot be read."""
        try:
            return None if self._file is None else os.pread(self._file, self._length, 0)
        except OSError:
            return None

    def close(self) -> None:
        """Give the file back."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def machine_time(proc: Path = PROC) -> MachineTime | None:
    """What the machine's cores have done so far; None where the system does not say."""
    file = KeptOpen(proc / "stat")
    try:
        read = file.read()
    finally:
        file.close()
    if read is None:
        return _elsewhere() if proc == PROC else None
    return machine_time_of(read)


def machine_time_of(read: bytes) -> MachineTime | None:
    """The same from the first line of `/proc/stat`."""
    try:
        ticks = [int(field) for field in read.split(b"\n", 1)[0].split()[1:9]]
    except ValueError:
        return None
    if len(ticks) < 8 or not any(ticks):  # sandboxes show a file of zeros
        return None
    hertz = os.sysconf("SC_CLK_TCK")
    user, nice, system, idle, wait, irq, softirq, steal = (each / hertz for each in ticks)
    busy = user + nice + system + irq + softirq
    return MachineTime(busy, steal, busy + idle + wait + steal)


def _elsewhere() -> MachineTime | None:
    import psutil

    times = psutil.cpu_times()
    idle = float(times.idle)
    total = float(sum(times[:4])) if hasattr(times, "nice") else float(times.user + times.system + times.idle)
    return MachineTime(total - idle, None, total)


def own_seconds(*, children: bool = True) -> float:
    """Processor seconds, user and system, of this process so far; with its children's, running or gone.

    A child that was not waited for, and was not running at the first call, is not covered.
    """
    try:
        import resource
    except ImportError:  # Windows
        import time

        return time.process_time()
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = used.ru_utime + used.ru_stime
    if children:
        gone = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds += gone.ru_utime + gone.ru_stime + sum(_seconds(each) for each in descendants())
    return seconds


def descendants() -> tuple[int, ...]:
    """The processes that this one started, and theirs, that still run."""
    import psutil

    if not _has_children():
        return ()
    return tuple(each.pid for each in psutil.Process().children(recursive=True))


def _has_children() -> bool:
    """Whether any thread of this process has a child; reading all of `/proc` to learn that there is none is dear."""
    try:
        threads = list((PROC / "self" / "task").iterdir())
        return any((thread / "children").read_text() for thread in threads)
    except OSError:  # not Linux, or a kernel without these files
        return True


def _seconds(pid: int) -> float:
    import psutil

    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.Error:
        return 0.0
    return float(
        times.user + times.system + getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0)
    )


def tasks(proc: Path = PROC) -> dict[int, Task]:
    """Every process that can be seen, by its number."""
    if not (proc / "stat").exists():
        return _tasks_elsewhere() if proc == PROC else {}
    found = {}
    hertz = os.sysconf("SC_CLK_TCK")
    for folder in proc.iterdir():
        if not folder.name.isdigit():
            continue
        try:
            before, _, after = (folder / "stat").read_text("utf-8", errors="replace").rpartition(")")
        except OSError:  # it ended meanwhile, or is not ours to read
            continue
        fields = after.split()
        if len(fields) > 19:
            seconds = (int(fields[11]) + int(fields[12])) / hertz
            found[int(folder.name)] = Task(before.partition("(")[2], int(fields[1]), float(fields[19]), seconds)
    return found


def _tasks_elsewhere() -> dict[int, Task]:
    import psutil

    found = {}
    for each in psutil.process_iter(["name", "ppid", "create_time", "cpu_times"]):
        times = each.info["cpu_times"]
        if times is not None:
            seconds = float(times.user + times.system)
            name, parent = each.info["name"] or "", each.info["ppid"] or 0
            found[each.pid] = Task(name, parent, each.info["create_time"] or 0.0, seconds)
    return found


def busiest(before: Mapping[int, Task], after: Mapping[int, Task], seconds: float) -> tuple[str, ...]:
    """The names of other processes that took over a hundredth of a core in `seconds`, the busiest first, five at most.

    This process and all that it started are left out; processes of one name are added up.
    """
    ours = _family(os.getpid(), (before, after))
    taken: dict[str, float] = {}
    for number, task in after.items():
        if number not in ours:
            earlier = before.get(number)
            known = earlier.seconds if earlier and earlier.born == task.born else 0.0
            name = "".join(letter if letter.isprintable() else "?" for letter in task.name)
            taken[name] = taken.get(name, 0.0) + task.seconds - known
    order = sorted(taken, key=lambda name: (-taken[name], name))
    return tuple(name for name in order if taken[name] > _NOTABLE * seconds)[:_NAMED]


def _family(root: int, seen: Iterable[Mapping[int, Task]]) -> set[int]:
    family = {root}
    for each in seen:
        grown = True
        while grown:
            young = {number for number, task in each.items() if task.parent in family} - family
            family |= young
            grown = bool(young)
    return family
