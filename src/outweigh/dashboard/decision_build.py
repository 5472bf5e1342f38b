"""Builds the part of the page that answers the question: which one, how sure, and what it costs."""

from collections.abc import Mapping

from outweigh.dashboard.decision import Decision
from outweigh.dashboard.decision_cost import cost_page
from outweigh.dashboard.decision_page import DecisionPage
from outweigh.dashboard.decision_pick import pick


def decision_page(found: Decision, series: Mapping[str, int]) -> DecisionPage:
    """The part; `series` are the symbols that models have on the page, by name."""
    plan = cost_page(found.plan) if found.plan else None
    if found.recommendation is None:
        return DecisionPage(plan.finding if plan else "", None, plan, found.missing)
    currency = found.plan.cost.total.currency if found.plan else found.recommendation.need.limits.currency
    made = pick(found.recommendation, series, currency)
    return DecisionPage(found.recommendation.answer, made, plan, found.missing)
