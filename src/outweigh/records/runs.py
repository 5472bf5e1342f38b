"""What was asked for together."""

from datetime import datetime

from outweigh.records.base import Record
from outweigh.records.measuring import Measurement
from outweigh.records.results import Result


class Run(Record):
    """A set of evaluations or measurements asked for together, and what came of them."""

    name: str
    created_at: datetime
    suite: str | None = None
    results: tuple[Result, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    notes: tuple[str, ...] = ()
