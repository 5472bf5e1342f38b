"""What a public leaderboard says of one model: aggregates under one protocol, without the samples behind them."""

from datetime import date

from pydantic import Field

from outweigh.records.base import Record
from outweigh.records.results import Estimate


class Provenance(Record):
    """Who published figures, and how the models were asked. Two protocols never share a column."""

    name: str
    protocol: str
    address: str
    read_at: date


class Standing(Record):
    """One evaluation of one model. None is "not known".

    `scores` are raw, by benchmark, each with the interval of its number of samples; `normalized` is what the
    leaderboard shows, 0 at chance and 100 at best. `kind` is the leaderboard's own word for how the model was made.
    `parent` is what its card calls its base: a hint, for models may name themselves. `parameters` were counted from
    the files, which packed weights make too few.
    """

    provenance: str
    model: str
    revision: str | None = None
    precision: str | None = None
    kind: str | None = None
    architecture: str | None = None
    parameters: float | None = None
    license: str | None = None
    parent: str | None = None
    merged: bool = False
    mixture_of_experts: bool = False
    flagged: bool = False
    official: bool = False
    available: bool | None = None
    adapter: bool = False
    chat_template: bool | None = None
    published: date | None = None
    submitted: date | None = None
    generation: int | None = None
    likes: int | None = None
    carbon_kilograms: float | None = None
    scores: dict[str, Estimate] = Field(default_factory=dict)
    normalized: dict[str, float] = Field(default_factory=dict)
