"""A stored run, with the transcripts behind its results."""

from outweigh.records import Result, Run, Transcript
from outweigh.store import runs
from outweigh.store.artifacts import Artifacts
from outweigh.store.journal import Journal

Held = list[tuple[Result, list[Transcript]]]


def load(name: str) -> Run:
    """The run of that name (or a unique beginning of it, or `latest`)."""
    with runs.opened(reading=True) as session:
        return runs.load(session, name)


def transcripts(result: Result) -> list[Transcript]:
    """Every sample of a result in its order."""
    limit = result.evaluation.limit
    found = Journal(Artifacts.default(), result.evaluation.work).read().values()
    return [each for each in found if limit is None or each.sample.position < limit]


def held(run: Run) -> Held:
    """Every result of a run with its transcripts."""
    return [(result, transcripts(result)) for result in run.results]
