"""What an equal model answered to an equal request before, whichever evaluation asked."""

from collections.abc import Sequence
from dataclasses import dataclass

from outweigh.records import Evaluation, Request, Response, Transcript
from outweigh.store import responses
from outweigh.store.database import opened


@dataclass(frozen=True)
class Known:
    """The known answers as one evaluation sees them; `off` neither finds nor keeps anything."""

    evaluation: Evaluation
    off: bool = False

    def find(self, requests: Sequence[Request]) -> dict[str, Response]:
        """What is known, by the request's fingerprint."""
        if self.off:
            return {}
        with opened(reading=True) as session:
            return responses.known(session, self.evaluation.model, requests)

    def keep(self, transcripts: Sequence[Transcript]) -> None:
        """Remember a batch, in one transaction. Call it once the journal holds the batch, so nothing is only here."""
        if self.off or all(each.cached for each in transcripts):
            return
        with opened() as session:
            responses.keep(session, self.evaluation, transcripts)
