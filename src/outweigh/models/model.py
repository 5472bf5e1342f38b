"""What every backend offers to the engine."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from outweigh.records import ModelCard, ModelSpec, Request, Response


class OutOfMemory(Exception):
    """The batch did not fit. Ask again with a smaller one; nothing of it was lost."""


class Model(Protocol):
    """Weights and tokenizer that can answer."""

    @property
    def spec(self) -> ModelSpec: ...

    @property
    def card(self) -> ModelCard: ...

    def render(self, turns: Sequence[tuple[str, str]]) -> str:
        """(role, content) pairs through the model's own chat template, ready for the answer."""
        ...

    def answer(self, requests: Sequence[tuple[str, Request]]) -> Iterator[tuple[str, Response]]:
        """Answer (id, request) pairs in any order, each id exactly once.

        Raises OutOfMemory before anything of the batch was yielded twice; what was yielded stays valid.
        """
        ...

    def close(self) -> None:
        """Give the memory back."""
        ...
