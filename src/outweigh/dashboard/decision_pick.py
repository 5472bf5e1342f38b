"""Builds the recommendation's part of the page: the pick, how sure it is, why, and what would change it."""

from collections.abc import Mapping

from outweigh.dashboard import decision_front, words
from outweigh.dashboard.decision_front import TITLES, chance, cost_of, ranged, unit_of
from outweigh.dashboard.decision_page import Chance, PickPage
from outweigh.dashboard.measured_page import Panel, Tile
from outweigh.dashboard.report_page import Fact, Table
from outweigh.records import CostName, Guidance, Known, Ranked, Recommendation

_BARS = 5
_SHOWN = 20
_SURE = ((0.95, "Our pick, sure"), (0.8, "Our pick, fairly sure"), (0.5, "Our pick, more likely than not"))


def pick(found: Recommendation, series: Mapping[str, int], currency: str | None) -> PickPage | None:
    """The part; None where no model keeps the limits, which the heading says."""
    if not found.ranked:
        return None
    first = found.ranked[0]
    return PickPage(
        sure=next((said for least, said in _SURE if first.confidence >= least), "Our pick, but unsure"),
        pick=first.model,
        line=_line(found, first),
        chances=tuple(
            Chance(series.get(each.model, 0), each.model, chance(each.confidence), 100 * each.confidence)
            for each in _likeliest(found)
        ),
        tiles=tuple(_tiles(first, currency)),
        reasons=found.reasons,
        changes=tuple(_changes(found)),
        commands=tuple(each.command for each in found.next_evaluations if each.command)[:3],
        ranked=_ranked(found, currency),
        removed=removed(found),
        panels=tuple(_panels(found, series, currency)),
        guidance=tuple(_guidance(found.guidance)) if found.guidance else (),
        notes=(*found.notes, found.method),
    )


def _likeliest(found: Recommendation) -> list[Ranked]:
    """The pick, then those that are best most often."""
    first, *rest = found.ranked
    others = sorted((each for each in rest if each.confidence >= 0.005), key=lambda each: -each.confidence)
    return [first, *others[: _BARS - 1]]


def _line(found: Recommendation, first: Ranked) -> str:
    said = f"The best in {chance(first.confidence)} of {found.worlds:,} draws in which everything is as it may be"
    if found.regret is not None:
        said += f"; taking it forgoes {100 * found.regret.value:.2g} points on average"
    kept = "" if first.keeps_limits >= 1 else f" It keeps the limits in {chance(first.keeps_limits)} of them."
    return f"{said}.{kept}"


def _tiles(first: Ranked, currency: str | None) -> list[Tile]:
    worth = decision_front.worth(first)
    tiles = []
    if worth:
        tiles.append(
            Tile("Quality", None, words.fixed(worth[0], 1), "points", words.span(*worth[1:], 1, 1.0), _of(first))
        )
    for name, cost in first.costs.items():
        unit = unit_of(name, [cost.value], currency)
        low, high = cost.ends
        value, *more = ranged(cost.value, max(low, 0.0), high, unit.factor).split(" (")
        spread = more[0].rstrip(")") if more else ""
        tiles.append(Tile(TITLES[name], None, value, unit.name, spread, cost.known.value))
    return tiles


def _of(first: Ranked) -> str:
    costs = {each.value for each in CostName}
    goals = [goal.name for goal in first.goals if goal.name not in costs]
    guessed = [goal.name for goal in first.goals if goal.known is Known.PREDICTED]
    said = f"over {words.listed(goals)}" if len(goals) < 5 else f"over {len(goals)} goals"
    return f"{said}, of which {words.listed(guessed)} predicted" if guessed else said


def _changes(found: Recommendation) -> list[str]:
    """What would change the answer, in sentences."""
    said = []
    if found.shift and found.shift.moved is not None and found.shift.to:
        said.append(
            f"Moving {found.shift.moved:.0%} of the weights makes {found.shift.to} the best.".replace("%", " %")
        )
    elif found.shift and found.shift.why_not:
        said.append(f"However the weights move, the answer stays: {found.shift.why_not}.")
    elif found.shift:
        said.append("However the weights move, the answer stays.")
    said += [f"{each}." for each in found.trade_offs]
    said += [
        f"{each.samples:,} samples of {each.benchmark} for {each.model} would change the answer with "
        f"a probability of {chance(each.changes_answer)}."
        for each in found.next_evaluations[:3]
    ]
    return said


def _ranked(found: Recommendation, currency: str | None) -> Table:
    """Every model that keeps the limits."""
    shown = found.ranked[:_SHOWN]
    costs = [name for name in CostName if any(name in each.costs for each in shown)]
    chosen = {
        name: unit_of(name, [each.costs[name].value for each in shown if name in each.costs], currency)
        for name in costs
    }
    heads = (
        "Model",
        "Worth, points",
        "Best of all",
        "On the front",
        *(f"{TITLES[each]}, {chosen[each].name}" for each in costs),
    )
    rows = tuple(
        (
            each.model,
            ranged(100 * each.fitness.value, 100 * each.fitness.low, 100 * each.fitness.high, 1.0),
            chance(each.confidence),
            chance(each.on_front),
            *(cost_of(each.costs.get(name), chosen[name].factor) for name in costs),
        )
        for each in shown
    )
    return Table("Models that keep the limits", heads, rows, frozenset(range(1, len(heads))))


def removed(found: Recommendation) -> Table | None:
    """Which models a limit removed, and how likely each keeps it all the same."""
    if not found.removed:
        return None
    rows = tuple((each.model, each.told, chance(each.chance)) for each in found.removed[:_SHOWN])
    more = len(found.removed) - len(rows)
    caption = "Removed by a limit" + (f", the first {len(rows)} of {len(found.removed):,}" if more > 0 else "")
    return Table(caption, ("Model", "Why", "Keeps it after all"), rows, frozenset({2}))


def _panels(found: Recommendation, series: Mapping[str, int], currency: str | None) -> list[Panel]:
    cost = decision_front.cost_drawn([each.costs for each in found.ranked])
    drawn = decision_front.panel(decision_front.placed(found, cost), cost, series, currency) if cost else None
    return [drawn] if drawn else []


def _guidance(found: Guidance) -> list[Fact]:
    latency = None
    if found.latency_seconds is not None:
        latency = f"{words.significant(found.latency_seconds, 's')} at the {found.percentile:g}th percentile"
    facts = {
        "Precision": found.precision,
        "Replicas": found.replicas,
        "Machines": found.machines,
        "At a time": found.requests_at_a_time and words.many(found.requests_at_a_time, "request"),
        "Whole answer": latency,
    }
    said = [Fact(label, str(value)) for label, value in facts.items() if value is not None]
    said += [Fact(name.replace("_", " ").capitalize(), f"not known: {why}") for name, why in found.unknown.items()]
    return said + [Fact("Note", note) for note in found.notes]
