"""Sentences about a comparison, each generated from its records: for a lead, under a chart, for a screen reader."""

import re
from collections.abc import Sequence

from outweigh.dashboard import words
from outweigh.dashboard.figures import Cast, member_title
from outweigh.dashboard.reading import Family, Layers, between, drawable, standing
from outweigh.records import Comparison, Row, Verdict

_PART = re.compile(r"((?<=[.!?])|;)\s+")
_SHORT = 80  # letters up to which a finding of several parts is one heading


def headline(finding: str) -> tuple[str, str]:
    """The finding's first part as a heading, and the rest of it as a sentence; a short finding stays whole."""
    text = " ".join(finding.split())
    first, *found = _PART.split(text, maxsplit=1)
    if len(text) <= _SHORT or not found:
        return text.removesuffix("."), ""
    mark, rest = found
    return first.removesuffix("."), f"{rest[:1].upper()}{rest[1:]}" if mark else rest  # a model's name may be small


def score_of(row: Row, index: int) -> str:
    """One model's score as a sentence says it: "41.2 % (± 1.9)"."""
    said = words.score(row.estimates[index])
    return f"{said.value} % ({said.spread})" if said.spread else said.value


def overall(row: Row, cast: Cast) -> str:
    """Every model's score in one row, best first, then what the differences say."""
    place = standing(row, cast.models)
    if place.best is None:
        return f"{row.title}: no model gave an answer that could be scored."
    order = (place.best, *place.tied, *place.behind)
    listed = words.listed([f"{cast.models[i]} {score_of(row, i)}" for i in order])
    return " ".join(part for part in (f"{row.title}: {listed}.", gap(row, cast)) if part)


def gap(row: Row, cast: Cast) -> str:
    """Who leads the row, by how much, and who cannot be told from the leader; empty for one model."""
    place = standing(row, cast.models)
    if place.best is None or not (place.tied or place.behind):
        return ""
    best = cast.models[place.best]
    if len(cast.models) == 2:
        difference = between(row, best, cast.models[1 - place.best])
        assert difference is not None  # standing found it
        said = words.gap(difference)
        by = f"{said.value.removeprefix('+')} points (95 % interval {said.spread})"
        if place.tied:
            return f"The difference of {by} is a tie: it could be chance."
        return f"{best} is ahead by {by}."
    tied = words.listed([cast.models[i] for i in place.tied])
    behind = words.listed([cast.models[i] for i in place.behind])
    if not tied:
        return f"{best} is ahead of {behind}."
    verb = "is" if len(place.behind) == 1 else "are"
    rest = f"; {behind} {verb} behind" if behind else ""
    return f"{best} is tied for first with {tied}{rest}."


def scores(rows: Sequence[Row], cast: Cast, family: str = "") -> str:
    """What a chart of scores shows: the overall row in full, then who leads where."""
    first = [overall(row, cast) for row in rows if row.kind == "overall"]
    rest = fronts([row for row in rows if row.kind != "overall"], cast, family)
    return " ".join(part for part in (*first, rest) if part)


def fronts(rows: Sequence[Row], cast: Cast, family: str = "") -> str:
    """Where each model is clearly first, and where nobody is."""
    titles = {row.name: member_title(row.title, family) for row in rows}
    if len(cast.models) == 1:
        text = words.listed([f"{titles[row.name]} {score_of(row, 0)}" for row in rows])
        return f"{text}." if text else ""
    places = {row.name: standing(row, cast.models) for row in rows}
    ahead = "ahead" if len(cast.models) == 2 else "clearly first"
    parts = []
    for index, model in enumerate(cast.models):
        led = [titles[name] for name, place in places.items() if place.clear == index]
        parts += [f"{model} is {ahead} in {words.listed(led)}"] if led else []
    tied = [titles[name] for name, place in places.items() if place.tied]
    if tied:
        plain = "is a tie" if len(tied) == 1 else "are ties"
        none = "has no clear first" if len(tied) == 1 else "have no clear first"
        parts.append(f"{words.listed(tied)} {plain if len(cast.models) == 2 else none}")
    if apart := [titles[name] for name, place in places.items() if not place.compared]:
        parts.append(f"{words.listed(apart)} could not be compared")
    text = "; ".join(parts)
    return f"{text}." if text else ""


def above_chance(rows: Sequence[Row]) -> tuple[int, int]:
    """Of the first model: rows whose interval lies above guessing, and rows where guessing scores at all."""
    guessed = [(estimate.low, row.chance) for row in rows if row.chance and (estimate := row.estimates[0]) is not None]
    return sum(low > chance for low, chance in guessed), len(guessed)


def tally(rows: Sequence[Row], cast: Cast) -> tuple[tuple[int, int], ...]:
    """(model, rows it leads clearly) for every model, then (-1, compared rows without a clear first)."""
    places = [place for row in rows if (place := standing(row, cast.models)).compared]
    clear = [place.clear for place in places]
    counts = tuple((index, clear.count(index)) for index in range(len(cast.models)))
    return (*counts, (-1, clear.count(None)))


def differences(rows: Sequence[Row], cast: Cast, noun: str = "benchmark", family: str = "") -> str:
    """How many rows are won by whom and how many are ties; names the widest clear gap."""
    *counts, (_, ties) = tally(rows, cast)
    total = words.many(ties + sum(count for _, count in counts), noun)
    verb = "ahead" if len(cast.models) == 2 else "clearly first"
    led = [(cast.models[index], count) for index, count in counts if count]
    won = [
        f"{model} is {verb} on {count} of {total}" if place == 0 else f"{model} on {count}"
        for place, (model, count) in enumerate(led)
    ]
    apart = len(rows) - ties - sum(count for _, count in counts)
    unpaired = f"{words.many(apart, noun)} could not be compared" if apart else ""
    parts = (words.listed(won), _ties(ties, total, cast, led=bool(led)), unpaired)
    text = "; ".join(part for part in parts if part) + "."
    widest = max(
        (d for row in rows if drawable(row) for d in row.differences if d.verdict is not Verdict.TIE),
        key=lambda d: abs(d.value),
        default=None,
    )
    if widest is None:
        return text
    titles = {row.name: member_title(row.title, family) for row in rows}
    ahead = widest.first if widest.verdict is Verdict.FIRST else widest.second
    other = widest.second if widest.verdict is Verdict.FIRST else widest.first
    where = titles.get(widest.benchmark, widest.benchmark)
    return f"{text} The widest clear gap is on {where}: {ahead} is ahead of {other} by {words.lead(widest)} points."


def _ties(ties: int, total: str, cast: Cast, *, led: bool) -> str:
    """How many rows nobody leads."""
    if not ties:
        return ""
    if not led:
        return f"No model is clearly first on any of {total}"
    if len(cast.models) == 2:
        return f"{ties} {'is a tie' if ties == 1 else 'are ties'}"
    return f"{ties} {'has' if ties == 1 else 'have'} no clear first"


def family(group: Family, cast: Cast) -> str:
    """One line on a group of subjects."""
    noun = "subject"
    if len(cast.models) == 1:
        return words.many(len(group.members), noun)
    return differences(group.members, cast, noun, group.title)


def scope(comparison: Comparison, rows: Layers, samples: int) -> str:
    """How much was asked: models, benchmarks and samples."""
    count = sum(row.kind == "benchmark" for row in rows.listed)
    parts = [words.many(len(comparison.models), "model")]
    parts += [words.many(count, "benchmark")] if count else []
    parts += [f"{words.many(len(group.members), 'subject')} of {group.title}" for group in rows.families]
    return ", ".join((*parts, f"{samples:,} answers"))
