"""What a cost is for: the hardware, its place, the load, how fast answers must come, and for how long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from outweigh.records.base import Record
from outweigh.records.money import Accuracy, Growth, NotNegative, Positive, Price, Rate, Ratio, Share, Uncertain

Hours = Annotated[
    tuple[Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)], ...], Field(min_length=24, max_length=24)
]
NONE = Uncertain.model_validate(0)
ONE = Uncertain.model_validate(1)


class Terms(StrEnum):
    """On which terms a machine is rented."""

    ON_DEMAND = "on-demand"
    SPOT = "spot"
    RESERVED = "reserved"


class Embodied(Record):
    """What making one machine emitted, and over how long that is spread."""

    kilograms: Positive
    lifetime_years: Positive
    source: str = Field(min_length=1)


class Rented(Record):
    """A machine rented by the hour. `watts` is what it draws as long as it runs, the joules of requests apart."""

    kind: Literal["rented"] = "rented"
    provider: str
    gpu: str
    gpus: int = Field(default=1, ge=1)
    instance: str | None = None
    terms: Terms = Terms.ON_DEMAND
    price_per_hour: Price
    watts: NotNegative | None = None
    embodied: Embodied | None = None


class Bought(Record):
    """A machine bought: it loses `1 - residual_share` of its price evenly over `depreciation_years`.

    `watts` is what it draws as long as it runs, the joules of requests apart.
    """

    kind: Literal["bought"] = "bought"
    gpu: str
    gpus: int = Field(default=1, ge=1)
    price: Price
    depreciation_years: Positive
    residual_share: Share = NONE
    watts: NotNegative | None = None
    embodied: Embodied | None = None


class Hosted(Record):
    """A model that somebody else serves, paid by the token."""

    kind: Literal["hosted"] = "hosted"
    provider: str
    price_per_million_prompt_tokens: Price
    price_per_million_output_tokens: Price


class Grid(Record):
    """Grams of CO₂ equivalent that a kilowatt-hour emits in a region: one number, or one for each hour of the day."""

    grams_per_kwh: NotNegative | None = None
    hourly_grams_per_kwh: Hours | None = None
    date: date
    source: str = Field(min_length=1)

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.grams_per_kwh is None) == (self.hourly_grams_per_kwh is None):
            raise ValueError("give grams_per_kwh or hourly_grams_per_kwh, one of the two")
        most = max(self.hourly_grams_per_kwh or (0,)) if self.grams_per_kwh is None else self.grams_per_kwh.high
        if 0 < most < 1:
            raise ValueError(f"write grams a kilowatt-hour, such as {1000 * most:g}, not kilograms (got {most:g})")
        return self


class Place(Record):
    """Where the machines stand. `pue` is the energy of the whole site over that of its machines.

    `tariff_per_kwh` is there where electricity is paid apart from the rent.
    """

    region: str
    pue: Ratio
    grid: Grid | None = None
    tariff_per_kwh: Price | None = None


class Scaling(StrEnum):
    """How many machines run over the day."""

    FIXED = "fixed"  # as many as the busiest hour takes, all day long
    HOURLY = "hourly"  # as many as each hour takes


class Load(Record):
    """What is asked: requests a second over the day, as mean and peak or hour by hour, and the tokens of a request.

    All of it is times `volume`, and grows by `growth_per_year`, a share, compounded month by month. `variation` is the
    squared coefficient of variation of the time that one request takes to serve: 1 is exponential, 0 always the same.
    """

    mean_requests_per_second: float | None = Field(default=None, ge=0, le=1e9, allow_inf_nan=False)
    peak_requests_per_second: float | None = Field(default=None, ge=0, le=1e9, allow_inf_nan=False)
    hourly_requests_per_second: Hours | None = None
    volume: Positive = ONE
    prompt_tokens: Positive
    output_tokens: Positive
    growth_per_year: Growth = NONE
    variation: float = Field(default=1.0, ge=0, le=100)
    scaling: Scaling = Scaling.FIXED

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        mean, peak = self.mean_requests_per_second, self.peak_requests_per_second
        hourly = self.hourly_requests_per_second
        if (hourly is None) == (mean is None) or (hourly is not None and peak is not None):
            raise ValueError("give mean_ and peak_requests_per_second, or hourly_requests_per_second")
        if not (mean or (hourly and any(hourly))):
            raise ValueError("no requests come: give a load above 0")
        if peak is not None and mean is not None and peak < mean:
            raise ValueError(f"the peak of {peak:g} requests a second is below the mean of {mean:g}")
        if self.scaling is Scaling.HOURLY and hourly is None:
            raise ValueError("hourly scaling needs hourly_requests_per_second, 24 values")
        return self

    @property
    def hours(self) -> tuple[float, ...]:
        """Requests a second: one value for each hour of the day, or a single one for all."""
        return self.hourly_requests_per_second or (self.mean_requests_per_second or 0.0,)

    @property
    def peak(self) -> float:
        """Requests a second when most come."""
        return self.peak_requests_per_second or max(self.hours)


class Latency(Record):
    """Seconds within which so many percent of the requests must be answered, from their coming to their last token."""

    percentile: float = Field(ge=50, le=99.9)
    seconds: float = Field(gt=0, le=86400)

    @field_validator("percentile", mode="before")
    @classmethod
    def _in_percent(cls, given: Any) -> Any:
        if isinstance(given, int | float | Decimal) and 0 < given <= 1:
            raise ValueError(f"write percent, such as {float(100 * given):g}, not a share")
        return given

    @field_validator("seconds", mode="before")
    @classmethod
    def _in_seconds(cls, given: Any) -> Any:
        if isinstance(given, str):
            raise ValueError("write a plain number of seconds, such as 2.5")
        return given


class Service(Record):
    """How one replica of the model serves: `slots` requests at a time, each in `seconds` on average at that load.

    `joules_per_request` are those beyond the `watts` that a machine draws anyway. None is "not measured".
    """

    slots: int = Field(default=1, ge=1)
    seconds: Positive
    gpus_per_replica: int = Field(default=1, ge=1)
    joules_per_request: NotNegative | None = None
    source: str = Field(min_length=1)


class Operations(Record):
    """The share of a person's year that the deployment takes, and support paid to others."""

    people: NotNegative = NONE
    salary_per_year: Price | None = None
    support_per_month: Price | None = None

    @model_validator(mode="after")
    def _paid(self) -> Self:
        if self.people.high > 0 and self.salary_per_year is None:
            raise ValueError("people without salary_per_year cost nothing: give it, or leave people out")
        return self


class Storage(Record):
    """What is kept, in units of 10⁹ bytes."""

    gigabytes: NotNegative
    price_per_gigabyte_month: Price


class Egress(Record):
    """What leaves the provider's network for each request, in units of 10³ bytes."""

    kilobytes_per_request: NotNegative
    price_per_gigabyte: Price


class Licence(Record):
    """Licences by the year: one price for all, and one for each GPU."""

    per_year: Price | None = None
    per_gpu_year: Price | None = None


class Switch(Record):
    """What moving to this deployment costs at once, what a correct answer is worth, and the yearly discount rate."""

    migration: Price
    retraining: Price | None = None
    value_per_correct: Price | None = None
    discount_per_year: Rate


class Deployment(Record):
    """Everything that the cost of one model in use depends on. None is "there is none", or "not given".

    `accuracy` is the share of requests that the model answers correctly. Prices older than `stale_after_days` are said
    to be stale. All prices are of one currency.
    """

    name: str = Field(min_length=1)
    model: str = Field(default="the model", min_length=1)
    horizon_months: int = Field(ge=1, le=120)
    hardware: Annotated[Rented | Bought | Hosted, Field(discriminator="kind")]
    load: Load
    place: Place | None = None
    latency: Latency | None = None
    service: Service | None = None
    operations: Operations | None = None
    storage: Storage | None = None
    egress: Egress | None = None
    licence: Licence | None = None
    accuracy: Accuracy | None = None
    switch: Switch | None = None
    stale_after_days: int = Field(default=180, ge=1)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if not isinstance(self.hardware, Hosted) and self.latency is None:
            raise ValueError("latency is missing: machines are counted by it, such as percentile = 95, seconds = 5")
        paid = self.place is not None and self.place.tariff_per_kwh is not None
        if isinstance(self.hardware, Bought) and not paid:
            raise ValueError("bought machines pay their electricity: give place.tariff_per_kwh")
        found = {price.currency: name for name, price in prices(self)}
        if len(found) > 1:
            told = ", ".join(f"{name} in {currency}" for currency, name in found.items())
            raise ValueError(f"prices of several currencies ({told}): give all in one")
        return self

    @property
    def currency(self) -> str:
        """The currency of all prices."""
        return next(price.currency for _, price in prices(self))


def prices(record: Record, prefix: str = "") -> Iterator[tuple[str, Price]]:
    """Every price in a record, each with the path to it."""
    for name in type(record).model_fields:
        value = getattr(record, name)
        if isinstance(value, Price):
            yield f"{prefix}{name}", value
        elif isinstance(value, Record):
            yield from prices(value, f"{prefix}{name}.")


class Change(StrEnum):
    """What an alternative changes."""

    MODEL = "other model"
    QUANTIZE = "quantize"
    BATCH = "batch"
    SPOT = "spot"
    REGION = "other region"
    OFF_PEAK = "off-peak"


class Alternative(Record):
    """Another way to do the same work."""

    change: Change
    deployment: Deployment


class Plan(Record):
    """A deployment, and what could be done instead."""

    deployment: Deployment
    alternatives: tuple[Alternative, ...] = ()
