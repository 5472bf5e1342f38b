"""A leaderboard in the terminal: the finding, the table, and what to know before believing it."""

from typing import TYPE_CHECKING

from outweigh.cli.comparing import interval
from outweigh.cli.output import table
from outweigh.insight.leaderboard_words import figure, scores
from outweigh.records import RATING, Estimate, Leaderboard, LeaderboardRow, Standing

if TYPE_CHECKING:
    from rich.console import Console

_TITLES = {"mean": "mean %", "win-rate": "win rate %", "z": "z-score"}
_FIXED = 9 + 44 + 8  # rank, model, size
_COLUMN = 13


def print_leaderboard(out: "Console", board: Leaderboard) -> None:
    """The finding, then as many columns as the terminal is wide, then the notes."""
    out.print(board.finding, style="bold", markup=False)
    out.print(_source(board), style="dim", markup=False)
    if board.rows:
        _print_rows(out, board)
    _print_incomplete(out, board)
    for note in board.notes:
        out.print(f"Note: {note}", style="dim", markup=False)


def _source(board: Leaderboard) -> str:
    where = "own runs"
    if board.provenance is not None:
        found = board.provenance
        where = f"{found.name} · {found.protocol} · read on {found.read_at}"
    return f"{where} · {board.models:,} of {board.considered:,} evaluations ranked"


def _print_rows(out: "Console", board: Leaderboard) -> None:
    names = scores(board)
    fitting = max(1, (out.width - _FIXED) // _COLUMN)
    shown = names[:fitting]
    heads = [_head(board, name) for name in shown]
    made = table("rank", "model", "size", *heads, right=(0, *range(2, 3 + len(shown))))
    for row in board.rows:
        made.add_row(_rank(row), _model(row), _size(row.standing), *(_number(figure(row, name)) for name in shown))
    out.print(made)
    if left := [_head(board, name) for name in names[fitting:]]:
        out.print(f"In a wider terminal, and with --json: {', '.join(left)}", style="dim", markup=False)


def _head(board: Leaderboard, name: str) -> str:
    if name in _TITLES:
        return _TITLES[name]
    column = next(each for each in board.columns if each.benchmark == name)
    return column.title if column.metric == RATING else f"{column.title} %"


def _number(estimate: Estimate | None) -> str:
    if estimate is None:
        return "–"
    if estimate.metric == RATING:
        return f"{estimate.value:,.0f} [{estimate.low:,.0f}, {estimate.high:,.0f}]"
    if estimate.metric == "z":
        return f"{estimate.value:+.2f} ±{(estimate.high - estimate.low) / 2:.2f}"
    return interval(estimate)


def _rank(row: LeaderboardRow) -> str:
    """Where the model may truly stand; one number where it can stand nowhere else."""
    if row.range is None:
        return "–"
    told = str(row.range.low) if row.range.low == row.range.high else f"{row.range.low:,}–{row.range.high:,}"
    return f"[bold]{told}[/bold]" if row.tied_for_first else told


def _model(row: LeaderboardRow) -> str:
    from rich.markup import escape

    name = escape(row.standing.model)
    lines = [f"[bold]{name}[/bold] (yours)" if row.own else name]
    if row.family is not None and (row.family_size or 0) > 1:
        lines.append(f"[dim]best of {row.family_size:,} of {escape(row.family)}[/dim]")
    if row.remarks:
        lines.append(f"[yellow]{escape('; '.join(row.remarks))}[/yellow]")
    return "\n".join(lines)


def _size(standing: Standing) -> str:
    size = standing.parameters or standing.named_parameters
    if size is None:
        return "–"
    return f"{size / 1e9:.3g} B" if size >= 1e9 else f"{size / 1e6:.3g} M"


def _print_incomplete(out: "Console", board: Leaderboard) -> None:
    titles = {column.benchmark: column.title for column in board.columns}
    for row in board.incomplete:
        has = len(board.columns) - len(row.missing)
        lacks = ", ".join(titles[name] for name in row.missing[:4]) + (" …" if len(row.missing) > 4 else "")
        whose = " (yours)" if row.own else ""
        told = f"–  {row.standing.model}{whose}: {has} of {len(board.columns)} benchmarks, lacks {lacks}"
        out.print(told, style=None if row.own else "dim", markup=False)
