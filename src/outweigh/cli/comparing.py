"""A comparison as a table in the terminal, and its finding in words."""

from pathlib import Path
from typing import TYPE_CHECKING

from outweigh.cli.output import percent, table
from outweigh.records import Comparison, Difference, Estimate, Row, Verdict

if TYPE_CHECKING:
    from rich.console import Console


def interval(estimate: Estimate | None) -> str:
    """`41.7 ±12.1`, or `8.3 [3.6, 18.1]` where the interval is lopsided; a dash where there is none."""
    if estimate is None:
        return "–"
    below, above = estimate.value - estimate.low, estimate.high - estimate.value
    if abs(below - above) < 0.01:
        return f"{percent(estimate.value)} ±{percent((below + above) / 2)}"
    return f"{percent(estimate.value)} [{percent(estimate.low)}, {percent(estimate.high)}]"


def verdict(difference: Difference) -> str:
    """The verdict in words."""
    if difference.verdict is Verdict.TIE:
        return "tie"
    return f"{difference.first if difference.verdict is Verdict.FIRST else difference.second} ahead"


def p_value(value: float) -> str:
    """A p-value as far as anybody reads it."""
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def _flaws(row: Row) -> str:
    counts = ((row.failed, "failed"), (row.truncated, "truncated"), (row.unreadable, "unreadable"))
    told = [f"{'/'.join(map(str, count))} {word}" for count, word in counts if any(count)]
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
    places = [comparison.models.index(first), comparison.models.index(second)]
    made = table(
        "",
        f"{first} %",
        f"{second} %",
        "difference [95 %]",
        "adj. p",
        "verdict",
        "sees ≥",
        "n",
        "remarks",
        right=(1, 2, 3, 4, 6, 7),
    )
    kind = comparison.rows[0].kind if comparison.rows else ""
    for row in comparison.rows:
        if row.kind != kind:
            made.add_section()
            kind = row.kind
        found = [d for d in row.differences if (d.first, d.second) == (first, second)]
        cells = [interval(row.estimates[place]) for place in places]
        made.add_row(
            row.title, *cells, *(_difference(found[0]) if found else ("–", "", "not paired", "", "")), _flaws(row)
        )
    console.print(made)


def _difference(found: Difference) -> tuple[str, ...]:
    span = f"{100 * found.value:+.1f} [{100 * found.low:+.1f}, {100 * found.high:+.1f}]"
    word = verdict(found)
    return (
        span,
        p_value(found.adjusted_p_value),
        word if word == "tie" else f"[bold]{word}[/bold]",
        percent(found.minimum_detectable),
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
