"""Standings of models that do not exist."""

from collections.abc import Mapping
from datetime import date
from math import sqrt

from outweigh.records import Estimate, Provenance, Standing

TABLE = Provenance(name="board", protocol="asked thus", address="https://example.org/board", read_at=date(2025, 3, 21))


def share(value: float, count: int = 1000, metric: str = "acc") -> Estimate:
    """A share of right answers, as a leaderboard publishes it."""
    error = sqrt(value * (1 - value) / count)
    return Estimate(
        metric=metric,
        value=value,
        low=max(0.0, value - 1.96 * error),
        high=min(1.0, value + 1.96 * error),
        standard_error=error,
        count=count,
        method="wilson-published",
        headline=True,
    )


def standing(model: str, scores: Mapping[str, float], count: int = 1000, **facts: object) -> Standing:
    """A model of the table with these shares of right answers, each of `count` samples."""
    facts = {"provenance": TABLE.name, "available": True} | facts
    return Standing(model=model, scores={name: share(value, count) for name, value in scores.items()}, **facts)
