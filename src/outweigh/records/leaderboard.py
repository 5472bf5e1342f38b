"""What a leaderboard says: models in order, with all that is uncertain about the order."""

from datetime import date

from pydantic import Field

from outweigh.records.base import Record
from outweigh.records.results import Area, Estimate
from outweigh.records.standings import Provenance, Standing


class Asked(Record):
    """How a public leaderboard asked a benchmark: which tasks of lm-evaluation-harness, whole, make its one score.

    Several `tasks` are pooled by size; of several `metrics` the plain mean counts. `samples` are those of all tasks.
    """

    tasks: tuple[str, ...]
    metrics: tuple[str, ...]
    shots: int
    samples: int


class Filters(Record):
    """Which models to rank; None and empty leave all. Parameters are plain numbers, 7e9 for seven billion."""

    min_parameters: float | None = None
    max_parameters: float | None = None
    licenses: tuple[str, ...] = ()
    precision: str | None = None
    architecture: str | None = None
    family: str | None = None
    area: Area | None = None
    since: date | None = None
    official: bool = False
    flagged: bool = False
    unavailable: bool = False


class LeaderboardColumn(Record):
    """One benchmark. `metric` says what its scores are; shares but for a rating."""

    benchmark: str
    title: str
    area: Area | None
    metric: str


class RankRange(Record):
    """The ranks that a model may truly have, at 95 %: as many are surely ahead of it, and surely behind."""

    low: int
    high: int


class LeaderboardRow(Record):
    """One model of a leaderboard.

    `rank` is its place by the score as it was measured, `range` the places that it may truly have. Both are None, and
    the averages too, where it lacks `missing` benchmarks. `ranks` are its places by each way of averaging.
    """

    standing: Standing
    own: bool = False
    score: Estimate | None = None
    rank: int | None = None
    range: RankRange | None = None
    tied_for_first: bool = False
    mean: Estimate | None = None
    win_rate: Estimate | None = None
    z_score: Estimate | None = None
    z_scores: dict[str, Estimate] = Field(default_factory=dict)
    ranks: dict[str, int] = Field(default_factory=dict)
    missing: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    family: str | None = None
    family_size: int | None = None


class Agreement(Record):
    """How far another average, `second`, orders all models as the present one, `first`, does: Kendall's tau."""

    first: str
    second: str
    tau: float


class Leaderboard(Record):
    """Models under one protocol in the order of one score. `provenance` is None for results of one's own.

    `models` were ranked, of `considered` in the table; `left_out` counts others by why. `tied_for_first` names those of
    which any may truly be the best (the first thousand of `tied_models`). `incomplete` are some of the
    `incomplete_models` that lack a benchmark and have no rank.
    """

    provenance: Provenance | None
    columns: tuple[LeaderboardColumn, ...]
    sort: str
    considered: int
    models: int
    rows: tuple[LeaderboardRow, ...]
    tied_for_first: tuple[str, ...]
    tied_models: int
    incomplete: tuple[LeaderboardRow, ...] = ()
    incomplete_models: int = 0
    left_out: dict[str, int] = Field(default_factory=dict)
    agreement: tuple[Agreement, ...] = ()
    finding: str
    notes: tuple[str, ...] = ()


class Moment(Record):
    """One result of a model, its plain mean over benchmarks, and how that differs from the result before.

    `change` is None for the first result, and where the one before has other benchmarks.
    """

    standing: Standing
    mean: Estimate | None
    change: Estimate | None


class History(Record):
    """A model's results in one table (or of one's own), the oldest first."""

    model: str
    table: str
    moments: tuple[Moment, ...]
