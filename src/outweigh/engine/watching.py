"""Which of two measurements is faster: of one run, whose models took turns, and of two runs."""

from itertools import combinations

from outweigh.interop.timing_parquet import read_timings
from outweigh.records import Arrival, Measurement, Pace, Run, Timing, Versus, Workload
from outweigh.stats.speed import Comparison, against, interleaved
from outweigh.store import measurements
from outweigh.store.artifacts import Artifacts

_METRIC = "e2e_seconds_p50"
_LISTED = 4  # loads in one line


def within(run: Run) -> tuple[Versus, ...]:
    """Every pair of models of a run at every workload that both were measured at, in turns or not."""
    found = []
    names = run.measured
    for first, second in combinations(run.measurements, 2):
        if first.workload != second.workload or first.model == second.model:
            continue
        pair = (names[first.model.fingerprint], names[second.model.fingerprint])
        if second.title in first.interleaved and first.workload.arrival is Arrival.BATCH:
            found.append(_versus(first.workload, pair, _in_turns(run, first, second), paired=True))
        else:
            found += _unpaired(first, second, pair)
    return tuple(found)


def versus_earlier(run: Run, earlier: Run) -> tuple[Versus, ...]:
    """Every measurement against the earlier run's of the same model, or else name, under the same load."""
    found = []
    names, before = run.measured, earlier.measured
    for mine in run.measurements:
        theirs = _counterpart(mine, earlier)
        if theirs:
            other = f"{before[theirs.model.fingerprint]} in {earlier.name}"
            found += _unpaired(mine, theirs, (names[mine.model.fingerprint], other))
    return tuple(found)


def unmatched(run: Run, earlier: Run) -> tuple[str, ...]:
    """One line for every measurement that nothing of the earlier run can be held against; one for all if none can."""
    if not any(_same_load(mine, each) for mine in run.measurements for each in earlier.measurements):
        loads = f"here {_loads(run)}, there {_loads(earlier)}"
        return (f"Nothing in {earlier.name} to hold this against: no load in common, {loads}",)
    found = [(each, _why_not(each, earlier)) for each in run.measurements]
    return tuple(
        f"{run.measured[each.model.fingerprint]}, {each.workload.described}: {why}" for each, why in found if why
    )


def _loads(run: Run) -> str:
    every = list(dict.fromkeys(each.workload.described for each in run.measurements))
    more = f" and {len(every) - _LISTED} more" if len(every) > _LISTED else ""
    return ", ".join(every[:_LISTED]) + more if every else "none"


def _why_not(mine: Measurement, earlier: Run) -> str | None:
    """Why there is no verdict of a measurement; None where there is one."""
    theirs = _counterpart(mine, earlier)
    if theirs:
        for each, where in ((mine, "here"), (theirs, f"in {earlier.name}")):
            if each.figure(_METRIC) is None:
                why = each.unmeasured.get(_METRIC, "not measured")
                return f"not held against {earlier.name}: no {_METRIC} {where}, {why}"
        return None
    others = [earlier.measured[each.model.fingerprint] for each in earlier.measurements if _same_load(mine, each)]
    has = f"this load only for {', '.join(others)}" if others else "no such load"
    return f"nothing in {earlier.name} to hold it against, which has {has}"


def _counterpart(mine: Measurement, earlier: Run) -> Measurement | None:
    """The earlier run's measurement of the same model, or else name, under the same load."""
    same = [each for each in earlier.measurements if _same_load(mine, each)]
    exact = [each for each in same if each.model == mine.model] or [each for each in same if each.title == mine.title]
    return next(iter(exact), None)


def _same_load(mine: Measurement, theirs: Measurement) -> bool:
    """Whether both were asked alike. Limits judge answers and ask for nothing; a seed means something to one tool."""
    tools = {each.harness.partition(" ")[0] for each in (mine, theirs)}
    seed = theirs.workload.seed if len(tools) == 1 else mine.workload.seed
    return mine.workload.but(limits=None) == theirs.workload.but(limits=None, seed=seed)


def _in_turns(run: Run, first: Measurement, second: Measurement) -> Comparison:
    """Two models that took turns and started together, by the repeats that both have."""
    mine, theirs = _durations(run, first), _durations(run, second)
    both = sorted(mine.keys() & theirs.keys())
    starts = [mine[each][1] for each in both]
    return interleaved([mine[each][0] for each in both], [theirs[each][0] for each in both], starts=starts)


def _durations(run: Run, measurement: Measurement) -> dict[int, tuple[float, int]]:
    """Seconds of every repeat after the warm-up, and its start."""
    content = measurements.timings(Artifacts.default(), run.name, measurement.key)
    groups: dict[int, list[Timing]] = {}
    for each in read_timings(content):
        if not each.warmup and each.done is not None:
            groups.setdefault(each.repeat, []).append(each)
    return {
        repeat: (max(e.done or 0.0 for e in group) - min(e.due for e in group), group[0].start)
        for repeat, group in groups.items()
    }


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
