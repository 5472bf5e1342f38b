"""Reads a comparison: which rows belong together, who leads a row, who is tied with the leader."""

from dataclasses import dataclass

from outweigh.dashboard.words import PERCENT, known
from outweigh.records import Comparison, Difference, ModelSpec, Result, Row, Run, Verdict

_MANY = 5  # subjects without a row of their own group that are still listed one by one


@dataclass(frozen=True)
class Family:
    """A group's own row, where it has one, and the rows of its members."""

    name: str
    title: str
    row: Row | None
    members: tuple[Row, ...]


@dataclass(frozen=True)
class Layers:
    """The rows of a comparison by what they are; `listed` are benchmarks and groups, without members."""

    overall: Row | None
    areas: tuple[Row, ...]
    listed: tuple[Row, ...]
    families: tuple[Family, ...]


@dataclass(frozen=True)
class Standing:
    """Who leads a row: indices of the best estimate, of those that tie with it, and of those behind it."""

    best: int | None
    tied: tuple[int, ...] = ()
    behind: tuple[int, ...] = ()

    @property
    def compared(self) -> bool:
        """Whether the best was compared with any other model."""
        return bool(self.tied or self.behind)

    @property
    def clear(self) -> int | None:
        """The model that is first beyond doubt."""
        return self.best if self.behind and not self.tied else None


def layers(run: Run, comparison: Comparison) -> Layers:
    """Sort rows into overall, areas, benchmarks and families, keeping their order."""
    kinds: dict[str, list[Row]] = {"benchmark": [], "group": [], "area": [], "overall": []}
    for row in comparison.rows:
        kinds.setdefault(row.kind, []).append(row)
    homes = {result.evaluation.benchmark: result.group for result in run.results}
    homes |= {row.name: homes.get(row.name, homes.get(row.name.split(" (")[0])) for row in kinds["benchmark"]}
    heads = {row.name: row for row in kinds["group"]}
    children: dict[str, list[Row]] = {}
    for row in kinds["benchmark"]:
        home = homes.get(row.name)
        if home:
            children.setdefault(home, []).append(row)
    families = tuple(
        Family(name, heads[name].title if name in heads else name, heads.get(name), tuple(rows))
        for name, rows in children.items()
        if name in heads or len(rows) > _MANY
    )
    hidden = {id(row) for family in families for row in family.members}
    listed = tuple(row for row in comparison.rows if row.kind not in ("area", "overall") and id(row) not in hidden)
    overall = kinds["overall"][0] if kinds["overall"] else None
    return Layers(overall, tuple(kinds["area"]), listed, families)


def between(row: Row, first: str, second: str) -> Difference | None:
    """The row's difference `first` minus `second`; None if the pair was not compared."""
    for difference in row.differences:
        if (difference.first, difference.second) == (first, second):
            return difference
        if (difference.first, difference.second) == (second, first):
            return difference.flipped
    return None


def standing(row: Row, models: tuple[str, ...]) -> Standing:
    """The row's leader by estimate, and how the others stand to it by their paired differences."""
    rated = [
        (estimate.value if estimate.higher_is_better else -estimate.value, -index)
        for index, estimate in enumerate(row.estimates)
        if estimate is not None and known(estimate.value)
    ]
    if not rated:
        return Standing(None)
    best = -max(rated)[1]
    tied: list[int] = []
    behind: list[int] = []
    for index, model in enumerate(models):
        difference = None if index == best else between(row, models[best], model)
        if difference is None:
            continue
        (behind if difference.verdict is Verdict.FIRST else tied).append(index)
    return Standing(best, tuple(tied), tuple(behind))


def leader(comparison: Comparison, rows: Layers) -> int:
    """The model that others are measured against: best overall, else ahead of the most on benchmarks."""
    if rows.overall is not None:
        best = standing(rows.overall, comparison.models).best
        if best is not None:
            return best
    firsts = [standing(row, comparison.models).best for row in rows.listed]
    counts = [firsts.count(index) for index in range(len(comparison.models))]
    return counts.index(max(counts))


def factor(row: Row) -> float:
    """100 for shares of 1, which are read as percentages; 1 for scores in units of their own."""
    values = [estimate.value for estimate in row.estimates if estimate and known(estimate.value)]
    return PERCENT if all(0 <= value <= 1 for value in values) else 1.0


def drawable(row: Row) -> bool:
    """Whether a row can stand on an axis of percentages of which more is better."""
    return factor(row) == PERCENT and all(e.higher_is_better for e in row.estimates if e)


def specs(run: Run, models: tuple[str, ...]) -> tuple[ModelSpec | None, ...]:
    """The spec behind each compared model, by the name that comparisons give it, else by its own name or title."""
    from outweigh.insight.columns import labels

    found = {result.evaluation.model.fingerprint: result.evaluation.model for result in run.results}
    named = {name: found[fingerprint] for fingerprint, name in labels(run.results).items()}
    for spec in found.values():
        named.setdefault(spec.name, spec)
        named.setdefault(spec.title, spec)
    return tuple(named.get(model) for model in models)


def of_model(run: Run, spec: ModelSpec | None) -> tuple[Result, ...]:
    """The results of one model."""
    return tuple(result for result in run.results if result.evaluation.model == spec)
