"""A stored run, with the transcripts behind its results and the raw times behind its measurements."""

from outweigh.records import Measurement, Result, Run, Transcript, UserError
from outweigh.stats.order import rank
from outweigh.store import measurements, runs
from outweigh.store.artifacts import Artifacts
from outweigh.store.journal import Journal

Held = list[tuple[Result, list[Transcript]]]


def load(name: str) -> Run:
    """The run of that name (or a unique beginning of it, or `latest`)."""
    with runs.opened(reading=True) as session:
        return runs.load(session, name)


def transcripts(result: Result) -> list[Transcript]:
    """Every sample of a result in its order; what the journal holds beyond them does not count."""
    evaluation = result.evaluation
    limit, stopping = evaluation.limit, evaluation.stopping
    found = list(Journal(Artifacts.default(), evaluation.work).read().values())
    if limit is not None:
        found = [each for each in found if each.sample.position < limit]
    if stopping is not None:
        ranks = [rank(stopping.order_seed, evaluation.benchmark, each.sample.id, each.sample.cluster) for each in found]
        found = [each for each, place in zip(found, ranks, strict=True) if place <= stopping.through]
    return found


def held(*runs: Run) -> Held:
    """Every result of these runs with its transcripts."""
    return [(result, transcripts(result)) for run in runs for result in run.results]


def times(run: Run, measurement: Measurement) -> bytes | None:
    """The raw times of a measurement as a Parquet file; None where there are none."""
    try:
        return measurements.timings(Artifacts.default(), run.name, measurement.key)
    except UserError as error:
        if error.code != "not_found":
            raise
        return None
