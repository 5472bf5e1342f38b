"""What a deployment costs, emits and returns, each figure with its interval or with the reason why it has none."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from pydantic import Field

from outweigh.records.base import Record
from outweigh.records.deployment import Change
from outweigh.records.money import Amount
from outweigh.records.results import Estimate


class Part(StrEnum):
    """What money goes to."""

    HARDWARE = "hardware"  # as many machines as the first month takes
    SCALING = "scaling"  # machines beyond those, as the load grows
    TOKENS = "tokens"  # paid to whoever serves the model
    ENERGY = "energy"
    OPERATIONS = "operations"
    STORAGE = "storage and egress"
    LICENCES = "licences"


class Swing(Record):
    """How the total moves when one input goes from its low to its high end, all others at their likely values.

    None is "no number of machines keeps the limit then".
    """

    input: str
    low: float
    high: float
    at_low: Decimal | None
    at_high: Decimal | None

    @property
    def width(self) -> Decimal:
        """How far the total moves."""
        if self.at_low is None or self.at_high is None:
            return Decimal("Infinity")
        return abs(self.at_high - self.at_low)


class Sizing(Record):
    """The machines of each month, and how busy and how fast they are in the first one, when most requests come.

    `machines_low` and `machines_high` hold those of 95 % of the draws; all else is at likely values.
    `response_seconds` is the limit's percentile of the time from a request's coming to its end.
    """

    replicas: tuple[int, ...]
    machines: tuple[int, ...]
    machines_low: tuple[int, ...]
    machines_high: tuple[int, ...]
    utilisation: float
    response_seconds: float


class Cost(Record):
    """What a deployment costs over its horizon.

    `unmeasured` says why a figure is not there; `swings` come widest first.
    """

    deployment: str
    model: str
    horizon_months: int
    parts: dict[Part, Amount]
    total: Amount
    requests: Estimate
    tokens: Estimate
    per_million_tokens: Amount
    per_correct: Amount | None = None
    sizing: Sizing | None = None
    swings: tuple[Swing, ...] = ()
    stale: tuple[str, ...] = ()
    unmeasured: dict[str, str] = Field(default_factory=dict)
    draws: int
    method: str
    notes: tuple[str, ...] = ()

    def share(self, part: Part) -> float | None:
        """What part of the total goes to this; None where the total is nothing."""
        return float(self.parts[part].value / self.total.value) if self.total.value else None


class VolumePoint(Record):
    """What a month costs at one volume."""

    tokens_per_month: float
    cost: Amount


class VolumeCurve(Record):
    """What a month costs one option, by volume."""

    name: str
    points: tuple[VolumePoint, ...]


class Crossing(Record):
    """Between which two volumes the cheaper of two options changes, at likely values."""

    cheaper_below: str
    cheaper_above: str
    low_tokens_per_month: float
    high_tokens_per_month: float


class Carbon(Record):
    """What a deployment emits over its horizon, in kilograms of CO₂ equivalent, and in grams a million tokens."""

    deployment: str
    model: str
    region: str
    horizon_months: int
    kilowatt_hours: Estimate
    operational_kilograms: Estimate
    embodied_kilograms: Estimate | None = None
    total_kilograms: Estimate
    grams_per_million_tokens: Estimate
    unmeasured: dict[str, str] = Field(default_factory=dict)
    sources: tuple[str, ...]
    notes: tuple[str, ...] = ()


# What is to be known of a switch, in words: how many of its unit make one of the record's, and the unit.
RETURN_UNITS = {
    "return_on_investment": (100.0, "%"),
    "payback_months": (1.0, "months"),
    "internal_rate_per_year": (100.0, "% a year"),
    "break_even_tokens_per_month": (1e-6, "million tokens a month"),
}


class Return(Record):
    """What switching from one deployment to another returns.

    `invested` is what is paid at once. `chance` is the share of draws in which the net present value is above 0.
    `flows` are what is gained at likely values: at once, then at the end of each month. `summed` is the present value
    of what was gained up to each of these times: the last of it is the net present value.
    """

    current: str
    new: str
    horizon_months: int
    invested: Amount
    net_present_value: Amount
    chance: float
    return_on_investment: Estimate | None = None
    payback_months: Estimate | None = None
    internal_rate_per_year: Estimate | None = None
    break_even_tokens_per_month: Estimate | None = None
    flows: tuple[Decimal, ...]
    summed: tuple[Amount, ...] = ()
    swings: tuple[Swing, ...] = ()
    stale: tuple[str, ...] = ()
    unmeasured: dict[str, str] = Field(default_factory=dict)
    draws: int
    notes: tuple[str, ...] = ()


class Quality(StrEnum):
    """What an alternative does to the answers."""

    SAME = "same model"
    EQUAL = "equal within the margin"
    WORSE = "worse"
    UNPROVEN = "not shown to be equal"
    UNKNOWN = "not measured"


class Saving(Record):
    """What an alternative saves over the horizon, and what it costs in accuracy; negative savings cost more.

    `share` is of the deployment's cost, None where that is nothing.
    """

    change: Change
    name: str
    saving: Amount
    share: float | None
    quality: Quality
    accuracy: Estimate | None = None
