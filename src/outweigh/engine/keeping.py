"""Measurements into the run, and which of them it has: what Ctrl-C cut short is kept, and taken anew later."""

from collections.abc import Sequence

from outweigh.interop.timing_parquet import timing_bytes
from outweigh.records import Measurement, Stopped, Timing
from outweigh.store import measurements, runs
from outweigh.store.artifacts import Artifacts

_FIRST = ("requests_per_second", "e2e_seconds_p50")  # of all figures of time these need the fewest requests
_FEWEST = 3  # answers: of one, cut into stretches of time, there would be a rate already


def complete(name: str) -> set[str]:
    """The keys of the run's measurements that need not be taken again."""
    return {key for key, each in _held(name).items() if not _interrupted(each)}


def keep(name: str, measurement: Measurement, timings: Sequence[Timing]) -> None:
    """Keep a measurement with its raw times.

    One that was interrupted is kept only if it has any figure of time, and in place of another only if that one was
    interrupted after fewer requests.
    """
    if _interrupted(measurement):
        held = _held(name).get(measurement.key)
        if not _tells(measurement) or (held and not _longer(measurement, held)):
            return
    measurements.keep_timings(Artifacts.default(), name, measurement.key, timing_bytes(timings))
    with runs.opened() as session:
        measurements.add(session, name, measurement)


def _held(name: str) -> dict[str, Measurement]:
    with runs.opened(reading=True) as session:
        return {each.key: each for each in runs.load(session, name).measurements}


def _interrupted(measurement: Measurement) -> bool:
    return measurement.precise is not None and measurement.precise.stopped is Stopped.INTERRUPTED


def _tells(measurement: Measurement) -> bool:
    """Whether there is anything to learn from it."""
    answered = measurement.requests - measurement.failed
    return answered >= _FEWEST and any(measurement.figure(metric) for metric in _FIRST)


def _longer(measurement: Measurement, held: Measurement) -> bool:
    return _interrupted(held) and measurement.requests > held.requests
