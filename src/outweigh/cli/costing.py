"""Deployments read for `outweigh cost`, `roi` and `carbon`, and what these print."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from outweigh.cli.output import Remarks, percent, table

if TYPE_CHECKING:
    from rich.console import Console

    from outweigh.dashboard.decision import CostPlan
    from outweigh.records import Amount, Carbon, Cost, Estimate, Plan, Return, Saving, Sizing, Swing

Runs = Annotated[
    list[str] | None,
    typer.Option("--run", help="A run that measured the model, or asked it; may be given several times."),
]
Benchmark = Annotated[
    str | None, typer.Option(help="The benchmark of the runs whose score is the share of correct answers.")
]
_SWINGS = 6
_FIGURES = {
    "return_on_investment": "return on investment",
    "payback_months": "payback",
    "internal_rate_per_year": "internal rate of return",
    "break_even_tokens_per_month": "break-even volume",
}
_DRAWS = 400  # of the worlds behind each point of a curve


def planned(
    path: Path, runs: Sequence[str], benchmark: str | None, *, scored: bool = True
) -> "tuple[Plan, tuple[str, ...]]":
    """The plan of a TOML file, what it lacks taken from runs, and remarks on that; `scored` asks for accuracies too."""
    from outweigh.engine import reading
    from outweigh.insight import measured_plan
    from outweigh.interop import deployment_toml

    plan = deployment_toml.read(path)
    found = [reading.load(name) for name in runs]
    measurements = [each for run in found for each in run.measurements]
    results = [each for run in found for each in run.results] if scored else []
    return measured_plan.planned(plan, measurements, results, benchmark)


def costed(plan: "Plan", notes: "Sequence[str]") -> "Cost":
    """What the plan's deployment costs, with remarks, and which prices are stale, those of the alternatives too."""
    from datetime import UTC, datetime

    from outweigh.insight import costing

    today = datetime.now(UTC).date()
    found = costing.cost(plan.deployment, today=today)
    stale = costing.stale(today, plan.deployment, *(each.deployment for each in plan.alternatives))
    return found.but(notes=(*found.notes, *notes), stale=stale)


def cost_plan(plan: "Plan", cost: "Cost", advice: "Sequence[Saving]") -> "CostPlan":
    """A cost with what it comes to at other volumes, and with what is emitted where that is known."""
    from outweigh.dashboard.decision import CostPlan
    from outweigh.insight import emissions, volumes
    from outweigh.records import UserError

    curves = volumes.over_volumes(plan, draws=_DRAWS)
    try:
        carbon = emissions.carbon(plan.deployment)
    except UserError:  # it says what is not known, which is no reason to have no cost
        carbon = None
    return CostPlan(cost, tuple(advice), curves, volumes.crossings(curves), carbon)


def print_cost(out: "Console", cost: "Cost", remarks: Remarks | None = None) -> None:
    """The parts, the total and what it comes to, the machines, and what moves the total."""
    out.print(f"{cost.deployment}: {cost.model}, {cost.horizon_months} months", style="bold", markup=False)
    made = table("", f"{cost.total.currency} [95 %]", "share %", right=(1, 2))
    for part, spent in cost.parts.items():
        made.add_row(part.value, sum_of(spent), _percent(cost.share(part)))
    made.add_row("total", sum_of(cost.total), "")
    made.add_row("per million tokens", sum_of(cost.per_million_tokens), "")
    if cost.per_correct is not None:
        made.add_row("per correct answer", sum_of(cost.per_correct), "")
    out.print(made)
    if cost.sizing is not None:
        out.print(_machines(cost.sizing), markup=False)
    print_swings(out, "the total", cost.swings)
    print_remarks(out, cost.stale, cost.unmeasured, (cost.method, *cost.notes), remarks)


def _machines(found: "Sizing") -> str:
    ends = []
    for month in (0, -1):
        low, high = found.machines_low[month], found.machines_high[month]
        replicas = f"{found.replicas[month]} replica{'s' if found.replicas[month] > 1 else ''}"
        ends.append(f"{found.machines[month]}{f' [{low}, {high}]' if low < high else ''} ({replicas})")
    return (
        f"Machines: {ends[0]} in the first month, {found.utilisation:.0%} busy at the peak, answers within "
        f"{found.response_seconds:.3g} s at likely values; {ends[1]} in the last"
    )


def print_savings(out: "Console", found: "Sequence[Saving]", currency: str) -> None:
    """One row an alternative, the best first."""
    if not found:
        return
    made = table("what could be done", "change", f"saves {currency} [95 %]", "share %", "answers", right=(2, 3))
    for each in found:
        told = each.quality.value
        if each.accuracy is not None:
            told += f", {_points(each.accuracy)} points"
        made.add_row(each.name, each.change.value, sum_of(each.saving), _percent(each.share), told)
    out.print()
    out.print(made)


def print_return(out: "Console", found: "Return") -> None:
    """What switching returns, figure by figure."""
    from outweigh.records import RETURN_UNITS

    title = f"From {found.current} to {found.new}, {found.horizon_months} months"
    out.print(title, style="bold", markup=False)
    currency = found.net_present_value.currency
    made = table("", "value [95 %]", right=(1,))
    made.add_row("invested at once", f"{sum_of(found.invested)} {currency}")
    made.add_row("net present value", f"{sum_of(found.net_present_value)} {currency}")
    made.add_row("chance that it is above 0", f"{found.chance:.1%}")
    for name, (scale, unit) in RETURN_UNITS.items():
        figure = getattr(found, name)
        made.add_row(_FIGURES[name], f"{_scaled(figure, scale)} {unit}" if figure else "–")
    out.print(made)
    print_swings(out, "the net present value", found.swings)
    print_remarks(out, found.stale, {_FIGURES[name]: why for name, why in found.unmeasured.items()}, found.notes)


def print_carbon(out: "Console", found: "Carbon") -> None:
    """What is emitted, figure by figure."""
    title = f"{found.deployment}: {found.model} in {found.region}, {found.horizon_months} months"
    out.print(title, style="bold", markup=False)
    made = table("", "value [95 %]", right=(1,))
    for name, figure, unit in (
        ("electricity", found.kilowatt_hours, "kWh"),
        ("running the machines", found.operational_kilograms, "kg CO₂e"),
        ("making the machines", found.embodied_kilograms, "kg CO₂e"),
        ("together", found.total_kilograms, "kg CO₂e"),
        ("per million tokens", found.grams_per_million_tokens, "g CO₂e"),
    ):
        made.add_row(name, f"{_scaled(figure, 1)} {unit}" if figure else "–")
    out.print(made)
    for source in found.sources:
        out.print(f"Source: {source}", style="dim", markup=False)
    print_remarks(out, (), found.unmeasured, found.notes)


def print_swings(out: "Console", what: str, found: "Sequence[Swing]") -> None:
    """The inputs that move a figure most, from their low to their high end."""
    moving = [each for each in found if each.width]
    if not moving:
        return
    out.print()
    out.print(f"What moves {what}, one at a time:", markup=False)
    made = table("input", "from", "to", "at the low end", "at the high end", right=(1, 2, 3, 4))
    for each in moving[:_SWINGS]:
        ends = ("no machines are enough" if end is None else _money(end) for end in (each.at_low, each.at_high))
        made.add_row(each.input, f"{each.low:.6g}", f"{each.high:.6g}", *ends)
    out.print(made)


def print_remarks(
    out: "Console",
    stale: "Sequence[str]",
    unmeasured: dict[str, str],
    notes: "Sequence[str]",
    remarks: Remarks | None = None,
) -> None:
    """What a reader should know before trusting the figures."""
    for line in stale:
        out.print(line, style="yellow", markup=False)
    for name, why in unmeasured.items():
        out.print(f"No {name.replace('_', ' ')}: {why}", style="dim", markup=False)
    (remarks or Remarks(out)).add(notes, "Note: ")


def sum_of(found: "Amount") -> str:
    """A sum of money with its interval."""
    if found.low == found.high:
        return _money(found.value)
    return f"{_money(found.value)} [{_money(found.low)}, {_money(found.high)}]"


def _percent(share: float | None) -> str:
    return "–" if share is None else percent(share)


def _money(value: Decimal) -> str:
    """Whole units from a hundred thousand on, cents below that, and four digits where cents say nothing."""
    if abs(value) >= 100_000:
        return f"{value:,.0f}"
    return f"{value:,.2f}" if abs(value) >= 10 or value == 0 else f"{float(value):.4g}"


def _scaled(found: "Estimate", scale: float) -> str:
    value, low, high = (
        f"{scale * end:,.4g}" if abs(scale * end) < 1000 else f"{scale * end:,.0f}"
        for end in (found.value, found.low, found.high)
    )
    return value if low == high else f"{value} [{low}, {high}]"


def _points(found: "Estimate") -> str:
    return f"{100 * found.value:+.1f} [{100 * found.low:+.1f}, {100 * found.high:+.1f}]"
