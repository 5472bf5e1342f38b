"""The record behind the report's part on the decision: everything already in words, nothing left to compute."""

from dataclasses import dataclass

from outweigh.dashboard.measured_page import Panel, Tile
from outweigh.dashboard.report_page import Banner, Fact, Table


@dataclass(frozen=True)
class Chance:
    """How probably one model is the best: in words, and as a share of the bar's whole."""

    series: int
    name: str
    said: str
    percent: float


@dataclass(frozen=True)
class PickPage:
    """The recommendation: the pick first, then how sure, why, and what would change it."""

    sure: str
    pick: str
    line: str
    chances: tuple[Chance, ...]
    tiles: tuple[Tile, ...]
    reasons: tuple[str, ...]
    changes: tuple[str, ...]
    commands: tuple[str, ...]
    ranked: Table
    removed: Table | None
    panels: tuple[Panel, ...]
    guidance: tuple[Fact, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class CostPage:
    """What a deployment costs: a sentence, the parts, what moves the total, other volumes, other ways."""

    title: str
    finding: str
    parts: Table
    panels: tuple[Panel, ...]
    savings: Table | None
    facts: tuple[Fact, ...]
    banners: tuple[Banner, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class DecisionPage:
    """The whole part; `finding` is the page's heading, `missing` why something that was asked for is not there."""

    finding: str
    pick: PickPage | None = None
    cost: CostPage | None = None
    missing: tuple[str, ...] = ()
