"""Scores of one protocol -> models in order, each with the ranks that it may truly have, and what the order hangs on.

`docs/leaderboard.md` defines every figure. Models are many (100,000 are filtered and ranked as columns); standings are
fetched for those alone that are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from outweigh.insight.leaderboard_rows import Shown, ranked_rows, unranked_rows
from outweigh.insight.leaderboard_words import finding, notes
from outweigh.insight.narrowing import Narrowed, narrowed, unknown
from outweigh.insight.ways import MEAN, WAYS, agreements, ways
from outweigh.records import Area, Filters, Leaderboard, LeaderboardColumn, Provenance, Scoreboard, Standing, UserError
from outweigh.stats.aggregates import Aggregate
from outweigh.stats.ranks import factors, rank_ranges, tied_for_first

if TYPE_CHECKING:
    from outweigh.stats.aggregates import Places
    from outweigh.stats.units import Floats

__all__ = ["MEAN", "WAYS", "Entries", "Order", "leaderboard"]

_INCOMPLETE = 10  # models without a rank that are shown
_NAMED = 1000  # models tied for first that are named at most


@dataclass(frozen=True)
class Entries:
    """Models that may be ranked together: all were asked under one protocol. The last `own` are one's own.

    `fetch` gives the standings at some rows of the board; `families` has a name for each row where they are known.
    """

    board: Scoreboard
    fetch: Callable[[Sequence[int]], Sequence[Standing]]
    provenance: Provenance | None = None
    titles: Mapping[str, str] = field(default_factory=dict)
    areas: Mapping[str, Area | None] = field(default_factory=dict)
    own: int = 0
    families: Sequence[str] | None = None


@dataclass(frozen=True)
class Order:
    """What to rank by (a way of averaging, or a benchmark), how many to show (None for all), and whether by family."""

    by: str = MEAN
    limit: int | None = 20
    by_family: bool = False


@dataclass(frozen=True)
class _Pool:
    """The models that are ranked: their rows in the board, scores on the benchmarks, and the one that counts."""

    rows: Places
    values: Floats
    errors: Floats
    score: Aggregate
    incomplete: Places
    sizes: Mapping[str, int]


def leaderboard(entries: Entries, filters: Filters | None = None, order: Order | None = None) -> Leaderboard:
    """Rank the models that pass the filters. UserError for filters and orders that this table does not know."""
    filters, order = filters or Filters(), order or Order()
    if order.limit is not None and order.limit < 1:
        raise UserError(f"--limit {order.limit}: show at least one model, or --all")
    columns = _columns(entries, filters.area)
    by = _wanted(order.by, columns)
    passing = narrowed(entries.board, filters, entries.own, entries.families)
    pool = _pool(entries, passing, columns, by, order.by_family)
    published = _scores(entries.board, "normalized", pool.rows, [column.benchmark for column in columns])
    found = ways(pool.values, pool.errors, [_area(column) for column in columns], published)
    reach = factors(pool.score.errors)
    tied = tied_for_first(pool.score.values, pool.score.errors, reach)
    shown = _shown(entries, pool, order.limit)
    lows, highs = rank_ranges(pool.score.values, pool.score.errors, shown, reach)
    rows = ranked_rows(
        Shown(shown, lows, highs, pool.score, found),
        _fetched(entries, pool.rows[shown]),
        _own(entries, pool.rows[shown]),
        columns,
        by,
        _families(entries, pool, shown),
    )
    lacking = pool.incomplete[:_INCOMPLETE]
    incomplete = unranked_rows(_fetched(entries, lacking), _own(entries, lacking), columns)
    made = Leaderboard(
        provenance=entries.provenance,
        columns=columns,
        sort=by,
        considered=len(entries.board),
        models=len(pool.rows),
        rows=rows,
        tied_for_first=tuple(each.model for each in _fetched(entries, pool.rows[tied[:_NAMED]])),
        tied_models=len(tied),
        incomplete=incomplete,
        incomplete_models=len(pool.incomplete),
        left_out=passing.left_out,
        agreement=agreements(found, by),
        finding="",
    )
    return made.but(finding=finding(made), notes=notes(made, order.by_family, bool(entries.own)))


def _columns(entries: Entries, area: Area | None) -> tuple[LeaderboardColumn, ...]:
    """The benchmarks to show: all, or those of an area."""
    board = entries.board
    found = tuple(
        LeaderboardColumn(
            benchmark=name, title=entries.titles.get(name, name), area=entries.areas.get(name), metric=metric
        )
        for name, metric in zip(board.benchmarks, board.metrics, strict=True)
    )
    kept = tuple(column for column in found if area is None or column.area is area)
    if not kept:
        known = sorted({column.area.value for column in found if column.area})
        told = f"its benchmarks are of {', '.join(known)}" if known else "its benchmarks are of no area"
        raise UserError(f"--area {area}: this table has no benchmark of it; {told}")
    return kept


def _wanted(by: str, columns: Sequence[LeaderboardColumn]) -> str:
    """The way or benchmark that is meant, by its name or title; case does not count."""
    names = {way: way for way in WAYS} if len(columns) > 1 else {MEAN: columns[0].benchmark}
    for column in columns:
        names |= {column.benchmark.casefold(): column.benchmark, column.title.casefold(): column.benchmark}
    if by.casefold() not in names:
        raise unknown("--sort", by, [*names])
    return names[by.casefold()]


def _pool(entries: Entries, passing: Narrowed, columns: Sequence[LeaderboardColumn], by: str, by_family: bool) -> _Pool:
    """The models with every score that the order needs; of each family only the best, where that is wanted."""
    import numpy as np

    names = [column.benchmark for column in columns]
    areas = [_area(column) for column in columns]
    rows = np.flatnonzero(passing.kept)
    values = _scores(entries.board, "values", rows, names)
    needed = values if by in WAYS else values[:, [names.index(by)]]
    whole = ~np.isnan(needed).any(axis=1)
    incomplete = rows[~whole & ~np.isnan(values).all(axis=1)]
    incomplete = incomplete[np.argsort(incomplete < len(entries.board) - entries.own, kind="stable")]  # one's own first
    if not whole.all():
        rows = rows[whole]
        values = _scores(entries.board, "values", rows, names)
    errors = _scores(entries.board, "errors", rows, names)
    score = _score(values, errors, by, names, areas)
    sizes: dict[str, int] = {}
    if by_family and len(rows):
        if entries.families is None:
            raise UserError("--by-family: nothing is known of these models' families")
        best = _best(score.values, [entries.families[int(row)] for row in rows], sizes)
        rows, values, errors = rows[best], np.asfortranarray(values[best]), np.asfortranarray(errors[best])
        score = _score(values, errors, by, names, areas)
    return _Pool(rows, values, errors, score, incomplete, sizes)


def _scores(board: Scoreboard, name: str, rows: Places, benchmarks: Sequence[str]) -> Floats:
    """A row a model and a column a benchmark, each column in one piece: they are sorted and added up by column."""
    import numpy as np

    found = board[name]
    return np.array([found[:, board.benchmarks.index(benchmark)][rows] for benchmark in benchmarks]).T


def _score(values: Floats, errors: Floats, by: str, names: Sequence[str], areas: Sequence[str]) -> Aggregate:
    if not len(values):
        return Aggregate(values[:, 0], errors[:, 0])
    if by in WAYS:
        return WAYS[by](values, errors, areas)
    place = names.index(by)
    return Aggregate(values[:, place], errors[:, place])


def _best(scores: Floats, families: Sequence[str], sizes: dict[str, int]) -> Places:
    """The place of the best model of each family, in order of place; `sizes` gets the number of its models."""
    import numpy as np

    best: dict[str, int] = {}
    for place in np.argsort(-scores, kind="stable"):
        best.setdefault(families[place], int(place))
        sizes[families[place]] = sizes.get(families[place], 0) + 1
    return np.sort(np.fromiter(best.values(), np.int64))


def _shown(entries: Entries, pool: _Pool, limit: int | None) -> Places:
    """The places of the best, and of one's own wherever they stand; the best first."""
    import numpy as np

    scores = pool.score.values
    first = np.arange(len(scores))
    if limit is not None and limit < len(scores):
        least = np.partition(scores, -limit)[-limit]  # more than so many are at least as good where some are equal
        first = np.flatnonzero(scores >= least)
        first = first[np.argsort(-scores[first], kind="stable")][:limit]
    own = np.flatnonzero(pool.rows >= len(entries.board) - entries.own)
    chosen = np.union1d(first, own)
    return np.asarray(chosen[np.argsort(-scores[chosen], kind="stable")])


def _own(entries: Entries, rows: Places) -> list[bool]:
    return [bool(row >= len(entries.board) - entries.own) for row in rows]


def _fetched(entries: Entries, rows: Places) -> Sequence[Standing]:
    return entries.fetch([int(row) for row in rows])


def _families(entries: Entries, pool: _Pool, shown: Places) -> list[tuple[str, int] | None]:
    """The family of each model that is shown and how many of it passed, where models stand for families."""
    if entries.families is None or not pool.sizes:
        return [None] * len(shown)
    names = [entries.families[row] for row in pool.rows[shown]]
    return [(name, pool.sizes[name]) for name in names]


def _area(column: LeaderboardColumn) -> str:
    return column.area.value if column.area else "other"
