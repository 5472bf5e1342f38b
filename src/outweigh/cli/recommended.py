"""What `outweigh recommend` and `pareto` print."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from outweigh.cli.output import Remarks, percent, table

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from outweigh.records import CostName, Front, Objective, Ranked, Recommendation

_SHOWN = 10
_DETAILED = 5
_UNLIKELY = 0.005  # where so many are removed, those that keep a limit less likely than this are only counted


def print_recommendation(out: "Console", found: "Recommendation", remarks: Remarks | None = None) -> None:
    """The answer first; then why, what is given up, what would change it, who was removed, and what to run next."""
    out.print(found.answer, style="bold", markup=False)
    if found.ranked:
        for made in (_ranking(found.ranked[:_SHOWN]), _goals(found.ranked[:_DETAILED])):
            out.print()
            out.print(made)
    _lines(out, "Why", found.reasons)
    _lines(out, "What is given up", found.trade_offs)
    _lines(out, "What would change it", _changes(found))
    _lines(out, "Removed by limits", _removed(found))
    _lines(out, "What to run next", _next(found))
    _lines(out, "How to deploy it", _guidance(found))
    (remarks or Remarks(out)).add((found.method, *found.notes), "Note: ")


def _ranking(ranked: "Sequence[Ranked]") -> "Table":
    """How sure each model is, and what it costs."""
    costs = [name for name in _COSTS if any(name in each.costs for each in ranked)]
    heads = [f"{_COSTS[name].head} [95 %]" for name in costs]
    made = table("model", "best %", "front %", "worth [95 %]", *heads, right=tuple(range(1, 4 + len(costs))))
    for each in ranked:
        worth, own = each.fitness, _named(each.costs)
        told = (percent(each.confidence), percent(each.on_front), _points(worth.value, worth.low, worth.high))
        made.add_row(each.model, *told, *(_COSTS[name].told(own.get(name)) for name in costs))
    return made


def _goals(ranked: "Sequence[Ranked]") -> "Table":
    """What each model reaches on each goal."""
    goals = [f"{goal.name}, {percent(goal.weight)} %" for goal in ranked[0].goals]
    made = table("model", *goals, right=tuple(range(1, 1 + len(goals))))
    for each in ranked:
        made.add_row(
            each.model, *(f"{_points(goal.value, goal.low, goal.high)}{_MARKS[goal.known]}" for goal in each.goals)
        )
    return made


def _named(costs: "Mapping[CostName, Objective]") -> "dict[str, Objective]":
    return {name.value: found for name, found in costs.items()}


def _points(value: float, low: float, high: float) -> str:
    return f"{100 * value:.1f} [{100 * low:.1f}, {100 * high:.1f}]"


@dataclass(frozen=True)
class _Cost:
    """How a cost is shown: what stands above it, and by how much its figure is divided."""

    head: str
    scale: float = 1.0

    def told(self, found: "Objective | None") -> str:
        """A figure with its ends; what it is, where it was not measured."""
        if found is None:
            return "–"
        value, (low, high) = found.value / self.scale, (end / self.scale for end in found.ends)
        ends = "" if low == high else f" [{low:.3g}, {high:.3g}]"
        return f"{value:.3g}{ends}{_MARKS[found.known]}"


_MARKS = {"measured": "", "estimated": " est.", "predicted": " pred."}
_COSTS = {
    "latency_seconds": _Cost("latency, s"),
    "memory_bytes": _Cost("memory, GB", 1e9),
    "joules_per_request": _Cost("J a request"),
    "cost_per_month": _Cost("a month"),
    "cost_per_million_tokens": _Cost("10⁶ tokens"),
}


def _lines(out: "Console", title: str, lines: "Sequence[str]") -> None:
    if lines:
        out.print()
        out.print(f"{title}:", markup=False)
        for each in lines:
            out.print(f"  {each}", markup=False)


def _changes(found: "Recommendation") -> list[str]:
    shift, lines = found.shift, []
    if found.rivals:
        more = f" and {len(found.rivals) - 5} more" if len(found.rivals) > 5 else ""
        lines.append(f"with 95 % the best is this one or {', '.join(found.rivals[:5])}{more}")
    if shift is not None and shift.moved is not None:
        weights = ", ".join(f"{name} {percent(weight)} %" for name, weight in shift.weights.items())
        lines.append(f"moving {percent(shift.moved)} % of the weight makes {shift.to} as good: {weights}")
    elif shift is not None:
        lines.append(f"no weights do: {shift.why_not}")
    if found.knee is not None:
        lines.append(f"the knee of the Pareto front, whatever the weights, is {found.knee}")
    return lines


def _removed(found: "Recommendation") -> list[str]:
    """Limits by how many they remove, then models, those that may keep them after all first."""
    lines = []
    for each in found.effects:
        if each.failing:
            unknown = f", of which {each.unknown:,} because it is not known" if each.unknown else ""
            models = f"{each.failing:,} model{'' if each.failing == 1 else 's'}"
            lines.append(f"{each.limit}: {models}{unknown}; {each.alone:,} by it alone")
    near = sorted(found.removed, key=lambda each: -each.chance)
    if len(near) > _SHOWN:
        near = [each for each in near if each.chance > _UNLIKELY]
    return lines + [f"{each.model}: {each.limit} {each.told}" for each in near[:_SHOWN]]


def _next(found: "Recommendation") -> list[str]:
    if len(found.ranked) > 1 and not found.next_evaluations:
        return ["no evaluation that is not there yet would lower the expected regret"]
    return [
        f"{each.command or f'{each.model} on {each.benchmark}'}   ({each.samples:,} more samples; lowers the expected "
        f"regret by {100 * each.lowers_regret:.2g} points, changes the answer with {each.changes_answer:.0%})"
        for each in found.next_evaluations
    ]


def _guidance(found: "Recommendation") -> list[str]:
    told = found.guidance
    if told is None:
        return []
    latency = None if told.latency_seconds is None else f"{told.latency_seconds:.3g} s"
    if latency and told.percentile:
        latency += f" for {told.percentile:g} % of the answers"
    named = {
        "precision": told.precision,
        "replicas": told.replicas,
        "machines": told.machines,
        "requests at a time": told.requests_at_a_time,
        "latency": latency,
    }
    lines = [f"{name}: {value}" for name, value in named.items() if value is not None]
    return [*lines, *(f"{name}: not known, {why}" for name, why in told.unknown.items()), *told.notes]


def print_front(out: "Console", found: "Front") -> None:
    """One row a model that may be on the front, the likeliest first."""
    out.print(found.answer, style="bold", markup=False)
    out.print()
    heads = [_COSTS[name].head if name in _COSTS else name for name in found.objectives]
    made = table("model", "front %", "knee", *heads, right=(1, *range(3, 3 + len(heads))))
    for each in found.models[: 2 * _SHOWN]:
        told = []
        for name, own in zip(found.objectives, each.values, strict=True):
            cost = _COSTS.get(name)
            points = "–" if own is None else _points(*own)
            told.append(cost.told(_named(each.costs).get(name)) if cost else points)
        made.add_row(each.model, percent(each.chance), "knee" if each.model == found.knee else "", *told)
    out.print(made)
    if found.hypervolume is not None:
        share = found.hypervolume
        out.print(
            f"The front covers {_points(share.value, share.low, share.high)} % of what could be had (hypervolume).",
            markup=False,
        )
    for note in found.notes:
        out.print(f"Note: {note}", style="dim", markup=False)
