"""Reads a run's measurements: which workloads there are, what was measured at each, and who is faster there."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from outweigh.dashboard.evidence import Evidence
from outweigh.dashboard.figures import Cast
from outweigh.dashboard.reading import Standing
from outweigh.records import Arrival, Estimate, Measurement, Pace, Run, Timing, Versus, Workload
from outweigh.stats.steady import outliers

WHOLE = "e2e_seconds_p50"
_LOADS = {
    Arrival.BATCH: "batch {}",
    Arrival.CONCURRENCY: "{} at a time",
    Arrival.CONSTANT: "{} a second",
    Arrival.POISSON: "{} a second",
}
_TURNED = {Pace.FASTER: Pace.SLOWER, Pace.SLOWER: Pace.FASTER, Pace.NO_EVIDENCE: Pace.NO_EVIDENCE}


@dataclass(frozen=True)
class Times:
    """Raw times of one measurement, its warm-up left out: of whole batches, or of requests. `far` are out of line."""

    values: tuple[float, ...] = ()
    far: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Measures:
    """Every measurement by the model's name on the page and the workload, the lightest workload first."""

    cast: Cast
    workloads: tuple[Workload, ...]
    found: Mapping[tuple[str, str], Measurement]
    versus: tuple[Versus, ...] = ()
    timings: Mapping[str, tuple[Timing, ...]] = field(default_factory=dict)

    @property
    def every(self) -> tuple[tuple[str, Workload, Measurement], ...]:
        """All of them, workload by workload."""
        return tuple(
            (model, workload, found)
            for workload in self.workloads
            for model in self.cast.models
            if (found := self.at(model, workload))
        )

    def of(self, model: str) -> tuple[Measurement, ...]:
        """Everything that was measured of one model."""
        return tuple(one for name, _, one in self.every if name == model)

    def at(self, model: str, workload: Workload) -> Measurement | None:
        """One model at one workload; None if that was not measured."""
        return self.found.get((model, workload.fingerprint))

    def figure(self, model: str, workload: Workload, metric: str) -> Estimate | None:
        """One figure of it; None if it was not measured."""
        found = self.at(model, workload)
        return found.figure(metric) if found else None

    def series(self, model: str) -> int:
        """The model's place among colours and shapes."""
        return self.cast.series[self.cast.models.index(model)]

    def named(self, workload: Workload) -> str:
        """The workload in a few words, which no other of these workloads has."""
        same = [each for each in self.workloads if each.described == workload.described]
        return f"{workload.described}{_mark(workload, same)}"

    def short(self, workload: Workload) -> str:
        """What sets the workload apart from the others, to follow "with": "batch 8 and 512 tokens read"."""
        if len({each.arrival for each in self.workloads}) > 1 or workload.arrival not in _LOADS:
            return self.named(workload)
        parts = [
            said.format(f"{value:,.10g}")
            for said, name in (
                (_LOADS[workload.arrival], "load"),
                ("{} tokens read", "prompt_tokens"),
                ("{} written", "output_tokens"),
            )
            if len({getattr(each, name) for each in self.workloads}) > 1 and (value := getattr(workload, name))
        ]
        same = [each for each in self.workloads if each.described == workload.described]
        return f"{' and '.join(parts)}{_mark(workload, same)}" if parts and len(same) == 1 else self.named(workload)

    def between(self, first: str, second: str, workload: Workload) -> Versus | None:
        """The verdict on the first against the second; None if they were not compared there."""
        for each in self.versus:
            if each.workload == workload and (each.model, each.baseline) == (first, second):
                return each
            if each.workload == workload and (each.model, each.baseline) == (second, first):
                return turned(each)
        return None

    def standing(self, workload: Workload) -> Standing:
        """The fastest, by the verdicts and else by its median, and how the others stand to it."""
        models = self.cast.models
        timed = {index: figure for index, model in enumerate(models) if (figure := self.figure(model, workload, WHOLE))}
        if not timed:
            return Standing(None)
        best = min(timed, key=lambda index: timed[index].value)
        for index in timed:  # turns may show another one faster than the medians do
            versus = self.between(models[index], models[best], workload)
            best = index if versus and versus.pace is Pace.FASTER else best
        tied: list[int] = []
        behind: list[int] = []
        for index, model in enumerate(models):
            versus = None if index == best else self.between(models[best], model, workload)
            if versus is not None:
                (behind if versus.pace is Pace.FASTER else tied).append(index)
        return Standing(best, tuple(tied), tuple(behind))

    def closest(self, workload: Workload) -> Versus | None:
        """The verdict on the fastest against the one that comes closest: of those that tie with it, if any do."""
        place = self.standing(workload)
        if place.best is None:
            return None
        best = self.cast.models[place.best]
        rivals = [self.between(best, self.cast.models[index], workload) for index in place.tied or place.behind]
        return max((each for each in rivals if each is not None), key=lambda each: each.ratio, default=None)

    def times(self, measurement: Measurement) -> Times:
        """Raw times of whole requests, as their median counts them."""
        kept = [
            each for each in self.timings.get(measurement.key, ()) if not each.warmup and not each.failed and each.done
        ]
        if measurement.workload.arrival is Arrival.BATCH:
            values = _batches(kept)
        else:
            values = tuple(each.e2e for each in sorted(kept, key=lambda each: each.due) if each.e2e is not None)
        return Times(values, frozenset(outliers(values)))


def turned(versus: Versus) -> Versus:
    """The same verdict seen from the other model."""
    return versus.but(
        model=versus.baseline,
        baseline=versus.model,
        ratio=1 / versus.ratio,
        low=None if versus.high is None else 1 / versus.high,
        high=None if versus.low is None else 1 / versus.low,
        pace=_TURNED[versus.pace],
    )


def measures(run: Run, cast: Cast, names: Mapping[str, str], evidence: Evidence) -> Measures:
    """The run's measurements; `names` gives each spec's fingerprint the model's name on the page."""
    workloads = {each.workload.fingerprint: each.workload for each in run.measurements}
    renamed = {name: names[fingerprint] for fingerprint, name in run.measured.items()}
    return Measures(
        cast=cast,
        workloads=tuple(sorted(workloads.values(), key=_weight)),
        found={(names[each.model.fingerprint], each.workload.fingerprint): each for each in run.measurements},
        versus=tuple(each.but(model=renamed[each.model], baseline=renamed[each.baseline]) for each in evidence.versus),
        timings=evidence.timings,
    )


def overlap(one: Estimate, other: Estimate) -> bool:
    """Whether two figures' intervals have a value in common."""
    return one.low <= other.high and other.low <= one.high


def distinct(values: Iterable[float]) -> tuple[float, ...]:
    """Every value once, smallest first."""
    return tuple(sorted(set(values)))


def _batches(timings: Sequence[Timing]) -> tuple[float, ...]:
    """Seconds of every batch, in the order in which they were run."""
    groups: dict[int, list[Timing]] = {}
    for each in timings:
        groups.setdefault(each.repeat, []).append(each)
    return tuple(
        max(each.done or 0.0 for each in group) - min(each.due for each in group) for _, group in sorted(groups.items())
    )


def _weight(workload: Workload) -> tuple[str, int, int, float, str]:
    return (
        workload.arrival,
        workload.prompt_tokens,
        workload.output_tokens,
        workload.load or 0.0,
        workload.fingerprint,
    )


def _mark(workload: Workload, same: Sequence[Workload]) -> str:
    """What tells a workload from others of the same words."""
    if len(same) < 2:
        return ""
    if len({each.seed for each in same}) == len(same):
        return f", seed {workload.seed}"
    return f", {workload.fingerprint[:6]}"
