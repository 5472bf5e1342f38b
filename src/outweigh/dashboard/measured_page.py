"""The record behind the report's part on measurements: everything already in words, nothing left to compute."""

from dataclasses import dataclass

from outweigh.dashboard.report_page import Banner, Cell, Chart, Facts, Key, Table


@dataclass(frozen=True)
class Tile:
    """One answer on the first screen: whose it is, its value with its interval, and a line about the others."""

    label: str
    key: Key | None
    value: str
    unit: str
    spread: str
    line: str


@dataclass(frozen=True)
class Reading:
    """One figure in the table. `why` is the number of the reason, below the table, why there is none; 0 is a figure."""

    value: str = ""
    spread: str = ""
    note: str = ""
    why: int = 0
    best: bool = False
    tied: bool = False


@dataclass(frozen=True)
class MeasuredLine:
    """One model at one workload. `key` is there where the line is about a model, `title` where about a workload."""

    key: Key | None
    title: str
    warning: str
    cell: Cell | None
    readings: tuple[Reading, ...]
    sure: str
    how: str
    short: bool
    noise: str
    tone: str


@dataclass(frozen=True)
class MeasuredBoard:
    """Every measurement in bands by workload; `heads` are the figures with their units."""

    caption: str
    lead: str
    heads: tuple[tuple[str, str], ...]
    bands: tuple[tuple[str, tuple[MeasuredLine, ...]], ...]
    axis: tuple[tuple[float, str], ...]
    axis_title: str
    width: float
    reasons: tuple[str, ...]
    estimated: bool


@dataclass(frozen=True)
class Panel:
    """One chart with its heading and what its marks mean."""

    title: str
    hint: str
    chart: Chart
    keyed: bool = False


@dataclass(frozen=True)
class MeasuredSection:
    """Charts that belong together. `columns` sets them side by side."""

    name: str
    link: str
    title: str
    text: str
    panels: tuple[Panel, ...]
    columns: bool = False


@dataclass(frozen=True)
class MeasuredMethod:
    """How the figures came about, and what the machine did meanwhile."""

    taken: Table
    remarks: tuple[str, ...]
    conditions: Table | None
    meanings: tuple[tuple[str, str], ...]
    models: tuple[Facts, ...]
    figures: tuple[Table, ...]
    methods: tuple[str, ...]


@dataclass(frozen=True)
class MeasuredPage:
    """The whole part."""

    finding: str
    lede: str
    scope: str
    banners: tuple[Banner, ...]
    keys: tuple[Key, ...]
    grey: bool
    tiles: tuple[Tile, ...]
    board: MeasuredBoard
    pairs: Table | None
    sections: tuple[MeasuredSection, ...]
    method: MeasuredMethod
