"""The record behind the page of one verb: everything already in words, nothing left to compute."""

from dataclasses import dataclass

from outweigh.dashboard.decision_page import Chance, DecisionPage
from outweigh.dashboard.measured_page import Panel, Tile
from outweigh.dashboard.report_page import Banner, Cell, Facts, Key, Table, Value

_LONG = 90  # letters from which a heading is set smaller


@dataclass(frozen=True)
class RankedModel:
    """One model of a leaderboard: the ranks that it may have, who it is, its scores, and how many it has of them.

    `remarks` are what a reader must know before trusting the row. `cell` draws the first of the `values`.
    """

    rank: str
    name: str
    about: str
    labels: tuple[str, ...]
    remarks: tuple[str, ...]
    cell: Cell | None
    values: tuple[Value, ...]
    complete: str


@dataclass(frozen=True)
class Band:
    """Models under one heading, which says what their order means; `tied` is whether any of them may be first."""

    title: str
    text: str
    models: tuple[RankedModel, ...]
    tied: bool = False


@dataclass(frozen=True)
class Ranking:
    """A leaderboard as a table; `heads` are the scores with their units, the one that the order hangs on first."""

    caption: str
    heads: tuple[tuple[str, str], ...]
    bands: tuple[Band, ...]
    axis: tuple[tuple[float, str], ...]
    width: float
    hint: str


@dataclass(frozen=True)
class Section:
    """Charts, chances and facts side by side, then tables, which are closed until they are asked for or `unfolded`."""

    name: str
    title: str
    text: str = ""
    panels: tuple[Panel, ...] = ()
    keys: tuple[Key, ...] = ()
    chances: tuple[Chance, ...] = ()
    chances_title: str = ""
    facts: tuple[Facts, ...] = ()
    tables: tuple[Table, ...] = ()
    unfolded: bool = False

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show."""
        return not (self.panels or self.chances or self.facts or self.tables)


@dataclass(frozen=True)
class VerbPage:
    """The whole page: the finding as its heading, the answer with its uncertainty, then what stands behind it."""

    verb: str
    finding: str
    made_at: str = ""
    lede: str = ""
    scope: str = ""
    banners: tuple[Banner, ...] = ()
    tiles: tuple[Tile, ...] = ()
    ranking: Ranking | None = None
    decision: DecisionPage | None = None
    sections: tuple[Section, ...] = ()
    notes: tuple[str, ...] = ()
    palette: str = "few"

    @property
    def long(self) -> bool:
        """Whether the heading is set smaller."""
        return len(self.finding) > _LONG
