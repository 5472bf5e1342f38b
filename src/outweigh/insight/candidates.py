"""Candidates from what is known of models: standings of a leaderboard, results and measurements of runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from math import exp, log, sqrt
from statistics import NormalDist

from outweigh.insight.groups import pooled
from outweigh.insight.measured_plan import stretch
from outweigh.insight.sizes import dispute
from outweigh.records import (
    Area,
    Arrival,
    Candidate,
    CostName,
    Estimate,
    Guidance,
    Known,
    Load,
    Measurement,
    ModelSource,
    ModelSpec,
    Need,
    Objective,
    Result,
    Standing,
    Transcript,
    names_apart,
    objective,
)

_BYTES = {"float32": 4.0, "bfloat16": 2.0, "float16": 2.0, "8bit": 1.0, "4bit": 0.5}
_MORE = 2  # times the samples of a benchmark that was cut short could be asked at least
_SHARED = 0.95  # of a score's error variance that can be common to all at most
_PERCENTILES = (50, 90, 95, 99)  # that are measured


def of_standings(standings: Sequence[Standing], areas: Mapping[str, Area]) -> list[Candidate]:
    """One candidate a standing; those of one name are told apart by precision and revision."""
    counts = Counter(each.model for each in standings)
    return [_standing(each, areas, alone=counts[each.model] == 1) for each in standings]


def _standing(found: Standing, areas: Mapping[str, Area], *, alone: bool) -> Candidate:
    chat = "chat template" if found.chat_template else ""
    told = ", ".join(part for part in (found.precision, chat, (found.revision or "")[:7]) if part)
    why = dispute(found)
    parameters = None if why else found.parameters
    return Candidate(
        title=found.model if alone or not told else f"{found.model} ({told})",
        reference=found.model,
        parameters=parameters,
        license=found.license,
        available=found.available,
        flagged=found.flagged,
        scores={name: objective(score, area=areas.get(name), pool=score.count) for name, score in found.scores.items()},
        costs=_weights(found, parameters),
        guidance=Guidance(
            precision=found.precision, unknown={"latency": "a leaderboard does not measure it: `outweigh measure`"}
        ),
        notes=(why,) if why else (),
    )


def _weights(found: Standing, parameters: float | None) -> dict[CostName, Objective]:
    width = _BYTES.get((found.precision or "").lower())
    if parameters is None or width is None:
        return {}
    said = f"{found.precision} weights alone; cache and activations come on top"
    memory = Objective(value=parameters * width, exact=said, known=Known.ESTIMATED, source="parameters × bytes each")
    return {CostName.MEMORY: memory}


Held = Sequence[tuple[Result, Sequence[Transcript]]]


def of_runs(held: Held, measurements: Sequence[Measurement], need: Need) -> list[Candidate]:
    """One candidate a model of the runs."""
    specs = {each.model.fingerprint: (each.title, each.model) for each in measurements}
    specs |= {each.evaluation.model.fingerprint: (each.model, each.evaluation.model) for each, _ in held}
    columns = _columns(held)
    shared = {column: _shared(list(models.values())) for column, models in columns.items()}
    alike = Counter(_reference(spec) for _, spec in specs.values())
    found = []
    for key, title in names_apart(specs).items():
        own = [each for each in measurements if each.model.fingerprint == key]
        spec = specs[key][1]
        cards = [each.card for each, _ in held if each.evaluation.model.fingerprint == key and each.card]
        card = next(iter([*cards, *(each.card for each in own if each.card)]), None)
        costs, why = dict(_costs(own, need)), _wanting(own, need)
        found.append(
            Candidate(
                title=title,
                reference=_reference(spec, exactly=alike[_reference(spec)] > 1),
                spec=key,
                parameters=card.parameters if card and card.parameters else None,
                license=card.license if card else None,
                languages=card.languages if card else (),
                context_tokens=card.context_length if card else None,
                scores=dict(_scores(columns, key, shared)),
                costs=costs,
                guidance=Guidance(
                    precision=spec.quantization or spec.precision,
                    unknown={"latency": why} if why and CostName.LATENCY not in costs else {},
                ),
            )
        )
    return found


def _reference(spec: ModelSpec, *, exactly: bool = False) -> str | None:
    """What `outweigh run` takes for this model; None for a result that was brought in.

    `exactly` adds the precision, where the same model was run in another too.
    """
    if exactly and spec.precision and (name := _reference(spec)):
        return f"{name} --precision {spec.precision}"
    match spec.source:
        case ModelSource.EXTERNAL:
            return None
        case ModelSource.PACKAGE:
            return f"package:{spec.name}"
        case ModelSource.HUB if spec.revision:
            return f"{spec.name}@{spec.revision}"
        case _:
            return spec.name


def _columns(held: Held) -> dict[str, dict[str, list[tuple[Result, Sequence[Transcript]]]]]:
    """Results by column and model. A column is a benchmark or group under one protocol, so two are never mixed."""
    made: dict[str, dict[str, dict[str, tuple[Result, Sequence[Transcript]]]]] = {}
    protocols = {(each.group or each.evaluation.benchmark, _protocol(each)) for each, _ in held}
    several = Counter(name for name, _ in protocols)
    for result, transcripts in held:
        name = result.group or result.evaluation.benchmark
        column = name if several[name] == 1 else f"{name} ({_protocol(result)})"
        own = made.setdefault(column, {}).setdefault(result.evaluation.model.fingerprint, {})
        own[result.evaluation.benchmark] = (result, transcripts)  # the latest counts
    return {column: {key: list(own.values()) for key, own in models.items()} for column, models in made.items()}


def _protocol(result: Result) -> str:
    return f"{result.evaluation.protocol}, {result.evaluation.shots} shots"


def _scores(
    columns: Mapping[str, Mapping[str, Sequence[tuple[Result, Sequence[Transcript]]]]],
    key: str,
    shared: Mapping[str, float],
) -> Iterator[tuple[str, Objective]]:
    for column, models in columns.items():
        wanted = max(len(own) for own in models.values())
        own = models.get(key, ())
        score = pooled([each.headline for each, _ in own]) if len(own) == wanted else None
        if score is None or not score.higher_is_better:
            continue
        limited = any(each.evaluation.limit or each.evaluation.stopping for each, _ in own)
        pool = (_MORE if limited else 1) * score.count
        yield column, objective(score, area=own[0][0].area, pool=pool, shared=shared[column])


def _shared(models: Sequence[Sequence[tuple[Result, Sequence[Transcript]]]]) -> float:
    """The mean correlation of two models' scores on the same samples: what moves all of them is no difference."""
    import numpy as np

    columns = [_by_sample(own) for own in models]
    if len(columns) < 2:
        return 0.0
    found = []
    for one, other in combinations(columns, 2):
        both = sorted(set(one) & set(other))
        if not both or len(both) < max(len(one), len(other)):  # not the same samples
            return 0.0
        first, second = (np.array([each[name] for name in both]) for each in (one, other))
        if first.std() > 0 and second.std() > 0:
            found.append(float(np.corrcoef(first, second)[0, 1]))
    return float(np.clip(np.mean(found), 0, _SHARED)) if found else 0.0


def _by_sample(own: Sequence[tuple[Result, Sequence[Transcript]]]) -> dict[tuple[str, str], float]:
    found = {}
    for result, transcripts in own:
        headline = result.headline
        for each in transcripts:
            score = each.score(headline.metric, headline.filter) if headline else None
            if score is not None:
                found[result.evaluation.benchmark, each.sample.id] = score.value
    return found


def _costs(measurements: Sequence[Measurement], need: Need) -> Iterator[tuple[CostName, Objective]]:
    """What was measured nearest to how the need asks: a request at a time unless it says a load."""
    if not measurements:
        return
    chosen = _nearest(measurements, need)
    said = f"measured, {chosen.workload.described} tokens"
    percentile = need.limits.latency_percentile
    whole = chosen.figure(_latency(percentile))
    if whole is not None and _finite(whole):
        yield CostName.LATENCY, _at_lengths(objective(whole, source=said), chosen, need.load)
    elif (between := _between(chosen, percentile)) is not None:
        found = objective(between, known=Known.ESTIMATED, source=f"{said}: {between.method}")
        yield CostName.LATENCY, _at_lengths(found, chosen, need.load)
    joules = chosen.figure("joules_per_request")
    if joules is not None and _finite(joules):
        known = Known.ESTIMATED if chosen.energy is not None and chosen.energy.estimated else Known.MEASURED
        yield CostName.ENERGY, _at_lengths(objective(joules, known=known, source=said), chosen, need.load)
    memory = chosen.figure("peak_device_bytes") or chosen.figure("peak_resident_bytes")
    if memory is not None and _finite(memory):
        yield CostName.MEMORY, objective(memory, source=said)


def _at_lengths(found: Objective, chosen: Measurement, load: Load | None) -> Objective:
    """A latency or energy at the load's lengths, by the ratio of times; as measured where these are not known."""
    factor = stretch(chosen, load) if load else None
    if load is None or factor is None or factor == 1:
        return found
    ends = {name: factor * end for name in ("low", "high") if (end := getattr(found, name)) is not None}
    said = f"{found.source}, scaled to {load.prompt_tokens.likely:g} + {load.output_tokens.likely:g}"
    return found.but(value=factor * found.value, **ends, standard_error=None, known=Known.ESTIMATED, source=said)


def _latency(percentile: float) -> str:
    return f"e2e_seconds_p{percentile:g}"


def _wanting(measurements: Sequence[Measurement], need: Need) -> str | None:
    """Why the wanted percentile has no interval of its own; None where it has one, or nothing was measured."""
    if not measurements:
        return None
    chosen = _nearest(measurements, need)
    name = _latency(need.limits.latency_percentile)
    if chosen.figure(name) is not None:
        return None
    return f"{chosen.unmeasured.get(name, f'{name} is no figure that is measured')}; measure longer"


def _between(chosen: Measurement, percentile: float) -> Estimate | None:
    """A percentile without an interval of its own, from others; None where median and mean are not known.

    It is no less than a lower percentile, and no more than a higher one, else than the mean allows (Markov's
    inequality: one in twenty takes at most twenty times the mean). In between it is a log-normal's of that median and
    mean.
    """
    known = {share: found for share in _PERCENTILES if (found := chosen.figure(_latency(share))) and _finite(found)}
    median, mean = known.get(50), chosen.figure("e2e_seconds_mean")
    if median is None or mean is None or median.value <= 0 or not _finite(mean):
        return None
    below = known[max(share for share in known if share <= percentile)]
    above = [found for share, found in known.items() if share > percentile][:1]
    high = above[0].high if above else mean.high / (1 - percentile / 100)
    spread = sqrt(2 * log(max(1.0, mean.value / median.value)))
    value = median.value * exp(spread * NormalDist().inv_cdf(percentile / 100))
    how = "too few requests for this percentile, so between others and what the mean allows; measure longer"
    return median.but(
        metric=_latency(percentile), value=min(max(value, below.value), high), low=below.low, high=high, method=how
    )


def _nearest(measurements: Sequence[Measurement], need: Need) -> Measurement:
    return min(measurements, key=lambda each: _distance(each, need))


def _finite(figure: Estimate) -> bool:
    return all(abs(each) < float("inf") for each in (figure.low, figure.value, figure.high))


def _distance(each: Measurement, need: Need) -> tuple[float, float, float]:
    """How far a measurement is from the need's tokens; requests at a time last, the fewest first."""
    work, load = each.workload, need.load
    if load is None:
        return 0.0, 0.0 if work.arrival in (Arrival.BATCH, Arrival.CONCURRENCY) else 1.0, work.load or 0.0
    apart = abs(work.prompt_tokens / load.prompt_tokens.likely - 1) + abs(
        work.output_tokens / load.output_tokens.likely - 1
    )
    return apart, 0.0 if work.arrival in (Arrival.BATCH, Arrival.CONCURRENCY) else 1.0, work.load or 0.0
