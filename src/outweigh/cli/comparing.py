"""A comparison as a table in the terminal, and its finding in words."""

from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

from outweigh.cli.output import percent, table
from outweigh.records import Comparison, Difference, Estimate, Row, Step, Verdict

if TYPE_CHECKING:
    from rich.console import Console

_FEW = 3  # models whose every pair is a table of its own
_MORE = "; h is Cohen's effect size, 0.2 small and 0.8 large; “alike” are samples on which both did the same"
_ALL = 150  # columns of a terminal that has room for effect sizes and agreement


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
    paired = "" if difference.paired else ", unpaired"
    if difference.verdict is Verdict.TIE:
        return f"tie{paired}"
    return f"[bold]{names[0] if difference.verdict is Verdict.FIRST else names[1]} ahead[/bold]{paired}"


def p_value(value: float) -> str:
    """A p-value as far as anybody reads it."""
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def _flaws(row: Row, *places: int) -> str:
    """What answers of the models in these places lacked."""
    counts = ((row.failed, "failed"), (row.truncated, "truncated"), (row.unreadable, "unreadable"))
    of_them = [([count[place] for place in places if count], word) for count, word in counts]
    told = [f"{word} {' and '.join(map(str, count))}" for count, word in of_them if any(count)]
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
            _flaws(row, 0),
        )
    console.print(made)


def _pair(console: "Console", comparison: Comparison, first: str, second: str) -> None:
    """One pair as a table; where the terminal is narrow, letters stand for the models and intervals lose a digit."""
    wide = console.width >= 130 + 2 * max(0, len(first + second) - 30)
    names = (first, second) if wide else ("A", "B")
    digits = 1 if console.width >= 110 else 0
    # Where there is no room, the finding below names the sample sizes and detectable gaps.
    columns = 9 if console.width >= _ALL else 7 if console.width >= 90 else 5
    if not wide:
        console.print(f"[bold]A[/bold] = {first}   [bold]B[/bold] = {second}")
    heads = [f"{names[0]} %", f"{names[1]} %", "difference" if wide else "A − B", "adj. p", "verdict", "sees ≥", "n"]
    heads += ["h", "alike %"]
    made = table("", *heads[:columns], right=(1, 2, 3, 4, 6, 7, 8, 9))
    kind = comparison.rows[0].kind if comparison.rows else ""
    places = [comparison.models.index(name) for name in (first, second)]
    for row in comparison.rows:
        if row.kind != kind:
            made.add_row()
            kind = row.kind
        cells = [interval(row.estimates[place], digits) for place in places]
        found = [each for each in row.differences if (each.first, each.second) == (first, second)]
        flaws = _flaws(row, *places)
        title = f"{row.title}\n[yellow]{flaws}[/yellow]" if flaws else row.title
        told = _difference(found[0], names, digits) if found else ("–", "", "not compared", "", "", "", "")
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
        "" if found.effect is None else f"{found.effect:+.2f}",
        "" if found.same is None else percent(found.same),
    )


def _field(console: "Console", comparison: Comparison) -> None:
    """Many models: every row's scores side by side, letters for their names."""
    letters = _letters(comparison)
    console.print("   ".join(f"[bold]{letter}[/bold] = {name}" for name, letter in letters.items()))
    digits = 1 if console.width >= 30 + 16 * len(letters) else 0
    made = table("", *(f"{letter} %" for letter in letters.values()), right=tuple(range(1, len(letters) + 1)))
    kind = comparison.rows[0].kind if comparison.rows else ""
    for row in comparison.rows:
        if row.kind != kind:
            made.add_row()
            kind = row.kind
        made.add_row(row.title, *(interval(each, digits) for each in row.estimates))
    console.print(made)


def _matchups(console: "Console", comparison: Comparison) -> None:
    """Who is ahead of whom on how many benchmarks."""
    letters = _letters(comparison)
    known = comparison.sides
    made = table("wins–ties–losses", *letters.values(), right=tuple(range(1, len(letters) + 1)))
    for name, letter in letters.items():
        cells = ("–".join(map(str, known[name, other])) if other != name else "" for other in letters)
        made.add_row(f"{letter} {name}", *cells)
    console.print(made)


def _letters(comparison: Comparison) -> dict[str, str]:
    """A, B, C and so on; from the 27th model on numbers."""
    return {name: chr(65 + place) if place < 26 else str(place + 1) for place, name in enumerate(comparison.models)}


def _step(step: Step) -> str:
    """What one step of a lineage changed, in a line."""
    said = [_change(step.change)] if step.change else []
    said += [f"better on {', '.join(step.better)}"] if step.better else []
    said += [f"worse on {', '.join(step.worse)}"] if step.worse else []
    said += [f"{step.ties} tie{'' if step.ties == 1 else 's'}"] if step.ties else []
    made = ", ".join(kind.value for kind in step.kinds)
    return f"{step.parent} → {step.child} ({made}): {'; '.join(said) or 'not compared'}"


def _change(change: Difference) -> str:
    where = "overall" if change.benchmark == "overall" else f"on {change.benchmark}"
    scale = 1 if change.effect is None else 100  # only shares have an effect
    return f"{scale * change.value:+.1f} [{scale * change.low:+.1f}, {scale * change.high:+.1f}] {where}"


def _tables(console: "Console", comparison: Comparison, *, pairs: bool) -> None:
    count = len(comparison.models)
    if count == 1:
        console.print(f"[bold]{comparison.models[0]}[/bold]")
        _one_model(console, comparison)
    if count > _FEW:
        _field(console, comparison)
    if count > 2 and comparison.matchups:
        _matchups(console, comparison)
    for first, second in combinations(comparison.models, 2) if pairs else ():
        _pair(console, comparison, first, second)


def print_comparison(console: "Console", comparison: Comparison, *, pairs: bool = False) -> None:
    """Every pair of models as a table (of more than three models only if asked), then the finding and the notes."""
    console.print()
    count = len(comparison.models)
    _tables(console, comparison, pairs=pairs or count <= _FEW)
    console.print()
    console.print(comparison.finding, style="bold", markup=False)
    for step in comparison.lineage:
        console.print(_step(step), markup=False)
    if count > _FEW and not pairs:
        console.print("Every pair, with differences and p-values: outweigh compare --pairs", style="dim")
    elif count > 1:
        console.print(
            "Differences are paired, on the same samples, where nothing else is said; p is corrected by Holm; “sees ≥” "
            "is the smallest true gap in points that this many samples show four times in five"
            f"{_MORE if console.width >= _ALL else ''}.",
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
