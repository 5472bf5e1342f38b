"""What the answers of an evaluation took, and what each and each right one took of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from outweigh.benchmarks.benchmark import Metric
from outweigh.metering.energy import together
from outweigh.records import Energy, Estimate, Lap, Transcript, Usage
from outweigh.stats.intervals import Interval
from outweigh.stats.per_correct import per_correct

PER_REQUEST, PER_CORRECT = "joules_per_request", "joules_per_correct"
_NOTHING = "nothing was asked: every answer was known already"
_NOT_KEPT = "asked by a version that did not keep it"
_BATCHES = "an evaluation is asked in batches; `outweigh measure` times first tokens"

T = TypeVar("T")


@dataclass
class _Part:
    """A lap, None where none was kept, and how many of its answers count."""

    lap: Lap | None
    count: int = 0


def usage(transcripts: Sequence[Transcript]) -> Usage:
    """All that was asked, added up. What is not known of one part is not known of the whole.

    Where a limit leaves out some of a part's answers, the others' share of it counts.
    """
    parts = _parts(transcripts)
    memory = _every("peak_memory_bytes", parts, lambda lap: lap.peak_memory_bytes)
    device = _every("peak_device_bytes", parts, lambda lap: lap.peak_device_bytes)
    energy = _energy(parts)
    reasons = {"peak_memory_bytes": memory, "peak_device_bytes": device, "energy_joules": energy}
    known = Usage(
        seconds=sum(each.seconds for each in transcripts),
        input_tokens=sum(each.input_tokens for each in transcripts),
        output_tokens=sum(each.output_tokens for each in transcripts),
        peak_memory_bytes=None if isinstance(memory, str) else max(memory),
        peak_device_bytes=None if isinstance(device, str) else max(device),
        unmeasured={
            "first_token_seconds": _BATCHES,
            **{name: why for name, why in reasons.items() if isinstance(why, str)},
        },
    )
    if isinstance(energy, str):
        return known
    return known.but(
        energy_joules=energy.joules,
        energy_low_joules=energy.low,
        energy_high_joules=energy.high,
        energy_source=energy.source,
        energy_estimated=energy.estimated,
        energy_method=energy.method,
        idle_watts=energy.idle_watts,
    )


def _parts(transcripts: Sequence[Transcript]) -> list[_Part]:
    """Everything that was asked, by lap."""
    found: dict[str | None, _Part] = {}
    for each in transcripts:
        if not each.cached:
            key = each.lap.fingerprint if each.lap else None
            found.setdefault(key, _Part(each.lap)).count += 1
    return list(found.values())


def _every(name: str, parts: Sequence[_Part], read: Callable[[Lap], T | None]) -> list[T] | str:
    """One figure of every part, or why it is not there."""
    total = sum(part.count for part in parts)
    if not total:
        return _NOTHING
    values = [None if part.lap is None else read(part.lap) for part in parts]
    lacking = [part for part, value in zip(parts, values, strict=True) if value is None]
    if not lacking:
        return [value for value in values if value is not None]
    first, count = lacking[0].lap, sum(part.count for part in lacking)
    why = first.unmeasured.get(name, "not measured") if first else _NOT_KEPT
    return why if count == total else f"{count:,} of {total:,} answers are without it: {why}"


def _energy(parts: Sequence[_Part]) -> Energy | str:
    found = _every("energy_joules", parts, lambda lap: lap.energy)
    if isinstance(found, str):
        return found
    shares = [part.count / part.lap.answers for part in parts if part.lap]
    return together([each.share(part) for each, part in zip(found, shares, strict=True)])


def costs(found: Usage, asked: int, metric: Metric, score: Interval | None) -> dict[str, Estimate | str]:
    """Joules for each of `asked` requests and for each right answer among them, or why there are none.

    `score` is the metric's over those that were answered.
    """
    joules, low, high = found.energy_joules, found.energy_low_joules, found.energy_high_joules
    if joules is None or low is None or high is None:
        return dict.fromkeys((PER_REQUEST, PER_CORRECT), found.unmeasured.get("energy_joules", "not measured"))
    source = "estimated" if found.energy_estimated else str(found.energy_source)
    each = Interval(joules / asked, low / asked, high / asked, None, asked, "bounds over requests")
    right: Interval | str = f"{metric.name} knows no right and wrong"
    if score is None:
        right = "no request was answered"
    elif metric.binary:
        right = per_correct((joules, low, high), score)
    return {PER_REQUEST: _cost(PER_REQUEST, each, source), PER_CORRECT: _cost(PER_CORRECT, right, source)}


def _cost(name: str, found: Interval | str, source: str) -> Estimate | str:
    if isinstance(found, str):
        return found
    return Estimate(
        metric=name,
        value=found.value,
        low=found.low,
        high=found.high,
        standard_error=None,
        count=found.count,
        method=f"{source}; {found.method}",
        higher_is_better=False,
    )
