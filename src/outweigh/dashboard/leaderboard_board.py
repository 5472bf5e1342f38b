"""Builds the table of a leaderboard: where each model may stand, who is tied for first, and every score."""

from collections import Counter
from collections.abc import Mapping, Sequence

from outweigh.dashboard import words
from outweigh.dashboard.axes import Axis
from outweigh.dashboard.report_page import Cell, CellMark, Value
from outweigh.dashboard.verb_page import Band, RankedModel, Ranking
from outweigh.dashboard.words import Said
from outweigh.insight.leaderboard_words import figure, score, scores
from outweigh.records import RATING, Estimate, Leaderboard, LeaderboardRow, Standing

_WIDTH, _EDGE, _HEIGHT = 120.0, 14.0, 17.0  # pixels of a drawn cell
_HEADS = {"mean": ("Mean", "%"), "win-rate": ("Win rate", "%"), "z": ("z\N{NON-BREAKING HYPHEN}score", "")}
_NONE = Said(words.DASH, "")
_UNTOLD = ("removed", "unknown", "none", "?")
_BEHIND = "a range says the best and the worst place that a model may truly have"
_TIED = "any of these may truly be the best, so their order says nothing"


def ranking(board: Leaderboard) -> Ranking | None:
    """The table of the models that are shown; None where no model is ranked."""
    if not board.rows:
        return None
    axis = Axis([end for row in board.rows for end in _ends(row)], labels=2, log=False)
    best = {name: _best([figure(row, name) for row in board.rows]) for name in scores(board)}
    facts = _Facts(board)
    models = [(row.tied_for_first, _model(row, board, best, facts, axis)) for row in board.rows]
    dashed = any(row.missing for row in board.rows)
    return Ranking(
        caption=f"{words.many(board.models, 'model')} by {score(board)}",
        heads=tuple(head(board, name) for name in best),
        bands=_bands(board, models),
        axis=tuple((_at(tick, axis), label) for tick, label in zip(axis.range.ticks, axis.range.labels, strict=True)),
        width=_WIDTH,
        hint=_hint(board) + (" A dash: the model was not asked, and so has no average either." if dashed else ""),
    )


def head(board: Leaderboard, name: str) -> tuple[str, str]:
    """A score's title and unit."""
    if name in _HEADS:
        return _HEADS[name]
    column = next(each for each in board.columns if each.benchmark == name)
    return column.title, "points" if column.metric == RATING else "%"


def said(found: Estimate) -> Said:
    """A score with its interval, in percent, points of a rating, or deviations."""
    if found.metric == RATING:
        return Said(words.fixed(found.value, 0), words.span(found.low, found.high, 0, 1.0))
    if found.metric == "z":
        return Said(words.fixed(found.value, 2, sign=True), f"± {words.fixed((found.high - found.low) / 2, 2)}")
    return words.score(found)


def factor(found: Estimate) -> float:
    """100 for shares, which are read as percentages."""
    return 1.0 if found.metric in (RATING, "z") else words.PERCENT


def called(rows: Sequence[LeaderboardRow]) -> list[str]:
    """Names without their owners, but for models that share one; what was asked twice has its precision too."""
    short = Counter(_short(row.standing.model) for row in rows)
    whole = Counter(row.standing.model for row in rows)
    names = []
    for row in rows:
        model = row.standing.model
        if whole[model] > 1 and row.standing.precision:
            names.append(f"{_short(model)}, {row.standing.precision}")
        else:
            names.append(model if short[_short(model)] > 1 else _short(model))
    return names


def size(standing: Standing) -> float | None:
    """How many parameters a model has, by its files, or else by its name."""
    return standing.parameters or standing.named_parameters


def _short(model: str) -> str:
    return model.rpartition("/")[2]


def _ends(row: LeaderboardRow) -> tuple[float, ...]:
    found = row.score
    return () if found is None else (factor(found) * found.low, factor(found) * found.high)


def _best(found: Sequence[Estimate | None]) -> Estimate | None:
    """The best of several scores; None where fewer than two are known."""
    known = [each for each in found if each is not None]
    return max(known, key=lambda each: each.value) if len(known) > 1 else None


def _at(value: float, axis: Axis) -> float:
    """The pixel of a value in a drawn cell."""
    low, high = axis.range.low, axis.range.high
    return round(_EDGE + (value - low) / (high - low) * (_WIDTH - 2 * _EDGE), 1)


class _Facts:
    """What is known of any model that is shown, so that "not known" is said only where others are."""

    def __init__(self, board: Leaderboard) -> None:
        standings = [row.standing for row in board.rows]
        self.sizes = any(map(size, standings))
        self.licences = any(each.license for each in standings)
        self.twice = {name for name, count in Counter(each.model for each in standings).items() if count > 1}


def _model(
    row: LeaderboardRow, board: Leaderboard, best: Mapping[str, Estimate | None], facts: _Facts, axis: Axis
) -> RankedModel:
    columns, found = len(board.columns), row.range
    low, high = (found.low, found.high) if found else (0, 0)
    return RankedModel(
        rank=f"{low:,}" if low == high else f"{low:,}{words.DASH}{high:,}",
        name=_short(row.standing.model),
        about=" · ".join(_about(row.standing, facts)),
        labels=tuple(_labels(row)),
        remarks=row.remarks,
        cell=_cell(row.score, axis),
        values=tuple(_value(row, name, name == board.sort, best[name]) for name in best),
        complete=f"{columns - len(row.missing)} of {columns}",
    )


def _about(standing: Standing, facts: _Facts) -> list[str]:
    """Whose model it is, its size and licence, and what it was made from."""
    parameters, parent = size(standing), (standing.parent or "").removesuffix("(Merge)").strip()
    told = [standing.model.rpartition("/")[0]]
    told += [words.parameters(round(parameters)) if parameters else "size not known"] if facts.sizes else []
    told += [standing.license or "licence not known"] if facts.licences else []
    told += [standing.precision or "precision not known"] if standing.model in facts.twice else []
    own = {"", standing.model.casefold(), _short(standing.model).casefold(), *_UNTOLD}
    told += [] if parent.casefold() in own else [f"from {_short(parent)}"]
    return [each for each in told if each]


def _labels(row: LeaderboardRow) -> list[str]:
    found = row.standing
    told = {"yours": row.own, "merge": found.merged, "official": found.official, "experts": found.mixture_of_experts}
    family = [f"best of {row.family_size:,} of {row.family}"] if row.family and (row.family_size or 0) > 1 else []
    return [name for name, is_so in told.items() if is_so] + family


def _cell(found: Estimate | None, axis: Axis) -> Cell | None:
    """The score that the order hangs on, on the table's shared axis."""
    if found is None:
        return None
    low, middle, high = (_at(factor(found) * each, axis) for each in (found.low, found.value, found.high))
    grid = tuple(_at(tick, axis) for tick in axis.range.ticks)
    return Cell((CellMark(1, low, high, middle, _HEIGHT / 2),), _HEIGHT, None, grid)


def _value(row: LeaderboardRow, name: str, leading: bool, best: Estimate | None) -> Value:
    """A score; of that which the order hangs on the shade says what its band says."""
    found = figure(row, name)
    if found is None:
        return Value(_NONE, False, False)
    if leading:
        return Value(said(found), True, row.tied_for_first)
    return Value(
        said(found), best is not None and found.value == best.value, best is not None and found.high >= best.low
    )


def _bands(board: Leaderboard, models: Sequence[tuple[bool, RankedModel]]) -> tuple[Band, ...]:
    """Those that may be first, then all others: overlap is not transitive, so there is no second band."""
    if board.models == 1:
        return (Band("", "", tuple(each for _, each in models)),)
    first, rest = (tuple(each for tied, each in models if tied is wanted) for wanted in (True, False))
    left = board.tied_models - len(first)
    more = f"; {words.many(left, 'more is', 'more are')} not shown" if left else ""
    top = Band("Tied for first", _TIED + more, first, tied=True)
    if board.tied_models == 1:
        top = Band("First", "every other model is behind by more than chance", first, tied=True)
    return tuple(band for band in (top, Band("Behind the first", _BEHIND, rest)) if band.models)


def _hint(board: Leaderboard) -> str:
    return (
        f"Dot and bar: {score(board)} with its 95 % interval. Rank: where a model may truly stand, at 95 %. In "
        "the other columns bold is the best of those shown, and shaded are those whose interval reaches the best one's."
    )
