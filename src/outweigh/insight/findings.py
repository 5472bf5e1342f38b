"""A comparison in one sentence for the person who decides."""

from collections.abc import Sequence
from statistics import median

from outweigh.records import Difference, Row, Verdict

_ALIKE = 1.5  # gaps within this factor are told as one


def finding(models: Sequence[str], rows: Sequence[Row], heads: Sequence[Row]) -> str:
    """One sentence. `heads` are the rows that count as one benchmark each; `rows` are all."""
    if len(models) == 1:
        return _alone(models[0], rows, heads)
    if len(models) == 2:
        return _duel(models[0], models[1], heads)
    return _field(models, rows, heads)


def points(value: float) -> str:
    """A difference of shares in percentage points, with at most one decimal: "11.7 points"."""
    number = f"{abs(value) * 100:.1f}".removesuffix(".0")
    return f"{number} point" if number == "1" else f"{number} points"


def named(names: Sequence[str]) -> str:
    """ "A", "A and B", "A, B and C"."""
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def _alone(model: str, rows: Sequence[Row], heads: Sequence[Row]) -> str:
    top = _top(rows, heads)
    estimate = top.estimates[0] if top else None
    if top is None or estimate is None:
        return f"{model} has results on {_benchmarks(len(heads))}, of which no single score can be made."
    low, value, high = (_score(number, top) for number in (estimate.low, estimate.value, estimate.high))
    spread = f"(95 % interval {low.removesuffix(' %')} to {high})"
    return f"{model} scores {value} {_where(top)} {spread}, from {_samples([estimate.count])}."


def _duel(first: str, second: str, heads: Sequence[Row]) -> str:
    found = [(row, row.differences[0]) for row in heads if row.differences]
    if not found:
        return f"{first} and {second} answered no sample in common, so they cannot be compared."
    differences = [difference for _, difference in found]
    wins = sum(difference.verdict is Verdict.FIRST for difference in differences)
    losses = sum(difference.verdict is Verdict.SECOND for difference in differences)
    if wins < losses:
        first, second, wins, losses = second, first, losses, wins
    if len(found) == 1:
        said = _one(first, second, found[0][0], differences[0])
    elif wins == losses == 0:
        said = f"No difference between {first} and {second} can be shown on any of {_benchmarks(len(found))}"
    elif wins == losses:
        ties = len(found) - wins - losses
        said = f"{first} and {second} outweigh each other on {wins} of {_benchmarks(len(found))} each and tie on {ties}"
    else:
        ties = len(found) - wins - losses
        said = (
            f"{first} outweighs {second} on {wins} of {_benchmarks(len(found))}, loses on {losses} and ties on {ties}"
        )
    return f"{said}; {_sight(found)}."


def _one(first: str, second: str, row: Row, difference: Difference) -> str:
    if difference.verdict is Verdict.TIE:
        return f"No difference between {first} and {second} can be shown on {row.title}"
    gap = points(difference.value) if _is_share(row) else f"{abs(difference.value):.1f}"
    return f"{first} outweighs {second} on {row.title} by {gap}"


def _field(models: Sequence[str], rows: Sequence[Row], heads: Sequence[Row]) -> str:
    """Three models or more: the best by the widest average that is shared, who is tied with it, and who is not."""
    top = _top(rows, heads)
    scored = {model: estimate for model, estimate in zip(models, top.estimates, strict=True) if estimate} if top else {}
    if top is None or not scored:
        return f"{len(models)} models were compared on {_benchmarks(len(heads))}; no average of them can be made."
    better = max if next(iter(scored.values())).higher_is_better else min
    best = better(scored, key=lambda model: scored[model].value)
    own = [difference for difference in top.differences if best in (difference.first, difference.second)]
    others = {difference: difference.second if difference.first == best else difference.first for difference in own}
    tied = [other for difference, other in others.items() if difference.verdict is Verdict.TIE]
    beaten = [other for difference, other in others.items() if difference.verdict is not Verdict.TIE]
    parts = [f"{best} scores best {_where(top)} with {_score(scored[best].value, top)}"]
    if beaten:
        parts.append(f"it outweighs {named(beaten)}")
    if tied:
        parts.append(f"{named(tied)} cannot be told apart from it")
    if missing := [model for model in models if model != best and model not in (*tied, *beaten)]:
        parts.append(f"{named(missing)} cannot be placed for want of results")
    if own:
        parts.append(_sight([(top, difference) for difference in own]))
    return "; ".join(parts) + "."


def _top(rows: Sequence[Row], heads: Sequence[Row]) -> Row | None:
    """The row that stands for everything: overall, else the only area, else the only benchmark."""
    for choice in (
        [row for row in rows if row.kind == "overall"],
        [row for row in rows if row.kind == "area"],
        list(heads),
    ):
        if choice:
            return choice[0] if len(choice) == 1 else None
    return None


def _where(row: Row) -> str:
    if row.kind == "overall":
        return "overall"
    return f"in {row.title.lower()}" if row.kind == "area" else f"on {row.title}"


def _sight(found: Sequence[tuple[Row, Difference]]) -> str:
    """What these comparisons were able to see, in points where scores are shares."""
    samples = "with " + _samples([difference.count for _, difference in found])
    samples += " each" if len(found) > 1 else ""
    gaps = [difference.minimum_detectable for row, difference in found if _is_share(row)]
    if not gaps:
        return samples
    least, most = _rough(min(gaps)), _rough(max(gaps))
    about = _rough(median(gaps)) if max(gaps) < _ALIKE * min(gaps) else f"{least} to {most}"
    return f"{samples}, gaps under about {about} points may go unseen"


def _samples(counts: Sequence[int]) -> str:
    least, most = min(counts), max(counts)
    if least == most:
        return "1 sample" if most == 1 else f"{most:,} samples"
    return f"{least:,} to {most:,} samples"


def _is_share(row: Row) -> bool:
    """True if the row's scores are shares of 1, which are read as percentages."""
    return all(0 <= estimate.value <= 1 for estimate in row.estimates if estimate)


def _rough(gap: float) -> str:
    """Percentage points: whole from 10 up."""
    return f"{gap * 100:.0f}" if gap >= 0.1 else f"{gap * 100:.1f}".removesuffix(".0")


def _score(value: float, row: Row) -> str:
    return f"{value * 100:.1f} %" if _is_share(row) else f"{value:.1f}"


def _benchmarks(count: int) -> str:
    return "1 benchmark" if count == 1 else f"{count} benchmarks"
