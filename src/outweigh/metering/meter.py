"""One meter for a stretch of work: seconds, processor time, memory, energy, and what the machine was doing."""

import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from math import isnan
from statistics import fmean
from types import TracebackType
from typing import Self

from outweigh.metering.conditions import Watcher
from outweigh.metering.energy import EnergyMeter, Idle
from outweigh.metering.machine import machine
from outweigh.metering.memory import DeviceHighWater, DevicePeak, HighWater, PeakMemory
from outweigh.metering.nvml import cards
from outweigh.metering.power_table import this_chip
from outweigh.metering.processor import own_seconds
from outweigh.metering.sampling import INTERVAL, Sampler, Samples
from outweigh.records import Conditions, Energy, UserError

under_way = threading.Lock()  # high-water marks belong to the process: two meters would set back each other's


@dataclass(frozen=True)
class Stretch:
    """What a stretch of work took.

    `cpu_seconds` are user and system time of this process and its children, the meter's own thread included
    (`samples.cost_seconds`); `cpu_utilisation` is their ratio to `wall_seconds`, 0 to cores. `gpu_utilisation` is 0 to
    1. None is "not measured"; `unmeasured` says why, by the name of the figure.
    """

    wall_seconds: float
    cpu_seconds: float
    memory: PeakMemory | None
    device: DevicePeak | None
    gpu_utilisation: float | None
    energy: Energy | None
    conditions: Conditions
    samples: Samples
    unmeasured: dict[str, str] = field(default_factory=dict)

    @property
    def cpu_utilisation(self) -> float:
        """Cores that were busy for this process, on average."""
        return self.cpu_seconds / self.wall_seconds if self.wall_seconds > 0 else 0.0


class Meter:
    """Measures what happens in its `with`; `stretch` has the result afterwards.

    `device` is where torch computes (`cpu`, `cuda`, `cuda:1`, `mps`): its work is waited for before clocks are read.
    `children` counts the memory of running children too; their processor time always counts. `idle` is taken off the
    energy. One meter at a time in a process. If the work raises, there is no result.
    """

    def __init__(
        self, *, device: str = "cpu", children: bool = False, idle: Idle | None = None, interval: float = INTERVAL
    ) -> None:
        if not interval > 0:
            raise UserError(f"sampling interval of {interval} seconds: must be above 0")
        self._device = device
        self._children = children
        self._idle = idle
        self._interval = interval
        self._stretch: Stretch | None = None

    @property
    def stretch(self) -> Stretch:
        """What the work took; only after its end."""
        if self._stretch is None:
            raise RuntimeError("nothing is measured before the meter's `with` has ended without an error")
        return self._stretch

    def __enter__(self) -> Self:
        if not under_way.acquire(blocking=False):
            raise RuntimeError("another meter is measuring in this process; meters cannot be nested")
        with ExitStack() as undo:
            undo.callback(under_way.release)
            self._start()
            undo.pop_all()
        return self

    def _start(self) -> None:
        found, self._no_card = cards(self._device)
        self._energy = EnergyMeter(this_chip(machine().cpu), device=self._device, cards=found, idle=self._idle)
        self._watcher = Watcher(cards=found)
        self._sampler = Sampler(
            interval=self._interval, device=self._device, cards=found, children=self._children, also=self._meanwhile
        )
        self._memory, self._on_device = HighWater(), DeviceHighWater(self._device, found)
        self._watcher.__enter__()
        synchronise(self._device)
        self._memory.start()
        self._on_device.start()
        self._energy.start()
        self._sampler.start()
        self._energy.start()  # again: starting a thread is not the work's
        self._cpu = own_seconds()
        self._started = time.perf_counter()

    def _meanwhile(self) -> None:
        self._watcher.look()
        self._energy.advance()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with ExitStack() as end:
            end.callback(under_way.release)
            end.callback(self._sampler.stop)
            if error is None:
                synchronise(self._device)
                wall = time.perf_counter() - self._started
                self._energy.halt()
                cpu = own_seconds() - self._cpu
                samples = self._sampler.stop()
                self._watcher.__exit__(None, None, None)
                self._stretch = self._read(wall, cpu, samples)

    def _read(self, wall: float, cpu: float, samples: Samples) -> Stretch:
        memory = self._memory.stop(samples.largest, samples.tree_bytes)
        device = self._on_device.stop(samples.device_bytes)
        energy = self._energy.stop(wall, cpu, samples)
        busy = [share for card in samples.gpu_share for share in card if not isnan(share)]
        nothing = self._no_card or "this device says nothing of it"
        no_gpu = "the model runs on the processor" if self._device == "cpu" else nothing
        no_energy = [each for each in (self._energy.reason, self._no_card) if each]
        missing = {
            "peak_resident_bytes": (memory, "this system says nothing of it"),
            "peak_device_bytes": (device, no_gpu),
            "gpu_utilisation": (busy or None, no_gpu),
            "energy_joules": (energy, "; ".join(no_energy)),
        }
        return Stretch(
            wall_seconds=wall,
            cpu_seconds=cpu,
            memory=memory,
            device=device,
            gpu_utilisation=fmean(busy) if busy else None,
            energy=energy,
            conditions=self._watcher.conditions,
            samples=samples,
            unmeasured={name: why for name, (value, why) in missing.items() if value is None},
        )


def synchronise(device: str) -> None:
    """Wait until a device has done all that it was asked; a processor has nothing to wait for."""
    if device.startswith("cuda"):
        import torch

        torch.cuda.synchronize(device)
    elif device.startswith("mps"):
        import torch

        torch.mps.synchronize()
