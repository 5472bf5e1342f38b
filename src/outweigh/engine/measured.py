"""From turns to a measurement: figures with intervals, and why some are not there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

from outweigh.interop.timing_parquet import timings_digest
from outweigh.metering.energy import together
from outweigh.records import (
    Conditions,
    Energy,
    Estimate,
    Footprint,
    Machine,
    Measurement,
    Precise,
    Stopped,
    Timing,
    Workload,
)
from outweigh.stats.precision import median
from outweigh.stats.timings import summarise

if TYPE_CHECKING:
    from outweigh.engine.measuring import Track
    from outweigh.engine.worker import Turn


@dataclass(frozen=True)
class Around:
    """What surrounds a measurement."""

    machine: Machine
    conditions: Conditions
    footprint: Footprint | None
    wanted: float
    budget_seconds: float | None
    stopped: Stopped
    interleaved: tuple[str, ...]
    started_at: datetime


def assembled(track: Track, workload: Workload, around: Around) -> tuple[Measurement, tuple[Timing, ...]]:
    """A measurement and its raw times, the warm-up marked in them."""
    seen = track.seen
    assert seen is not None  # a track without a repeat leads to nothing
    kept = track.turns[seen.warmups :]
    timings = tuple(
        each.but(warmup=place < seen.warmups) for place, turn in enumerate(track.turns) for each in turn.timings
    )
    found = summarise(timings, workload)
    energy, no_energy = _energy(kept)
    more, missing = _costs(kept, energy)
    starts = {turn.timings[0].start for turn in kept}
    unmeasured = found.unmeasured | missing | ({} if energy else {"energy_joules": no_energy})
    measurement = Measurement(
        model=track.candidate.spec,
        card=track.candidate.card,
        machine=around.machine,
        workload=workload,
        figures=(*found.figures, *more),
        unmeasured=unmeasured,
        precise=Precise(
            wanted=around.wanted,
            reached=seen.median.reached,
            repeats=len(track.turns),
            warmups=seen.warmups,
            outliers=len(seen.outliers),
            seconds=sum(turn.stretch.wall_seconds for turn in track.turns),
            budget_seconds=around.budget_seconds,
            stopped=around.stopped,
            starts=len(starts),
        ),
        conditions=around.conditions,
        footprint=around.footprint,
        energy=energy,
        requests=len(timings),
        interleaved=around.interleaved,
        samples_digest=timings_digest(timings),
        harness=f"outweigh {version('outweigh')}",
        notes=(track.candidate.why,),
        started_at=around.started_at,
        finished_at=datetime.now(UTC),
    )
    return measurement, timings


def _costs(kept: Sequence[Turn], energy: Energy | None) -> tuple[list[Estimate], dict[str, str]]:
    """What the repeats took besides time, and why some of it is not known."""
    stretches = [turn.stretch for turn in kept]
    figures = [_middle(name, kept) for name in ("cpu_seconds", "cpu_utilisation", "gpu_utilisation")]
    missing = {name: why for each in stretches[:1] for name, why in each.unmeasured.items()}
    highest = [each.memory.resident_bytes for each in stretches if each.memory is not None]
    device = [
        each.device.reserved_bytes or each.device.allocated_bytes for each in stretches if each.device is not None
    ]
    figures += [
        _highest(name, each) for name, each in (("peak_resident_bytes", highest), ("peak_device_bytes", device)) if each
    ]
    tokens = sum(one.output_tokens or 0 for turn in kept for one in turn.timings)
    requests = sum(len(turn.timings) for turn in kept)
    if energy is not None:
        figures.append(_share("energy_joules", energy, len(kept), len(kept)))
        figures.append(_share("joules_per_token", energy, tokens, len(kept)))
        figures.append(_share("joules_per_request", energy, requests, len(kept)))
    return [each for each in figures if each is not None], missing


def _middle(name: str, kept: Sequence[Turn]) -> Estimate | None:
    """The median of what each repeat took of something."""
    told = [turn for turn in kept if getattr(turn.stretch, name) is not None]
    if not told:
        return None
    values = [getattr(turn.stretch, name) for turn in told]
    found = median(values, starts=[turn.timings[0].start for turn in told])
    if found.low is None or found.high is None:
        return None
    return Estimate(
        metric=name,
        value=found.value,
        low=min(found.low, found.value),
        high=max(found.high, found.value),
        standard_error=None,
        count=len(values),
        method=found.method,
        higher_is_better=False,
    )


def _highest(name: str, values: Sequence[int]) -> Estimate:
    """A high-water mark: what was reached, so there is nothing to be unsure of."""
    top = float(max(values))
    return Estimate(
        metric=name,
        value=top,
        low=top,
        high=top,
        standard_error=None,
        count=len(values),
        method="high-water mark",
        higher_is_better=False,
    )


def _share(name: str, energy: Energy, parts: int, count: int) -> Estimate:
    """The joules of all repeats over a number of things, with the bounds of the joules."""
    return Estimate(
        metric=name,
        value=energy.joules / parts,
        low=energy.low / parts,
        high=energy.high / parts,
        standard_error=None,
        count=count,
        method="estimated" if energy.estimated else energy.source,
        higher_is_better=False,
    )


def _energy(kept: Sequence[Turn]) -> tuple[Energy | None, str]:
    """All repeats' joules together; one repeat without them leaves none."""
    found = [turn.stretch.energy for turn in kept]
    parts = [each for each in found if each is not None]
    if not parts or len(parts) < len(found):
        missing = next((turn.stretch.unmeasured.get("energy_joules") for turn in kept if not turn.stretch.energy), None)
        return None, missing or "no repeat was left after the warm-up"
    whole = together(parts)
    return (None, whole) if isinstance(whole, str) else (whole, "")
