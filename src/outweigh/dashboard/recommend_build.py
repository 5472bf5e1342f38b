"""Builds the page of a recommendation by itself."""

from outweigh.dashboard import decision_pick, units, words
from outweigh.dashboard.decision_page import DecisionPage
from outweigh.dashboard.describe import headline
from outweigh.dashboard.report_page import Table
from outweigh.dashboard.verb_page import Section, VerbPage
from outweigh.records import Need, NeedLimits, Recommendation


def recommend_page(found: Recommendation, currency: str | None) -> VerbPage:
    """The pick first; where no model keeps the limits, which limit removed whom."""
    finding, lede = headline(found.answer)
    series = {found.ranked[0].model: 1} if found.ranked else {}
    made = decision_pick.pick(found, series, currency)
    tables = (_effects(found), None if made else decision_pick.removed(found))
    shown = tuple(table for table in tables if table)
    limits = Section("limits", "What the limits remove", tables=shown, unfolded=not made)
    return VerbPage(
        verb="recommend",
        finding=finding,
        lede=lede,
        scope=" · ".join((*asked(found.need), f"{found.worlds:,} draws")),
        decision=DecisionPage(found.answer, made),
        sections=() if limits.empty else (limits,),
        notes=() if made else (*found.notes, found.method),
    )


def asked(need: Need) -> list[str]:
    """What was asked for: weights, then limits."""
    whole = sum(need.weights.values())
    weights = [f"{_plain(name)} {words.share(each / whole)} %" for name, each in need.weights.items()]
    return [need.name, words.listed(weights) if weights else "every area counts the same", *_limits(need.limits)]


def _limits(limits: NeedLimits) -> list[str]:
    money = limits.currency or "money"
    told = {
        "memory up to": limits.max_memory_bytes and units.size(limits.max_memory_bytes),
        "answers within": limits.max_latency_seconds and f"{limits.max_latency_seconds:g} s",
        "up to": limits.max_parameters and f"{words.parameters(round(limits.max_parameters))} parameters",
        "at least": limits.min_context_tokens and f"{limits.min_context_tokens:,.0f} tokens of context",
        "a month for": limits.max_cost_per_month and f"{limits.max_cost_per_month:g} {money} at most",
        "a million tokens for": limits.max_cost_per_million_tokens
        and f"{limits.max_cost_per_million_tokens:g} {money} at most",
        "a request for": limits.max_joules_per_request and f"{limits.max_joules_per_request:g} J at most",
        "licence": " or ".join(limits.licences),
        "language": words.listed(limits.languages),
    }
    scores = [f"{_plain(name)} at least {words.share(least)} %" for name, least in limits.min_score.items()]
    return [f"{name} {limit}" for name, limit in told.items() if limit] + scores


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _effects(found: Recommendation) -> Table | None:
    """How many models each limit removes."""
    rows = tuple(
        (each.limit, f"{each.failing:,}", f"{each.alone:,}", f"{each.unknown:,}")
        for each in found.effects
        if each.failing
    )
    heads = ("Limit", "Models that fail it", "No other one", "Not known to keep it")
    return Table("How many models each limit removes", heads, rows, frozenset({1, 2, 3})) if rows else None
