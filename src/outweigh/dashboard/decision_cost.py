"""Builds the cost plan's part of the page: the parts, what moves the total, other volumes, and other ways."""

from collections.abc import Sequence

from markupsafe import Markup

from outweigh.dashboard import units, words
from outweigh.dashboard.curves import NARROW_FRAME, Curve, Curves, Frame, Point
from outweigh.dashboard.decision import CostPlan
from outweigh.dashboard.decision_page import CostPage
from outweigh.dashboard.drawing_curves import curves_svg
from outweigh.dashboard.measured_page import Panel
from outweigh.dashboard.report_page import Banner, Chart, Fact, Table
from outweigh.dashboard.tornado import tornado
from outweigh.dashboard.units import Unit, money
from outweigh.records import Amount, Cost, Crossing, Saving

_MILLION = 1e6
WIDE_FRAME = Frame("wide", total=536, height=250, left=58, right=18, ended=130)


def cost_page(plan: CostPlan) -> CostPage:
    """The part."""
    cost = plan.cost
    panels = [panel for panel in (tornado(cost.swings, cost.total, "total"), _volumes(plan)) if panel]
    return CostPage(
        title=f"What {cost.model} costs: {cost.deployment}",
        finding=finding(cost),
        parts=_parts(cost),
        panels=tuple(panels),
        savings=_savings(plan),
        facts=tuple(_facts(plan)),
        banners=stale(cost.stale),
        notes=(*_missing(cost), cost.method, *cost.notes),
    )


def stale(lines: Sequence[str]) -> tuple[Banner, ...]:
    """What a reader must know of the prices before the sums."""
    return tuple(Banner(head, f"{names}.") for head, _, names in (each.partition(": ") for each in lines))


def finding(cost: Cost) -> str:
    """The sum over the horizon, and what it comes to."""
    horizon = words.many(cost.horizon_months, "month")
    said = f"{money(cost.total)} over {horizon}, {money(cost.per_million_tokens)} a million tokens"
    return f"{said}, {money(cost.per_correct)} a correct answer" if cost.per_correct else said


def _parts(cost: Cost) -> Table:
    rows = [(part.value, _plain(spent), _percent(cost.share(part))) for part, spent in cost.parts.items()]
    rows.append(("total", _plain(cost.total), ""))
    return Table(f"Where the money goes, {cost.total.currency}", ("", "Spent", "Share"), tuple(rows), frozenset({1, 2}))


def _percent(share: float | None) -> str:
    return words.DASH if share is None else f"{words.fixed(100 * share, 0)} %"


def _plain(found: Amount) -> str:
    return money(found).replace(f" {found.currency}", "")


def _volumes(plan: CostPlan) -> Panel | None:
    """A month's cost of every option against the volume, with the first crossing."""
    curves = [each for each in plan.volumes if len(each.points) > 1]
    if not curves:
        return None
    currency = plan.cost.total.currency
    lines = tuple(
        Curve(
            place,
            tuple(
                Point(
                    point.tokens_per_month / _MILLION,
                    *(float(end) for end in (point.cost.value, point.cost.low, point.cost.high)),
                )
                for point in each.points
            ),
            each.name if len(curves) > 1 else "",
        )
        for place, each in enumerate(curves[:6], start=1)
    )
    crossing = next(iter(plan.crossings), None)
    upright = None
    if crossing:
        upright = ((crossing.low_tokens_per_month * crossing.high_tokens_per_month) ** 0.5 / _MILLION, "break-even")
    drawn = Curves(lines, "Million tokens a month", f"A month, {currency}", log=True, upright=upright)
    rows = tuple(
        (f"{point.tokens_per_month / _MILLION:,.4g}", each.name, _plain(point.cost))
        for each in curves
        for point in each.points
    )
    table = Table("Cost of a month by volume", ("Million tokens a month", "Option", currency), rows, frozenset({0, 2}))
    said = _crossed(plan)
    chart = Chart(
        "volume",
        said,
        said,
        Markup(curves_svg(drawn, WIDE_FRAME)),
        Markup(curves_svg(drawn, NARROW_FRAME)),
        table,
    )
    return Panel(
        "A month at other volumes", "Bars: the 95 % interval. Machines come whole, tokens by the piece.", chart
    )


def _crossed(plan: CostPlan) -> str:
    """Where options change places; without that, who is always cheaper; for one alone, its ends."""
    if plan.crossings:
        return f"{'; '.join(_crossing(each) for each in plan.crossings[:3])}."
    first, *others = (each for each in plan.volumes if each.points)
    least, most = first.points[0], first.points[-1]
    cheaper = [f"“{each.name}”" for each in others if each.points[-1].cost.value < most.cost.value]
    if cheaper:
        return f"At none of these volumes does “{first.name}” cost less than {words.listed(cheaper)}."
    if others:
        return f"At none of these volumes does anything cost less than “{first.name}”."
    ends = [f"{money(each.cost)} at {_millions(each.tokens_per_month)} million tokens" for each in (least, most)]
    return f"A month costs {' and '.join(ends)}."


def _crossing(found: Crossing) -> str:
    ends = f"between {_millions(found.low_tokens_per_month)} and {_millions(found.high_tokens_per_month)}"
    return f"“{found.cheaper_above}” becomes cheaper than “{found.cheaper_below}” {ends} million tokens a month"


def _millions(tokens: float) -> str:
    return f"{tokens / _MILLION:,.3g}"


def _savings(plan: CostPlan) -> Table | None:
    if not plan.savings:
        return None
    rows = tuple(
        (each.name, each.change.value, _plain(each.saving), _percent(each.share), _quality(each))
        for each in plan.savings
    )
    heads = ("Instead", "Change", f"Saves, {plan.cost.total.currency}", "Share", "Answers")
    return Table("What could be done instead", heads, rows, frozenset({2, 3}))


def _quality(found: Saving) -> str:
    """What an alternative does to the answers, with the difference in points where it is known."""
    if found.accuracy is None:
        return found.quality.value
    return f"{found.quality.value}: {words.score(found.accuracy)} points"


def _facts(plan: CostPlan) -> list[Fact]:
    cost, facts = plan.cost, []
    if cost.sizing:
        machines = words.many(cost.sizing.machines[0], "machine")
        facts.append(Fact("Machines", f"{machines} in the first month, {cost.sizing.machines[-1]:,} in the last"))
        facts.append(Fact("Busy at the peak", _percent(cost.sizing.utilisation)))
        facts.append(Fact("Answers within", words.significant(cost.sizing.response_seconds, "s")))
    if plan.carbon:
        facts.append(Fact("CO₂ equivalent", units.whole(plan.carbon.total_kilograms, Unit("kg"))))
    return facts


def _missing(cost: Cost) -> list[str]:
    return [f"No {name.replace('_', ' ')}: {why}" for name, why in cost.unmeasured.items()]
