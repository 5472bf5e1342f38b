"""Several benchmarks' estimates -> one: a group weighted by size, or an average in which each counts the same."""

from collections.abc import Sequence
from math import fsum, sqrt

from outweigh.records import Estimate

_Z = 1.959963984540054  # two-sided 95 % of the normal distribution


def pooled(estimates: Sequence[Estimate | None]) -> Estimate | None:
    """The mean over all samples of a group. None if any member has no estimate: a group is never silently smaller.

    `standard_error` is lm-evaluation-harness's `pooled_sample_stderr`; the interval is not made from it (see `_reach`).
    One member stands as it is. ValueError for none.
    """
    members = _complete(estimates)
    if members is None:
        return None
    if len(members) == 1:
        return members[0]
    total = sum(member.count for member in members)
    weights = [member.count / total for member in members]
    return _combined(members, weights, _pooled_error(members), f"pooled over {len(members)} benchmarks")


def averaged(estimates: Sequence[Estimate | None], *, of: str = "benchmarks") -> Estimate | None:
    """The mean of benchmarks (or areas), whatever their size. None if any has no estimate; one stands as it is.

    `standard_error` takes them as independent: lm-evaluation-harness's `unweighted_mean_stderr`. ValueError for none.
    """
    members = _complete(estimates)
    if members is None:
        return None
    if len(members) == 1:
        return members[0]
    weights = [1 / len(members)] * len(members)
    errors = [member.standard_error for member in members if member.standard_error is not None]
    complete = len(errors) == len(members)
    error = sqrt(fsum(value**2 for value in errors)) / len(members) if complete else None
    return _combined(members, weights, error, f"mean of {len(members)} {of}")


def _complete(estimates: Sequence[Estimate | None]) -> list[Estimate] | None:
    if not estimates:
        raise ValueError("nothing to combine")
    members = [estimate for estimate in estimates if estimate is not None]
    return members if len(members) == len(estimates) else None


def _pooled_error(members: Sequence[Estimate]) -> float | None:
    """sqrt(sum((n-1) se² n) / (N-k) / N); None if a member has no standard error, as one of a single sample."""
    squares = [
        (member.count - 1) * member.standard_error**2 * member.count
        for member in members
        if member.standard_error is not None
    ]
    if len(squares) < len(members):
        return None
    total = sum(member.count for member in members)
    return sqrt(fsum(squares) / (total - len(members)) / total)


def _combined(members: Sequence[Estimate], weights: Sequence[float], error: float | None, method: str) -> Estimate:
    first = members[0]
    same = len({member.metric for member in members}) == 1
    value = fsum(weight * member.value for weight, member in zip(weights, members, strict=True))
    below = _reach([(member.value - member.low, member) for member in members], weights)
    above = _reach([(member.high - member.value, member) for member in members], weights)
    lowest = fsum(weight * member.low for weight, member in zip(weights, members, strict=True))
    highest = fsum(weight * member.high for weight, member in zip(weights, members, strict=True))
    return Estimate(
        metric=first.metric if same else "score",
        filter=first.filter if len({member.filter for member in members}) == 1 else "none",
        value=value,
        low=min(value, max(value - below, lowest)),
        high=max(value, min(value + above, highest)),
        standard_error=error,
        count=sum(member.count for member in members),
        method=method,
        headline=True,
        higher_is_better=first.higher_is_better,
    )


def _reach(sides: Sequence[tuple[float, Estimate]], weights: Sequence[float]) -> float:
    """How far the interval reaches to one side: the members' own distances, weighted, added as independent errors.

    Zou and Donner (2008). A distance counts at least 1.96 standard errors, because Wilson's intervals lean towards one
    half, and over many small benchmarks that lean would add up.
    """
    distances = [max(distance, _Z * (member.standard_error or 0.0)) for distance, member in sides]
    return sqrt(fsum((weight * far) ** 2 for weight, far in zip(weights, distances, strict=True)))
