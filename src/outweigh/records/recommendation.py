"""What is known of models that could be recommended, and what a recommendation says, with how sure it is."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from outweigh.records.base import Record
from outweigh.records.needs import CostName, Need
from outweigh.records.results import Area, Estimate

_NORMAL = {0.9: 1.6448536269514722, 0.95: 1.959963984540054, 0.99: 2.5758293035489004}


class Known(StrEnum):
    """How a figure came about."""

    MEASURED = "measured"
    ESTIMATED = "estimated"  # computed from other facts, such as bytes from parameters
    PREDICTED = "predicted"  # by a model of models


class Objective(Record):
    """One figure of a model: with `low` to `high`, which hold the truth with probability `level`, or a standard error,
    or the reason why it has neither (`exact`).

    `count` is of the samples behind a score, `pool` of those that the benchmark has. `shared` is the part of a score's
    error variance that all candidates have in common, since they answered the same samples.
    """

    value: float = Field(allow_inf_nan=False)
    low: float | None = Field(default=None, allow_inf_nan=False)
    high: float | None = Field(default=None, allow_inf_nan=False)
    level: float = 0.95
    standard_error: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    exact: str | None = None
    known: Known = Known.MEASURED
    area: Area | None = None
    count: int | None = Field(default=None, ge=1)
    pool: int | None = Field(default=None, ge=1)
    shared: float = Field(default=0.0, ge=0, lt=1)
    source: str = ""

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        if (self.low is None) != (self.high is None):
            raise ValueError("low and high come together")
        if self.low is not None and self.high is not None and not self.low <= self.value <= self.high:
            raise ValueError("low, value and high must stand in this order")
        if self.level not in _NORMAL:
            raise ValueError(f"level must be one of {', '.join(f'{each:g}' for each in _NORMAL)} (got {self.level:g})")
        if self.low is None and self.standard_error is None and self.exact is None:
            raise ValueError("a figure needs low and high, a standard error, or the reason why it has none (exact)")
        return self

    @property
    def error(self) -> float:
        """The standard error; half an interval's width over the normal's quantile where only that is known."""
        if self.low is not None and self.high is not None:
            return (self.high - self.low) / (2 * _NORMAL[self.level])
        return self.standard_error or 0.0

    @property
    def ends(self) -> tuple[float, float]:
        """A 95 % interval."""
        reach = _NORMAL[0.95]
        if self.low is None or self.high is None:
            return self.value - reach * self.error, self.value + reach * self.error
        stretch = reach / _NORMAL[self.level]
        return self.value - stretch * (self.value - self.low), self.value + stretch * (self.high - self.value)


def objective(found: Estimate, **more: object) -> Objective:
    """An estimate as an objective."""
    fields = {"value": found.value, "low": found.low, "high": found.high, "standard_error": found.standard_error}
    return Objective.model_validate({**fields, "count": max(found.count, 1), "source": found.method, **more})


class Guidance(Record):
    """How a model would be deployed. `unknown` says why a figure is not there."""

    precision: str | None = None
    replicas: int | None = None
    machines: int | None = None
    requests_at_a_time: int | None = None
    latency_seconds: float | None = None
    percentile: float | None = None
    unknown: dict[str, str] = Field(default_factory=dict)
    notes: tuple[str, ...] = ()


class Candidate(Record):
    """A model that could be recommended. What is absent, or None, is not known.

    `reference` is what `outweigh run` takes for it, `spec` the fingerprint of its ModelSpec. `scores` are by benchmark,
    higher is better; `costs` the opposite.
    """

    title: str
    reference: str | None = None
    spec: str | None = None
    parameters: float | None = Field(default=None, gt=0)
    license: str | None = None
    languages: tuple[str, ...] = ()
    context_tokens: int | None = None
    available: bool | None = None
    flagged: bool = False
    scores: dict[str, Objective] = Field(default_factory=dict)
    costs: dict[CostName, Objective] = Field(default_factory=dict)
    currency: str | None = None
    guidance: Guidance | None = None
    notes: tuple[str, ...] = ()


class Goal(Record):
    """What a model is worth on one goal, scaled so that more is better, with the middle 95 % of the worlds."""

    name: str
    weight: float
    value: float
    low: float
    high: float
    known: Known


class Ranked(Record):
    """A model that keeps the limits.

    `fitness` is its expected utility with the middle 95 % of the worlds, `confidence` the probability that it is the
    best of all that keep the limits, `keeps_limits` that it keeps them, `on_front` that no other is at least as good
    on every goal and better on one.
    """

    model: str
    fitness: Estimate
    confidence: float
    keeps_limits: float
    on_front: float
    goals: tuple[Goal, ...]
    costs: dict[CostName, Objective] = Field(default_factory=dict)


class Removed(Record):
    """A model that a limit removed; `chance` is the probability that it keeps this limit all the same."""

    model: str
    limit: str
    chance: float
    told: str


class LimitEffect(Record):
    """How many models fail a limit, and how many fail no other one."""

    limit: str
    failing: int
    alone: int
    unknown: int


class Relaxation(Record):
    """The least that would have to give way for a model to be left, and which one that would be."""

    model: str
    limits: tuple[str, ...]
    told: str


class WeightShift(Record):
    """How far the weights must move until another model is the best: the share of all weight that is moved.

    None is "however they move". `weights` are the nearest ones at which both are equal.
    """

    to: str | None
    moved: float | None
    weights: dict[str, float] = Field(default_factory=dict)
    why_not: str | None = None


class NextEvaluation(Record):
    """An evaluation that is not there yet: how far it would lower the expected regret, and how likely it changes the
    answer."""

    model: str
    benchmark: str
    samples: int
    lowers_regret: float
    changes_answer: float
    command: str | None


class Recommendation(Record):
    """Which model, how sure, why, and what would change that. Nothing is `ranked` where no model keeps the limits."""

    need: Need
    answer: str
    ranked: tuple[Ranked, ...]
    regret: Estimate | None = None
    rivals: tuple[str, ...] = ()
    knee: str | None = None
    reasons: tuple[str, ...] = ()
    trade_offs: tuple[str, ...] = ()
    removed: tuple[Removed, ...] = ()
    effects: tuple[LimitEffect, ...] = ()
    relaxation: Relaxation | None = None
    shift: WeightShift | None = None
    next_evaluations: tuple[NextEvaluation, ...] = ()
    guidance: Guidance | None = None
    worlds: int
    seed: int
    method: str
    notes: tuple[str, ...] = ()


class OnFront(Record):
    """A model that may be on the front; `values` are by objective as scaled, with low and high, None if not known."""

    model: str
    chance: float
    values: tuple[tuple[float, float, float] | None, ...]
    costs: dict[CostName, Objective] = Field(default_factory=dict)


class Front(Record):
    """The Pareto front of a need's goals and limited costs, as scaled there: more is better, 1 is all there is.

    `hypervolume` is the share of all that could be had which the front dominates; None for more than five objectives,
    or where a value is not known.
    """

    need: Need
    answer: str
    objectives: tuple[str, ...]
    models: tuple[OnFront, ...]
    knee: str | None
    hypervolume: Estimate | None
    worlds: int
    seed: int
    notes: tuple[str, ...] = ()
