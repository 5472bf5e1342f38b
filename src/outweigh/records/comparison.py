"""What a comparison of models says."""

from enum import StrEnum

from outweigh.records.base import Record
from outweigh.records.results import Area, Estimate


class Verdict(StrEnum):
    """What the data say about two models after correction for multiplicity."""

    FIRST = "first"
    SECOND = "second"
    TIE = "tie"


class Difference(Record):
    """The first model's score minus the second's, on the same samples.

    `low`–`high` is the 95 % interval of the difference, `adjusted_p_value` is corrected by Holm over the
    comparison's benchmarks (and all pairs of models, where an adaptive run is among them),
    `minimum_detectable` is the smallest true gap that would be noticed with 80 % power at this size. `wins`
    counts the samples that the first model answered better, `losses` those that the second did, `draws` the rest.
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
    wins: int
    losses: int
    draws: int
    minimum_detectable: float
    method: str
    verdict: Verdict


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


class Comparison(Record):
    """Models side by side on the same samples."""

    models: tuple[str, ...]
    rows: tuple[Row, ...]
    finding: str
    notes: tuple[str, ...] = ()
