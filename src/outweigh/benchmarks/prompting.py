"""Turns into text: plain, or through a model's chat template."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from outweigh.benchmarks.benchmark import Prompting, Turn
from outweigh.records import Sample


@dataclass(frozen=True)
class Plain:
    """Turns joined by their delimiters: what lm-evaluation-harness asks without --apply_chat_template."""

    chat: bool = False

    def render(self, turns: Sequence[Turn]) -> str:
        """Contents and delimiters in order."""
        return "".join(turn.content + turn.delimiter for turn in turns)


@dataclass(frozen=True)
class Chat:
    """Turns as messages of a chat template, examples as earlier turns of the same chat."""

    template: Callable[[Sequence[tuple[str, str]]], str]
    chat: bool = True

    def render(self, turns: Sequence[Turn]) -> str:
        """The template's text, with the header of the answer at its end."""
        return self.template([(turn.role, turn.content) for turn in turns])


def _question(sample: Sample) -> str:
    return sample.question


def _answer(sample: Sample) -> str:
    target = sample.target
    if isinstance(target, int):
        return sample.choices[target]
    return target if isinstance(target, str) else target[0]


@dataclass(frozen=True)
class Wording:
    """How a benchmark puts its examples and its question."""

    description: str = ""
    question: Callable[[Sample], str] = _question
    answer: Callable[[Sample], str] = _answer
    answer_delimiter: str = " "
    shot_delimiter: str = "\n\n"

    def examples(self, shots: Sequence[Sample]) -> list[Turn]:
        """The description and the worked examples, without the question itself."""
        turns = [Turn("system", self.description)] if self.description else []
        for shot in shots:
            turns.append(Turn("user", self.question(shot), self.answer_delimiter))
            turns.append(Turn("assistant", self.answer(shot), self.shot_delimiter))
        return turns

    def context(self, sample: Sample, shots: Sequence[Sample], prompting: Prompting) -> str:
        """Everything that stands before the answer."""
        return prompting.render([*self.examples(shots), Turn("user", self.question(sample))])
