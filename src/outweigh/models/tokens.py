"""Texts into token ids.

As lm-evaluation-harness 0.4.13 does it: `api/model.py` (`_encode_pair`) and `models/huggingface.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_TAIL = 48  # tokens that are decoded at each step, roughly
_MARGIN = 16  # characters of the tail that a cut in the middle of one may spoil


@dataclass(frozen=True)
class Encoded:
    """A context and a continuation as ids, and how many ids of the context were cut on the left."""

    context: tuple[int, ...]
    continuation: tuple[int, ...]
    truncated: int = 0


@dataclass(frozen=True)
class Encoder:
    """A tokenizer with the window of its model, in tokens."""

    tokenizer: Any
    window: int

    @property
    def start(self) -> int:
        """The id that stands before an empty context: the beginning of a text, else its end."""
        if self.tokenizer.bos_token_id is not None:
            return int(self.tokenizer.bos_token_id)
        return int(self.tokenizer.eos_token_id)

    def ids(self, text: str, *, special: bool | None = None) -> list[int]:
        """Ids of a text; the tokenizer's own start token is not added twice."""
        if special is None and text.startswith(self.tokenizer.decode([self.start])):
            special = False
        if special is None:
            return list(self.tokenizer.encode(text))
        return list(self.tokenizer.encode(text, add_special_tokens=special))

    def pair(self, context: str, continuation: str) -> Encoded:
        """Encode both together and part them; blanks at the context's end belong to the continuation.

        What exceeds the window is cut from the left, and counted.
        """
        if context == "":
            ids = self.ids(continuation, special=False)
            head, tail = ([self.start], ids) if ids[:1] != [self.start] else (ids[:1], ids[1:])
        else:
            kept = context.rstrip()
            whole = self.ids(context + continuation)
            head = self.ids(kept)
            tail = whole[len(head) :]
        if not head:
            head = [self.start]
        excess = max(0, len(head) + len(tail) - (self.window + 1))
        return Encoded(tuple(head[excess:]), tuple(tail), excess)

    def prompt(self, text: str, room: int) -> Encoded:
        """A prompt that leaves `room` tokens for the answer, cut from the left where it must be."""
        ids = self.ids(text)
        excess = max(0, len(ids) - (self.window - room))
        return Encoded(tuple(ids[excess:]), (), excess)


class Unfolding:
    """An answer that grows by one token at a time, watched for stop strings.

    Each step decodes the last tokens only; an answer that ends is decoded whole, and that text counts.
    """

    def __init__(self, tokenizer: Any, stops: Sequence[str]) -> None:
        self._tokenizer, self._stops = tokenizer, [stop for stop in stops if stop]
        self._enough = max(map(len, self._stops), default=0) + _MARGIN
        self._tail: list[int] = []

    def _decode(self, tokens: Sequence[int]) -> str:
        return str(self._tokenizer.decode(tokens, skip_special_tokens=True))

    def add(self, token: int) -> bool:
        """Take one more token; whether a stop string is complete."""
        if not self._stops:
            return False
        self._tail.append(token)
        if len(self._tail) > _TAIL:
            half = self._tail[_TAIL // 2 :]
            # What stays must be long enough to hold any stop string that has begun.
            self._tail = half if len(self._decode(half)) >= self._enough else self._tail
        text = self._decode(self._tail)
        return any(stop in text for stop in self._stops)

    def whole(self, tokens: Sequence[int]) -> tuple[str, bool]:
        """The text of all tokens before the first stop string, and whether there is one."""
        text = self._decode(tokens)
        before = text
        for stop in self._stops:
            before = before.split(stop)[0]
        return before, before != text
