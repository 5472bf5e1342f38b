"""What an evaluation is, and what it produced."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import Field

from outweigh.records.asking import Decoding
from outweigh.records.base import Record
from outweigh.records.machine import Machine
from outweigh.records.models import ModelCard, ModelSpec
from outweigh.records.usage import Usage


class Area(StrEnum):
    """What a benchmark is about."""

    REASONING = "reasoning"
    CODE = "code"
    KNOWLEDGE = "knowledge"
    CREATIVITY = "creativity"
    SAFETY = "safety"


class Protocol(StrEnum):
    """How a benchmark asks."""

    LIKELIHOOD = "likelihood"
    LETTER = "letter"
    CHAT = "chat"
    GENERATE = "generate"


class Outcome(StrEnum):
    """Why a benchmark was asked no further."""

    DECIDED = "decided"  # every pair of models was told apart
    NARROW = "narrow"  # every model's interval was as narrow as wanted
    EXHAUSTED = "exhausted"  # every sample was asked


class Stopping(Record):
    """How an adaptive run came to ask these samples of a benchmark and no others.

    Of the `pool` (the benchmark, or its first `limit` samples) those count whose rank, by `order_seed`, is not above
    `through`. `alpha` is the chance of one false decision in the whole run. A group is asked and decided as one
    benchmark, so `outcome` and `largest_cluster`, the most samples in one cluster of the pool, are the group's.
    """

    outcome: Outcome
    until_decided: bool
    until_halfwidth: float | None
    alpha: float
    order_seed: int
    through: str
    pool: int
    largest_cluster: int
    looks: int


class Evaluation(Record):
    """One model × one benchmark × settings. `work` names the answers, however many of them count.

    `stopping` is there only for what an adaptive run asked: its samples are no fixed number of them.
    """

    model: ModelSpec
    benchmark: str
    version: str
    protocol: Protocol
    shots: int
    seed: int = 1234
    limit: int | None = None
    decoding: Decoding | None = None
    data: str = ""  # revision of the data: a digest of the rows that were read
    judge: str | None = None
    stopping: Stopping | None = None

    @property
    def work(self) -> str:
        """Fingerprint of this evaluation without its limit or stopping: a raised limit asks only what is new."""
        return self.but(limit=None, stopping=None).fingerprint

    def identity(self) -> dict[str, Any]:
        """Every field but an absent `stopping`: that of a plain evaluation is older than adaptive runs."""
        return self.model_dump(mode="json", exclude=None if self.stopping else {"stopping"})


class Estimate(Record):
    """A metric's mean with its 95 % interval. `standard_error` is lm-evaluation-harness's own."""

    metric: str
    filter: str = "none"
    value: float
    low: float
    high: float
    standard_error: float | None
    count: int
    method: str
    headline: bool = False
    higher_is_better: bool = True


class Result(Record):
    """What one evaluation produced. Completeness is counted apart from the score.

    `asked` samples were sent, of which `failed` never answered, `truncated` lost prompt tokens or were cut
    at the token limit, and `unreadable` answered with nothing that could be read out. `cached` of them were
    not sent at all: an equal request of another evaluation had been answered before. `costs` are what a request and a
    right answer took, of those that were sent; `unpriced` says why one is not there.
    """

    evaluation: Evaluation
    title: str
    area: Area | None = None
    group: str | None = None
    chance: float | None = None
    card: ModelCard | None = None
    machine: Machine | None = None
    estimates: tuple[Estimate, ...]
    usage: Usage = Usage()
    costs: tuple[Estimate, ...] = ()
    unpriced: dict[str, str] = Field(default_factory=dict)
    asked: int
    failed: int = 0
    truncated: int = 0
    unreadable: int = 0
    cached: int = 0
    samples_digest: str
    harness: str
    notes: tuple[str, ...] = ()
    started_at: datetime
    finished_at: datetime
    signature: str | None = None

    @property
    def model(self) -> str:
        """What people call the model."""
        return self.card.title if self.card else self.evaluation.model.title

    def cost(self, metric: str) -> Estimate | None:
        """What an answer took; None where it is not known."""
        return next((each for each in self.costs if each.metric == metric), None)

    @property
    def headline(self) -> Estimate | None:
        """The estimate that stands for the benchmark in a table; None if every sample failed."""
        chosen = [estimate for estimate in self.estimates if estimate.headline] or list(self.estimates)
        return chosen[0] if chosen else None
