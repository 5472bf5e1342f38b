"""A comparison as a table in the terminal, and its finding in words."""

from pathlib import Path
from typing import TYPE_CHECKING

from outweigh.cli.output import percent, table
from outweigh.records import Comparison, Difference, Estimate, Row, Verdict

if TYPE_CHECKING:
    from rich.console import Console


def interval(estimate: Estimate | None, digits: int = 1) -> str:
    """`41.7 ±12.1`, or `8.3 [3.6, 18.1]` where the interval is lopsided; a dash where there is none.

    `digits` are those of the interval; the score itself always has one.
    """
    if estimate is None:
        return "–"
    below, above = estimate.value - estimate.low, estimate.high - estimate.value
    if abs(below - above) < 0.01:
        return f"{percent(estimate.value)} ±{50 * (below + above):.{digits}f}"
    return f"{percent(estimate.value)} [{100 * estimate.low:.{digits}f}, {100 * estimate.high:.{digits}f}]"


def verdict(difference: Difference, names: tuple[str, str]) -> str:
    """The verdict in words."""
    if difference.verdict is Verdict.TIE:
        return "tie"
    return f"[bold]{names[0] if difference.verdict is Verdict.FIRST else names[1]} ahead[/bold]"


def p_value(value: float) -> str:
    """A p-value as far as anybody reads it."""
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def _flaws(row: Row) -> str:
    counts = ((row.failed, "failed"), (row.truncated, "truncated"), (row.unreadable, "unreadable"))
    told = [f"{word} {' and '.join(map(str, count))}" for count, word in counts if any(count)]
    return ", ".join(told)


def _one_model(console: "Console", comparison: Comparison) -> None:
    made = table("", "score % [95 %]", "n", "chance %", "remarks", right=(1, 2, 3))
    for row in comparison.rows:
        estimate = row.estimates[0]
        made.add_row(
            row.title,
            interval(estimate),
            str(estimate.count) if estimate else "0",
            percent(row.chance) if row.chance is not None else "",
            _flaws(row),
        )
    console.print(made)


def _pair(console: "Console", comparison: Comparison, first: str, second: str) -> None:
    """One pair as a table; where the terminal is narrow, letters stand for the models and intervals lose a digit."""
    wide = console.width >= 130 + 2 * max(0, len(first + second) - 30)
    names = (first, second) if wide else ("A", "B")
    digits = 1 if console.width >= 110 else 0
    columns = 7 if console.width >= 90 else 5  # the finding below names the sample sizes and detectable gaps
    if not wide:
        console.print(f"[bold]A[/bold] = {first}   [bold]B[/bold] = {second}")
    heads = [f"{names[0]} %", f"{names[1]} %", "difference" if wide else "A − B", "adj. p", "verdict", "sees ≥", "n"]
    made = table("", *heads[:columns], right=(1, 2, 3, 4, 6, 7))
    kind = comparison.rows[0].kind if comparison.rows else ""
    for row in comparison.rows:
        if row.kind != kind:
            made.add_row()
            kind = row.kind
        cells = [interval(row.estimates[comparison.models.index(name)], digits) for name in (first, second)]
        found = [each for each in row.differences if (each.first, each.second) == (first, second)]
        flaws = _flaws(row)
        title = f"{row.title}\n[yellow]{flaws}[/yellow]" if flaws else row.title
        told = _difference(found[0], names, digits) if found else ("–", "", "not paired", "", "")
        made.add_row(title, *cells, *told[: columns - 2])
    console.print(made)


def _difference(found: Difference, names: tuple[str, str], digits: int) -> tuple[str, ...]:
    span = f"{100 * found.value:+.1f} [{100 * found.low:+.{digits}f}, {100 * found.high:+.{digits}f}]"
    return (
        span,
        p_value(found.adjusted_p_value),
        verdict(found, names),
        f"{100 * found.minimum_detectable:.{digits}f}",
        str(found.count),
    )


def print_comparison(console: "Console", comparison: Comparison) -> None:
    """Every pair of models as a table, then the finding and the notes."""
    console.print()
    if len(comparison.models) == 1:
        console.print(f"[bold]{comparison.models[0]}[/bold]")
        _one_model(console, comparison)
    for place, first in enumerate(comparison.models):
        for second in comparison.models[place + 1 :]:
            _pair(console, comparison, first, second)
    console.print()
    console.print(comparison.finding, style="bold", markup=False)
    if len(comparison.models) > 1:
        console.print(
            "Differences are paired, on the same samples; p is corrected by Holm; “sees ≥” is the smallest true gap in "
            "points that this many samples show four times in five.",
            style="dim",
        )
    for note in comparison.notes:
        console.print(f"Note: {note}", style="dim", markup=False)


def print_next_steps(console: "Console", name: str, report: Path | None) -> None:
    """What can be done with the run now."""
    if report:
        console.print(f"Report: [bold]{report}[/bold]")
        console.print(f"Next: outweigh samples {name} --disagree", markup=False)
    else:
        console.print(f"Next: outweigh report {name} · outweigh samples {name} --disagree", markup=False)
