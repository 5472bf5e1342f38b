"""What a comparison of models says."""

from enum import StrEnum

from outweigh.records.base import Record
from outweigh.records.results import Area, Estimate


class Verdict(StrEnum):
    """What the data say about two models after correction for multiplicity."""

    FIRST = "first"
    SECOND = "second"
    TIE = "tie"


_SWAPPED = {Verdict.FIRST: Verdict.SECOND, Verdict.SECOND: Verdict.FIRST, Verdict.TIE: Verdict.TIE}


class Difference(Record):
    """The first model's score minus the second's, on the same samples.

    `low`–`high` is the 95 % interval of the difference, `adjusted_p_value` is corrected by Holm over the
    comparison's benchmarks (and all pairs of models, where an adaptive run is among them),
    `minimum_detectable` is the smallest true gap that would be noticed with 80 % power at this size. `wins`
    counts the samples that the first model answered better, `losses` those that the second did, `draws` the rest; None
    where the two are not `paired`, since they share no sample or only their means are known. `effect` is Cohen's h, of
    shares; `same` the share of samples with equal scores, `kappa` that beyond chance (Cohen's).
    """

    first: str
    second: str
    benchmark: str
    metric: str
    value: float
    low: float
    high: float
    p_value: float
    adjusted_p_value: float
    count: int
    wins: int | None
    losses: int | None
    draws: int | None
    minimum_detectable: float
    method: str
    verdict: Verdict
    paired: bool = True
    effect: float | None = None
    same: float | None = None
    kappa: float | None = None

    @property
    def flipped(self) -> "Difference":
        """The same, seen from the second model."""
        return self.but(
            first=self.second,
            second=self.first,
            value=-self.value,
            low=-self.high,
            high=-self.low,
            wins=self.losses,
            losses=self.wins,
            verdict=_SWAPPED[self.verdict],
            effect=None if self.effect is None else -self.effect,
        )


class Row(Record):
    """One benchmark, group or area across models: an estimate for each model, and every pair's difference."""

    name: str
    title: str
    area: Area | None
    kind: str  # "benchmark", "group", "area" or "overall"
    metric: str
    chance: float | None
    estimates: tuple[Estimate | None, ...]
    differences: tuple[Difference, ...] = ()
    failed: tuple[int, ...] = ()
    truncated: tuple[int, ...] = ()
    unreadable: tuple[int, ...] = ()


class Matchup(Record):
    """On how many benchmarks the first model is ahead of the second, behind it, tied with it, or not compared."""

    first: str
    second: str
    wins: int
    losses: int
    ties: int
    unknown: int


class StepKind(StrEnum):
    """How one model was made from another."""

    TUNED = "fine-tuned"
    MERGED = "merged"
    ADAPTED = "adapter"
    QUANTIZED = "quantized"


class Step(Record):
    """What became of a model when another was made from it.

    `change` is child less parent on the widest row that both have, `better` and `worse` the benchmarks that show it.
    """

    parent: str
    child: str
    kinds: tuple[StepKind, ...]
    change: Difference | None
    better: tuple[str, ...] = ()
    worse: tuple[str, ...] = ()
    ties: int = 0


class Comparison(Record):
    """Models side by side on the same samples."""

    models: tuple[str, ...]
    rows: tuple[Row, ...]
    finding: str
    notes: tuple[str, ...] = ()
    matchups: tuple[Matchup, ...] = ()
    lineage: tuple[Step, ...] = ()

    @property
    def sides(self) -> dict[tuple[str, str], tuple[int, int, int]]:
        """Wins, ties and losses of each model against each other one."""
        found = {(each.first, each.second): (each.wins, each.ties, each.losses) for each in self.matchups}
        return found | {(second, first): counts[::-1] for (first, second), counts in found.items()}
