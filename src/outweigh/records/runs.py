"""What was asked for together."""

from datetime import datetime

from outweigh.records.base import Record
from outweigh.records.measuring import Measurement
from outweigh.records.models import names_apart
from outweigh.records.results import Result


class Run(Record):
    """A set of evaluations or measurements asked for together, and what came of them."""

    name: str
    created_at: datetime
    suite: str | None = None
    results: tuple[Result, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def measured(self) -> dict[str, str]:
        """A name for each model that was measured, by the fingerprint of its spec; no two are alike."""
        return names_apart({each.model.fingerprint: (each.title, each.model) for each in self.measurements})
