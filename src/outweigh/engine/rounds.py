"""What an adaptive run decides as one: a benchmark, or a whole group, in the seeded order in which it is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from outweigh.engine.work import Chosen
from outweigh.records import Outcome, Result, Run, Sample
from outweigh.stats.order import rank


@dataclass(frozen=True, eq=False)
class Head:
    """A benchmark or group. `order` is every sample as (rank, index of its benchmark in the run, sample).

    `ends` are the lengths at which the order may be cut: clusters stay whole, and every benchmark has a sample.
    `largest` is the most samples in one cluster.
    """

    title: str
    members: tuple[int, ...]
    order: tuple[tuple[str, int, Sample], ...]
    ends: tuple[int, ...]
    largest: int

    def reach(self, size: int) -> int:
        """The first length of at least `size` at which the order may be cut, or all of it."""
        return next((end for end in self.ends if end >= size), len(self.order))


def heads(chosen: Sequence[Chosen], seed: int) -> tuple[Head, ...]:
    """The run's benchmarks, those of a group that share a headline metric put together, in the run's order."""
    members: dict[object, list[int]] = {}
    for index, each in enumerate(chosen):
        metric = each.benchmark.headline
        key = (each.benchmark.group, metric.name, metric.filter) if each.benchmark.group else index
        members.setdefault(key, []).append(index)
    return tuple(_head(chosen, tuple(indexes), seed) for indexes in members.values())


def _head(chosen: Sequence[Chosen], members: tuple[int, ...], seed: int) -> Head:
    order = sorted(
        (
            (rank(seed, chosen[index].benchmark.id, sample.id, sample.cluster), index, sample)
            for index in members
            for sample in chosen[index].samples
        ),
        key=lambda entry: (entry[0], entry[2].position),
    )
    sizes = [len(list(unit)) for _, unit in groupby(order, key=lambda entry: entry[0])]
    first = {index: place for place, (_, index, _) in reversed(list(enumerate(order)))}
    least = max(first.values()) + 1
    ends, end = [], 0
    for size in sizes:
        end += size
        if end >= least:
            ends.append(end)
    benchmark = chosen[members[0]].benchmark
    title = benchmark.title if len(members) == 1 else str(benchmark.group)
    return Head(title, members, tuple(order), tuple(ends), max(sizes))


@dataclass(frozen=True)
class Saving:
    """How far a benchmark or group was asked, the same for every model of the run."""

    title: str
    outcome: Outcome
    asked: int
    pool: int
    wanted: str  # what was waited for, where it did not come

    @property
    def unasked(self) -> float:
        """The share of samples that need not be asked."""
        return 1 - self.asked / self.pool

    def __str__(self) -> str:
        of = f"all {self.pool:,}" if self.asked == self.pool else f"{self.asked:,} of {self.pool:,}"
        if self.outcome is Outcome.EXHAUSTED:
            return f"{self.title}: {self.wanted} after {of} samples"
        what = "decided" if self.outcome is Outcome.DECIDED else "every interval narrow enough"
        rest = f"; {100 * self.unasked:.0f} % not asked" if self.asked < self.pool else ""
        return f"{self.title}: {what} after {of} samples{rest}"


def wanted(decided: bool, halfwidth: float | None) -> str:
    """What did not come, in words."""
    if decided and halfwidth is not None:
        return "neither decided nor narrow enough"
    return "not decided" if decided else "not narrow enough"


def savings(run: Run) -> tuple[Saving, ...]:
    """What an adaptive run did not need to ask, by benchmark or group; nothing for a plain run."""
    first = run.results[0].evaluation.model if run.results else None
    latest = {each.evaluation.work: each for each in run.results if each.evaluation.model == first}
    parts: dict[str, list[Result]] = {}
    for result in latest.values():
        if result.evaluation.stopping:
            parts.setdefault(result.group or result.evaluation.benchmark, []).append(result)
    return tuple(_saving(name, results) for name, results in parts.items())


def _saving(name: str, results: Sequence[Result]) -> Saving:
    how = [each.evaluation.stopping for each in results if each.evaluation.stopping]
    return Saving(
        results[0].title if len(results) == 1 else name,
        how[0].outcome,
        sum(result.asked for result in results),
        sum(each.pool for each in how),
        wanted(how[0].until_decided, how[0].until_halfwidth),
    )
