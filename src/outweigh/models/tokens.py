"""Texts into token ids.

As lm-evaluation-harness 0.4.13 does it: `api/model.py` (`_encode_pair`) and `models/huggingface.py`.
"""

from dataclasses import dataclass
from typing import Any


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
            head = self.ids(kept) if kept else []
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
