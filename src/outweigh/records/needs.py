"""What a person needs a model for: what counts how much, what must be kept, and where it is to run."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from outweigh.records.base import Record
from outweigh.records.deployment import Load
from outweigh.records.money import Currency


class Utility(StrEnum):
    """How several goals make one figure."""

    WEIGHTED = "weighted"  # the mean, weighted
    MAX_MIN = "max-min"  # the goal that is met worst


class DeploymentKind(StrEnum):
    """Where the model is to run. On edge devices and laptops latency is that of one request at a time."""

    CLOUD = "cloud"
    ON_PREM = "on-prem"
    EDGE = "edge"
    LAPTOP = "laptop"


class CostName(StrEnum):
    """What a model in use takes; less is better."""

    LATENCY = "latency_seconds"
    MEMORY = "memory_bytes"
    PER_MONTH = "cost_per_month"
    PER_MILLION = "cost_per_million_tokens"
    ENERGY = "joules_per_request"


def _plain(example: str) -> BeforeValidator:
    def checked(given: Any) -> Any:
        if isinstance(given, bool) or not isinstance(given, int | float | Decimal):
            raise ValueError(f"write a plain number, such as {example} (got {given!r})")
        return given

    return BeforeValidator(checked)


def _unit(least: float, unit: str, example: str) -> BeforeValidator:
    """A number is refused where it is so small that another unit was meant."""

    def checked(given: Any) -> Any:
        if isinstance(given, int | float | Decimal) and 0 < float(given) < least:
            raise ValueError(f"counted in {unit}, such as {example} (got {given})")
        return given

    return BeforeValidator(checked)


Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False), _plain("2.5, in seconds")]
Money = Annotated[float, Field(gt=0, allow_inf_nan=False), _plain("500, and currency beside it")]
Joules = Annotated[float, Field(gt=0, allow_inf_nan=False), _plain("50, in joules")]
Bytes = Annotated[float, Field(gt=0, allow_inf_nan=False), _unit(1e6, "bytes", "8e9 for 8 GB"), _plain("8e9 for 8 GB")]
Parameters = Annotated[
    float, Field(gt=0, allow_inf_nan=False), _unit(1e5, "parameters", "8e9"), _plain("8e9 for eight billion")
]
Tokens = Annotated[float, Field(gt=0, allow_inf_nan=False), _unit(16, "tokens", "32768"), _plain("32768")]


class NeedLimits(Record):
    """What a model must keep to be recommended at all; None or empty is no limit.

    `min_score` is by area or benchmark, a share from 0 to 1. Money is in `currency`. `max_latency_seconds` is of the
    `latency_percentile` of whole answers.
    """

    min_score: dict[str, float] = Field(default_factory=dict)
    max_latency_seconds: Seconds | None = None
    latency_percentile: float = Field(default=95.0, ge=50, le=99.9)
    max_memory_bytes: Bytes | None = None
    max_parameters: Parameters | None = None
    min_context_tokens: Tokens | None = None
    max_cost_per_month: Money | None = None
    max_cost_per_million_tokens: Money | None = None
    max_joules_per_request: Joules | None = None
    currency: Currency | None = None
    licences: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()

    @field_validator("min_score", mode="before")
    @classmethod
    def _shares(cls, given: Any) -> Any:
        for name, value in given.items() if isinstance(given, dict) else ():
            if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
                raise ValueError(f"{name}: write a share, such as 0.4 (got {value!r})")
            if 1 < value <= 100:
                raise ValueError(f"{name}: write a share, such as {float(value) / 100:g}, not percent (got {value})")
            if not 0 <= value <= 1:
                raise ValueError(f"{name}: a score is a share from 0 to 1 (got {value})")
        return given

    @field_validator("latency_percentile", mode="before")
    @classmethod
    def _in_percent(cls, given: Any) -> Any:
        if isinstance(given, int | float | Decimal) and 0 < given <= 1:
            raise ValueError(f"write percent, such as {100 * given:g}, not a share")
        return given

    @field_validator("licences", "languages", mode="before")
    @classmethod
    def _several(cls, given: Any) -> Any:
        if isinstance(given, str):
            raise ValueError(f'write a list, such as ["{given}"]')
        return given

    def at_most(self, cost: CostName) -> float | None:
        """The limit on a cost; None where there is none."""
        found: float | None = getattr(self, f"max_{cost.value}")
        return found


class Need(Record):
    """What a model is wanted for.

    `weights` are by area, benchmark or cost; empty, every area counts the same (every benchmark, where areas are not
    known). A limit counts as kept where it is kept with a probability of at least `certainty`.
    """

    name: str = Field(default="the need", min_length=1)
    weights: dict[str, float] = Field(default_factory=dict)
    utility: Utility = Utility.WEIGHTED
    limits: NeedLimits = NeedLimits()
    deployment: DeploymentKind | None = None
    load: Load | None = None
    certainty: float = Field(default=0.5, gt=0, lt=1)

    @field_validator("weights", mode="before")
    @classmethod
    def _numbers(cls, given: Any) -> Any:
        for name, value in given.items() if isinstance(given, dict) else ():
            if isinstance(value, bool) or not isinstance(value, int | float | Decimal) or not abs(float(value)) < 1e12:
                raise ValueError(f"{name}: write a number, such as 2 (got {value!r})")
            if value < 0:
                raise ValueError(f"{name}: a weight cannot be negative (got {value})")
        return given

    @model_validator(mode="after")
    def _counts(self) -> Self:
        if self.weights and not sum(self.weights.values()) > 0:
            raise ValueError("weights sum to zero: give at least one above 0")
        return self
