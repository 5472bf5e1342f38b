"""Joules of a stretch of work: from counters where the machine has them, else an estimate that says so.

Cards: NVML's energy counters, else its power samples integrated. Processors: RAPL, else a power table times the
processor time. Not covered: fans, disks, network, losses of the power supply, memory where RAPL does not count it;
AMD cards; Apple's GPU, whose figures `powermetrics` gives to root alone. The paths of cards have not run on one yet.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan
from pathlib import Path
from statistics import fmean, stdev

from outweigh.metering.nvml import Card, cards
from outweigh.metering.power_table import Chip, Guess, estimate
from outweigh.metering.rapl import POWERCAP, Rapl
from outweigh.metering.sampling import Samples, integral
from outweigh.records import Energy, UserError

# Yang, Adamek and Armour 2024 (arXiv:2312.02741): over 70 cards' own sensors were within 5% of a meter at best, and
# energy from samples of power had errors that care reduced by 35% on average (A100 and H100 look a quarter of the
# time). For RAPL no maker states an accuracy; it is given the same 5%, our choice.
_COUNTER_ERROR = 0.05
_SAMPLED_ERROR = 0.35
_SLICES = 5
_T = 2.78  # 97.5% point of Student's t with four degrees of freedom, for the mean of the slices


@dataclass(frozen=True)
class Idle:
    """Watts of each counter while nothing was asked of the machine, with half-widths of their 95% intervals."""

    seconds: float
    watts: dict[str, float]
    errors: dict[str, float]


@dataclass(frozen=True)
class Part:
    """Joules of one domain, idling taken off where `idle_watts` is given, and where they come from."""

    name: str
    joules: float
    low: float
    high: float
    idle_watts: float | None
    source: str
    estimated: bool
    method: str
    idle_seconds: float | None = None


class Counters:
    """The energy counters at hand: RAPL's domains and those cards that count."""

    def __init__(self, cards: Sequence[Card] = (), powercap: Path = POWERCAP) -> None:
        self.rapl = Rapl(powercap)
        self.cards = tuple(cards)
        self._first: dict[int, float | None] = {}

    def start(self) -> None:
        """Count from here on."""
        self.rapl.start()
        self._first = {card.number: card.joules() for card in self.cards}

    def advance(self) -> None:
        """Look often enough that no counter wraps twice unseen."""
        self.rapl.advance()

    def joules(self) -> dict[str, float]:
        """Joules since `start` by domain. A card whose counter fell back (its driver was loaded anew) has none."""
        found = self.rapl.joules()
        for card in self.cards:
            first, now = self._first[card.number], card.joules()
            if first is not None and now is not None and now >= first:
                found[f"gpu-{card.number}"] = now - first
        return found


def measure_idle(seconds: float = 3.0, *, device: str = "cpu", powercap: Path = POWERCAP) -> Idle | None:
    """Watts of an idle stretch, to be taken off later ones; None where nothing counts.

    This process sleeps meanwhile; what others do then counts as idling. Five slices say how steady it was. Where
    nothing could count it returns at once.
    """
    if not seconds > 0:
        raise UserError(f"idle stretch of {seconds} seconds: must be above 0")
    found = cards(device)[0]
    counters = Counters(found, powercap)
    if not found and not counters.rapl.domains:
        return None
    slices: dict[str, list[float]] = {}
    for _ in range(_SLICES):
        counters.start()
        started = time.perf_counter()
        time.sleep(seconds / _SLICES)
        used, took = counters.joules(), time.perf_counter() - started
        watts = {name: joules / took for name, joules in used.items()}
        power = {f"gpu-{card.number}": card.watts() for card in found}
        watts |= {name: value for name, value in power.items() if name not in watts and value is not None}
        for name, value in watts.items():
            slices.setdefault(name, []).append(value)
    whole = {name: values for name, values in slices.items() if len(values) == _SLICES}
    if not whole:
        return None
    errors = {name: _T * stdev(values) / _SLICES**0.5 for name, values in whole.items()}
    return Idle(seconds, {name: fmean(values) for name, values in whole.items()}, errors)


class EnergyMeter:
    """Joules from `start` to `stop`; `reason` says why there are none."""

    def __init__(
        self, chip: Chip, *, device: str = "cpu", cards: Sequence[Card] = (), idle: Idle | None = None,
        powercap: Path = POWERCAP,
    ) -> None:  # fmt: skip
        self._chip = chip
        self._device = device
        self._counters = Counters(cards, powercap)
        self._idle = idle
        self._used: dict[str, float] | None = None
        self.reason: str | None = None

    def start(self) -> None:
        """Count from here on; may be called again."""
        self._used = self.reason = None
        self._counters.start()

    def halt(self) -> None:
        """Count no further: what is read and reckoned at the end takes time that is not the work's."""
        self._used = self._counters.joules()

    def advance(self) -> None:
        """To be called once in a while, from any thread."""
        self._counters.advance()

    def stop(self, seconds: float, own: float, samples: Samples) -> Energy | None:
        """The energy of `seconds`, in which this process took `own` processor seconds; None with a `reason`.

        A figure that leaves out the device at work would mislead, so there is none if its energy cannot be had.
        """
        used = self._counters.joules() if self._used is None else self._used
        parts = self._of_cards(used, seconds, samples)
        if self._device != "cpu" and not parts:
            self.reason = self._without_device()
            return None
        processor = self._of_processor(used, seconds, own, samples)
        if isinstance(processor, str):
            self.reason = processor
            return None
        return joined([*processor, *parts], seconds)

    def _without_device(self) -> str:
        if self._device.startswith("mps"):
            return "what Apple's GPU takes is told to root alone (powermetrics), and is not estimated"
        return f"what {self._device} takes cannot be read: neither an energy counter nor power"

    def _of_cards(self, used: dict[str, float], seconds: float, samples: Samples) -> list[Part]:
        parts = []
        for card, watts in zip(self._counters.cards, samples.gpu_watts, strict=True):
            name = f"gpu-{card.number}"
            sampled = integral(watts, samples.seconds)
            if name in used:
                method = f"energy counter of the card, ±{_COUNTER_ERROR:.0%} (Yang et al. 2024, arXiv:2312.02741)"
                parts.append(self._counted(name, used[name], seconds, "NVML energy counter", method))
            elif sampled is not None:
                method = (
                    f"power of the card every {samples.interval:g} s, integrated, ±{_SAMPLED_ERROR:.0%} "
                    "(Yang et al. 2024, arXiv:2312.02741)"
                )
                parts.append(self._counted(name, sampled, seconds, "NVML power samples", method, error=_SAMPLED_ERROR))
        return parts if len(parts) == len(self._counters.cards) else []

    def _of_processor(self, used: dict[str, float], seconds: float, own: float, samples: Samples) -> list[Part] | str:
        rapl, why = self._counters.rapl, self._counters.rapl.reason
        if rapl.domains and any(used[name] for name in rapl.domains if name.startswith("package")):
            method = f"RAPL counters of the whole chip, other processes' work included, ±{_COUNTER_ERROR:.0%} (ours)"
            return [self._counted(name, used[name], seconds, "RAPL", method) for name in rapl.domains]
        if rapl.domains:
            why = "the processor's energy counters stand still"
        guess = estimate(self._chip, seconds, own, _busy(samples))
        if isinstance(guess, str):
            return f"{guess} ({why})"
        return [_estimated(guess, why)]

    def _counted(
        self, name: str, joules: float, seconds: float, source: str, method: str, *, error: float = _COUNTER_ERROR
    ) -> Part:
        estimated = source == "NVML power samples"
        idle = self._idle.watts.get(name) if self._idle else None
        if idle is None or self._idle is None:
            text = f"{name}: {method}; idling included"
            return Part(name, joules, joules * (1 - error), joules * (1 + error), None, source, estimated, text)
        net = joules - idle * seconds
        spread = error * abs(net) + self._idle.errors[name] * seconds
        text = f"{name}: {method}; {idle:.3g} W of idling taken off, measured over {self._idle.seconds:g} s before"
        return Part(name, net, net - spread, net + spread, idle, source, estimated, text, self._idle.seconds)


def _busy(samples: Samples) -> float | None:
    """The machine's busy share. Within one clock tick it does not show: the estimate then takes this process's own."""
    share = samples.machine_share
    return 0.0 if share is None and not isnan(samples.machine_capacity[-1]) else share


def _estimated(guess: Guess, why: str | None) -> Part:
    idle = guess.idle_watts
    method = (
        f"processor: {guess.method}; {idle:.3g} W of idling, the table's own and not measured, are not in it, nor are "
        f"memory, fans and power supply; {why}"
    )
    return Part("processor", guess.joules, guess.low, guess.high, idle, "power table", True, method)


def joined(parts: Sequence[Part], seconds: float) -> Energy:
    """All parts as one figure; it counts as estimated if one of them is.

    Bounds are added up as if all parts were wrong the same way. `idle_watts` is the sum of what was taken off.
    """
    idle = [part.idle_watts for part in parts if part.idle_watts is not None]
    watched = [part.idle_seconds for part in parts if part.idle_seconds is not None]
    sources = dict.fromkeys(f"estimated from {part.source}" if part.estimated else part.source for part in parts)
    return Energy(
        source=" + ".join(sources),
        estimated=any(part.estimated for part in parts),
        method="; ".join(part.method for part in parts),
        joules=sum(part.joules for part in parts),
        low=sum(part.low for part in parts),
        high=sum(part.high for part in parts),
        idle_watts=sum(idle) if idle else None,
        idle_seconds=max(watched, default=None),
        seconds=seconds,
        parts={part.name: part.joules for part in parts},
    )


def together(found: Sequence[Energy]) -> Energy | str:
    """Stretches of one work as one figure, or why they are none. Bounds are added up as in `joined`."""
    if not found:
        return "nothing was measured"
    if len({(each.source, each.idle_watts is None) for each in found}) > 1:
        ways = " and ".join(sorted({f"{each.source}, idling {_idling(each)}" for each in found}))
        return f"its parts were counted in different ways ({ways}), which do not add up"
    seconds = sum(each.seconds for each in found)
    idle = [each.idle_watts * each.seconds for each in found if each.idle_watts is not None]
    return found[0].but(
        method="; then ".join(dict.fromkeys(each.method for each in found)),
        joules=sum(each.joules for each in found),
        low=sum(each.low for each in found),
        high=sum(each.high for each in found),
        idle_watts=sum(idle) / seconds if idle and seconds else found[0].idle_watts,
        seconds=seconds,
        parts={name: sum(each.parts.get(name, 0.0) for each in found) for name in sorted(_names(found))},
    )


def _idling(energy: Energy) -> str:
    return "included" if energy.idle_watts is None else "taken off"


def _names(found: Sequence[Energy]) -> set[str]:
    return {name for each in found for name in each.parts}
