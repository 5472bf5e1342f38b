"""Sentences about measurements, each generated from their records: for a heading, a tile, a chart."""

from collections.abc import Sequence

from outweigh.dashboard import units, words
from outweigh.dashboard.measured_reading import WHOLE, Measures, overlap
from outweigh.dashboard.words import Said
from outweigh.records import Estimate, Measurement, Pace, Versus, Workload
from outweigh.stats.speed import SMALLEST

Timed = tuple[Estimate, str, Workload]
_FEW_REPEATS = "no interval: too few repeats"


def headline(found: Measures) -> tuple[str, str]:
    """The finding as a heading, and what else there is to say as sentences."""
    finding, rest = _alone(found) if len(found.cast.models) == 1 else _together(found)
    more = (rest, memory(found), energy(found))
    return finding, " ".join(each for each in more if each)


def factor(versus: Versus) -> Said:
    """How many times as fast the first is, with its interval."""
    value = 1 / versus.ratio
    if versus.low is None or versus.high is None:
        return Said(words.fixed(value, units.places(value, value, value)), _FEW_REPEATS)
    low, high = 1 / versus.high, 1 / versus.low
    digits = units.places(value, low, high)
    return Said(words.fixed(value, digits), words.span(low, high, digits, 1.0))


def faster(versus: Versus) -> str:
    """What a verdict says of the faster one, as "1.62 times as fast as B (1.60–1.64)"."""
    text = factor(versus)
    return f"{text.value} times as fast as {versus.baseline} ({text.spread})"


def undecided(versus: Versus) -> str:
    """What a verdict without evidence says: "A is 1.00 times as fast as B (0.99–1.02)"."""
    return f"{versus.model} is {faster(versus)}"


def _together(found: Measures) -> tuple[str, str]:
    """Several models: who is faster, by how much, where."""
    compared = [(each, place) for each in found.workloads if (place := found.standing(each)).compared]
    if not compared:
        return _apart(found)
    if len(compared) == 1:
        return _at_one(found, compared[0][0])
    names, total = found.cast.models, len(compared)
    clear = [place.clear for _, place in compared]
    led = sorted(((clear.count(index), -index) for index in range(len(names)) if clear.count(index)), reverse=True)
    if not led:
        either = " or ".join(names) if len(names) == 2 else "one model"
        return f"No evidence that {either} is faster at any of {total} workloads", _most(found)
    how = f"faster than {names[1 + led[0][1]]}" if len(names) == 2 else "clearly fastest"
    count, first = led[0][0], names[-led[0][1]]
    much = ("both" if total == 2 else f"all {total}") if count == total else f"{count} of {total}"
    parts = [f"{first} is {how} at {much} workloads"]
    parts += [f"{names[-index]} at {others}" for others, index in led[1:]]
    if ties := clear.count(None):
        parts.append(f"no evidence at {ties}")
    return ", ".join(parts), _most(found)


def _at_one(found: Measures, workload: Workload) -> tuple[str, str]:
    """Several models at one workload."""
    place, names, versus = found.standing(workload), found.cast.models, found.closest(workload)
    assert place.best is not None and versus is not None  # it was compared
    best = names[place.best]
    if len(place.tied) == 1:
        return f"No evidence that {best} or {versus.baseline} is faster", f"{undecided(versus)}, which may be chance."
    if place.tied:
        level = words.listed([best, *(names[index] for index in place.tied)])
        return f"No evidence on which of {level} is fastest", f"{takes(found, workload)}."
    if len(names) == 2:
        return f"{best} is {faster(versus)}", ""
    return f"{best} is fastest: {faster(versus)}, the next", ""


def _apart(found: Measures) -> tuple[str, str]:
    """Several models that were not compared."""
    said = [takes(found, workload) for workload in found.workloads]
    finding = f"{words.many(len(found.cast.models), 'model')} were measured, none of them against another"
    return finding, f"{'; '.join(each for each in said if each)}." if any(said) else ""


def takes(found: Measures, workload: Workload) -> str:
    """How long whole requests take at a workload, model by model, quickest first."""
    timed = sorted(
        (figure.value, model, figure) for model in found.cast.models if (figure := found.figure(model, workload, WHOLE))
    )
    listed = words.listed([f"{model} {units.whole(figure)}" for _, model, figure in timed])
    return f"The median request at {found.named(workload)} takes {listed}" if timed else ""


def widest(found: Measures) -> Versus | None:
    """The largest clear difference of all workloads, seen from the faster model."""
    clear = [
        each if each.pace is Pace.FASTER else _turned(found, each)
        for each in found.versus
        if each.pace is not Pace.NO_EVIDENCE
    ]
    return min(clear, key=lambda each: each.ratio, default=None)


def _most(found: Measures) -> str:
    """The largest clear difference in a sentence."""
    most = widest(found)
    if most is None:
        return ""
    return f"The widest difference is with {found.short(most.workload)}: {most.model} is {faster(most)}."


def _turned(found: Measures, versus: Versus) -> Versus:
    other = found.between(versus.baseline, versus.model, versus.workload)
    assert other is not None  # it is the same pair
    return other


def _alone(found: Measures) -> tuple[str, str]:
    """One model: what a request takes, at the lightest and the heaviest workload."""
    model = found.cast.models[0]
    timed = every(found, WHOLE)
    if not timed:
        reasons = dict.fromkeys(each.unmeasured.get(WHOLE, words.NOT_MEASURED) for _, _, each in found.every)
        return f"{model} was measured, but no time of a whole request is sure", f"{words.listed(list(reasons))}."
    (first, _, least), (last, _, most) = timed[0], timed[-1]
    if len(timed) == 1:
        where = "" if len(found.workloads) == 1 else f" with {found.short(least)}"
        return f"{model} takes {units.whole(first)} for the median request{where}", _pace(found, least)
    unit = units.unit_of(WHOLE, (first.value, last.value))
    finding = (
        f"{model} takes {units.whole(first, unit)} for the median request with {found.short(least)}, "
        f"and {units.whole(last, unit)} with {found.short(most)}"
    )
    return finding, ""


def _value(timed: Timed) -> float:
    return timed[0].value


def every(found: Measures, metric: str, model: str | None = None) -> list[Timed]:
    """A figure of every measurement that has it, with its model and workload."""
    return [
        (figure, name, workload)
        for name, workload, each in found.every
        if (figure := each.figure(metric)) and model in (None, name)
    ]


def _pace(found: Measures, workload: Workload) -> str:
    """First token, then the pace, of the only model at the only workload."""
    only = found.at(found.cast.models[0], workload)
    assert only is not None  # its time was found
    said = (("ttft_seconds_p50", "the first token comes after {}"), ("tpot_seconds_p50", "each further one takes {}"))
    parts = [text.format(units.whole(figure)) for metric, text in said if (figure := only.figure(metric))]
    return f"At {found.named(workload)} {words.listed(parts)}." if parts else ""


def peak(measurement: Measurement) -> Estimate | None:
    """The highest memory: on the accelerator where there was one, else of the process."""
    return measurement.figure("peak_device_bytes") or measurement.figure("peak_resident_bytes")


def peaks(found: Measures) -> list[tuple[float, str]]:
    """The highest memory of each model over all workloads, least first; only where each has one."""
    highest: dict[str, float] = {}
    for model, _, each in found.every:
        reached = peak(each)
        if reached is None:
            return []
        highest[model] = max(highest.get(model, 0.0), reached.value)
    return sorted((value, model) for model, value in highest.items())


def alike(needs: Sequence[tuple[float, str]]) -> bool:
    """Whether peaks lie within what counts as no difference elsewhere too; another run may turn them around."""
    return needs[-1][0] <= needs[0][0] * (1 + SMALLEST)


def _range(needs: Sequence[tuple[float, str]]) -> str:
    ends = units.size(needs[0][0]), units.size(needs[-1][0])
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)


def memory(found: Measures) -> str:
    """Who needs the least memory."""
    needs = peaks(found)
    if not needs:
        return ""
    (least, first), *others = needs
    if not others:
        return f"Memory peaks at {units.size(least)}."
    if alike(needs):
        return f"Memory peaks at {_range(needs)} with each of them."
    rest = units.size(others[0][0])
    if len(others) > 1:
        rest = words.listed([f"{units.size(value)} ({model})" for value, model in others])
    return f"{first} needs the least memory, {units.size(least)} at its peak against {rest}."


def energy(found: Measures) -> str:
    """Who takes the fewest joules a token, at best, and how that is known; or why it is not."""
    spent = sorted(every(found, "joules_per_token"), key=_value)
    if not spent:
        told = (
            one.unmeasured.get("joules_per_token") or one.unmeasured.get("energy_joules") for *_, one in found.every
        )
        reasons = dict.fromkeys(each for each in told if each)
        return f"Energy was not measured: {'; '.join(reasons)}." if reasons else ""
    least: dict[str, Timed] = {}
    for each in spent:
        least.setdefault(each[1], each)
    first, *others = least.values()
    unit = units.unit_of("joules_per_token", [figure.value for figure, _, _ in least.values()])
    about = "an estimated " if estimated(found) else ""
    where = f" and {found.short(first[2])}" if len(found.workloads) > 1 else ""
    if not others:
        best = ", at best," if len(spent) > 1 else ""
        return f"A token takes{best} {about}{units.whole(first[0], unit)}{where.replace(' and', ' with', 1)}."
    rest = units.whole(others[0][0], unit)
    if len(others) > 1:
        rest = words.listed([f"{units.whole(figure, unit)} with {model}" for figure, model, _ in others])
    level = "; these ranges overlap" if overlap(first[0], others[0][0]) else ""
    return f"A token takes {about}{units.whole(first[0], unit)} with {first[1]}{where}, against {rest}{level}."


def estimated(found: Measures) -> bool:
    """Whether any energy is an estimate."""
    return any(each.energy is not None and each.energy.estimated for _, _, each in found.every)


def scope(found: Measures) -> str:
    """How much was measured: models, workloads, requests."""
    requests = sum(each.requests for _, _, each in found.every)
    parts: Sequence[str] = (
        words.many(len(found.cast.models), "model"),
        found.named(found.workloads[0]) if len(found.workloads) == 1 else words.many(len(found.workloads), "workload"),
        words.many(requests, "timed request"),
    )
    return ", ".join(parts)
