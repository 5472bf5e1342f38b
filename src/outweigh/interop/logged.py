"""What passes between Outweigh and another tool's files: a result with its samples."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from outweigh.records import Result, Transcript

Checks = Mapping[tuple[str, str], tuple[tuple[bool, ...], ...]]


@dataclass(frozen=True)
class Logged:
    """One evaluation's result and its transcripts in sample order, failed samples among them.

    `checks` are the marks behind an estimate, by metric and filter, where a sample is marked by several and all of
    them are averaged: a row a sample.
    """

    result: Result
    transcripts: tuple[Transcript, ...]
    checks: Checks = field(default_factory=dict)
