"""Figures that nobody measured: a score that a model would reach, and what it would take on a machine not at hand."""

from enum import StrEnum
from typing import Literal

from outweigh.records.base import Record


class Scale(StrEnum):
    """Which numbers a prediction is made of and in."""

    RAW = "raw"  # the metric itself in percent, as an evaluation gives it
    SHOWN = "shown"  # what the leaderboard shows: rescaled, 0 at chance and 100 at best


class Predicted(Record):
    """A figure made from other models' figures. `predicted` says so wherever it goes.

    The truth is between `low` and `high` in a share `level` of new cases, as far as what is asked for is like what was
    learnt from; `out_of_range` says in what it is not. `basis` names what was known of the model and used.
    """

    metric: str
    unit: str
    value: float
    low: float
    high: float
    level: float
    method: str
    basis: tuple[str, ...]
    out_of_range: tuple[str, ...] = ()
    predicted: Literal[True] = True
