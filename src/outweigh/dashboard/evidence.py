"""What stands behind a run's measurements: the raw times of every request, and which model is faster."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from outweigh.dashboard.decision import Decision
from outweigh.records import Measurement, Run, Timing, UserError, Versus


@dataclass(frozen=True)
class Evidence:
    """Verdicts on pairs of models, by their names in `Run.measured`, and raw times by the keys of measurements.

    `decision` is what follows from it all, where somebody said what they need or how they would deploy.
    """

    versus: tuple[Versus, ...] = ()
    timings: Mapping[str, tuple[Timing, ...]] = field(default_factory=dict)
    decision: Decision | None = None


NOTHING = Evidence()


def gathered(runs: Sequence[Run]) -> tuple[Run, Evidence]:
    """The measurements of several runs as one run's, and what stands behind them, from the store.

    What was measured twice counts once, the latest. Models of different runs are not compared: what was different
    between the runs would count as theirs.
    """
    from outweigh.engine.watching import within

    latest = {each.key: (run, each) for run in runs for each in run.measurements}
    whole = runs[0].but(measurements=tuple(each for _, each in latest.values()))
    timings: dict[str, tuple[Timing, ...]] = {}
    versus: list[Versus] = []
    for run in runs:
        mine = run.but(measurements=tuple(each for owner, each in latest.values() if owner is run))
        timings |= {each.key: found for each in mine.measurements if (found := _timings(run.name, each))}
        versus += [_renamed(each, mine.measured, whole.measured) for each in within(mine)]
    return whole, Evidence(tuple(versus), timings)


def _timings(run: str, measurement: Measurement) -> tuple[Timing, ...]:
    """Every request; none where another tool's result came without them."""
    from outweigh.interop.timing_parquet import read_timings
    from outweigh.store import measurements
    from outweigh.store.artifacts import Artifacts

    try:
        return read_timings(measurements.timings(Artifacts.default(), run, measurement.key))
    except UserError as error:
        if error.code != "not_found":
            raise
        return ()


def _renamed(versus: Versus, names: Mapping[str, str], wanted: Mapping[str, str]) -> Versus:
    """The same verdict by the names that models have among those of all runs."""
    known = {name: wanted[fingerprint] for fingerprint, name in names.items()}
    return versus.but(model=known[versus.model], baseline=known[versus.baseline])
