"""One thread that looks at processor, memory and cards every so often, and knows what it costs itself."""

from __future__ import annotations  # Python 3.11 cannot yet say array[float] as it runs

import os
import threading
import time
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from math import isnan, nan

from outweigh.metering.memory import Resident, device_bytes, resident, resident_bytes
from outweigh.metering.nvml import Card
from outweigh.metering.processor import PROC, KeptOpen, descendants, machine_time, machine_time_of, own_seconds

INTERVAL = 0.1  # seconds
_SLOW = 1.0  # seconds between what is dear to look at: which children there are, what `also` does


@dataclass(frozen=True)
class Samples:
    """What was sampled, one value a moment; nan where it could not be read.

    `seconds` is of `time.perf_counter`. `process_seconds` and `machine_seconds` are processor time so far, of this
    process with its finished children and of all cores; `machine_capacity` is what all cores had in all.
    `gpu_share` (0 to 1) and `gpu_watts` hold one array a card. `cost_seconds` is the sampler's own processor time,
    which is within the process's.
    """

    interval: float
    seconds: array[float]
    process_seconds: array[float]
    machine_seconds: array[float]
    machine_capacity: array[float]
    resident_bytes: array[float]
    gpu_share: tuple[array[float], ...]
    gpu_watts: tuple[array[float], ...]
    largest: Resident | None
    tree_bytes: int | None
    device_bytes: int | None
    cost_seconds: float

    @property
    def cost(self) -> float:
        """The sampler's own processor time over the wall time, in cores."""
        wall = self.seconds[-1] - self.seconds[0]
        return self.cost_seconds / wall if wall > 0 else 0.0

    @property
    def machine_share(self) -> float | None:
        """Share of the machine's processor time, 0 to 1, that was not idle; None where it cannot be read."""
        capacity = self.machine_capacity[-1] - self.machine_capacity[0]
        return (self.machine_seconds[-1] - self.machine_seconds[0]) / capacity if capacity > 0 else None

    def process_cores(self) -> list[float]:
        """Cores that this process used between each two samples."""
        return _rates(self.process_seconds, self.seconds)

    def machine_shares(self) -> list[float]:
        """Share of the machine's processor time that was used between each two samples; nan within one clock tick."""
        return _rates(self.machine_seconds, self.machine_capacity)


def integral(values: array[float], seconds: array[float]) -> float | None:
    """The area under `values`, by trapezoids over the moments at which they could be read; None for fewer than two."""
    known = [(at, value) for at, value in zip(seconds, values, strict=True) if not isnan(value)]
    if len(known) < 2:
        return None
    return sum((right[0] - left[0]) * (left[1] + right[1]) / 2 for left, right in pairwise(known))


def _rates(amounts: array[float], against: array[float]) -> list[float]:
    steps = zip(amounts, amounts[1:], against, against[1:], strict=False)
    return [(after - before) / (end - start) if end > start else nan for before, after, start, end in steps]


class Sampler:
    """Samples from `start` to `stop`, at both moments and every `interval` seconds between.

    `begin` forgets what was sampled so far, and `read` hands out what has been since, while sampling goes on.

    `also` is called about once a second from the sampler's thread. With `children`, the memory of running children is
    added up too; one that starts and ends within a second may be missed. A long call that holds Python's lock delays
    samples, so times are kept with them.
    """

    def __init__(
        self,
        *,
        interval: float = INTERVAL,
        device: str = "cpu",
        cards: tuple[Card, ...] = (),
        children: bool = False,
        also: Callable[[], None] | None = None,
    ) -> None:
        self._interval = interval
        self._device = device
        self._cards = cards
        self._children = children
        self._also = also
        self._rows = tuple(array("d") for _ in range(5))
        self._share = tuple(array("d") for _ in cards)
        self._watts = tuple(array("d") for _ in cards)
        self._largest: Resident | None = None
        self._tree: int | None = None
        self._on_device: int | None = None
        self._young: tuple[int, ...] = ()
        self._slow_at = 0.0
        self._cost = 0.0
        self._lock = threading.Lock()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="outweigh-sampler", daemon=True)

    def start(self) -> None:
        """Take the first sample and go on in a thread."""
        self._stat, self._statm = KeptOpen(PROC / "stat"), KeptOpen(PROC / "self" / "statm")
        self._costing()
        self._thread.start()

    def begin(self) -> None:
        """Forget all samples and take the first anew."""
        with self._lock:
            for row in (*self._rows, *self._share, *self._watts):
                del row[:]
            self._largest = self._tree = self._on_device = None
            self._cost = 0.0
        self._costing()

    def read(self) -> Samples:
        """Take a sample and hand out copies of all."""
        self._costing()
        with self._lock:
            rows = tuple(row[:] for row in self._rows)
            return self._samples(rows, tuple(row[:] for row in self._share), tuple(row[:] for row in self._watts))

    def stop(self) -> Samples:
        """End the thread, take the last sample, and hand all out; again the same if asked again."""
        if not self._end.is_set():
            self._end.set()
            self._thread.join()
            self._costing()
            self._stat.close()
            self._statm.close()
        return self._samples(self._rows, self._share, self._watts)

    def _samples(
        self, rows: tuple[array[float], ...], share: tuple[array[float], ...], watts: tuple[array[float], ...]
    ) -> Samples:
        seconds, process, machine, capacity, held = rows
        return Samples(
            self._interval, seconds, process, machine, capacity, held, share, watts,
            self._largest, self._tree, self._on_device, self._cost,
        )  # fmt: skip

    def _run(self) -> None:
        due = time.perf_counter() + self._interval
        while not self._end.wait(max(0.0, due - time.perf_counter())):
            self._costing()
            due = max(due + self._interval, time.perf_counter())

    def _costing(self) -> None:
        before = time.thread_time()
        with self._lock:
            self._sample()
            self._cost += time.thread_time() - before

    def _sample(self) -> None:
        now = time.perf_counter()
        if now >= self._slow_at:
            self._slow_at = now + _SLOW
            self._young = descendants() if self._children else ()
            if self._also:
                self._also()
        stat = self._stat.read()
        machine = machine_time_of(stat) if stat else machine_time()
        used, capacity = (machine.busy, machine.total) if machine else (nan, nan)
        held = resident_bytes(os.getpid(), self._statm.read())
        values = (now, own_seconds(children=False), used, capacity, nan if held is None else float(held))
        for row, value in zip(self._rows, values, strict=True):
            row.append(value)
        for card, share, watts in zip(self._cards, self._share, self._watts, strict=True):
            for row, reading in ((share, card.busy()), (watts, card.watts())):
                row.append(nan if reading is None else reading)
        self._keep_largest(held)

    def _keep_largest(self, held: int | None) -> None:
        if held is not None and (self._largest is None or held > self._largest.total):
            self._largest = resident(os.getpid()) or self._largest
        if held is not None and self._young:
            self._tree = max(self._tree or 0, held + sum(resident_bytes(pid) or 0 for pid in self._young))
        taken = device_bytes(self._device)
        if taken is not None:
            self._on_device = max(self._on_device or 0, taken)
