"""Builds the tables of benchmarks: scores with intervals, paired differences, verdicts, and what went wrong."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

from outweigh.dashboard import words
from outweigh.dashboard.charts import Range, reach
from outweigh.dashboard.figures import Cast, count_of, member_title, scores
from outweigh.dashboard.reading import Standing, between, factor, standing
from outweigh.dashboard.report_page import Banner, Board, Cell, CellMark, Line, Table, Value
from outweigh.records import Comparison, Difference, Row, Verdict

_WIDTH = 150.0  # pixels of a drawn cell
_EDGE = 10.0
_PITCH = 13.0
_PROBLEMS = ("failed", "truncated", "unreadable")
_PROBLEM_WORDS = {"failed": "failed", "truncated": "cut off", "unreadable": "unreadable"}
_TROUBLE = {
    "failed": "{} failed",
    "truncated": "{} lost part of the prompt or were cut at the token limit",
    "unreadable": "{} could not be read",
}


def board(rows: Sequence[Row], cast: Cast, *, caption: str, family: str = "") -> Board:
    """The rows as a table, in bands by area where there is more than one."""
    axis = reach(scores(tuple(rows), cast), 4)
    areas = list(dict.fromkeys(row.area for row in rows))
    banded = [
        (area.value.capitalize() if area else "Several areas", [r for r in rows if r.area is area]) for area in areas
    ]
    if len(areas) < 2:
        banded = [("", list(rows))]
    bands = tuple((title, tuple(_line(row, cast, axis, family) for row in members)) for title, members in banded)
    paired = len(cast.models) == 2
    labels = tuple((_at(tick, axis), f"{tick:g}") for tick in axis.ticks)
    return Board(caption, bands, labels, paired, _WIDTH)


def _at(points: float, axis: Range) -> float:
    """The pixel of a value in a drawn cell."""
    inner = _WIDTH - 2 * _EDGE
    return round(_EDGE + (points - axis.low) / (axis.high - axis.low) * inner, 1)


def _cell(row: Row, cast: Cast, axis: Range) -> Cell:
    """One interval a model on the table's shared axis."""
    marks = tuple(
        CellMark(
            series,
            _at(estimate.low * 100, axis),
            _at(estimate.high * 100, axis),
            _at(estimate.value * 100, axis),
            _PITCH * (index + 0.5) + 2,
        )
        for index, (estimate, series) in enumerate(zip(row.estimates, cast.series, strict=True))
        if estimate and factor(row) == words.PERCENT and words.known(estimate.value, estimate.low, estimate.high)
    )
    chance = _at(row.chance * 100, axis) if row.chance else None
    grid = tuple(_at(tick, axis) for tick in axis.ticks)
    return Cell(marks, _PITCH * len(row.estimates) + 4, chance, grid)


def _line(row: Row, cast: Cast, axis: Range, family: str) -> Line:
    """One row of the table."""
    place = standing(row, cast.models)
    difference = between(row, *cast.models) if len(cast.models) == 2 else None
    return Line(
        title=member_title(row.title, family),
        note=_note(row),
        warning=_warning(row),
        cell=_cell(row, cast, axis),
        values=tuple(
            Value(words.score(estimate, factor(row)), index == place.clear, _level(index, place))
            for index, estimate in enumerate(row.estimates)
        ),
        gap=words.gap(difference, factor(row)) if difference else None,
        p=words.p_value(difference.adjusted_p_value) if difference else "",
        verdict=_verdict(place, difference, cast),
        winners=_winners(place, cast),
        named=_named(place, cast),
        minimum=_minimum(row),
        count=f"{count_of(row):,}" if count_of(row) else _counts(row),
        strong=row.kind in ("overall", "group"),
    )


def _note(row: Row) -> str:
    """The metric, what guessing scores, and what is unusual about the scale."""
    parts = [row.metric]
    parts += [f"chance {words.share(row.chance)}\N{NO-BREAK SPACE}%"] if row.chance else []
    parts += ["in its own unit"] if factor(row) != words.PERCENT else []
    parts += [] if all(e.higher_is_better for e in row.estimates if e) else ["lower is better"]
    return ", ".join(parts)


def _level(index: int, place: Standing) -> bool:
    """Whether a model shares the first place with another."""
    return bool(place.tied) and (index == place.best or index in place.tied)


def _counts(row: Row) -> str:
    """The smallest and largest number of samples, where models differ."""
    counts = [estimate.count for estimate in row.estimates if estimate]
    return f"{min(counts):,}{words.DASH}{max(counts):,}" if counts else "0"


def _verdict(place: Standing, difference: Difference | None, cast: Cast) -> str:
    """Who is first, in words."""
    if difference:
        return words.verdict(difference)
    if not place.compared or place.best is None:
        return ""
    if not place.tied:
        return f"{cast.models[place.best]} first"
    if len(place.tied) + 1 == len(cast.models):
        return "all tied"
    return "tied for first"


def _named(place: Standing, cast: Cast) -> str:
    """The names behind a verdict's symbols, where the words do not hold them."""
    if place.best is None or not place.tied or len(place.tied) + 1 == len(cast.models):
        return ""
    return words.listed([cast.models[i] for i in sorted((place.best, *place.tied))])


def _winners(place: Standing, cast: Cast) -> tuple[int, ...]:
    """The symbols beside a verdict: the winner's, or those of all that are tied for first."""
    if place.best is None or not place.compared or len(place.tied) + 1 == len(cast.models):
        return ()
    return tuple(cast.series[i] for i in sorted((place.best, *place.tied)))


def _minimum(row: Row) -> str:
    """The smallest gap that would be noticed; for several pairs the range over them."""
    found = [d.minimum_detectable for d in row.differences if words.known(d.minimum_detectable)]
    if not found:
        return ""
    ends = words.minimum(min(found), factor(row)), words.minimum(max(found), factor(row))
    return ends[0] if ends[0] == ends[1] else words.DASH.join(ends)


def _warning(row: Row) -> str:
    """Which samples did not count cleanly, over all models: "3 failed, 2 cut off"."""
    sums = {name: sum(getattr(row, name)) for name in _PROBLEMS}
    return ", ".join(f"{count:,} {_PROBLEM_WORDS[name]}" for name, count in sums.items() if count)


def problems(rows: Sequence[Row], cast: Cast) -> Table | None:
    """Failed, truncated and unreadable answers by benchmark and model; None if there were none."""
    lines = []
    for row in rows:
        for index, model in enumerate(cast.models):
            counts = [_entry(getattr(row, name), index) for name in _PROBLEMS]
            if row.kind == "benchmark" and any(counts):
                lines.append((row.title, model, *(f"{count:,}" for count in counts)))
    if not lines:
        return None
    heads = ("Benchmark", "Model", "Failed", "Cut off", "Unreadable")
    caption = "Samples that did not count cleanly"
    return Table(caption, heads, tuple(lines), frozenset({2, 3, 4}))


def trouble(rows: Sequence[Row]) -> tuple[Banner, ...]:
    """A warning if any answer failed, was cut off or could not be read."""
    sums = {name: sum(sum(getattr(row, name)) for row in rows if row.kind == "benchmark") for name in _PROBLEMS}
    said = [_TROUBLE[name].format(f"{count:,}") for name, count in sums.items() if count]
    if not said:
        return ()
    text = f"{words.listed(said)}. They are counted by benchmark and model under "
    return (Banner("Some answers are incomplete", text, "#problems", "Completeness"),)


def _entry(counts: tuple[int, ...], index: int) -> int:
    """A model's count; a comparison may leave counts out when there is nothing to count."""
    return counts[index] if index < len(counts) else 0


def score_table(rows: Sequence[Row], cast: Cast, family: str = "") -> Table:
    """The numbers behind a chart of scores."""
    lines = tuple(
        (row.title, *(str(words.score(estimate, factor(row))) for estimate in row.estimates), *_last(row, cast))
        for row in rows
    )
    verdict = ("Verdict",) if len(cast.models) > 1 else ()
    heads = ("", *(f"{model}, %" for model in cast.models), *verdict)
    numbers = frozenset(range(1, 1 + len(cast.models)))
    return Table(_caption(family, "scores with their 95 % intervals"), heads, lines, numbers)


def _caption(family: str, text: str) -> str:
    """A caption of its own for every table; a model's name keeps its spelling."""
    if family:
        return f"{family}: {text}"
    return text[:1].upper() + text[1:] if text.startswith(("scores ", "how ")) else text


def _last(row: Row, cast: Cast) -> tuple[str, ...]:
    """The verdict's cell, if there is anything to compare."""
    if len(cast.models) < 2:
        return ()
    difference = between(row, *cast.models) if len(cast.models) == 2 else None
    place = standing(row, cast.models)
    return (f"{_named(place, cast)} {_verdict(place, difference, cast)}".strip(),)


def gap_table(rows: Sequence[Row], cast: Cast, family: str = "") -> Table:
    """The numbers behind a chart of differences: one pair, or the leader against each of the others."""
    if len(cast.models) == 2:
        table = pair_table(rows, *cast.models)
        return replace(table, caption=_caption(family, table.caption))
    ahead = cast.models[cast.leader]
    others = [model for model in cast.models if model != ahead]
    lines = tuple((row.title, *(_short(between(row, ahead, other), factor(row)) for other in others)) for row in rows)
    heads = ("", *(f"{ahead} minus {other}" for other in others))
    caption = _caption(family, f"how far {ahead} is ahead, in points, with 95 % intervals")
    return Table(caption, heads, lines, frozenset(range(1, len(heads))))


def _short(difference: Difference | None, unit: float) -> str:
    """A difference in one cell."""
    if difference is None:
        return "not compared"
    said = words.gap(difference, unit)
    tie = ", tie" if difference.verdict is Verdict.TIE else ""
    return f"{said.value} ({said.spread}){tie}"


def pairs(comparison: Comparison, rows: Sequence[Row]) -> tuple[Table, ...]:
    """Every pair of more than two models, benchmark by benchmark."""
    if len(comparison.models) < 3:
        return ()
    return tuple(pair_table(rows, first, second) for first, second in combinations(comparison.models, 2))


def pair_table(rows: Sequence[Row], first: str, second: str) -> Table:
    """Two models' differences, with everything that was computed about them."""
    lines = tuple(
        (row.title, *_pair_cells(difference, factor(row)))
        for row in rows
        if (difference := between(row, first, second)) is not None
    )
    heads = (
        "Benchmark",
        "Difference, points",
        "95 % interval",
        "p, adjusted",
        "Verdict",
        "Won, lost, drawn",
        "Effect, h",
        "Smallest gap seen, points",
        "Samples",
    )
    return Table(f"{first} minus {second}", heads, lines, frozenset({1, 2, 3, 5, 6, 7, 8}))


def _pair_cells(difference: Difference, unit: float) -> tuple[str, ...]:
    """One difference as table cells; `unit` 1 stands for scores in a unit of their own."""
    said = words.gap(difference, unit)
    sides = [side for side in (difference.wins, difference.losses, difference.draws) if side is not None]
    return (
        said.value,
        said.spread,
        words.p_value(difference.adjusted_p_value),
        "tie" if difference.verdict is Verdict.TIE else words.verdict(difference),
        ", ".join(f"{side:,}" for side in sides) if any(sides) else "",
        words.effect(difference),
        words.minimum(difference.minimum_detectable, unit),
        f"{difference.count:,}",
    )
