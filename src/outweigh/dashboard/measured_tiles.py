"""Builds the answers of the first screen: who is faster, writes more, needs less memory and fewer joules."""

from collections.abc import Sequence

from outweigh.dashboard import measured_words, units, words
from outweigh.dashboard.measured_page import Tile
from outweigh.dashboard.measured_reading import WHOLE, Measures, overlap
from outweigh.dashboard.measured_words import Timed
from outweigh.dashboard.report_page import Key
from outweigh.records import Estimate, Workload


def tiles(found: Measures, keys: Sequence[Key]) -> tuple[Tile, ...]:
    """The answers of the first screen; what was not measured has none."""
    named = {key.title: key for key in keys}
    every = (_speed(found, named), _rate(found, named), _memory(found, named), _energy(found, named))
    return tuple(each for each in every if each is not None)


def _speed(found: Measures, keys: dict[str, Key]) -> Tile | None:
    """Who is faster, or what a request takes."""
    timed = measured_words.every(found, WHOLE)
    if not timed:
        return None
    if len(keys) == 1:
        best = _best(found, WHOLE)
        label = _named(found, best, "Whole request", "Quickest request")
        return _tile(label, None, best[0][0], _compared(found, best) or "half of all requests take less")
    compared = [each for each in found.workloads if found.standing(each).compared]
    if len(compared) == 1:
        return _at_one(found, keys, compared[0])
    return _over_all(found, keys, [found.standing(each).clear for each in compared])


def _at_one(found: Measures, keys: dict[str, Key], workload: Workload) -> Tile:
    """Who is faster at the only workload that several models share."""
    versus, place = found.closest(workload), found.standing(workload)
    assert versus is not None  # they were compared
    if place.tied:
        said = measured_words.factor(versus)
        against = versus.baseline if len(place.tied) == 1 else f"{versus.baseline} and {len(place.tied) - 1} more"
        line = f"{versus.model} and {against} cannot be told apart: {said.value} times as fast ({said.spread})"
        return Tile("Faster", None, "no evidence", "", "", line)
    figure = found.figure(versus.model, workload, WHOLE)
    assert figure is not None  # it is the fastest
    label = "Faster" if len(found.cast.models) == 2 else "Fastest"
    return _tile(label, keys[versus.model], figure, measured_words.faster(versus))


def _over_all(found: Measures, keys: dict[str, Key], clear: Sequence[int | None]) -> Tile | None:
    """At how many workloads the one that leads most is clearly first."""
    if not clear:
        return None
    led = [each for each in clear if each is not None]
    if not led:
        return Tile("Faster", None, "no evidence", "", "", f"at any of {len(clear)} workloads")
    most = measured_words.widest(found)
    line = f"at most {measured_words.faster(most)}, with {found.short(most.workload)}" if most else ""
    first = found.cast.models[max(sorted(set(led)), key=led.count)]
    count = led.count(found.cast.models.index(first))
    return Tile("Faster", keys[first], f"{count} of {len(clear)}", "workloads", "", line)


def _tile(label: str, key: Key | None, figure: Estimate, line: str, extra: str = "") -> Tile:
    unit = units.unit_of(figure.metric, (figure.value,))
    said = units.said(figure, unit)
    return Tile(label, key, said.value, unit.name, f"{said.spread}{extra}", line)


def _best(found: Measures, metric: str) -> list[Timed]:
    """The best figure of each model over all workloads, best first."""
    every = measured_words.every(found, metric)
    every.sort(key=lambda each: -each[0].value if each[0].higher_is_better else each[0].value)
    best: dict[str, Timed] = {}
    for each in every:
        best.setdefault(each[1], each)
    return list(best.values())


def _level(found: Measures, best: Sequence[Timed]) -> bool:
    """Whether the interval of another model, or of another workload of the only one, has a value in common with it."""
    first = best[0][0]
    rivals = [each for each, _, _ in best[1:] or measured_words.every(found, first.metric) if each is not first]
    return any(overlap(first, each) for each in rivals)


def _compared(found: Measures, best: Sequence[Timed]) -> str:
    """The line of a tile: the others' figures, whether they overlap, and where it is."""
    (figure, _, workload), *others = best
    where = f"with {found.short(workload)}" if len(found.workloads) > 1 else ""
    unit = units.unit_of(figure.metric, (figure.value,))
    rest = words.listed([f"{model} {units.whole(each, unit)}" for each, model, _ in others])
    return "; ".join(each for each in (where, rest, "ranges overlap" if _level(found, best) else "") if each)


def _named(found: Measures, best: Sequence[Timed], plain: str, clear: str) -> str:
    """A tile's label: a superlative only where nothing else comes near."""
    return clear if (len(best) > 1 or len(found.workloads) > 1) and not _level(found, best) else plain


def _rate(found: Measures, keys: dict[str, Key]) -> Tile | None:
    """Who writes the most tokens a second."""
    best = _best(found, "output_tokens_per_second")
    if not best:
        return None
    label = _named(found, best, "Tokens a second", "Most tokens a second")
    return _tile(label, _owner(keys, best), best[0][0], _compared(found, best) or "written, over all requests")


def _owner(keys: dict[str, Key], best: Sequence[Timed]) -> Key | None:
    return keys[best[0][1]] if len(keys) > 1 else None


def _memory(found: Measures, keys: dict[str, Key]) -> Tile | None:
    """Who needs the least memory."""
    needs = measured_words.peaks(found)
    if not needs:
        return None
    value, model = needs[0]
    amount, _, unit = units.size(value).partition(" ")
    mine = [each.footprint.total_bytes for name, _, each in found.every if name == model and each.footprint]
    rest = words.listed([f"{name} {units.size(high)}" for high, name in needs[1:]])
    if not rest:
        line = f"{units.size(max(mine))} expected before loading" if mine else "a high-water mark"
        return Tile("Peak memory", None, amount, unit, "", line)
    if measured_words.alike(needs):
        return Tile("Peak memory", None, amount, unit, "", f"{model}, and within 1 %: {rest}")
    return Tile("Least memory", keys[model], amount, unit, "", rest)


def _energy(found: Measures, keys: dict[str, Key]) -> Tile | None:
    """Who takes the fewest joules a token."""
    best = _best(found, "joules_per_token")
    if not best:
        return None
    extra = ", estimated" if measured_words.estimated(found) else ""
    label = _named(found, best, "Energy a token", "Fewest joules a token")
    line = _compared(found, best) or ("above idling" if _above_idle(found) else "idling included")
    return _tile(label, _owner(keys, best), best[0][0], line, extra)


def _above_idle(found: Measures) -> bool:
    """Whether idling was taken off everywhere."""
    return all(each.energy is None or each.energy.idle_watts is not None for _, _, each in found.every)
