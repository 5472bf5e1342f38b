"""Turns rows of a comparison into figures: scores side by side, and paired differences around zero."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from outweigh.dashboard import words
from outweigh.dashboard.charts import SHAPES, Aside, ChartRow, End, Figure, Mark
from outweigh.dashboard.reading import between, drawable, standing
from outweigh.records import Difference, Estimate, Row, Verdict


@dataclass(frozen=True)
class Cast:
    """The compared models, which of them leads, and each one's series: its place among colours and shapes.

    `given` is there where these models share a page with others, and the series count them all.
    """

    models: tuple[str, ...]
    leader: int
    given: tuple[int, ...] = ()

    @property
    def series(self) -> tuple[int, ...]:
        """1 to 6; beyond six models the leader alone has a colour and the others are grey (0)."""
        if self.given:
            return self.given
        if len(self.models) <= len(SHAPES):
            return tuple(range(1, len(self.models) + 1))
        return tuple(int(index == self.leader) for index in range(len(self.models)))


def scores(rows: Sequence[Row], cast: Cast, *, dense: bool = False, family: str = "") -> Figure:
    """One line a row, one interval a model, and a shade behind those that tie with the row's best."""
    chart_rows = tuple(_score_row(row, cast, family) for row in rows if drawable(row))
    chart_rows = tuple(map(_terse, chart_rows)) if dense else chart_rows
    return Figure(chart_rows, "Score, %, with 95 % interval", dense=dense)


def gaps(rows: Sequence[Row], cast: Cast, *, dense: bool = False, family: str = "") -> Figure:
    """One line a row: two models' difference, or the leader's difference to each of the others."""
    chart_rows = tuple(
        _duel_row(row, cast, family) if len(cast.models) == 2 else _lead_row(row, cast, family)
        for row in rows
        if drawable(row)
    )
    chart_rows = tuple(map(_terse, chart_rows)) if dense else chart_rows
    if len(cast.models) == 2:
        ends = tuple(End(f"{cast.models[i]} ahead", cast.series[i]) for i in (1, 0))
    else:
        ahead = cast.models[cast.leader]
        ends = (End("the other model ahead"), End(f"{ahead} ahead", cast.series[cast.leader]))
    axis = "Difference in points, with 95 % interval"
    return Figure(chart_rows, axis, ends=(ends[0], ends[1]), dense=dense)


def _terse(row: ChartRow) -> ChartRow:
    """The row on one line: the symbol and the gap stand for the winner's name, the table for the count."""
    aside = row.aside
    if aside.more:
        said = f"Tie, {aside.more}" if aside.head == "Tie" else aside.brief
        aside = replace(aside, head=said, more="")
    return replace(row, aside=aside, note="")


def member_title(title: str, family: str) -> str:
    """A member's title without its family's name: "MMLU anatomy" is "Anatomy" among MMLU's subjects."""
    rest = title.removeprefix(family).strip(" :-") if family else title
    return rest[:1].upper() + rest[1:] if rest else title


def count_of(row: Row) -> int | None:
    """Samples behind a row: of the paired difference, else of the estimates if they agree."""
    counts = {difference.count for difference in row.differences}
    counts = counts or {estimate.count for estimate in row.estimates if estimate}
    return counts.pop() if len(counts) == 1 else None


def _mark(estimate: Estimate, series: int, *, shaded: bool) -> Mark:
    """An estimate in points."""
    ends = estimate.low * 100, estimate.high * 100
    return Mark(estimate.value * 100, *ends, series, shaded=shaded)


def _drawn(estimate: Estimate | None) -> bool:
    """Whether there is anything to draw."""
    return estimate is not None and words.known(estimate.value, estimate.low, estimate.high)


def _note(row: Row) -> str:
    """How many samples stand behind a row."""
    count = count_of(row)
    return words.many(count, "sample") if count else ""


def _score_row(row: Row, cast: Cast, family: str) -> ChartRow:
    """Every model's interval in one row."""
    place = standing(row, cast.models)
    level = (place.best, *place.tied) if place.tied else ()
    marks = tuple(
        _mark(estimate, cast.series[index], shaded=index in level)
        for index, estimate in enumerate(row.estimates)
        if estimate is not None and _drawn(estimate)
    )
    tied = [mark for mark in marks if mark.shaded]
    shade = (min(mark.low for mark in tied), max(mark.high for mark in tied)) if tied else None
    return ChartRow(
        title=member_title(row.title, family),
        marks=marks,
        aside=_score_aside(row, cast),
        note=_note(row),
        strong=row.kind in ("overall", "group"),
        shade=shade,
        chance=row.chance * 100 if row.chance else None,
    )


def _score_aside(row: Row, cast: Cast) -> Aside:
    """Who is first, in words: one model's score, two models' gap, or the set tied for first."""
    if len(cast.models) == 1:
        return Aside(str(words.score(row.estimates[0])), strong=True)
    place = standing(row, cast.models)
    if place.best is None:
        return Aside("no answers")
    if len(cast.models) == 2:
        difference = between(row, *cast.models)
        return _duel_aside(difference, cast, more=True) if difference else Aside("not compared")
    if not place.tied and not place.behind:
        return Aside("not compared")
    first = tuple(cast.series[i] for i in sorted((place.best, *place.tied)))
    if not place.tied:
        name = cast.models[place.best]
        return Aside(name, "first", "first" if all(first) else words.elided(name, 18), first, strong=True)
    if len(first) == len(cast.models):
        return Aside("All tied", brief="All tied")
    if not all(first):
        return Aside(f"{len(first)} tied for first", brief=f"{len(first)} tied")
    return Aside("tied for first", symbols=first, brief="tied")


def _duel_aside(difference: Difference, cast: Cast, *, more: bool) -> Aside:
    """A verdict between the first two models, with the gap."""
    said = words.gap(difference)
    if difference.verdict is Verdict.TIE:
        return Aside("Tie", f"{said.value} ({said.spread})" if more else "", "Tie")
    winner = 0 if difference.verdict is Verdict.FIRST else 1
    return Aside(
        cast.models[winner],
        f"ahead by {words.lead(difference)}" if more else "",
        f"by {words.lead(difference)}",
        (cast.series[winner],),
        strong=True,
    )


def _gap_mark(difference: Difference, series: int) -> Mark:
    """A difference in points; hollow if it is a tie."""
    low, high = difference.low * 100, difference.high * 100
    return Mark(difference.value * 100, low, high, series, difference.verdict is Verdict.TIE)


def _duel_row(row: Row, cast: Cast, family: str) -> ChartRow:
    """Two models: the first minus the second, in the winner's colour, or grey and hollow for a tie."""
    title, note = member_title(row.title, family), _note(row)
    strong = row.kind in ("overall", "group")
    difference = between(row, *cast.models)
    if difference is None or not words.known(difference.value, difference.low, difference.high):
        return ChartRow(title, (), Aside("not compared"), note, strong)
    series = {
        Verdict.FIRST: cast.series[0],
        Verdict.SECOND: cast.series[1],
        Verdict.TIE: 0,
    }
    mark = _gap_mark(difference, series[difference.verdict])
    mark = replace(mark, shaded=mark.open)
    shade = (mark.low, mark.high) if mark.open else None
    return ChartRow(title, (mark,), _duel_aside(difference, cast, more=True), note, strong, shade)


def _lead_row(row: Row, cast: Cast, family: str) -> ChartRow:
    """Several models: the leader minus each other one, in the other one's colour and shape."""
    marks: list[Mark] = []
    verdicts: list[Verdict] = []
    for index, model in enumerate(cast.models):
        difference = between(row, cast.models[cast.leader], model) if index != cast.leader else None
        if difference and words.known(difference.value, difference.low, difference.high):
            marks.append(_gap_mark(difference, cast.series[index]))
            verdicts.append(difference.verdict)
    said = [
        f"{word} {verdicts.count(verdict)}"
        for verdict, word in (
            (Verdict.FIRST, "ahead of"),
            (Verdict.TIE, "tied with"),
            (Verdict.SECOND, "behind"),
        )
        if verdicts.count(verdict)
    ]
    head, more = said[0] if said else "not compared", ", ".join(said[1:])
    brief = ", ".join(said) if len(said) < 3 else f"{said[0]} of {len(verdicts)}"
    strong = set(verdicts) == {Verdict.FIRST}
    aside = Aside(head[:1].upper() + head[1:], more, brief[:1].upper() + brief[1:], strong=strong)
    title = member_title(row.title, family)
    return ChartRow(title, tuple(marks), aside, _note(row), row.kind in ("overall", "group"))
