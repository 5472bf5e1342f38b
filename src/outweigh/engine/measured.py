"""From turns to a measurement: figures with intervals, and why some are not there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from outweigh.records import (
    Conditions,
    Energy,
    Estimate,
    Footprint,
    Machine,
    Measurement,
    Precise,
    Stopped,
    Timing,
    Workload,
    canonical_json,
    digest,
)
from outweigh.stats.precision import median
from outweigh.stats.ratios import ratio
from outweigh.stats.timings import summarise

if TYPE_CHECKING:
    from outweigh.engine.measuring import Track
    from outweigh.engine.worker import Turn


@dataclass(frozen=True)
class Around:
    """What surrounds a measurement."""

    machine: Machine
    conditions: Conditions
    footprint: Footprint | None
    wanted: float
    budget_seconds: float | None
    stopped: Stopped
    interleaved: tuple[str, ...]
    started_at: datetime
