"""A leaderboard in words: what it found, and what to know before believing it."""

from collections.abc import Iterator

from outweigh.insight.ways import MEAN, PUBLISHED, WAYS, WIN_RATE, Z
from outweigh.records import Estimate, Leaderboard, LeaderboardRow

_NAMED = 5
_SAID = {MEAN: "mean", WIN_RATE: "mean win rate", Z: "mean z-score", PUBLISHED: "the leaderboard's own average"}
_BACK = {"flagged by the leaderboard": "--flagged", "no longer to be had": "--unavailable"}


def finding(board: Leaderboard) -> str:
    """Who is first, or who is tied for it, in one sentence."""
    if not board.models:
        return "No model with all the scores passes these filters: widen them, or rank by one benchmark with --sort."
    names, count = board.tied_for_first, board.tied_models
    by = f"by {score(board)}"
    if board.models == 1:
        alone = board.rows[0].standing.model
        return f"{alone} is the only model that is left, so there is nobody to compare it with."
    if count == 1:
        return f"{names[0]} is first of {board.models:,} models {by}: every other one is behind by more than chance."
    more = f" and {count - _NAMED:,} more" if count > _NAMED else ""
    return (
        f"{count:,} of {board.models:,} models are tied for first {by}: {', '.join(names[:_NAMED])}{more}. "
        "Any of them may truly be the best."
    )


def score(board: Leaderboard) -> str:
    """What the models are ranked by, in words."""
    if board.sort in WAYS:
        return f"{_SAID[board.sort]} of {len(board.columns)} benchmarks"
    return next(column.title for column in board.columns if column.benchmark == board.sort)


def notes(board: Leaderboard, by_family: bool, own: bool) -> tuple[str, ...]:
    """What to know, the most important first."""
    return tuple(_notes(board, by_family, own))


def _notes(board: Leaderboard, by_family: bool, own: bool) -> Iterator[str]:
    if board.models > 1:
        yield (
            "A range such as 1–3 is where a model may truly stand, at 95 %, corrected for comparing it with all "
            "others; errors of models count as independent."
        )
    yield from _changes(board)
    if by_family:
        yield (
            "Each family is shown by its best model. The best of many near-copies is in part the luckiest: its score "
            "is flattered by more than its interval says, the more so the larger the family."
        )
    if board.provenance is None or own:
        yield "Models that answered the same samples are told apart better in pairs: outweigh compare RUN."
    if board.left_out:
        told = ", ".join(
            f"{count:,} {why}" + (f" ({_BACK[why]} brings them in)" if why in _BACK else "")
            for why, count in board.left_out.items()
        )
        yield f"Left out: {told}."
    if board.incomplete_models:
        yield (
            f"{board.incomplete_models:,} models lack a benchmark and have no rank: an average over fewer benchmarks "
            "is another average."
        )


def _changes(board: Leaderboard) -> Iterator[str]:
    """What another way of averaging would change: how far the orders agree, and who moves most."""
    for each in board.agreement:
        other = each.second
        told = f"By {_SAID[other]} the order agrees to a Kendall's tau of {each.tau:.2f} over all models"
        moved = max(board.rows, key=lambda row: _shift(row, board.sort, other), default=None)
        if moved is not None and _shift(moved, board.sort, other):
            told += (
                f"; of those shown {moved.standing.model} moves most, from {moved.ranks[board.sort]:,} to "
                f"{moved.ranks[other]:,}"
            )
        yield f"{told}."
    if board.agreement:
        yield "Tau describes these orders as they were measured; it is no estimate and has no interval."


def _shift(row: LeaderboardRow, one: str, other: str) -> int:
    return abs(row.ranks.get(one, 0) - row.ranks.get(other, 0))


def scores(board: Leaderboard) -> tuple[str, ...]:
    """What a row can show, the score that the order hangs on first: averages by their names, then benchmarks."""
    ways = WAYS if len(board.columns) > 1 else ()
    return tuple(dict.fromkeys([board.sort, *ways, *(column.benchmark for column in board.columns)]))


def figure(row: LeaderboardRow, name: str) -> Estimate | None:
    """One of these scores of a model; None where it has no such one."""
    averages = {MEAN: row.mean, WIN_RATE: row.win_rate, Z: row.z_score}
    return averages[name] if name in averages else row.standing.scores.get(name)
