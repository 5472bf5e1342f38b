"""A deployment in words: what it is, and every number that figures about it rest on."""

from outweigh.dashboard import words
from outweigh.dashboard.report_page import Fact, Facts, Table
from outweigh.dashboard.tornado import input_name
from outweigh.insight.worlds import inputs
from outweigh.records import Deployment, Hosted, Record, Rented, Spread, Uncertain

_ENDS = {Spread.EXACT: "", Spread.TRIANGULAR: "least and most", Spread.INTERVAL: "95 % interval"}
_LARGE = 1e6


def described(deployment: Deployment) -> Facts:
    """What runs where, for which load, and how fast it must answer."""
    load, place, limit = deployment.load, deployment.place, deployment.latency
    asked = f"{words.significant(sum(load.hours) / len(load.hours))} requests a second on average"
    told = {
        "Model": deployment.model,
        "Hardware": hardware(deployment),
        "Load": f"{asked}, {words.significant(load.peak)} at the peak",
        "Answers within": f"{limit.seconds:g} s for {limit.percentile:g} % of the requests" if limit else "",
        "Region": place.region if place else "",
        "Horizon": words.many(deployment.horizon_months, "month"),
        "Times from": deployment.service.source if deployment.service else "",
    }
    return Facts(deployment.name, tuple(Fact(label, value) for label, value in told.items() if value))


def named(deployment: Deployment) -> str:
    """The model at the beginning of a sentence."""
    unnamed = deployment.model == Deployment.model_fields["model"].default
    return deployment.model.capitalize() if unnamed else deployment.model


def hardware(deployment: Deployment) -> str:
    """The machine, and on which terms it is had."""
    found = deployment.hardware
    if isinstance(found, Hosted):
        return f"by the token from {found.provider}"
    machine = f"{found.gpus} {words.TIMES} {found.gpu}" if found.gpus > 1 else found.gpu
    if isinstance(found, Rented):
        return f"{machine}, rented from {found.provider}, {found.terms.value}"
    return f"{machine}, bought"


def assumed(deployment: Deployment) -> Table:
    """Every number with its ends, and who says it."""
    rows = tuple(
        (input_name(path), _number(each.likely), _ends(each), _ENDS[each.spread], _source(deployment, path))
        for path, each in inputs(deployment).items()
    )
    heads = ("Input", "Likely", "Ends", "Which are", "Source")
    return Table(f"What is assumed: {deployment.name}", heads, rows, frozenset({1, 2}))


def _ends(each: Uncertain) -> str:
    if each.low == each.high:
        return "exact"
    return f"{_number(each.low)}{words.DASH}{_number(each.high)}".replace("-", words.MINUS)


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= _LARGE else f"{value:,.6g}"


def _source(deployment: Deployment, path: str) -> str:
    """Who says a number and when: the price itself, or what it is part of."""
    found: object = deployment
    said = ""
    for name in path.split("."):
        found = getattr(found, name)
        source = getattr(found, "source", "") if isinstance(found, Record) else ""
        if source:
            when = getattr(found, "date", None)
            said = f"{source} ({when})" if when else source
    return said
