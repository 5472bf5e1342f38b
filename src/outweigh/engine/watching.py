"""Which of two measurements is faster: of one run, whose models took turns, and of two runs."""

from collections.abc import Sequence
from itertools import combinations

from outweigh.interop.timing_parquet import read_timings
from outweigh.records import Arrival, Measurement, Pace, Run, Timing, Versus, Workload
from outweigh.stats.speed import Comparison, against, interleaved
from outweigh.store import measurements
from outweigh.store.artifacts import Artifacts

_METRIC = "e2e_seconds_p50"


def within(run: Run) -> tuple[Versus, ...]:
    """Every pair of models of a run at every workload that both were measured at, in turns or not."""
    found = []
    names = run.measured
    for first, second in combinations(run.measurements, 2):
        if first.workload != second.workload or first.model == second.model:
            continue
        pair = (names[first.model.fingerprint], names[second.model.fingerprint])
        if second.title in first.interleaved and first.workload.arrival is Arrival.BATCH:
            series = _paired(_durations(run, first), _durations(run, second))
            found.append(_versus(first.workload, pair, interleaved(*series), paired=True))
        else:
            found += _unpaired(first, second, pair)
    return tuple(found)


def versus_earlier(run: Run, earlier: Run) -> tuple[Versus, ...]:
    """Every measurement against the earlier run's of the same model, or else name, and workload."""
    found = []
    names, before = run.measured, earlier.measured
    for mine in run.measurements:
        same = [each for each in earlier.measurements if each.workload == mine.workload]
        exact = [each for each in same if each.model == mine.model] or [
            each for each in same if each.title == mine.title
        ]
        if exact:
            other = f"{before[exact[0].model.fingerprint]} in {earlier.name}"
            found += _unpaired(mine, exact[0], (names[mine.model.fingerprint], other))
    return tuple(found)


def _durations(run: Run, measurement: Measurement) -> dict[int, float]:
    """Seconds of every repeat after the warm-up."""
    content = measurements.timings(Artifacts.default(), run.name, measurement.key)
    groups: dict[int, list[Timing]] = {}
    for each in read_timings(content):
        if not each.warmup and each.done is not None:
            groups.setdefault(each.repeat, []).append(each)
    return {repeat: max(e.done or 0.0 for e in group) - min(e.due for e in group) for repeat, group in groups.items()}


def _paired(first: dict[int, float], second: dict[int, float]) -> tuple[Sequence[float], Sequence[float]]:
    both = sorted(first.keys() & second.keys())
    return [first[each] for each in both], [second[each] for each in both]


def _unpaired(first: Measurement, second: Measurement, names: tuple[str, str]) -> list[Versus]:
    mine, theirs = first.figure(_METRIC), second.figure(_METRIC)
    if mine is None or theirs is None:
        return []
    return [_versus(first.workload, names, against(mine, theirs, higher_is_better=False), paired=False)]


def _versus(workload: Workload, names: tuple[str, str], found: Comparison, *, paired: bool) -> Versus:
    return Versus(
        model=names[0],
        baseline=names[1],
        workload=workload,
        metric=_METRIC,
        ratio=found.ratio,
        low=found.low,
        high=found.high,
        pace=Pace(found.verdict.value),
        paired=paired,
        method=found.method,
    )
