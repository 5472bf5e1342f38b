"""Builds the page of a leaderboard: who is first, or who is tied for it, then the table, charts and sources."""

from collections.abc import Mapping

from outweigh.dashboard import leaderboard_charts, words
from outweigh.dashboard.leaderboard_board import called, ranking, said
from outweigh.dashboard.report_page import Fact, Facts, Table
from outweigh.dashboard.verb_page import Section, VerbPage
from outweigh.insight.leaderboard_words import score
from outweigh.records import Filters, Leaderboard, LeaderboardRow

_WAYS = {"mean": "mean", "win-rate": "win rate", "z": "z-score", "published": "the table's own average"}


def leaderboard_page(
    board: Leaderboard, filters: Filters, *, by_family: bool = False, hardware: str | None = None
) -> VerbPage:
    """The whole page; `filters` and what follows are those that were asked for, which it says."""
    finding, _, rest = board.finding.partition(": ")
    panels = [panel for panel in (leaderboard_charts.apart(board), leaderboard_charts.by_size(board)) if panel]
    sections = (
        Section("charts", "Charts", panels=tuple(panels), keys=leaderboard_charts.first_keys(board)),
        Section("behind", "Behind the order", _agreement(board), facts=(_source(board),), tables=tuple(_tables(board))),
    )
    return VerbPage(
        verb="leaderboard",
        finding=finding.removesuffix("."),
        lede=_lede(board) if board.rows else f"{rest[:1].upper()}{rest[1:]}",
        scope=_scope(board, filters, by_family, hardware),
        ranking=ranking(board),
        sections=tuple(each for each in sections if not each.empty),
        notes=board.notes,
    )


def _lede(board: Leaderboard) -> str:
    """How sure the first place is, and what the score of the first is."""
    top = board.rows[0]
    found = f"{called(board.rows)[0]} scores {_with_unit(top)} by {score(board)}" if top.score else ""
    if board.models == 1:
        return f"{found}."
    if board.tied_models > 1:
        return f"Any of them may truly be the best. As it was measured, {found}."
    return f"Every other model is behind by more than chance: {found}."


def _with_unit(row: LeaderboardRow) -> str:
    assert row.score is not None  # models without the score have no row
    found = said(row.score)
    unit = "" if row.score.metric in ("z", "rating") else " %"
    return f"{found.value}{unit} ({found.spread})"


def _scope(board: Leaderboard, filters: Filters, by_family: bool, hardware: str | None) -> str:
    found = board.provenance
    told = [f"{found.name}, read on {found.read_at}" if found else "own runs", *_asked_for(filters)]
    told += ["only the best of each family"] if by_family else []
    told += [f"made on {hardware}"] if hardware else []
    told.append(f"{board.models:,} of {board.considered:,} evaluations ranked, {len(board.rows):,} shown")
    return " · ".join(told)


def _asked_for(filters: Filters) -> list[str]:
    """The filters in words."""
    least, most = filters.min_parameters, filters.max_parameters
    told = [f"{words.parameters(round(least))} or more"] if least else []
    told += [f"up to {words.parameters(round(most))}"] if most else []
    told += [f"licence {words.listed(filters.licenses).replace(' and ', ' or ')}"] if filters.licenses else []
    named = {"precision": filters.precision, "architecture": filters.architecture, "family": filters.family}
    told += [f"{name} {value}" for name, value in named.items() if value]
    told += [f"benchmarks of {filters.area.value}"] if filters.area else []
    told += [f"since {filters.since}"] if filters.since else []
    flags = {
        "official providers": filters.official,
        "flagged ones too": filters.flagged,
        "also those no longer to be had": filters.unavailable,
    }
    return told + [name for name, asked in flags.items() if asked]


def _agreement(board: Leaderboard) -> str:
    """How far the averages order all models alike."""
    if not board.agreement:
        return ""
    pairs = [f"{_WAYS[each.first]} and {_WAYS[each.second]} {each.tau:.2f}" for each in board.agreement]
    told = "How far two averages order the ranked models alike (Kendall's tau, 1 is the same order)"
    return f"{told}: {'; '.join(pairs)}."


def _source(board: Leaderboard) -> Facts:
    found = board.provenance
    facts = [Fact("Benchmarks", ", ".join(column.title for column in board.columns))]
    if found:
        facts = [
            Fact("Table", found.name),
            Fact("Protocol", found.protocol),
            Fact("Address", found.address),
            Fact("Read on", str(found.read_at)),
            *facts,
        ]
    return Facts("Where the scores come from", tuple(facts))


def _tables(board: Leaderboard) -> list[Table]:
    return [table for table in (_ranks(board), _areas(board), _incomplete(board)) if table]


def _ranks(board: Leaderboard) -> Table | None:
    """Where each model shown stands by each average, as measured."""
    ways = list(dict.fromkeys(way for row in board.rows for way in row.ranks))
    if not ways:
        return None
    rows = tuple(
        (name, *(f"{row.ranks[way]:,}" if way in row.ranks else words.DASH for way in ways))
        for name, row in zip(called(board.rows), board.rows, strict=True)
    )
    heads = ("Model", *(f"By {_WAYS[way]}" for way in ways))
    return Table("Rank by each average, as measured", heads, rows, frozenset(range(1, len(heads))))


def _areas(board: Leaderboard) -> Table | None:
    """The z-scores of each area."""
    areas = list(dict.fromkeys(area for row in board.rows for area in row.z_scores))
    if len(areas) < 2:
        return None
    rows = tuple(
        (name, *(str(said(row.z_scores[area])) if area in row.z_scores else words.DASH for area in areas))
        for name, row in zip(called(board.rows), board.rows, strict=True)
    )
    heads = ("Model", *(area.capitalize() for area in areas))
    return Table("z-score by area, with 95 % interval", heads, rows, frozenset(range(1, len(heads))))


def _incomplete(board: Leaderboard) -> Table | None:
    """Models that lack a benchmark, with what they have."""
    if not board.incomplete:
        return None
    titles = {column.benchmark: column.title for column in board.columns}
    rows = tuple(
        (
            f"{row.standing.model}{' (yours)' if row.own else ''}",
            f"{len(titles) - len(row.missing)} of {len(titles)}",
            ", ".join(titles[name] for name in row.missing),
            _has(row, titles),
        )
        for row in board.incomplete
    )
    some = f", {len(rows)} of {board.incomplete_models:,}" if board.incomplete_models > len(rows) else ""
    return Table(f"Models without a rank{some}", ("Model", "Complete", "Lacks", "Has"), rows, frozenset({1}))


def _has(row: LeaderboardRow, titles: Mapping[str, str]) -> str:
    """The scores that there are, each with its interval."""
    found = {title: row.standing.scores[name] for name, title in titles.items() if name not in row.missing}
    return "; ".join(f"{title} {said(each)}" for title, each in found.items())
