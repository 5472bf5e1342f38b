"""Builds the page of a deployment's emissions: how much, of what, where, and by which hour of the grid."""

from outweigh.dashboard import units, words
from outweigh.dashboard.axes import Axis
from outweigh.dashboard.charts import Aside, Bar, ChartRow, Figure, Mark
from outweigh.dashboard.curves import Curve, Curves, Point
from outweigh.dashboard.deployment_words import assumed, described, named
from outweigh.dashboard.measured_page import Panel, Tile
from outweigh.dashboard.panels import drawn
from outweigh.dashboard.report_page import Fact, Facts, Table
from outweigh.dashboard.units import Unit
from outweigh.dashboard.verb_page import Section, VerbPage
from outweigh.records import Carbon, Deployment, Estimate

_KILOGRAMS, _GRAMS, _HOURS = Unit("kg CO₂e"), Unit("g CO₂e"), Unit("kWh")


def carbon_page(found: Carbon, deployment: Deployment) -> VerbPage:
    """The whole page."""
    time = words.many(found.horizon_months, "month")
    panels = [panel for panel in (_split(found), _by_hour(deployment)) if panel]
    beside = len(panels) == 1
    sources = Facts("Sources", tuple(Fact(*_source(each)) for each in found.sources))
    sections = (
        Section("split", "Where it comes from", panels=tuple(panels), facts=(sources,) if beside else ()),
        Section(
            "assumed",
            "What is assumed",
            facts=(described(deployment),) if beside else (described(deployment), sources),
            tables=(assumed(deployment),),
        ),
    )
    return VerbPage(
        verb="carbon",
        finding=f"{named(deployment)} emits {units.whole(found.total_kilograms, _KILOGRAMS)} in {found.region}, {time}",
        lede=_lede(found),
        scope=f"{found.deployment} · 95 % intervals over {found.total_kilograms.count:,} draws",
        tiles=(
            _tile("A million tokens", found.grams_per_million_tokens, _GRAMS, "read and written together"),
            _tile("Electricity", found.kilowatt_hours, _HOURS, "of the whole site, by its PUE"),
        ),
        sections=sections,
        notes=(*_missing(found), *found.notes),
    )


def _parts(found: Carbon) -> list[tuple[str, Estimate]]:
    parts = [("Running the machines", found.operational_kilograms)]
    parts += [("Making the machines", found.embodied_kilograms)] if found.embodied_kilograms else []
    return parts


def _lede(found: Carbon) -> str:
    """What making the machines adds, or that it is not in the figure."""
    if found.embodied_kilograms is None:
        return "Making the machines is not in it: what that emitted was not given."
    share = words.share(found.embodied_kilograms.value / (found.total_kilograms.value or 1.0))
    return f"Making the machines is {share} % of it; running them is the rest."


def _sentence(found: Carbon) -> str:
    """How the whole is split."""
    parts = _parts(found)
    whole = found.total_kilograms.value
    if len(parts) == 1:
        return f"All of it is from running the machines: {units.whole(parts[0][1], _KILOGRAMS)}."
    shares = [
        f"{name.lower()} takes {words.share(each.value / whole)} %, {units.whole(each, _KILOGRAMS)}"
        for name, each in parts
        if whole
    ]
    said = words.listed(shares) or "nothing is emitted"
    return f"{said[:1].upper()}{said[1:]}."


def _split(found: Carbon) -> Panel:
    """The parts and the whole, each as a bar with its interval."""
    lines = [*_parts(found), ("Together", found.total_kilograms)]
    ends = [each.high for _, each in lines]
    rows = tuple(
        ChartRow(
            name,
            (Mark(each.value, each.low, each.high, 1),),
            _aside(each, strong=each is found.total_kilograms),
            strong=each is found.total_kilograms,
            bars=(Bar(0.0, each.value, 1, 0.6),),
        )
        for name, each in lines
    )
    ranges = (Axis(ends, labels=5, zero=True).range, Axis(ends, labels=4, zero=True).range)
    figure = Figure(rows, f"Emissions, {_KILOGRAMS.name}", ranges=ranges)
    data = Table(
        "Emissions and electricity",
        ("", "Value", "Unit"),
        tuple(
            (name, str(units.said(each, unit)), unit.name)
            for name, each, unit in (
                *((name, each, _KILOGRAMS) for name, each in lines),
                ("A million tokens", found.grams_per_million_tokens, _GRAMS),
                ("Electricity", found.kilowatt_hours, _HOURS),
            )
        ),
        frozenset({1}),
    )
    chart = drawn(figure, "split", _sentence(found), data, beside=True)
    return Panel("What is emitted", "Bar: the likely value. Below it: the 95 % interval.", chart)


def _by_hour(deployment: Deployment) -> Panel | None:
    """The grid over the day, where it is known by the hour."""
    grid = deployment.place.grid if deployment.place else None
    hours = grid.hourly_grams_per_kwh if grid else None
    if hours is None:
        return None
    load = deployment.load.hourly_requests_per_second
    curve = Curve(1, tuple(Point(hour, grams, grams, grams) for hour, grams in enumerate(hours)))
    figure = Curves((curve,), "Hour of the day", "Grid, g CO₂e a kWh", log=False)
    cleanest, dirtiest = hours.index(min(hours)), hours.index(max(hours))
    sentence = (
        f"The grid emits least at {cleanest}:00, {min(hours):,.4g} g a kilowatt-hour, and most at {dirtiest}:00, "
        f"{max(hours):,.4g}\N{NO-BREAK SPACE}g."
    )
    data = Table(
        "The grid and the load by the hour",
        ("Hour", "Grid, g CO₂e a kWh", "Requests a second"),
        tuple(
            (f"{hour}:00", f"{grams:,.4g}", f"{load[hour]:,.4g}" if load else "known for the day only")
            for hour, grams in enumerate(hours)
        ),
        frozenset({1, 2}),
    )
    hint = "As its source gives it, which says no interval."
    return Panel("The grid by the hour", hint, drawn(figure, "hours", sentence, data))


def _tile(label: str, found: Estimate, unit: Unit, line: str) -> Tile:
    said = units.said(found, unit)
    return Tile(label, None, said.value, unit.name, said.spread, line)


def _source(said: str) -> tuple[str, str]:
    name, _, source = said.partition(": ")
    return f"{name[:1].upper()}{name[1:]}", source


def _missing(found: Carbon) -> list[str]:
    return [f"No {name.replace('_', ' ')}: {why}" for name, why in found.unmeasured.items()]


def _aside(found: Estimate, *, strong: bool) -> Aside:
    said = units.said(found, _KILOGRAMS)
    return Aside(said.value, said.spread, str(said), strong=strong)
