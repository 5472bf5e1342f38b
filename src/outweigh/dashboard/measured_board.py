"""Builds the table of every model at every workload, and that of the verdicts."""

from collections.abc import Sequence
from itertools import combinations

from outweigh.dashboard import measured_words, units, words
from outweigh.dashboard.axes import Axis
from outweigh.dashboard.measured_page import MeasuredBoard, MeasuredLine, Reading
from outweigh.dashboard.measured_reading import WHOLE, Measures, turned
from outweigh.dashboard.report_page import Cell, CellMark, Key, Table
from outweigh.dashboard.units import Unit
from outweigh.records import Arrival, Estimate, Measurement, Noise, Stopped, Versus, Workload

_WIDTH = 130.0  # pixels of a drawn cell
_EDGE = 10.0
_HEIGHT = 17.0
_COLUMNS = (
    (WHOLE, "Whole request"),
    ("ttft_seconds_p50", "First token"),
    ("tpot_seconds_p50", "A further token"),
    ("output_tokens_per_second", "Tokens a second"),
    ("peak", "Peak memory"),
    ("joules_per_token", "Energy a token"),
)
_GOODPUT = ("goodput_requests_per_second", "Requests within limits")
_TONES = {Noise.QUIET: "good", Noise.UNSTEADY: "warn", Noise.NOISY: "bad"}
_STOPPED = {
    Stopped.NARROW: "{}, narrow",
    Stopped.BUDGET: "{}, time up",
    Stopped.FIXED: "{}, as asked",
}


def board(found: Measures, keys: Sequence[Key]) -> MeasuredBoard:
    """Every measurement as a line, in bands by workload where models share workloads."""
    limited = any(each.workload.limits for _, _, each in found.every)
    columns = (*_COLUMNS, _GOODPUT) if limited else _COLUMNS
    used = [(metric, title, units.unit_of(*_values(found, metric))) for metric, title in columns]
    reasons: list[str] = []
    axis = _axis(found, used[0][2])
    single = len(found.cast.models) == 1
    banded = [(found.named(workload), [workload]) for workload in found.workloads]
    if single or len(found.workloads) == 1:
        banded = [("", list(found.workloads))]
    bands = tuple(
        (title, tuple(_line(found, pair, used, axis, reasons) for pair in _inside(found, keys, workloads)))
        for title, workloads in banded
    )
    where = f" at {found.named(found.workloads[0])}" if len(found.workloads) == 1 else ""
    return MeasuredBoard(
        caption=f"What was measured{where}",
        lead="Workload" if single else "Model",
        heads=tuple((title, _head(found, metric, unit)) for metric, title, unit in used),
        bands=bands,
        axis=tuple((_at(place, axis), label) for place, label in _labels(axis)),
        axis_title=f"Whole request, {used[0][2].name}",
        width=_WIDTH,
        reasons=tuple(reasons),
        estimated=measured_words.estimated(found),
    )


def _inside(found: Measures, keys: Sequence[Key], workloads: Sequence[Workload]) -> list[tuple[Key, Workload]]:
    """Who was measured at which of these workloads."""
    return [(key, workload) for workload in workloads for key in keys if found.at(key.title, workload)]


def _head(found: Measures, metric: str, unit: Unit) -> str:
    """What stands behind a column's title: its unit, and that all of it is estimated."""
    if not _values(found, metric)[1]:
        return ""
    return f"{unit.name}, estimated" if metric == "joules_per_token" and _guessed(found) else unit.name


def _values(found: Measures, metric: str) -> tuple[str, list[float]]:
    """A column's metric and all its values, for its unit."""
    if metric == "peak":
        return "peak_bytes", [each.value for _, _, one in found.every if (each := measured_words.peak(one))]
    return metric, [figure.value for figure, _, _ in measured_words.every(found, metric)]


def _axis(found: Measures, unit: Unit) -> Axis | None:
    """The axis of the drawn cells."""
    ends = [end * unit.factor for each, _, _ in measured_words.every(found, WHOLE) for end in (each.low, each.high)]
    return Axis([0.0, *ends], labels=3, zero=True) if ends and max(ends) <= 8 * min(ends) else _wide(ends)


def _wide(ends: Sequence[float]) -> Axis | None:
    return Axis(ends, labels=3, log=True) if ends else None


def _labels(axis: Axis | None) -> list[tuple[float, str]]:
    return [] if axis is None else list(zip(axis.range.ticks, axis.range.labels, strict=True))


def _at(place: float, axis: Axis | None) -> float:
    """The pixel of a place in a drawn cell."""
    assert axis is not None  # only places of an axis are asked for
    low, high = axis.range.low, axis.range.high
    return round(_EDGE + (place - low) / (high - low) * (_WIDTH - 2 * _EDGE), 1)


def _line(
    found: Measures,
    about: tuple[Key, Workload],
    columns: Sequence[tuple[str, str, Unit]],
    axis: Axis | None,
    reasons: list[str],
) -> MeasuredLine:
    """One model at one workload."""
    key, workload = about
    one = found.at(key.title, workload)
    assert one is not None  # asked before
    single = len(found.cast.models) == 1
    readings = tuple(_reading(found, (key.title, one), metric, unit, reasons) for metric, _, unit in columns)
    noise = one.conditions.noise if one.conditions else None
    return MeasuredLine(
        key=None if single else key,
        title=found.named(workload) if single else "",
        warning=f"{one.failed:,} of {one.requests:,} failed" if one.failed else "",
        cell=_cell(one.figure(WHOLE), key.series, axis, columns[0][2]),
        readings=readings,
        sure=sureness(one)[0],
        how=sureness(one)[1],
        short=one.precise is not None and one.precise.stopped is Stopped.BUDGET,
        noise=noise.value if noise else "not watched",
        tone=_TONES[noise] if noise else "plain",
    )


def sureness(one: Measurement) -> tuple[str, str]:
    """How sure the median is, and why no more was asked."""
    precise = one.precise
    if precise is None:
        return "not told", "another tool's"
    reached = "no interval" if precise.reached is None else f"± {units.percent(precise.reached)}"
    noun = "repeat" if one.workload.arrival is Arrival.BATCH else "request"
    return reached, _STOPPED[precise.stopped].format(words.many(precise.repeats, noun))


def _cell(figure: Estimate | None, series: int, axis: Axis | None, unit: Unit) -> Cell | None:
    """The time of a whole request on the table's shared axis."""
    if figure is None or axis is None:
        return None
    low, high = axis.span(figure.low * unit.factor, figure.high * unit.factor)
    middle = _at(axis.at(figure.value * unit.factor), axis)
    mark = CellMark(series, _at(low, axis), _at(high, axis), middle, _HEIGHT / 2)
    return Cell((mark,), _HEIGHT, None, tuple(_at(tick, axis) for tick in axis.range.ticks))


def _reading(found: Measures, about: tuple[str, Measurement], metric: str, unit: Unit, reasons: list[str]) -> Reading:
    """One figure with its interval, or the number of the reason why there is none."""
    model, one = about
    figure = measured_words.peak(one) if metric == "peak" else one.figure(metric)
    if figure is None:
        return Reading(why=_reason(one, metric, reasons), note=_note(found, one, metric, unit))
    said = units.said(figure, unit)
    place = found.standing(one.workload) if metric == WHOLE else None
    index = found.cast.models.index(model)
    return Reading(
        said.value,
        said.spread,
        _note(found, one, metric, unit),
        best=place is not None and place.clear == index,
        tied=place is not None and bool(place.tied) and (index == place.best or index in place.tied),
    )


def _note(found: Measures, one: Measurement, metric: str, unit: Unit) -> str:
    """What must stand beside a figure: the memory that was expected before loading, and which ones are estimated."""
    if metric == "peak" and one.footprint:
        expected = one.footprint.total_bytes * unit.factor
        return f"{words.fixed(expected, units.places(expected, 0.0, 0.0))} expected"
    if metric == "joules_per_token" and one.energy is not None and one.energy.estimated:
        return "" if _guessed(found) else "estimated"
    return ""


def _guessed(found: Measures) -> bool:
    """Whether all energy is estimated, which the column's head then says."""
    return all(one.energy.estimated for _, _, one in found.every if one.energy)


def _reason(one: Measurement, metric: str, reasons: list[str]) -> int:
    """The number of a reason among those below the table."""
    metrics = {
        "peak": ("peak_device_bytes", "peak_resident_bytes"),
        "joules_per_token": ("joules_per_token", "energy_joules"),
    }.get(metric, (metric,))
    text = next((why for each in metrics if (why := one.unmeasured.get(each))), "it was not measured")
    if text not in reasons:
        reasons.append(text)
    return reasons.index(text) + 1


def pairs(found: Measures) -> Table | None:
    """Every verdict with all that was computed, the faster one first; None for a single model."""
    lines = [
        _pair(found, workload, versus if versus.ratio <= 1 else turned(versus))
        for workload in found.workloads
        for first, second in combinations(found.cast.models, 2)
        if (versus := found.between(first, second, workload))
    ]
    heads = ("Model", "Against", "Workload", "Times as fast", "95 % interval", "Verdict", "In turns", "Method")
    return Table("Who is faster", heads, tuple(lines), frozenset({3, 4})) if lines else None


def _pair(found: Measures, workload: Workload, versus: Versus) -> tuple[str, ...]:
    """One verdict as table cells."""
    said = measured_words.factor(versus)
    turns = "yes" if versus.paired else "no"
    names = (versus.model, versus.baseline, found.named(workload))
    return (*names, said.value, said.spread, versus.pace.value, turns, versus.method)
