"""Candidates to recommend from, with scores of so many samples, and what a test changes in them."""

from statsmodels.stats.proportion import proportion_confint

from outweigh.records import Candidate, CostName, Known, Need, Objective


def score(value, count=200, area=None, pool=None, **more):
    low, high = proportion_confint(round(value * count), count, method="wilson")
    return Objective(value=value, low=min(low, value), high=max(high, value), count=count, area=area, pool=pool, **more)


def predicted(value, low, high, area=None):
    return Objective(value=value, low=low, high=high, level=0.9, known=Known.PREDICTED, area=area)


def exactly(value):
    return Objective(value=value, exact="given")


def candidate(title, scores=None, count=200, costs=None, **facts):
    """A model; scores are shares, or objectives."""
    found = {name: each if isinstance(each, Objective) else score(each, count) for name, each in (scores or {}).items()}
    spent = {
        CostName(name): each if isinstance(each, Objective) else exactly(each) for name, each in (costs or {}).items()
    }
    return Candidate(title=title, reference=f"org/{title}", scores=found, costs=spent, **facts)


def need(**fields):
    return Need.model_validate(fields)
