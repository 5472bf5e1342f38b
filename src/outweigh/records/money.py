"""Numbers that are not known exactly, prices with their date and source, and sums of money with their interval."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from outweigh.records.base import Record
from outweigh.records.results import Estimate

_MOST = 10**15  # of anything: what is larger was not meant


def _code(given: str) -> str:
    if not (len(given) == 3 and given.isascii() and given.isalpha() and given.isupper()):
        raise ValueError(f"write three capital letters, such as USD (got {given!r})")
    return given


Currency = Annotated[str, AfterValidator(_code)]


class Spread(StrEnum):
    """What the ends of an uncertain number are."""

    EXACT = "exact"  # there are none
    TRIANGULAR = "triangular"  # the least and the most that it can be
    INTERVAL = "interval"  # a 95 % interval


class Uncertain(Record):
    """A number with its ends: written as a number, as low, likely and high, or as an estimate."""

    likely: float = Field(ge=-_MOST, le=_MOST, allow_inf_nan=False)
    low: float = Field(ge=-_MOST, le=_MOST, allow_inf_nan=False)
    high: float = Field(ge=-_MOST, le=_MOST, allow_inf_nan=False)
    spread: Spread = Spread.TRIANGULAR

    @model_validator(mode="before")
    @classmethod
    def _read(cls, given: Any) -> Any:
        if isinstance(given, Estimate):
            return {"likely": given.value, "low": given.low, "high": given.high, "spread": Spread.INTERVAL}
        if isinstance(given, int | float | Decimal) and not isinstance(given, bool):
            return {"likely": given, "low": given, "high": given, "spread": Spread.EXACT}
        if not isinstance(given, dict):
            raise ValueError("write a number, or { low = …, likely = …, high = … }")
        return given

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low <= self.likely <= self.high:
            raise ValueError("low, likely and high must stand in this order")
        return self


def _between(least: float, most: float, what: str, *, above: bool = False) -> AfterValidator:
    def checked(given: Uncertain) -> Uncertain:
        if given.low < least or (above and given.low == least) or given.high > most:
            raise ValueError(f"{what} (got {given.low:g})" if given.high <= most else f"{what} (got {given.high:g})")
        return given

    return AfterValidator(checked)


Positive = Annotated[Uncertain, _between(0, float("inf"), "must be above 0", above=True)]
NotNegative = Annotated[Uncertain, _between(0, float("inf"), "cannot be negative")]
Accuracy = Annotated[Uncertain, _between(0, 1, "must be a share above 0 and up to 1", above=True)]
Share = Annotated[Uncertain, _between(0, 1, "must be a share from 0 to 1")]
Ratio = Annotated[Uncertain, _between(1, 10, "must be from 1 to 10, such as 1.2")]
Growth = Annotated[
    Uncertain, _between(-1, 10, "must be a share above -1 and up to 10, such as 0.3 for 30 %", above=True)
]
Rate = Annotated[Uncertain, _between(-1, 1, "must be a share above -1 and up to 1, such as 0.08 for 8 %", above=True)]


class Price(Record):
    """What something costs, when that was so, and who says it. `low` and `high` are the least and the most, if given.

    Where it is read with defaults (`{"price": {...}}` as the context), a bare number is an amount.
    """

    amount: Decimal = Field(le=_MOST, allow_inf_nan=False)
    low: Decimal | None = Field(default=None, le=_MOST, allow_inf_nan=False)
    high: Decimal | None = Field(default=None, le=_MOST, allow_inf_nan=False)
    currency: Currency
    date: date
    source: str = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _filled(cls, given: Any, info: ValidationInfo) -> Any:
        defaults = (info.context or {}).get("price", {})
        if isinstance(given, int | float | Decimal) and not isinstance(given, bool):
            return defaults | {"amount": given}
        if isinstance(given, bool | str):
            raise ValueError(f"write a number, or {{ amount = …, currency = …, date = …, source = … }} (got {given!r})")
        return defaults | given if isinstance(given, dict) else given

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        ends = (self.amount if self.low is None else self.low, self.amount if self.high is None else self.high)
        if min(*ends, self.amount) < 0:
            raise ValueError(f"a price cannot be negative (got {min(*ends, self.amount)})")
        if not ends[0] <= self.amount <= ends[1]:
            raise ValueError("low, amount and high must stand in this order")
        return self

    @property
    def uncertain(self) -> Uncertain:
        """The amount as a number with its ends."""
        if self.low is None and self.high is None:
            return Uncertain.model_validate(self.amount)
        low, high = (self.amount if end is None else end for end in (self.low, self.high))
        return Uncertain(likely=float(self.amount), low=float(low), high=float(high))


class Amount(Record):
    """A sum of money with its 95 % interval."""

    value: Decimal
    low: Decimal
    high: Decimal
    currency: Currency
