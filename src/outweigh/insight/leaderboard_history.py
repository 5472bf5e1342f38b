"""One model over time: each table's results of it in order, and whether the next differs from the one before."""

from collections.abc import Sequence
from datetime import date
from math import hypot

from outweigh.insight.groups import averaged
from outweigh.records import Estimate, History, Moment, Standing


def history(model: str, standings: Sequence[Standing]) -> tuple[History, ...]:
    """The history of a model in each table that has it; protocols are never mixed."""
    tables: dict[str, list[Standing]] = {}
    for each in standings:
        tables.setdefault(each.provenance, []).append(each)
    return tuple(History(model=model, table=name, moments=_moments(found)) for name, found in tables.items())


def _moments(standings: Sequence[Standing]) -> tuple[Moment, ...]:
    ordered = sorted(standings, key=lambda each: (each.submitted or each.published or date.min, each.revision or ""))
    found: list[Moment] = []
    for each in ordered:
        mean = averaged(list(each.scores.values())) if each.scores else None
        before = found[-1] if found else None
        change = None
        if before and mean and before.mean and before.standing.scores.keys() == each.scores.keys():
            change = _change(before.mean, mean)
        found.append(Moment(standing=each, mean=mean, change=change))
    return tuple(found)


def _change(before: Estimate, after: Estimate) -> Estimate:
    """The second less the first; the same samples may have been asked, so independent errors make it too wide."""
    value = after.value - before.value
    below = hypot(after.value - after.low, before.high - before.value)
    above = hypot(after.high - after.value, before.value - before.low)
    return after.but(
        value=value,
        low=value - below,
        high=value + above,
        standard_error=None,
        method="difference of independent means",
        headline=False,
    )
