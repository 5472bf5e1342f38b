"""The record behind the report's template: everything already in words, nothing left to compute."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from outweigh.dashboard.words import Said

if TYPE_CHECKING:
    from markupsafe import Markup

    from outweigh.dashboard.decision_page import DecisionPage
    from outweigh.dashboard.measured_page import MeasuredPage


@dataclass(frozen=True)
class Key:
    """A model as the page names it: its symbol (`series`), its short name and its full one."""

    series: int
    title: str
    full: str


@dataclass(frozen=True)
class Table:
    """Plain words in rows; the first cell of a row is its header, `numbers` are right-aligned columns."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Chart:
    """A drawing in two widths, the sentence that says all it shows, a caption, and its numbers."""

    name: str
    sentence: str
    caption: str
    wide: "Markup"
    narrow: "Markup"
    data: Table


@dataclass(frozen=True)
class Banner:
    """Something a reader must know before the numbers; the text may end in a link."""

    title: str
    text: str
    href: str = ""
    link: str = ""


@dataclass(frozen=True)
class Place:
    """One model in the list at the top: its overall score, and whether it ties with the first."""

    key: Key
    score: Said
    label: str
    tied: bool


@dataclass(frozen=True)
class CellMark:
    """One model's interval in a table cell, in pixels."""

    series: int
    start: float
    end: float
    middle: float
    top: float


@dataclass(frozen=True)
class Cell:
    """A drawn table cell; `chance` is where guessing would stand."""

    marks: tuple[CellMark, ...]
    height: float
    chance: float | None
    grid: tuple[float, ...]


@dataclass(frozen=True)
class Value:
    """One model's score in a table: bold if best, shaded if it ties with the best."""

    said: Said
    best: bool
    tied: bool


@dataclass(frozen=True)
class Line:
    """One benchmark in the table. `winners` are the series that lead, none is a tie; `named` spells them out."""

    title: str
    note: str
    warning: str
    cell: Cell
    values: tuple[Value, ...]
    gap: Said | None
    p: str
    verdict: str
    winners: tuple[int, ...]
    named: str
    minimum: str
    count: str
    strong: bool = False


@dataclass(frozen=True)
class Board:
    """A table of benchmarks in bands. `paired` is whether it has the columns of two models' difference."""

    caption: str
    bands: tuple[tuple[str, tuple[Line, ...]], ...]
    axis: tuple[tuple[float, str], ...]
    paired: bool
    width: float


@dataclass(frozen=True)
class FamilyView:
    """A group's own section: a summary line, a chart and a table, closed until it is asked for."""

    name: str
    title: str
    summary: str
    chart: Chart
    board: Board


@dataclass(frozen=True)
class Fact:
    """One line about a model or a machine; `code` sets it in a fixed width."""

    label: str
    value: str
    code: bool = False
    warn: bool = False


@dataclass(frozen=True)
class Facts:
    """What is known of one thing."""

    title: str
    facts: tuple[Fact, ...]
    key: Key | None = None


@dataclass(frozen=True)
class Method:
    """How scores came about: models, questions and speed."""

    models: tuple[Facts, ...]
    asked: Table
    protocols: tuple[tuple[str, str], ...]
    speed: Table
    speed_details: Table


@dataclass(frozen=True)
class Answer:
    """One model's answer to a sample, and how it was marked; None is "no answer"."""

    key: Key
    text: str | None
    mark: str
    tone: str


@dataclass(frozen=True)
class SampleView:
    """A sample on which models disagree."""

    benchmark: str
    sample_id: str
    summary: str
    outcome: str
    question: str
    expected: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class ReportPage:
    """The whole report. A run that only measured has neither scores nor `method`; `measured` is what it has."""

    run: str
    suite: str
    finding: str
    long: bool
    lede: str
    scope: str
    made_at: str
    palette: str
    machines: tuple[Facts, ...]
    software: Table | None
    notes: tuple[str, ...]
    commands: tuple[str, ...]
    banners: tuple[Banner, ...] = ()
    keys: tuple[Key, ...] = ()
    grey: bool = False
    top: str = ""
    places: tuple[Place, ...] = ()
    verdict: str = ""
    tally: tuple[tuple[int, str], ...] = ()
    scores: Chart | None = None
    scores_title: str = ""
    guessing: bool = False
    gaps: Chart | None = None
    board: Board | None = None
    families: tuple[FamilyView, ...] = ()
    relations: tuple[Table, ...] = ()
    pairs: tuple[Table, ...] = ()
    problems: Table | None = None
    method: Method | None = None
    samples: tuple[SampleView, ...] = ()
    methods: tuple[str, ...] = ()
    measured: "MeasuredPage | None" = None
    decision: "DecisionPage | None" = None
