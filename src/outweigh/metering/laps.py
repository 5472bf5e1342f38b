"""What the parts of a longer work took, with nothing of what happens between them."""

import time
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Self

from outweigh.metering.energy import EnergyMeter
from outweigh.metering.machine import machine
from outweigh.metering.memory import DeviceHighWater, HighWater
from outweigh.metering.meter import synchronise, under_way
from outweigh.metering.nvml import cards
from outweigh.metering.power_table import Chip, this_chip
from outweigh.metering.processor import own_seconds
from outweigh.metering.rapl import POWERCAP
from outweigh.metering.sampling import Sampler
from outweigh.records import Lap

_ELSEWHERE = "the server's machine is not measured from here"
_CROWDED = "other models of the run were in this process's memory too"


class Laps:
    """Measures from `begin` to `end`, as often as wanted, in a `with` that ends its thread.

    `device` is as in `Meter`; None is a server's machine, of which seconds alone are known. A process that is not
    `alone` with its model, but holds others too, has no peak of memory to tell. Processor time of children does not
    count. Counters and memory are read outside of a lap's seconds; a thread samples ten times a second, from the first
    lap on.
    """

    def __init__(self, device: str | None, *, alone: bool = True, powercap: Path = POWERCAP) -> None:
        self._device = device
        self._alone = alone
        self._powercap = powercap
        self._gauges: _Gauges | None = None
        self._running = False
        self._started = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._release()
        if self._gauges:
            self._gauges.close()
            self._gauges = None

    def begin(self) -> None:
        """A lap starts now; one that has not ended counts nowhere."""
        if self._device is not None:
            if not self._running and not under_way.acquire(blocking=False):
                raise RuntimeError("another meter is measuring in this process; meters cannot be nested")
            self._running = True
            if self._gauges is None:
                self._gauges = _Gauges(self._device, self._powercap)
            self._gauges.begin()
        self._started = time.perf_counter()

    @property
    def seconds(self) -> float:
        """How long the lap has taken so far."""
        return time.perf_counter() - self._started

    def end(self, answers: int) -> Lap:
        """What the lap took, in which so many answers came."""
        if self._gauges is None or self._device is None:
            missing = ("peak_memory_bytes", "peak_device_bytes", "energy_joules")
            return Lap(seconds=self.seconds, answers=answers, unmeasured=dict.fromkeys(missing, _ELSEWHERE))
        synchronise(self._device)
        seconds = self.seconds
        lap = self._gauges.lap(seconds, answers)
        self._release()
        if self._alone:
            return lap
        return lap.but(peak_memory_bytes=None, unmeasured=lap.unmeasured | {"peak_memory_bytes": _CROWDED})

    def _release(self) -> None:
        if self._running:
            self._running = False
            under_way.release()


class _Gauges:
    """The readings behind the laps of one device."""

    def __init__(self, device: str, powercap: Path) -> None:
        found, self._no_card = cards(device)
        self._device = device
        self._energy = EnergyMeter(_chip(), device=device, cards=found, powercap=powercap)
        self._sampler = Sampler(device=device, cards=found, also=self._energy.advance)
        self._memory, self._on_device = HighWater(), DeviceHighWater(device, found)
        self._energy.start()
        self._sampler.start()

    def begin(self) -> None:
        synchronise(self._device)
        self._memory.start()
        self._on_device.start()
        self._sampler.begin()
        self._energy.start()
        self._own = own_seconds(children=False)

    def lap(self, seconds: float, answers: int) -> Lap:
        own = own_seconds(children=False) - self._own
        self._energy.halt()
        samples = self._sampler.read()
        energy = self._energy.stop(seconds, own, samples)
        memory = self._memory.stop(samples.largest)
        device = self._on_device.stop(samples.device_bytes)
        held = (device.reserved_bytes or device.allocated_bytes) if device else None
        no_device = "the model runs on the processor" if self._device == "cpu" else "this device says nothing of it"
        no_energy = "; ".join(each for each in (self._energy.reason, self._no_card) if each)
        reasons = {
            "energy_joules": None if energy else no_energy,
            "peak_memory_bytes": None if memory else "this system says nothing of it",
            "peak_device_bytes": no_device if held is None else None,
        }
        return Lap(
            seconds=seconds,
            answers=answers,
            peak_memory_bytes=memory.resident_bytes if memory else None,
            peak_device_bytes=held,
            energy=energy,
            unmeasured={name: why for name, why in reasons.items() if why},
        )

    def close(self) -> None:
        self._sampler.stop()


@cache
def _chip() -> Chip:
    return this_chip(machine().cpu)
