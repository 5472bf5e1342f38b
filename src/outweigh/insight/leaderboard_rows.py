"""The rows of a leaderboard: one model's scores, averages, ranks, and what to know of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from outweigh.insight.groups import averaged
from outweigh.insight.sizes import dispute
from outweigh.insight.ways import MEAN, WIN_RATE, Z
from outweigh.records import Estimate, LeaderboardColumn, LeaderboardRow, RankRange, Standing
from outweigh.stats.aggregates import Aggregate

if TYPE_CHECKING:
    from outweigh.insight.ways import Ways
    from outweigh.stats.aggregates import Places

_Z = 1.959963984540054  # two-sided 95 % of the normal distribution
_REMOVED = "removed"


@dataclass(frozen=True)
class Shown:
    """Which models of those ranked are shown, by place, with their ranges; the score of all, and their averages."""

    places: Places
    lows: Places
    highs: Places
    score: Aggregate
    ways: Ways | None


def ranked_rows(
    shown: Shown,
    standings: Sequence[Standing],
    own: Sequence[bool],
    columns: Sequence[LeaderboardColumn],
    by: str,
    families: Sequence[tuple[str, int] | None],
) -> tuple[LeaderboardRow, ...]:
    """One row a model that is shown, in their order."""
    from outweigh.insight.ways import places

    ranks = places(shown.score.values, shown.places)
    averages = _averages(shown)
    rows = []
    for row, rank in enumerate(ranks):
        standing, (estimates, by_area, by_way) = standings[row], averages[row]
        missing = _missing(standing, columns)
        if not missing and (mean := averaged([standing.scores[column.benchmark] for column in columns])):
            estimates = estimates | {MEAN: mean}
        family = families[row]
        rows.append(
            LeaderboardRow(
                standing=standing,
                own=own[row],
                score=estimates.get(by) or standing.scores.get(by),
                rank=int(rank),
                range=RankRange(low=int(shown.lows[row]), high=int(shown.highs[row])),
                tied_for_first=bool(shown.lows[row] == 1),
                mean=estimates.get(MEAN),
                win_rate=estimates.get(WIN_RATE),
                z_score=estimates.get(Z),
                z_scores=by_area,
                ranks=by_way,
                missing=missing,
                remarks=remarks(standing),
                family=family[0] if family else None,
                family_size=family[1] if family else None,
            )
        )
    return tuple(rows)


def unranked_rows(
    standings: Sequence[Standing], own: Sequence[bool], columns: Sequence[LeaderboardColumn]
) -> tuple[LeaderboardRow, ...]:
    """Models that lack a benchmark: their scores, no average and no rank."""
    return tuple(
        LeaderboardRow(standing=each, own=mine, missing=_missing(each, columns), remarks=remarks(each))
        for each, mine in zip(standings, own, strict=True)
    )


def remarks(standing: Standing) -> tuple[str, ...]:
    """What a reader should know of a model before trusting its row."""
    removed = (standing.parent or "").casefold() == _REMOVED
    told = (
        dispute(standing),
        "base removed" if removed else None,
        "flagged" if standing.flagged else None,
        "no longer to be had" if standing.available is False else None,
    )
    return (*(each for each in told if each), *standing.flaws)


def _missing(standing: Standing, columns: Sequence[LeaderboardColumn]) -> tuple[str, ...]:
    return tuple(column.benchmark for column in columns if column.benchmark not in standing.scores)


_Averages = tuple[dict[str, Estimate], dict[str, Estimate], dict[str, int]]


def _averages(shown: Shown) -> list[_Averages]:
    """For each model that is shown: win rate and z-score, z-scores by area, and ranks; empty where it lacks some."""
    import numpy as np

    ways = shown.ways
    empty: _Averages = ({}, {}, {})
    if ways is None:
        return [empty for _ in shown.places]
    inside = np.isin(shown.places, ways.whole)
    made = iter(_whole_averages(ways, np.searchsorted(ways.whole, shown.places[inside])))
    return [next(made) if whole else empty for whole in inside]


def _whole_averages(ways: Ways, of: Places) -> list[_Averages]:
    """The same for models that have all benchmarks."""
    count, rates = len(ways.whole), ways.scores[WIN_RATE][of]
    errors, by_area, ranks = ways.win_rate_errors(of), ways.z_scores_by_area(of), ways.ranks(of)
    z = Aggregate(ways.z.values[of], ways.z.errors[of])
    return [
        (
            {WIN_RATE: _win_rate(float(rates[row]), float(errors[row]), count), Z: _z_estimate(z, row, count)},
            {area: _z_estimate(each, row, count) for area, each in by_area.items()},
            {way: int(found[row]) for way, found in ranks.items()},
        )
        for row in range(len(of))
    ]


def _win_rate(rate: float, error: float, count: int) -> Estimate:
    return Estimate(
        metric="win_rate",
        value=rate,
        low=max(0.0, rate - _Z * error),
        high=min(1.0, rate + _Z * error),
        standard_error=error,
        count=count - 1,
        method=f"mean win rate against {count - 1} models",
    )


def _z_estimate(found: Aggregate, row: int, count: int) -> Estimate:
    value, error = float(found.values[row]), float(found.errors[row])
    return Estimate(
        metric="z",
        value=value,
        low=value - _Z * error,
        high=value + _Z * error,
        standard_error=error,
        count=count,
        method=f"z-score among {count} models, normal",
    )
