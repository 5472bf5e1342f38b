"""Builds the page of a deployment's cost by itself."""

from dataclasses import replace

from outweigh.dashboard import units, words
from outweigh.dashboard.decision import CostPlan
from outweigh.dashboard.decision_cost import cost_page
from outweigh.dashboard.decision_page import DecisionPage
from outweigh.dashboard.deployment_words import assumed, described, hardware, named
from outweigh.dashboard.measured_page import Tile
from outweigh.dashboard.units import Unit
from outweigh.dashboard.verb_page import Section, VerbPage
from outweigh.records import Amount, Cost, Deployment


def cost_verb_page(plan: CostPlan, deployment: Deployment) -> VerbPage:
    """The sum first, then where it goes, what moves it, and what it rests on."""
    cost, part = plan.cost, cost_page(plan)
    horizon = words.many(cost.horizon_months, "month")
    tiles = [sum_tile("A million tokens", cost.per_million_tokens, "read and written together")]
    if cost.per_correct:
        tiles.append(sum_tile("A correct answer", cost.per_correct, ""))
    if plan.carbon:
        said = units.said(plan.carbon.total_kilograms, Unit("kg CO₂e"))
        tiles.append(Tile("Emissions", None, said.value, "kg CO₂e", said.spread, f"over {horizon}"))
    return VerbPage(
        verb="cost",
        finding=f"{named(deployment)} costs {units.money(cost.total)} over {horizon}",
        lede=" ".join(each.chart.sentence for each in part.panels),
        scope=f"{deployment.name} · {hardware(deployment)} · {_sure(cost)}",
        tiles=tuple(tiles),
        decision=DecisionPage("", None, replace(part, title="Where the money goes", finding="")),
        sections=(
            Section("assumed", "What is assumed", facts=(described(deployment),), tables=(assumed(deployment),)),
        ),
    )


def _sure(cost: Cost) -> str:
    return f"95 % intervals over {cost.draws:,} draws" if cost.swings else cost.method


def sum_tile(label: str, found: Amount, line: str) -> Tile:
    """A sum of money with its interval."""
    said, _, spread = units.money(found).partition(" (")
    value, unit = said.rsplit(" ", maxsplit=1)
    return Tile(label, None, value, unit, spread.removesuffix(")"), line)
