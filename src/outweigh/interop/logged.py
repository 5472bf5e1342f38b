"""What passes between Outweigh and another tool's files: a result with its samples."""

from dataclasses import dataclass

from outweigh.records import Result, Transcript


@dataclass(frozen=True)
class Logged:
    """One evaluation's result and its transcripts in sample order, failed samples among them."""

    result: Result
    transcripts: tuple[Transcript, ...]
