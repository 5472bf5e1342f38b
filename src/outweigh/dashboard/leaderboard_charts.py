"""Charts of a leaderboard: where the first models differ, and which scores take how many parameters."""

from collections.abc import Sequence

from outweigh.dashboard import words
from outweigh.dashboard.charts import Aside, ChartRow, Figure, Mark
from outweigh.dashboard.clouds import Cloud, Clouds
from outweigh.dashboard.leaderboard_board import called, factor, head, said, size
from outweigh.dashboard.measured_page import Panel
from outweigh.dashboard.panels import drawn
from outweigh.dashboard.report_page import Key, Table
from outweigh.insight import pareto
from outweigh.insight.leaderboard_words import score
from outweigh.insight.sizes import dispute
from outweigh.records import RATING, Estimate, Leaderboard, LeaderboardColumn, LeaderboardRow

_FIRST = 3  # models that are held side by side
_COLUMNS = 16  # benchmarks that one chart holds
_DRAWN = 40  # models that are drawn by size
_NAMED = 3
_BILLION = 1e9


def first_keys(board: Leaderboard) -> tuple[Key, ...]:
    """The symbols of the first models that have every score."""
    names = called(board.rows)
    whole = [place for place, row in enumerate(board.rows) if not row.missing][:_FIRST]
    return tuple(Key(series, names[at], board.rows[at].standing.model) for series, at in enumerate(whole, start=1))


def apart(board: Leaderboard) -> Panel | None:
    """The first models on every benchmark; None where there is nothing to hold side by side."""
    keys, rows = first_keys(board), [row for row in board.rows if not row.missing][:_FIRST]
    shares = all(column.metric != RATING for column in board.columns)
    if len(rows) < 2 or not shares or not 1 < len(board.columns) <= _COLUMNS:
        return None
    found = {column.title: _scores(column, rows) for column in board.columns}
    ahead = {title: _ahead(scores) for title, scores in found.items()}
    lines = tuple(_line(title, scores, ahead[title]) for title, scores in found.items())
    figure = Figure(lines, "Score, %, with 95 % interval")
    data = Table(
        "The first models by benchmark",
        ("Benchmark", *(f"{key.title}, %" for key in keys)),
        tuple((title, *(str(said(each)) for each in scores)) for title, scores in found.items()),
        frozenset(range(1, 1 + len(keys))),
    )
    chart = drawn(figure, "apart", _differences(keys, ahead), data, beside=True)
    return Panel("Where the first ones differ", "Symbol: the score. Bar: its 95 % interval.", chart, keyed=True)


def _scores(column: LeaderboardColumn, rows: Sequence[LeaderboardRow]) -> list[Estimate]:
    return [row.standing.scores[column.benchmark] for row in rows]


def _ahead(scores: Sequence[Estimate]) -> int | None:
    """The place of the one whose interval no other's reaches; None where there is none."""
    best = max(scores, key=lambda each: each.value)
    reach = [place for place, each in enumerate(scores) if each.high >= best.low]
    return reach[0] if len(reach) == 1 else None


def _line(title: str, scores: Sequence[Estimate], ahead: int | None) -> ChartRow:
    marks = tuple(
        Mark(factor(each) * each.value, factor(each) * each.low, factor(each) * each.high, series)
        for series, each in enumerate(scores, start=1)
    )
    if ahead is None:
        return ChartRow(title, marks, Aside("ranges overlap"))
    best = said(scores[ahead])
    return ChartRow(title, marks, Aside(best.value, best.spread, str(best), (ahead + 1,), strong=True))


def _differences(keys: Sequence[Key], ahead: dict[str, int | None]) -> str:
    """Who is ahead on what, and where nobody is."""
    leads = [[title for title, place in ahead.items() if place == at] for at in range(len(keys))]
    parts = [
        f"{key.title} is ahead on {words.listed(titles)}" for key, titles in zip(keys, leads, strict=True) if titles
    ]
    rest = [title for title, place in ahead.items() if place is None]
    overlap = f"{'the' if parts else 'The'} ranges of the first overlap on {words.listed(rest)}" if rest else ""
    return f"{'; '.join(part for part in (*parts, overlap) if part)}."


def by_size(board: Leaderboard) -> Panel | None:
    """Scores against parameters; None for fewer than three models whose sizes are known and not all the same."""
    names = dict(zip(map(id, board.rows), called(board.rows), strict=True))
    rows = [row for row in board.rows if row.score and size(row.standing) and not dispute(row.standing)][:_DRAWN]
    sizes = [(size(row.standing) or 0.0) / _BILLION for row in rows]
    if len(rows) < _FIRST or len(set(sizes)) < 2:
        return None
    scores = [row.score for row in rows if row.score]
    front = _front(scores, sizes)
    title, unit = head(board, board.sort)
    figure = Clouds(
        tuple(
            _cloud(names[id(row)] if front[:_NAMED].count(at) else "", scores[at], sizes[at], at in front)
            for at, row in enumerate(rows)
        ),
        "Parameters, billions",
        f"{title}, {unit}" if unit else title,
    )
    listed = [f"{names[id(rows[at])]} ({_billions(sizes[at])})" for at in front]
    sentence = f"No model drawn that is as small scores higher than {words.listed(listed)}."
    data = Table(
        f"{title} and size",
        ("Model", "Parameters", figure.y_title, "Nothing as small scores higher"),
        tuple(
            (names[id(row)], _billions(sizes[at]), str(said(scores[at])), "yes" if at in front else "no")
            for at, row in enumerate(rows)
        ),
        frozenset({1, 2}),
    )
    return Panel(f"{title} against size", _size_hint(board, rows), drawn(figure, "size", sentence, data))


def _front(scores: Sequence[Estimate], sizes: Sequence[float]) -> list[int]:
    """The places of those that no other as small beats, the best first."""
    import numpy as np

    kept = pareto.front(np.array([[each.value for each in scores], sizes]).T, [True, False])
    return sorted(np.flatnonzero(kept).tolist(), key=lambda at: -scores[at].value)


def _cloud(title: str, found: Estimate, billions: float, front: bool) -> Cloud:
    value, low, high = (factor(found) * each for each in (found.value, found.low, found.high))
    return Cloud(int(front), billions, value, (billions, billions), (low, high), title, front)


def _billions(value: float) -> str:
    return words.parameters(round(value * _BILLION))


def _size_hint(board: Leaderboard, rows: Sequence[LeaderboardRow]) -> str:
    left = len(board.rows) - len(rows)
    more = f" {words.many(left, 'model')} shown above {'is' if left == 1 else 'are'} not drawn" if left else ""
    why = ": beyond forty, or with a size that is not known or disputed." if left else ""
    return f"Bar: the 95 % interval of {score(board)}. Filled: no model as small scores higher.{more}{why}"
