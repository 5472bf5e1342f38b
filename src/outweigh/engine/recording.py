"""A run in the store, from its beginning to how it ended."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from typing import Protocol as Interface

from outweigh.engine.candidates import Candidate
from outweigh.records import Interrupted
from outweigh.store import runs
from outweigh.store.summary import RunStatus


class Settings(Interface):
    """What a run was asked to do."""

    @property
    def name(self) -> str | None:
        """What to call it; None leaves it open."""
        ...

    def settings(self) -> dict[str, Any]:
        """What two runs of one name must share."""
        ...


@contextmanager
def recorded(config: Settings, suite: str | None = None, candidates: Sequence[Candidate] = ()) -> Iterator[str]:
    """The name of a run that is recorded as running, and afterwards as finished, interrupted or failed.

    Ctrl-C leaves it as `Interrupted`, which knows the name.
    """
    with runs.opened() as session:
        name = runs.begin(session, config.name, suite, config.settings())
    for candidate in candidates:
        candidate.belongs(name)
    status = RunStatus.FAILED
    try:
        yield name
        status = RunStatus.FINISHED
    except KeyboardInterrupt as stop:
        status = RunStatus.INTERRUPTED
        raise Interrupted(name) from stop
    finally:
        with runs.opened() as session:
            runs.finish(session, name, status)


def noted(name: str, line: str) -> None:
    """Add a note to a run that is under way."""
    with runs.opened() as session:
        runs.finish(session, name, RunStatus.RUNNING, [line])
