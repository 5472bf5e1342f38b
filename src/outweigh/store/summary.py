"""What the store says about runs without loading their results."""

from datetime import datetime
from enum import StrEnum

from outweigh.records import Provenance, Record


class RunStatus(StrEnum):
    """Where a run stands. A run whose process was killed keeps saying `running`."""

    RUNNING = "running"
    FINISHED = "finished"
    INTERRUPTED = "interrupted"
    FAILED = "failed"


class RunSummary(Record):
    """One line of a list of runs; `results` counts the evaluations that have a result."""

    name: str
    created_at: datetime
    status: RunStatus
    suite: str | None
    models: tuple[str, ...]
    benchmarks: tuple[str, ...]
    results: int
    measurements: int = 0


class Deleted(Record):
    """What a deletion removed, and the work keys whose journals no other run claims any more."""

    name: str
    results: int
    measurements: int = 0
    works: tuple[str, ...]


class Keeping(StrEnum):
    """What keeping a table of standings did."""

    ADDED = "added"
    REPLACED = "replaced"  # an older table of the same provenance
    UNCHANGED = "unchanged"  # the same table was there


class Kept(Record):
    """A table of standings that the store holds."""

    provenance: Provenance
    standings: int
    benchmarks: tuple[str, ...]
    change: Keeping = Keeping.UNCHANGED
