"""The generate protocol: read an answer out of a text and compare it with the right ones.

Follows lm-evaluation-harness 0.4.13: `filters/extraction.py` for reading, `api/metrics.py`
(`exact_match_hf_evaluate`) for comparing. numpy's own string functions are used there, and here, because their
rounding of odd characters is part of the number.
"""

import re
import string
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from outweigh.benchmarks.benchmark import Prompting
from outweigh.benchmarks.prompting import Wording
from outweigh.records import (
    Decoding,
    Generate,
    Generated,
    Request,
    Response,
    Sample,
    Score,
)

_PUNCTUATION = str.maketrans("", "", string.punctuation)


def asks(
    wording: Wording, stop: tuple[str, ...], decoding: Decoding | None = None
) -> Callable[[Sample, Sequence[Sample], Prompting], Request]:
    """Ask for a text, greedily and up to 256 tokens unless `decoding` says otherwise."""

    def ask(sample: Sample, shots: Sequence[Sample], prompting: Prompting) -> Request:
        prompt = wording.context(sample, shots, prompting)
        return Generate(prompt=prompt, stop=stop, decoding=decoding or Decoding())

    return ask


@dataclass(frozen=True)
class Match:
    """How two texts are made comparable before they are compared."""

    ignore: tuple[str, ...] = ()
    ignore_case: bool = False
    ignore_punctuation: bool = False

    def matches(self, text: str, references: Sequence[str]) -> bool:
        """Whether the text equals any of the references."""
        for pattern in self.ignore:
            text = re.sub(pattern, "", text)
            references = [re.sub(pattern, "", reference) for reference in references]
        left, right = np.array([text] * len(references)), np.array(references)
        if self.ignore_case:
            left, right = np.char.lower(left), np.char.lower(right)
        if self.ignore_punctuation:
            left, right = (np.char.translate(side, _PUNCTUATION) for side in (left, right))  # type: ignore[call-overload]
        return bool((left == right).any())


@dataclass(frozen=True)
class Find:
    """Read an answer by a regular expression: the match at `index` (0 first, -1 last), its first non-empty group."""

    pattern: str
    index: int = 0

    def __call__(self, text: str) -> str | None:
        """The answer, or None where nothing matches."""
        found = re.findall(self.pattern, text)
        if not found:
            return None
        match = found[self.index]
        if isinstance(match, tuple):
            match = next((group for group in match if group), None)
        return None if match is None else match.strip()


def strip(text: str) -> str:
    """The whole text without blanks around it."""
    return text.strip()


def marks(
    readers: dict[str, Callable[[str], str | None]], match: Match, invalid: str = "[invalid]"
) -> Callable[[Sample, Response], tuple[Score, ...]]:
    """`exact_match` once for each reader, by the reader's name as filter.

    An unreadable answer is compared as `invalid`, as lm-evaluation-harness does, and carries no `answer`.
    """

    def mark(sample: Sample, response: Response) -> tuple[Score, ...]:
        assert isinstance(response, Generated)
        target = sample.target
        references = (str(target),) if isinstance(target, int | str) else target
        scores = []
        for name, read in readers.items():
            answer = read(response.text)
            value = match.matches(invalid if answer is None else answer, references)
            scores.append(
                Score(
                    sample_id=sample.id,
                    metric="exact_match",
                    filter=name,
                    value=float(value),
                    answer=answer,
                )
            )
        return tuple(scores)

    return mark
