"""The raw times of requests into figures, each with its interval or with the reason why it has none.

Definitions and their sources stand in docs/measuring.md. Warm-up requests count nowhere; failed ones count in no
latency and no rate, but the time that they took is part of the time that was measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from outweigh.records import Arrival, Estimate, Timing, Workload
from outweigh.stats.quantiles import blocks, clustered, least, worth
from outweigh.stats.rates import rates, streamed, written
from outweigh.stats.ratios import ratio
from outweigh.stats.starts import method, quantile, total

SHARES = (0.5, 0.9, 0.95, 0.99)
_BLOCKS = (20, 10)  # of neighbouring requests or repeats: as many as leave two to a block
_MOST_BUNDLED = 0.1  # of all tokens may come several at a time before gaps say nothing
_ONE_PIECE = "answers came in one piece"
_NOBODY = "no request was answered"


@dataclass(frozen=True)
class Figures:
    """What came of a measurement. `unmeasured` says, for each metric that is not there, why."""

    figures: tuple[Estimate, ...]
    unmeasured: dict[str, str]


@dataclass(frozen=True)
class _Latency:
    """Values of one kind, each with the request that it came from; or why there are none."""

    name: str
    what: str
    values: tuple[float, ...] = ()
    owners: tuple[Timing, ...] = ()
    missing: str | None = None


Found = tuple[str, Estimate | str]


def summarise(timings: Sequence[Timing], workload: Workload) -> Figures:
    """Figures of all timings that are no warm-up, in whatever order they come."""
    measured = sorted((each for each in timings if not each.warmup), key=lambda each: (each.due, each.request))
    done = [each for each in measured if each.failed is None and each.done is not None]
    found: list[Found] = []
    for latency in (_ttft(done), _gaps(done), _tpot(done), _e2e(done)):
        found += _figures(latency, workload.arrival)
    for name, rate in rates(measured, workload.arrival, workload.limits).items():
        if isinstance(rate, str):
            found.append((name, rate))
        else:
            value, low, high, parts = rate
            how = method("parts-t", [each.start for each in measured])
            found.append((name, _estimate(name, (value, low, high), parts, how, better=True)))
    found.append(_per_user(done, workload.arrival))
    return Figures(
        tuple(each for _, each in found if isinstance(each, Estimate)),
        {name: each for name, each in found if isinstance(each, str)},
    )


def _ttft(done: Sequence[Timing]) -> _Latency:
    """Every first token that came on its own."""
    pairs = [(each, each.ttft) for each in done if streamed(each) and each.ttft is not None]
    return _made("ttft_seconds", "requests", pairs, _ONE_PIECE if done else _NOBODY)


def _gaps(done: Sequence[Timing]) -> _Latency:
    """Every gap between tokens; one before k tokens that came together is k gaps of a k-th."""
    name, what = "itl_seconds", "gaps between tokens"
    several = [each for each in done if len(each.tokens) > 1]
    bundled = sum(count for each in several for count in (each.counts or ())[1:] if count > 1)
    total = sum(sum((each.counts or (1,) * len(each.tokens))[1:]) for each in several)
    if total and bundled / total > _MOST_BUNDLED:
        return _Latency(name, what, missing=f"{bundled / total:.0%} of the tokens came several at a time")
    pairs = []
    for each in several:
        counts = each.counts or (1,) * len(each.tokens)
        for (before, after), count in zip(pairwise(each.tokens), counts[1:], strict=True):
            pairs += [(each, (after - before) / count)] * count
    return _made(name, what, pairs, _no_gaps(done))


def _tpot(done: Sequence[Timing]) -> _Latency:
    pairs = [(each, each.tpot) for each in done if each.tpot is not None]
    return _made("tpot_seconds", "requests", pairs, _no_gaps(done))


def _e2e(done: Sequence[Timing]) -> _Latency:
    return _made("e2e_seconds", "requests", [(each, each.e2e) for each in done if each.e2e is not None], _NOBODY)


def _made(name: str, what: str, pairs: Sequence[tuple[Timing, float]], otherwise: str) -> _Latency:
    if not pairs:
        return _Latency(name, what, missing=otherwise)
    owners, values = zip(*pairs, strict=True)
    return _Latency(name, what, values, owners)


def _no_gaps(done: Sequence[Timing]) -> str:
    if not done:
        return _NOBODY
    if all(written(each) == 1 for each in done):
        return "answers had one token"
    return _ONE_PIECE if not all(map(streamed, done)) else "the number of output tokens is not known"


def _figures(latency: _Latency, arrival: Arrival) -> list[Found]:
    names = [f"{latency.name}_{_label(share)}" for share in SHARES]
    mean = f"{latency.name}_mean"
    if latency.missing:
        return [(name, latency.missing) for name in (*names, mean)]
    units = _units(latency.owners, arrival)
    groupings = [units, *_neighbours(units)]
    starts = [each.start for each in latency.owners]
    found = [
        (name, _percentile(name, share, latency, groupings, starts)) for name, share in zip(names, SHARES, strict=True)
    ]
    return [*found, (mean, _mean(mean, latency.values, units, starts, better=False))]


def _label(share: float) -> str:
    return f"p{round(100 * share)}"


def _units(owners: Sequence[Timing], arrival: Arrival) -> list[int]:
    """What is independent, at best, numbered in time order: repeats of a batch, else requests."""
    numbers: dict[tuple[int, int], int] = {}
    keys = [(each.repeat, 0 if arrival is Arrival.BATCH else each.request) for each in owners]
    return [numbers.setdefault(key, len(numbers)) for key in keys]


def _neighbours(units: Sequence[int]) -> list[list[int]]:
    """Blocks of neighbouring units, where there are two or more for each: what lasts longer than a unit shows there."""
    count = max(units) + 1
    most = next((most for most in _BLOCKS if count >= 2 * most), None)
    if most is None:
        return []
    block = blocks(count, most)
    return [[block[unit] for unit in units]]


def _percentile(
    name: str, share: float, latency: _Latency, groupings: Sequence[Sequence[int]], starts: Sequence[int]
) -> Estimate | str:
    found = clustered(latency.values, share, *groupings)
    # Starts alone make an interval only if the values in them would reach far enough out were starts all alike.
    if found.low is not None or worth(latency.values, share, groupings[0]) >= least(share):
        found = quantile(found, latency.values, share, starts)
    if found.low is None or found.high is None:
        takes = f"takes about {found.needed:,} like these" if found.needed else "takes several requests"
        return f"{found.count:,} {latency.what} show {found.value:.4g} s, but an interval {takes}"
    return _estimate(name, (found.value, found.low, found.high), found.count, found.method, better=False)


def _mean(
    name: str, values: Sequence[float], units: Sequence[int], starts: Sequence[int], *, better: bool
) -> Estimate | str:
    """The mean over values, with an interval from units and starts."""
    import numpy as np

    found = ratio(list(np.bincount(units, weights=values)), [float(size) for size in np.bincount(units)])
    found = total(found, values, [1.0] * len(values), starts)
    if found.low is None or found.high is None:
        return f"{found.value:.4g} was seen, but an interval takes at least 3 independent parts, not {found.parts}"
    how = method("parts-t", starts)
    return _estimate(name, (found.value, found.low, found.high), len(values), how, better=better)


def _per_user(done: Sequence[Timing], arrival: Arrival) -> Found:
    """What one reader sees: the mean over requests of 1 / (time per output token)."""
    name = "output_tokens_per_second_per_user"
    pairs = [(each, each.tpot) for each in done if each.tpot]
    if not pairs:
        return name, _no_gaps(done)
    owners = [each for each, _ in pairs]
    starts = [each.start for each in owners]
    return name, _mean(name, [1 / took for _, took in pairs], _units(owners, arrival), starts, better=True)


def _estimate(name: str, ends: tuple[float, float, float], count: int, method: str, *, better: bool) -> Estimate:
    value, low, high = ends
    return Estimate(
        metric=name,
        value=value,
        low=min(low, value),
        high=max(high, value),
        standard_error=None,
        count=count,
        method=method,
        higher_is_better=better,
    )
