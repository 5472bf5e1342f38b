"""What the machine was doing during a stretch of work, and whether times taken meanwhile can be trusted."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from statistics import fmean
from types import TracebackType
from typing import Self

from outweigh.metering.nvml import Card
from outweigh.metering.processor import PROC, MachineTime, busiest, machine_time, own_seconds, tasks
from outweigh.records import Conditions, Noise

SYS = Path("/sys")

# Unsteady from the first, noisy from the second on. Figures are to hold to one per cent: a share of two per cent that
# others take, or five that the clock moves, is where that is in doubt; beyond the second it is out of reach.
OTHERS = (0.02, 0.10)  # of all cores' time, taken by other processes
STEAL = (0.01, 0.05)  # of all cores' time, given to others by the hypervisor
SPREAD = (0.05, 0.20)  # of the mean frequency, from lowest to highest
_HOT = 5.0  # degrees below the temperature at which the chip slows down
_SHORTEST = 0.5  # seconds; a clock tick of 0.01 s is then the two per cent above


class Watcher:
    """Watches from `with` to its end; `conditions` says then what it saw.

    `look` may be called meanwhile, once a second or so: frequency, temperature and the cards' clocks are seen at those
    moments only. Frequency is that of the fastest core, which is the one at work; a virtual machine's own figure is
    nominal and counts as unreadable. Other processes are known by name alone, never by their arguments.
    """

    def __init__(self, *, cards: tuple[Card, ...] = (), proc: Path = PROC, sys_root: Path = SYS) -> None:
        self._cards = cards
        self._proc = proc
        self._sys = sys_root
        self._frequencies: list[float] = []
        self._temperatures: list[float] = []
        self._margin: float | None = None
        self._slowed: bool | None = None
        self._conditions: Conditions | None = None

    @property
    def conditions(self) -> Conditions:
        """What was seen; only after the end."""
        if self._conditions is None:
            raise RuntimeError("conditions are known only after the watcher's `with` has ended")
        return self._conditions

    def __enter__(self) -> Self:
        self._tasks = tasks(self._proc)
        self._throttles = _throttles(self._sys)
        self.look()
        self._machine, self._own, self._started = machine_time(self._proc), own_seconds(), time.perf_counter()
        return self

    def look(self) -> None:
        """Take the readings that the system keeps no account of."""
        fastest = max(_numbers(self._sys, "devices/system/cpu/cpu[0-9]*/cpufreq/scaling_cur_freq"), default=None)
        if fastest is not None:
            self._frequencies.append(fastest * 1e3)
        warm, margin = _temperature()
        if warm is not None:
            self._temperatures.append(warm)
        if margin is not None:
            self._margin = margin if self._margin is None else min(margin, self._margin)
        slowed = [each for each in (card.slowed() for card in self._cards) if each is not None]
        if slowed:
            self._slowed = bool(self._slowed) or any(slowed)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        seconds = time.perf_counter() - self._started
        own = own_seconds() - self._own
        now = machine_time(self._proc)
        self.look()
        load, share, steal = _others(self._machine, now, own, seconds)
        mode = power_mode(self._sys)
        seen = {
            "load": load,
            "steal": steal,
            "frequency_hertz": fmean(self._frequencies) if self._frequencies else None,
            "frequency_spread": _spread(self._frequencies),
            "temperature_celsius": max(self._temperatures, default=None),
            "throttled": self._throttled(),
            "power_mode": mode,
        }
        noise, reasons = verdict(Conditions(noise=Noise.QUIET, **seen), share, self._margin)
        names = busiest(self._tasks, tasks(self._proc), seconds)
        self._conditions = Conditions(noise=noise, reasons=reasons, busiest=names, **seen)

    def _throttled(self) -> bool | None:
        counts = _throttles(self._sys)
        if counts is None or self._throttles is None:
            return self._slowed
        return counts > self._throttles or bool(self._slowed)


def verdict(seen: Conditions, others: float | None, margin: float | None) -> tuple[Noise, tuple[str, ...]]:
    """How far times can be trusted, and why not.

    `others` is the share of all cores' time that other processes took, `margin` the degrees that were left to the
    temperature at which the chip slows down. What cannot be read counts neither way, but where not even other
    processes' time can be, the verdict is never quiet.
    """
    found: list[tuple[Noise, str]] = []
    for value, limits, text in (
        (others, OTHERS, "other processes took {:.0%} of the processor"),
        (seen.steal, STEAL, "the hypervisor gave {:.0%} of the processor to others"),
        (seen.frequency_spread, SPREAD, "the clock moved by {:.0%} of its mean"),
    ):
        if value is not None and value > limits[0]:
            found.append((Noise.NOISY if value > limits[1] else Noise.UNSTEADY, text.format(value)))
    if seen.throttled:
        found.append((Noise.NOISY, "heat or a lack of power slowed the machine down"))
    elif margin is not None and margin < _HOT:
        found.append((Noise.UNSTEADY, f"{margin:.0f} degrees from the temperature at which the machine slows down"))
    if seen.power_mode and any(each in seen.power_mode for each in ("low-power", "battery", "preference power")):
        found.append((Noise.UNSTEADY, f"the machine saves power ({seen.power_mode})"))
    if others is None:
        found.append((Noise.UNSTEADY, "what other processes took cannot be told here, or not in so short a time"))
    worst = next((each for each in (Noise.NOISY, Noise.UNSTEADY) if any(each is level for level, _ in found)), None)
    return worst or Noise.QUIET, tuple(text for level, text in sorted(found, key=lambda each: each[0] is not worst))


def _others(
    before: MachineTime | None, after: MachineTime | None, own: float, seconds: float
) -> tuple[float | None, float | None, float | None]:
    """Cores that others took on average, their share of all cores, and the share that was stolen."""
    if before is None or after is None or after.total <= before.total or seconds < _SHORTEST:
        return None, None, None
    total = after.total - before.total
    taken = max(0.0, after.busy - before.busy - own)
    steal = None if after.steal is None or before.steal is None else (after.steal - before.steal) / total
    return taken / seconds, taken / total, steal


def _spread(values: list[float]) -> float | None:
    return (max(values) - min(values)) / fmean(values) if len(values) > 1 and any(values) else None


def _throttles(root: Path) -> float | None:
    """How often the chip slowed down for heat since it started; None where the chip does not count."""
    counts: list[float] = list(_numbers(root, "devices/system/cpu/cpu[0-9]*/thermal_throttle/*_throttle_count"))
    return float(sum(counts)) if counts else None


def _temperature() -> tuple[float | None, float | None]:
    """The hottest processor sensor in degrees Celsius, and the least margin of any to its own limit."""
    import psutil

    read = getattr(psutil, "sensors_temperatures", None)  # Linux and FreeBSD alone
    named = read() if read else {}
    chips = [each for name, each in named.items() if name.startswith(("coretemp", "k10temp", "zenpower", "cpu"))]
    sensors = [sensor for chip in chips for sensor in chip if sensor.current]
    margins = [sensor.high - sensor.current for sensor in sensors if sensor.high]
    return max((float(sensor.current) for sensor in sensors), default=None), min(margins, default=None)


def power_mode(root: Path = SYS) -> str | None:
    """How the system was told to trade speed for power: governor, preference, profile; None where it does not say."""
    import psutil

    cpu = root / "devices/system/cpu"
    named = (
        ("governor", cpu, "cpu[0-9]*/cpufreq/scaling_governor"),
        ("preference", cpu, "cpu[0-9]*/cpufreq/energy_performance_preference"),
        ("profile", root / "firmware/acpi", "platform_profile"),
    )
    said = []
    for word, folder, pattern in named:
        values = sorted(set(_texts(folder, pattern)))
        if values:
            said.append(f"{word} {'/'.join(values)}")
    if sys.platform == "darwin":
        said += _pmset()
    battery = psutil.sensors_battery() if root == SYS and hasattr(psutil, "sensors_battery") else None
    if battery is not None and battery.power_plugged is False:
        said.append("on battery")
    return ", ".join(said) or None


def _pmset() -> list[str]:
    with suppress(OSError):
        done = subprocess.run(["/usr/bin/pmset", "-g"], capture_output=True, text=True, check=False)
        rows = (line.split() for line in done.stdout.splitlines())
        modes = {row[0]: row[1] for row in rows if len(row) >= 2}
        if "lowpowermode" in modes:
            return ["low-power mode" if modes["lowpowermode"] == "1" else "full power"]
    return []


def _texts(folder: Path, pattern: str) -> Iterator[str]:
    for path in folder.glob(pattern):
        with suppress(OSError):
            yield path.read_text("utf-8", errors="replace").strip()


def _numbers(folder: Path, pattern: str) -> Iterator[float]:
    for text in _texts(folder, pattern):
        with suppress(ValueError):
            yield float(text)
