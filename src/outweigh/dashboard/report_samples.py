"""Samples on which models disagree, as the report shows them."""

from collections.abc import Sequence
from dataclasses import dataclass

from outweigh.dashboard.report_page import Answer, Key, SampleView
from outweigh.records import UserError

_SUMMARY = 110  # letters of a question that stand for it while it is closed
_MARKS = {True: ("right", "good"), False: ("wrong", "bad"), None: ("not marked", "plain")}


@dataclass(frozen=True)
class ReportSample:
    """A sample that models answered differently.

    `answers` and `right` have one entry a model, in the comparison's order; None is "no answer" and "not marked".
    """

    benchmark: str
    sample_id: str
    question: str
    expected: str
    answers: tuple[str | None, ...]
    right: tuple[bool | None, ...]


def sample_views(
    samples: Sequence[ReportSample], keys: Sequence[Key], titles: dict[str, str]
) -> tuple[SampleView, ...]:
    """Samples in words; `titles` turns a benchmark's id into its title."""
    return tuple(_view(sample, keys, titles) for sample in samples)


def _view(sample: ReportSample, keys: Sequence[Key], titles: dict[str, str]) -> SampleView:
    """One sample in words."""
    if not len(sample.answers) == len(sample.right) == len(keys):
        raise UserError(
            f"sample {sample.sample_id} of {sample.benchmark}: expected one answer and one mark for each of"
            f" {len(keys)} models, got {len(sample.answers)} and {len(sample.right)}"
        )
    answers = tuple(
        Answer(key, answer, *_mark(answer, right))
        for key, answer, right in zip(keys, sample.answers, sample.right, strict=True)
    )
    first = " ".join(sample.question.split())
    return SampleView(
        benchmark=titles.get(sample.benchmark, sample.benchmark),
        sample_id=sample.sample_id,
        summary=first if len(first) <= _SUMMARY else f"{first[:_SUMMARY].rstrip()}…",
        outcome=_outcome(sample, keys),
        question=sample.question.strip(),
        expected=sample.expected,
        answers=answers,
    )


def _mark(answer: str | None, right: bool | None) -> tuple[str, str]:
    """How an answer was marked, and the tone to say it in."""
    return ("no answer", "bad") if answer is None and not right else _MARKS[right]


def _outcome(sample: ReportSample, keys: Sequence[Key]) -> str:
    """Who was right: "SmolLM2 right, Gemma wrong", or counts where there are many models."""
    if len(keys) > 2:
        return f"{sum(right is True for right in sample.right)} of {len(keys)} right"
    return ", ".join(f"{key.title} {_MARKS[right][0]}" for key, right in zip(keys, sample.right, strict=True))
