"""The chart of energy: where the joules of a token went, how sure that is, and what idling took meanwhile."""

from outweigh.dashboard import units, words
from outweigh.dashboard.axes import Axis
from outweigh.dashboard.charts import Aside, Bar, ChartRow, Figure, Mark
from outweigh.dashboard.measured_reading import Measures
from outweigh.dashboard.measured_rows import Row, shown, titled
from outweigh.dashboard.report_page import Table
from outweigh.dashboard.units import Unit
from outweigh.records import Estimate, Measurement

_SHADES = (0.9, 0.6, 0.35)


def known(found: Measures) -> list[Row]:
    """The measurements whose energy is known, by token."""
    return [row for row in found.every if row[2].energy and row[2].figure("joules_per_token")]


def figure(found: Measures) -> Figure:
    """The joules a token takes, split into parts, with their interval, and what idling took beside it."""
    rows = shown(known(found))
    unit = units.unit_of("joules", [_total(one).value for _, _, one in rows])
    ends = [end for _, _, one in rows for end in (_total(one).low, _total(one).high, _idle(one) or 0.0, _above(one))]
    axes = [Axis([value * unit.factor for value in ends], labels=labels, zero=True) for labels in (7, 4)]
    lines = tuple(_energy_row(found, row, unit) for row in rows)
    return Figure(lines, f"Energy of a written token, {unit.name}", ranges=(axes[0].range, axes[1].range))


def _total(one: Measurement) -> Estimate:
    found = one.figure("joules_per_token")
    assert found is not None  # only measurements that have it are asked
    return found


def _parts(one: Measurement) -> dict[str, float]:
    """Joules a token by part, the largest first."""
    assert one.energy is not None  # only measurements that have it are asked
    share = _total(one).value / one.energy.joules if one.energy.joules else 0.0
    parts = one.energy.parts or {one.energy.source: one.energy.joules}
    return {name: value * share for name, value in sorted(parts.items(), key=lambda each: -each[1])}


def names(found: Measures) -> tuple[str, ...]:
    """Every part, the largest first."""
    return tuple(dict.fromkeys(name for _, _, one in known(found) for name in _parts(one)))


def _idle(one: Measurement) -> float | None:
    """Joules that idling would have taken in the time of a token; None where that is not known."""
    assert one.energy is not None  # only measurements that have it are asked
    if one.energy.idle_watts is None or not one.energy.joules:
        return None
    return one.energy.idle_watts * one.energy.seconds * _total(one).value / one.energy.joules


def _above(one: Measurement) -> float:
    """What is drawn: parts that are not below zero, as one is where idling took more."""
    return sum(max(0.0, value) for value in _parts(one).values())


def _energy_row(found: Measures, row: Row, unit: Unit) -> ChartRow:
    """One model's energy at one workload."""
    model, workload, one = row
    series, total, idle = found.series(model), _total(one), _idle(one)
    bars, start = [], 0.0
    for index, value in enumerate(_parts(one).values()):
        stretch = max(0.0, value) * unit.factor
        bars.append(Bar(start, start + stretch, series, _SHADES[min(index, len(_SHADES) - 1)]))
        start += stretch
    if idle is not None:
        bars.append(Bar(0.0, idle * unit.factor, series, beside=True))
    mark = Mark(total.value * unit.factor, total.low * unit.factor, total.high * unit.factor, series)
    title, note = titled(found, model, workload)
    note = note or _split(one)
    sure = "estimated" if one.energy and one.energy.estimated else "counted"
    beside = "" if idle is None else f", idle {_part(idle, unit)}"
    aside = Aside(units.whole(total, unit), f"{sure}{beside}", units.whole(total, unit), strong=True)
    return ChartRow(title, (mark,), aside, note, bars=tuple(bars))


def _split(one: Measurement) -> str:
    """The parts in words: their shares of the whole."""
    parts = _parts(one)
    whole = sum(parts.values())
    if len(parts) == 1 or not whole:
        return next(iter(parts))
    return ", ".join(f"{name} {value / whole:.0%}".replace("%", " %") for name, value in parts.items())


def said(found: Measures) -> str:
    """What the chart of energy shows, of many lines the first and the last."""
    parts = []
    unit = units.unit_of("joules", [_total(one).value for _, _, one in known(found)])
    rows = shown(known(found))
    for model, workload, one in rows if len(rows) < 3 else (rows[0], rows[-1]):
        idle = _idle(one)
        about = "an estimated " if one.energy and one.energy.estimated else ""
        beside = "" if idle is None else f"; idling took {_part(idle, unit)} meanwhile"
        where = f" with {found.short(workload)}" if len(found.workloads) > 1 else ""
        parts.append(f"A token takes {model}{where} {about}{units.whole(_total(one), unit)} ({_split(one)}){beside}.")
    return " ".join(parts)


def table(found: Measures) -> Table:
    """The numbers behind the chart of energy, for every measurement."""
    rows = known(found)
    parts = names(found)
    unit = units.unit_of("joules", [_total(one).value for _, _, one in rows])
    lines = tuple(
        (
            model,
            found.named(workload),
            str(units.said(_total(one), unit)),
            *(_part(_parts(one).get(name), unit) for name in parts),
            _part(_idle(one), unit),
            one.energy.source if one.energy else "",
        )
        for model, workload, one in rows
    )
    heads = ("Model", "Workload", f"A token, {unit.name}", *parts, "Idling meanwhile", "From")
    return Table("Energy of a written token", heads, lines, frozenset(range(2, 4 + len(parts))))


def _part(value: float | None, unit: Unit) -> str:
    return words.NOT_MEASURED if value is None else words.significant(value * unit.factor, unit.name)
