"""Builds what stands behind measurements: repeats, warm-ups, turns, what the machine did meanwhile, every figure."""

from collections.abc import Sequence

from outweigh.dashboard import measured_board, units, words
from outweigh.dashboard.measured_meanings import meanings
from outweigh.dashboard.measured_page import MeasuredMethod
from outweigh.dashboard.measured_reading import Measures
from outweigh.dashboard.report_page import Facts, Table
from outweigh.records import Arrival, Conditions, Measurement, Precise, Stopped, Workload
from outweigh.stats.starts import FEWEST, told

_NAMES = {"ttft": "first token", "tpot": "a further token", "itl": "gap between tokens", "e2e": "whole request"}


def method(found: Measures, facts: Sequence[Facts]) -> MeasuredMethod:
    """Everything behind the figures."""
    limited = any(each.limits for each in found.workloads)
    return MeasuredMethod(
        taken=_taken(found),
        remarks=_remarks(found),
        conditions=_conditions(found),
        meanings=meanings(several=len(found.cast.models) > 1, limited=limited),
        models=tuple(facts),
        figures=tuple(_figures(found, workload) for workload in found.workloads),
        methods=tuple(dict.fromkeys(each.method for _, _, one in found.every for each in one.figures)),
    )


def _remarks(found: Measures) -> tuple[str, ...]:
    """Every note once, with whom and what it is about."""
    notes: dict[str, list[tuple[str, Workload]]] = {}
    for model, workload, one in found.every:
        for note in (*one.notes, *_few_starts(one)):
            notes.setdefault(note, []).append((model, workload))
    said = []
    for note, about in notes.items():
        models = list(dict.fromkeys(model for model, _ in about))
        whole = all(sum(each == model for each, _ in about) == len(found.of(model)) for model in models)
        who = models if whole else [f"{model} with {found.short(workload)}" for model, workload in about]
        said.append(f"{words.listed(who)}: {note}")
    return tuple(said)


def _few_starts(one: Measurement) -> tuple[str, ...]:
    """What is not in the intervals of a model in a process of ours that was started once or twice."""
    if one.precise is None or one.workload.arrival is not Arrival.BATCH or one.precise.starts >= FEWEST:
        return ()
    return (told(one.precise.starts),)


def _taken(found: Measures) -> Table:
    """How each measurement came to its number of repeats."""
    lines = tuple((model, found.named(workload), *_came(one)) for model, workload, one in found.every)
    heads = (
        "Model", "Workload", "Repeats", "Starts", "Warm-up", "Out of line", "Failed", "Sure to", "Wanted", "Ended",
        "Took", "In turns with",
    )  # fmt: skip
    return Table("How each measurement was taken", heads, lines, frozenset({2, 3, 4, 5, 6, 7, 8, 10}))


def _came(one: Measurement) -> tuple[str, ...]:
    """One measurement's repeats, starts, warm-up, outliers, failures, precision, end and turns."""
    turns = words.listed(list(one.interleaved)) or "alone"
    failed = f"{one.failed:,}"
    precise = one.precise
    if precise is None:
        return (f"{one.requests:,}", *("not told",) * 3, failed, *("not told",) * 4, turns)
    return (
        f"{precise.repeats:,}",
        f"{precise.starts:,}" if one.workload.arrival is Arrival.BATCH else "the server's",
        f"{precise.warmups:,}",
        f"{precise.outliers:,}",
        failed,
        measured_board.sureness(one)[0],
        f"± {units.percent(precise.wanted)}" if precise.stopped is not Stopped.FIXED else "as given",
        _ended(precise),
        words.duration(precise.seconds),
        turns,
    )


def _ended(precise: Precise) -> str:
    if precise.stopped is Stopped.NARROW:
        return "as narrow as wanted"
    if precise.stopped is Stopped.FIXED:
        return "as many as asked"
    return f"after {words.duration(precise.budget_seconds)}" if precise.budget_seconds else "the time was up"


def _conditions(found: Measures) -> Table | None:
    """What the machine did, a line for each stretch of time that was watched; models that took turns share one."""
    lines: dict[tuple[str, ...], None] = {}
    for model, workload, one in found.every:
        if one.conditions:
            who = "all, in turns" if one.interleaved else model
            lines[(found.named(workload), who, *_seen(one.conditions))] = None
    heads = ("Workload", "Measuring", "Verdict", "Others' work", "Hypervisor", "Clock", "Heat", "Power mode")
    return Table("What the machine did meanwhile", heads, tuple(lines)) if lines else None


def _seen(seen: Conditions) -> tuple[str, ...]:
    """Conditions in words; what cannot be read is said."""
    busy = None if seen.load is None else f"{words.fixed(seen.load, 2)} cores busy"
    clock = None if seen.frequency_hertz is None else f"{words.fixed(seen.frequency_hertz / 1e9, 2)} GHz"
    moved = None if seen.frequency_spread is None else f"moved by {words.fixed(seen.frequency_spread * 100, 1)} %"
    warm = None if seen.temperature_celsius is None else f"{words.fixed(seen.temperature_celsius, 0)} °C"
    slowed = {True: "slowed the machine down", False: "slowed nothing down", None: None}[seen.throttled]
    reasons = "; ".join(seen.reasons)
    return (
        f"{seen.noise}: {reasons}" if reasons else seen.noise.value,
        _read(busy, f"most by {', '.join(seen.busiest)}" if seen.busiest else None),
        _read(None if seen.steal is None else f"took {words.fixed(seen.steal * 100, 1)} %"),
        _read(clock, moved),
        _read(warm, slowed),
        _read(seen.power_mode),
    )


def _read(*parts: str | None) -> str:
    return ", ".join(part for part in parts if part) or "cannot be read"


def _figures(found: Measures, workload: Workload) -> Table:
    """Every figure of one workload, model by model."""
    models = [model for model in found.cast.models if found.at(model, workload)]
    ones = [one for model in models if (one := found.at(model, workload))]
    metrics = dict.fromkeys(name for one in ones for name in (*(each.metric for each in one.figures), *one.unmeasured))
    lines = tuple((_plain(metric), *(_all(one, metric) for one in ones)) for metric in metrics)
    return Table(f"{found.named(workload)}: every figure", ("Figure", *models), lines)


def _plain(metric: str) -> str:
    """A metric's name in words, its own name behind."""
    first, _, rest = metric.partition("_")
    if first not in _NAMES:
        return metric.replace("_", " ")
    return f"{_NAMES[first]}, {rest.removeprefix('seconds_')}"


def _all(one: Measurement, metric: str) -> str:
    figure = one.figure(metric)
    return units.whole(figure) if figure else one.unmeasured.get(metric, words.NOT_MEASURED)
