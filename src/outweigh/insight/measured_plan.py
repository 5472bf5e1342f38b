"""Runs into a plan: how fast a model serves, how often it is right, and what else was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite

from outweigh.insight.costing import cheapest
from outweigh.insight.worlds import LEAST
from outweigh.records import (
    Alternative,
    Arrival,
    Change,
    Deployment,
    Estimate,
    Hosted,
    Load,
    Measurement,
    Plan,
    Result,
    Service,
    Uncertain,
    UserError,
    energy_estimated,
    names_apart,
)

_UNSURE = 1.5  # times the likely value to which an interval reaches


@dataclass(frozen=True)
class Found:
    """A model as runs know it."""

    measurements: tuple[Measurement, ...]
    accuracy: Estimate | None


def planned(
    plan: Plan,
    measurements: Sequence[Measurement],
    results: Sequence[Result],
    benchmark: str | None,
    right: Mapping[str, Estimate] | None = None,
) -> tuple[Plan, tuple[str, ...]]:
    """The plan with what it lacks taken from runs, other measured models as alternatives; and remarks on it.

    A deployment's `model` names one of them; where only one was measured, it is that one. `right` are models' shares of
    right answers where no single benchmark tells them.
    """
    models = _models(measurements, results, benchmark)
    if right is not None:
        models = {name: replace(found, accuracy=right.get(name)) for name, found in models.items()}
    base, notes = _served(plan.deployment, models)
    counted = sorted({each.evaluation.benchmark for each in results})
    if base.accuracy is None and benchmark is None and len(counted) > 1:
        notes = [*notes, f"the runs have several benchmarks ({', '.join(counted)}): --benchmark says which counts"]
    given = [(each.change, *_served(each.deployment, models)) for each in plan.alternatives]
    others = [Alternative(change=change, deployment=deployment) for change, deployment, _ in given]
    named = {base.model, *(each.deployment.model for each in others)}
    if plan.deployment.service is None and base.service is not None:
        others += _others(plan.deployment, base, models, named)
    lines = [*notes, *(note for *_, more in given for note in more)]
    return Plan(deployment=base, alternatives=tuple(others)), tuple(dict.fromkeys(lines))


def service(measurement: Measurement, load: Load) -> Service:
    """How the model serves by one measurement, scaled to the tokens of the load. UserError where it does not say."""
    work, who = measurement.workload, f"{measurement.title}, {measurement.workload.described}"
    if work.arrival not in (Arrival.BATCH, Arrival.CONCURRENCY) or work.load is None:
        raise UserError(f"{who}: measured at a rate, which has waiting in it; measure with --concurrency")
    machine = measurement.machine
    same = _same(measurement, load)
    return Service(
        slots=round(work.load),
        seconds=_figure(measurement, "e2e_seconds_mean", who) if same else _scaled(measurement, load, who),
        gpus_per_replica=max(1, len(machine.accelerators)) if machine else 1,
        joules_per_request=_times(measurement.figure("joules_per_request"), stretch(measurement, load)),
        source=f"measured {measurement.finished_at:%Y-%m-%d}, {work.described} tokens",
    )


def _figure(measurement: Measurement, metric: str, who: str) -> Uncertain:
    """A time, which is above 0 even where its interval reaches so far."""
    found = measurement.figure(metric)
    if found is None or found.value <= 0 or not isfinite(found.high):
        interval = f"its interval is [{found.low:.3g}, {found.high:.3g}] s" if found else ""
        why = interval or measurement.unmeasured.get(metric, "not measured")
        raise UserError(f"{who}: no {metric}: {why}; measure longer (--budget)")
    return Uncertain.model_validate(found.but(low=max(found.low, LEAST * found.value)))


def stretch(measurement: Measurement, load: Load) -> float | None:
    """How many times as long a request of the load's lengths takes as one that was measured; None where not known."""
    if _same(measurement, load):
        return 1.0
    try:
        longer = _scaled(measurement, load, measurement.title).likely
        return longer / _figure(measurement, "e2e_seconds_mean", measurement.title).likely
    except UserError:
        return None


def _same(measurement: Measurement, load: Load) -> bool:
    work = measurement.workload
    return (work.prompt_tokens, work.output_tokens) == (load.prompt_tokens.likely, load.output_tokens.likely)


def _scaled(measurement: Measurement, load: Load, who: str) -> Uncertain:
    """A request's mean seconds at the load's lengths: the first token's by the prompt's, and each further token's."""
    read = load.prompt_tokens.likely / measurement.workload.prompt_tokens
    more = load.output_tokens.likely - 1
    first = _figure(measurement, "ttft_seconds_mean", who)
    each = _figure(measurement, "tpot_seconds_mean", who)
    return Uncertain(
        likely=read * first.likely + more * each.likely,
        low=read * first.low + more * each.low,
        high=read * first.high + more * each.high,
        spread=first.spread,
    )


def _times(found: Estimate | None, factor: float | None) -> Uncertain | None:
    if found is None or factor is None or found.low < 0 or not isfinite(found.high):
        return None
    return Uncertain.model_validate(
        found.but(value=found.value * factor, low=found.low * factor, high=found.high * factor)
    )


def _models(measurements: Sequence[Measurement], results: Sequence[Result], benchmark: str | None) -> dict[str, Found]:
    """Every model of the runs by a name of its own."""
    specs = {each.model.fingerprint: (each.title, each.model) for each in measurements}
    specs |= {each.evaluation.model.fingerprint: (each.model, each.evaluation.model) for each in results}
    counted = {each.evaluation.benchmark for each in results}
    if benchmark is not None and benchmark not in counted:
        raise UserError(f"--benchmark {benchmark}: not in the runs; they have {', '.join(sorted(counted)) or 'none'}")
    chosen = benchmark or (next(iter(counted)) if len(counted) == 1 else None)
    right = {
        each.evaluation.model.fingerprint: each.headline for each in results if each.evaluation.benchmark == chosen
    }
    return {
        name: Found(tuple(each for each in measurements if each.model.fingerprint == key), right.get(key))
        for key, name in names_apart(specs).items()
    }


def _served(deployment: Deployment, models: dict[str, Found]) -> tuple[Deployment, list[str]]:
    """The deployment with its service, idle draw and accuracy from the runs, as far as it lacks them."""
    if not models:
        return deployment, []
    lacks = deployment.service is None and not isinstance(deployment.hardware, Hosted)
    name = _name(deployment, models, needed=lacks)
    if name is None:
        return deployment, []
    found = models[name]
    notes: list[str] = []
    deployment = deployment.but(model=name)
    if lacks:
        deployment, notes = _measured(deployment, found)
    score = found.accuracy
    if deployment.accuracy is None and score is not None:
        if score.low > 0 and score.high <= 1:
            return deployment.but(accuracy=score), notes
        notes = [*notes, f"{score.metric} of {name} is [{score.low:.3g}, {score.high:.3g}]: no share of right answers"]
    return deployment, notes


def _name(deployment: Deployment, models: dict[str, Found], *, needed: bool) -> str | None:
    if deployment.model in models:
        return deployment.model
    measured = [name for name, found in models.items() if found.measurements]
    unnamed = deployment.model == Deployment.model_fields["model"].default
    if needed and unnamed and len(measured) == 1:
        return measured[0]
    if needed and unnamed and measured:
        raise UserError(
            f"{deployment.name}: which model? Write model = {' or '.join(f'{each!r}' for each in measured)} in its file"
        )
    if needed:
        raise UserError(f"{deployment.name}: model {deployment.model!r} is not in the runs: {', '.join(models)}")
    return None


def _measured(deployment: Deployment, found: Found) -> tuple[Deployment, list[str]]:
    """The deployment with the measured way to serve that costs least."""
    if not found.measurements:
        raise UserError(f"{deployment.name}: {deployment.model} was not measured in the runs: `outweigh measure` it")
    services: dict[int, Service] = {}
    trouble = None
    for place, each in enumerate(found.measurements):
        try:
            services[place] = service(each, deployment.load)
        except UserError as error:
            trouble = error
    if trouble and not services:
        raise trouble
    best = cheapest(deployment, list(services.values()))
    measurement = next(found.measurements[place] for place, each in services.items() if each == best)
    deployment = deployment.but(service=best)
    return _idling(deployment, measurement), _remarks(deployment, measurement)


def _idling(deployment: Deployment, measurement: Measurement) -> Deployment:
    """The deployment with what the measured machine draws when idle, unless it says what its own draws."""
    hardware, energy = deployment.hardware, measurement.energy
    if isinstance(hardware, Hosted) or hardware.watts is not None or energy is None or energy.idle_watts is None:
        return deployment
    return deployment.but(hardware=hardware.but(watts=Uncertain.model_validate(energy.idle_watts)))


def _remarks(deployment: Deployment, measurement: Measurement) -> list[str]:
    work, load, machine = measurement.workload, deployment.load, measurement.machine
    cards = ", ".join(each.name for each in machine.accelerators) or machine.cpu if machine else "an unknown machine"
    gpu = "" if isinstance(deployment.hardware, Hosted) else deployment.hardware.gpu
    notes = [f"{deployment.model} was measured on {cards}; the cost holds where “{gpu}” is as fast"]
    seconds = deployment.service.seconds if deployment.service else None
    if seconds and seconds.high > _UNSURE * seconds.likely:
        told = f"{seconds.likely:.3g} s [{seconds.low:.3g}, {seconds.high:.3g}]"
        notes.append(f"a request of {deployment.model} takes {told}, which is hardly known: measure longer (--budget)")
    if not _same(measurement, load):
        notes.append(
            f"times of {deployment.model} are scaled from {work.prompt_tokens} + {work.output_tokens} tokens to "
            f"{load.prompt_tokens.likely:g} + {load.output_tokens.likely:g}: the first token's by the prompt's length; "
            "energy by the times"
        )
    if measurement.energy is not None and measurement.energy.estimated:
        notes += [f"the energy of {deployment.model} is estimated", energy_estimated(measurement.energy.method)]
    return notes


def _others(lacking: Deployment, base: Deployment, models: dict[str, Found], named: set[str]) -> list[Alternative]:
    """Every further model that was measured and keeps the limit."""
    found = []
    title = models[base.model].measurements[0].title
    for name, other in models.items():
        if name in named or not other.measurements:
            continue
        quantized = other.measurements[0].title == title
        try:
            deployment, _ = _served(lacking.but(name=name, model=name, accuracy=None), models)
        except UserError:
            continue  # it cannot do the work, so it saves nothing
        found.append(Alternative(change=Change.QUANTIZE if quantized else Change.MODEL, deployment=deployment))
    return found
