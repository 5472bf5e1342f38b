"""Builds the page of a switch: what it is worth today, when it is paid back, and how sure that is."""

from outweigh.dashboard import units, words
from outweigh.dashboard.cost_build import sum_tile
from outweigh.dashboard.curves import Curve, Curves, Point
from outweigh.dashboard.decision_cost import stale
from outweigh.dashboard.deployment_words import assumed, described
from outweigh.dashboard.measured_page import Panel, Tile
from outweigh.dashboard.panels import drawn
from outweigh.dashboard.report_page import Fact, Facts, Table
from outweigh.dashboard.tornado import tornado
from outweigh.dashboard.units import Unit, cash
from outweigh.dashboard.verb_page import Section, VerbPage
from outweigh.insight.probabilities import probability
from outweigh.records import RETURN_UNITS, Deployment, Return

_FIGURES = (
    ("Paid back after", "payback_months", "without interest"),
    ("Internal rate", "internal_rate_per_year", "at which it is worth nothing today"),
    ("Return on investment", "return_on_investment", "all gains over what is invested"),
    ("Breaks even at", "break_even_tokens_per_month", "a month"),
)
_WORTH = "net present value"
_EXACT = "every input is given as exact"
_MOVED = Facts(
    f"What moves the {_WORTH}",
    (Fact("Nothing", f"{_EXACT}: write {{ low = …, likely = …, high = … }} for one that is not"),),
)


def return_page(found: Return, current: Deployment, new: Deployment) -> VerbPage:
    """The whole page."""
    moving = tornado(found.swings, found.net_present_value, _WORTH)
    panels = [panel for panel in (_curve(found), moving) if panel]
    horizon = words.many(found.horizon_months, "month")
    return VerbPage(
        verb="roi",
        finding=_finding(found),
        lede=_lede(found),
        scope=f"{horizon} · {f'95 % intervals over {found.draws:,} draws' if found.swings else _EXACT}",
        banners=stale(found.stale),
        tiles=tuple(_tiles(found)),
        sections=(
            Section("flows", "When it pays", panels=tuple(panels), facts=() if found.swings else (_MOVED,)),
            Section(
                "assumed",
                "What is assumed",
                facts=(described(current), described(new)),
                tables=(assumed(current), assumed(new)),
            ),
        ),
        notes=found.notes,
    )


def _finding(found: Return) -> str:
    """Whether switching pays, as far as its interval says so."""
    worth = found.net_present_value
    switch = f"Switching from “{found.current}” to “{found.new}”"
    if worth.low > 0:
        return f"{switch} gains {units.money(worth)}"
    if worth.high < 0:
        lost = worth.but(value=-worth.value, low=-worth.high, high=-worth.low)
        return f"{switch} loses {units.money(lost)}"
    return f"{switch} may gain or lose: {units.money(worth)}"


def _lede(found: Return) -> str:
    worth = f"That is its {_WORTH} over {words.many(found.horizon_months, 'month')}."
    if not found.swings:
        return worth
    return f"{worth} It pays in {probability(found.chance)} of the {found.draws:,} draws of all that is uncertain."


def _tiles(found: Return) -> list[Tile]:
    """What is invested, then every other figure, or why there is none."""
    tiles = [sum_tile("Invested at once", found.invested, "")]
    for label, name, line in _FIGURES:
        figure, (factor, unit) = getattr(found, name), RETURN_UNITS[name]
        if figure is None:
            tiles.append(Tile(label, None, words.DASH, "", "", found.unmeasured.get(name, "")))
        else:
            said = units.said(figure, Unit(unit, factor))
            tiles.append(Tile(label, None, said.value, unit.removesuffix(f" {line}"), said.spread, line))
    return tiles


def _curve(found: Return) -> Panel | None:
    """The present value of what was gained up to each month."""
    if len(found.summed) < 2:
        return None
    points = tuple(
        Point(month, *(float(end) for end in (each.value, each.low, each.high)))
        for month, each in enumerate(found.summed)
    )
    currency = found.net_present_value.currency
    figure = Curves((Curve(1, points),), "Months", f"Gained so far, {currency} of today", log=False, reach=(0.0,))
    rows = tuple(
        (str(month), cash(float(flow)), units.money(each))
        for month, (flow, each) in enumerate(zip(found.flows, found.summed, strict=True))
    )
    heads = ("Month", f"Gained in it, likely, {currency}", "Gained so far, of today")
    data = Table("Discounted gains by month", heads, rows, frozenset({1, 2}))
    hint = "Discounted and summed up. Bar: the 95 % interval."
    return Panel("What is gained, month by month", hint, drawn(figure, "gains", _crossing(found), data))


def _crossing(found: Return) -> str:
    """When the discounted gains outweigh what was invested, at likely values and for sure."""
    likely = next((month for month, each in enumerate(found.summed) if each.value >= 0), None)
    sure = next((month for month, each in enumerate(found.summed) if each.low >= 0), None)
    ends = f"after {words.many(found.horizon_months, 'month')} they come to {units.money(found.summed[-1])}"
    if likely is None:
        return f"Discounted gains never outweigh what was invested, at likely values; {ends}."
    first = f"Discounted gains first outweigh what was invested in month {likely}"
    if not found.swings:
        return f"{first}; {ends}."
    first += " at likely values"
    surely = f", with 97.5 % in month {sure}" if sure is not None else ", but not surely within the horizon"
    return f"{first}{surely}; {ends}."
