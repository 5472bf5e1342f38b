"""The chart of raw times: every request of every measurement, with the intervals of its quantiles."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from outweigh.dashboard import units, words
from outweigh.dashboard.axes import Axis, number
from outweigh.dashboard.charts import Aside, ChartRow, Dot, Figure, Mark, Range
from outweigh.dashboard.measured_reading import WHOLE, Measures, Times
from outweigh.dashboard.measured_rows import Row, cell, shown, titled
from outweigh.dashboard.report_page import Table
from outweigh.dashboard.units import Unit
from outweigh.records import Arrival, Measurement, Workload

_DOTS = 900  # raw values of a chart
_REACH = 9.0  # pixels that dots are moved aside at most
_BINS = 60
_LONG = 3.0  # times the shortest of all, from which times go by powers
_TAIL = "e2e_seconds_p95"


def timed(found: Measures) -> list[Row]:
    """The measurements whose raw times are kept."""
    return [row for row in found.every if len(found.times(row[2]).values) > 1]


@dataclass(frozen=True)
class _Scale:
    """Times over the median of their row: in percent from it, or by powers where some are several times as long."""

    axis: Axis
    powers: bool

    def at(self, ratio: float) -> float:
        """The place of a time that is `ratio` medians long."""
        return self.axis.at(ratio) if self.powers else (ratio - 1) * 100

    @property
    def range(self) -> Range:
        """The axis with what its ticks say."""
        plain = self.axis.range
        said = [f"× {label}" if self.powers else f"{_sign(label)} %" for label in plain.labels]
        return replace(plain, labels=tuple(said))

    def ruler(self, median: float) -> tuple[str, ...]:
        """The times themselves at every tick."""
        ticks = self.axis.range.ticks
        if self.powers:
            return tuple(number(10**tick * median) for tick in ticks)
        step = (ticks[1] - ticks[0]) / 100 * median
        digits = max(0, 1 - math.floor(math.log10(step)))
        return tuple(words.fixed((1 + tick / 100) * median, digits) if tick > -100 else "" for tick in ticks)


def _sign(label: str) -> str:
    return label if label == "0" else label.replace("-", words.MINUS) if label.startswith("-") else f"+{label}"


def figure(found: Measures) -> Figure:
    """Every whole request as a dot, with the intervals of the median and the 95th percentile below.

    Each row has its own median in the middle, so that its spread shows however far apart the rows are.
    """
    rows = [(row, found.times(row[2])) for row in shown(timed(found))]
    ratios = [each / median(raw.values) for row, raw in rows for each in (*raw.values, *_ends(row[2]))]
    powers = max(ratios) > _LONG * min(ratios)
    values = ratios if powers else [(each - 1) * 100 for each in ratios]
    wide, narrow = (_Scale(Axis(values, labels=labels, log=powers), powers) for labels in (6, 3))
    unit = units.unit_of(WHOLE, [value for _, raw in rows for value in raw.values])
    most = _DOTS // len(rows)
    lines = tuple(_times_row(found, row, raw, ((wide, narrow), unit, most)) for row, raw in rows)
    title = f"From each row's own median; small: the time itself, {unit.name}"
    return Figure(lines, title, ranges=(wide.range, narrow.range))


def _ends(one: Measurement) -> list[float]:
    """Both ends of the drawn intervals."""
    return [end for metric in (WHOLE, _TAIL) if (figure := one.figure(metric)) for end in (figure.low, figure.high)]


def _times_row(found: Measures, row: Row, raw: Times, scale: tuple[tuple[_Scale, _Scale], Unit, int]) -> ChartRow:
    """One model's requests at one workload."""
    model, workload, one = row
    scales, unit, most = scale
    series, middle, at = found.series(model), median(raw.values), scales[0].at
    half, tail = one.figure(WHOLE), one.figure(_TAIL)
    marks = tuple(
        Mark(at(each.value / middle), at(each.low / middle), at(each.high / middle), series, open=each is tail)
        for each in (half, tail)
        if each
    )
    places = [at(value / middle) for value in raw.values]
    dots = tuple(Dot(places[index], series, shift, index in raw.far) for index, shift in _spread(places, raw.far, most))
    title, note = titled(found, model, workload)
    aside = Aside(
        units.whole(half, unit) if half else "no interval yet",
        f"95 %: {units.whole(tail, unit)}" if tail else "95 %: no interval yet",
        units.whole(half, unit) if half else "no interval",
        strong=half is not None,
    )
    rulers = tuple(each.ruler(middle * unit.factor) for each in scales)
    return ChartRow(title, marks, aside, note or _counted(raw, workload), dots=dots, rulers=(rulers[0], rulers[1]))


def _counted(raw: Times, workload: Workload) -> str:
    """How many there are, of what."""
    one, several = ("batch", "batches") if workload.arrival is Arrival.BATCH else ("request", "requests")
    return words.many(len(raw.values), one, several)


def _spread(places: Sequence[float], far: frozenset[int], most: int) -> list[tuple[int, float]]:
    """Which values to draw, each with pixels aside: further where more values are alike, in a sequence without chance.

    Of more than `most` values, ranks at even distances are drawn, and all that are out of line.
    """
    order = sorted(range(len(places)), key=lambda index: places[index])
    every = max(1, -(-len(order) // most))
    kept = [index for rank, index in enumerate(order) if rank % every == 0 or index in far]
    low, high = places[order[0]], places[order[-1]]
    bins = [min(_BINS - 1, int((places[index] - low) / ((high - low) or 1) * _BINS)) for index in kept]
    counts = [bins.count(each) for each in range(_BINS)]
    found, seen = [], [0] * _BINS
    for index, place in zip(kept, bins, strict=True):
        seen[place] += 1
        room = _REACH * min(1.0, counts[place] / max(4, max(counts))) if counts[place] > 1 else 0.0
        found.append((index, room * (2 * _halves(seen[place]) - 1)))
    return found


def _halves(count: int) -> float:
    """Van der Corput's sequence: 0.5, 0.25, 0.75, 0.125, ..."""
    value, part = 0.0, 0.5
    while count:
        value += part * (count % 2)
        count //= 2
        part /= 2
    return value


def said(found: Measures) -> str:
    """What the chart of times shows: the first and the last line in full, and what is out of line in all."""
    rows = shown(timed(found))
    unit = units.unit_of(WHOLE, [value for _, _, one in rows for value in found.times(one).values])
    parts = []
    for model, workload, one in rows if len(rows) < 3 else (rows[0], rows[-1]):
        half, tail = one.figure(WHOLE), one.figure(_TAIL)
        most = f"half take less than {units.whole(half, unit)}" if half else "the median has no interval"
        rest = f"19 of 20 less than {units.whole(tail, unit)}" if tail else "the 95th percentile has no interval yet"
        parts.append(f"{_who(found, model, workload)} {most}, {rest}.")
    every = [found.times(one) for _, _, one in rows]
    far, total = sum(len(each.far) for each in every), sum(len(each.values) for each in every)
    out = f"{far:,} of {total:,} {'is' if far == 1 else 'are'}" if far else f"None of {total:,} is"
    return f"{' '.join(parts)} {out} out of line."


def _who(found: Measures, model: str, workload: Workload) -> str:
    """Whose line it is, to begin a sentence with."""
    if len(found.workloads) == 1:
        return f"{model}:"
    return f"With {found.short(workload)}" if len(found.cast.models) == 1 else f"{model} with {found.short(workload)}:"


def table(found: Measures) -> Table:
    """The numbers behind the chart of times, for every measurement."""
    unit = units.unit_of(WHOLE, [value for _, _, one in timed(found) for value in found.times(one).values])
    lines = []
    for model, workload, one in timed(found):
        raw = found.times(one)
        lines.append(
            (
                model,
                found.named(workload),
                cell(one, WHOLE, unit),
                cell(one, _TAIL, unit),
                units.amount(min(raw.values), unit),
                units.amount(max(raw.values), unit),
                f"{len(raw.values):,}",
                f"{len(raw.far):,}",
            )
        )
    heads = (
        "Model",
        "Workload",
        f"Median, {unit.name}",
        f"95th percentile, {unit.name}",
        "Least",
        "Most",
        "Counted",
        "Out of line",
    )
    return Table("Times of whole requests, with 95 % intervals", heads, tuple(lines), frozenset(range(2, 8)))
