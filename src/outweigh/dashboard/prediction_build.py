"""Builds the page of a predicted score: the figure with its interval, and the measured scores that it stands among."""

from collections.abc import Mapping

from outweigh.dashboard import words
from outweigh.dashboard.charts import Aside, ChartRow, Figure, Mark, Range
from outweigh.dashboard.measured_page import Panel, Tile
from outweigh.dashboard.panels import drawn
from outweigh.dashboard.report_page import Banner, Chart, Fact, Facts, Table
from outweigh.dashboard.verb_page import Section, VerbPage
from outweigh.records import Estimate, Predicted, Standing

_AXIS = Range(0.0, 100.0, (0.0, 20.0, 40.0, 60.0, 80.0, 100.0))


def prediction_page(
    found: Predicted, asked: Standing, measured: Estimate | None, titles: Mapping[str, str]
) -> VerbPage:
    """The whole page; `measured` is the score where somebody measured it, `titles` are those of benchmarks."""
    title, level = titles.get(found.metric, found.metric), words.share(found.level)
    panel = Panel(
        "The predicted score, among the known ones",
        f"Hollow square: predicted, with its {level} % interval. Dot: known, where measured with a 95 % interval.",
        _chart(found, asked, measured, titles),
    )
    facts = Facts("What the predicted score rests on", tuple(_facts(found, asked, titles)))
    return VerbPage(
        verb="predict",
        finding=f"{asked.model} is predicted to reach {_value(found)} % ({_span(found)}) on {title}",
        lede=_lede(found, measured),
        scope=f"predicted from card and scores · {level} % interval for models of families that were not learnt from",
        banners=tuple(Banner("Out of range", _sentence(each, titles)) for each in found.out_of_range),
        tiles=tuple(_tiles(found, measured)),
        sections=(Section("prediction", "What is predicted", panels=(panel,), facts=(facts,)),),
        notes=(f"Predicted by {found.method}.",),
    )


def _sentence(said: str, titles: Mapping[str, str]) -> str:
    name, space, rest = said.partition(" ")
    return f"{titles.get(name, name[:1].upper() + name[1:])}{space}{rest}."


def _value(found: Predicted) -> str:
    return words.fixed(found.value, words.decimals(found.low, found.high, 1.0))


def _span(found: Predicted) -> str:
    return words.span(found.low, found.high, words.decimals(found.low, found.high, 1.0), 1.0)


def _lede(found: Predicted, measured: Estimate | None) -> str:
    level = words.share(found.level)
    if measured is None:
        return f"Nobody measured it: the score is predicted, and with {level} % it lies in {_span(found)}."
    said = words.score(measured)
    return f"It was measured too, {said.value} % ({said.spread}), and predicted without that: {_held(found, measured)}."


def _held(found: Predicted, measured: Estimate) -> str:
    inside = found.low <= words.PERCENT * measured.value <= found.high
    return f"the measured score lies {'inside' if inside else 'outside'} the predicted interval"


def _tiles(found: Predicted, measured: Estimate | None) -> list[Tile]:
    level = f"{words.share(found.level)} % interval"
    tiles = [Tile("Predicted", None, _value(found), "%", _span(found), level)]
    if measured is not None:
        said = words.score(measured)
        tiles.append(Tile("Measured", None, said.value, "%", said.spread, _held(found, measured)))
    return tiles


def _chart(found: Predicted, asked: Standing, measured: Estimate | None, titles: Mapping[str, str]) -> Chart:
    """The predicted score first, with the measured one below it, then the model's other scores."""
    title = titles.get(found.metric, found.metric)
    known = {titles.get(name, name): each for name, each in asked.scores.items() if name != found.metric}
    note = "predicted, measured" if measured else "predicted"
    top = Mark(found.value, found.low, found.high, 2, open=True)
    marks = (top, _mark(measured)) if measured else (top,)
    first = ChartRow(title, marks, Aside(f"predicted {_value(found)}", _span(found)), note, strong=True)
    rows = (first, *(ChartRow(name, (_mark(each),), Aside(_said(each))) for name, each in known.items()))
    lines = [(title, _value(found), _span(found), f"predicted, {words.share(found.level)} % interval")]
    lines += [(title, *_cells(measured))] if measured else []
    lines += [(name, *_cells(each)) for name, each in known.items()]
    data = Table(
        "The predicted score and the known ones, %", ("Benchmark", "Score", "Interval", "Known by"), tuple(lines)
    )
    sentence = f"{title} is predicted at {_value(found)} % ({_span(found)})"
    if known:
        ends = sorted(known.items(), key=lambda each: each[1].value)
        few = f"{ends[0][0]} at {_said(ends[0][1])}"
        more = f" to {ends[-1][0]} at {_said(ends[-1][1])}" if len(ends) > 1 else ""
        sentence += f"; the known scores reach from {few}{more}" if more else f"; the known score is {few}"
    return drawn(Figure(rows, "Score, %", ranges=(_AXIS, _AXIS)), "prediction", f"{sentence}.", data, beside=True)


def _mark(found: Estimate) -> Mark:
    return Mark(words.PERCENT * found.value, words.PERCENT * found.low, words.PERCENT * found.high, 1)


def _said(found: Estimate) -> str:
    """A score with its interval; one that was only stated has none."""
    return _cells(found)[0] if found.low == found.high else str(words.score(found))


def _cells(found: Estimate) -> tuple[str, str, str]:
    if found.low == found.high:
        return words.share(found.value), "not known", "stated"
    said = words.score(found)
    return said.value, said.spread, "measured, 95 % interval"


def _facts(found: Predicted, asked: Standing, titles: Mapping[str, str]) -> list[Fact]:
    """What was known of the model, and used."""
    told = {
        "Based on": ", ".join(titles.get(each, each) for each in found.basis),
        "Parameters": words.parameters(round(asked.parameters)) if asked.parameters else "not known",
        "Architecture": asked.architecture,
        "Precision": asked.precision,
        "Licence": asked.license,
        "Made from": asked.parent,
        "Published": asked.published and str(asked.published),
    }
    return [Fact(label, value) for label, value in told.items() if value]
