"""Log-likelihoods of continuations, from a server that gives log-probabilities of prompts.

The form is that of OpenAI's first completions: `echo` with `logprobs`, as vLLM and SGLang answer it and as
lm-evaluation-harness 0.4.13 (`models/openai_completions.py`) asks it. The server tokenizes, so a continuation is found
by where its text begins; blanks at the context's end count to it, as everywhere (see `tokens.py`).
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from outweigh.records import Failed, Likelihoods, Response

PROBE = ("The capital of France is", " Paris, a city on the Seine.")


@dataclass(frozen=True)
class Scored:
    """One continuation: its sum in nats, whether every token was the likeliest, and tokens of it and of all."""

    sum: float
    greedy: bool
    tokens: int
    read: int


def payload(context: str, continuation: str) -> dict[str, Any]:
    """What is asked: one token is generated, since not every server takes 0, and left out."""
    return {"prompt": context + continuation, "max_tokens": 1, "temperature": 0, "logprobs": 1, "echo": True}


def read(body: Any, context: str, continuation: str) -> Scored | str:
    """The continuation's likelihood, or why the answer does not tell it."""
    try:
        tokens = tuple(_tokens(body["choices"][0]["logprobs"]))
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        return "the server gives no log-probabilities of the prompt"
    text = context + continuation
    ends = [0, *accumulate(len(each.text) for each in tokens)]
    joined = "".join(each.text for each in tokens)
    lead = next((start for start in ends[:2] if joined[start:].startswith(text)), None)  # after a start token, perhaps
    if lead is None:
        return "the tokens that the server names are not those of the prompt"
    border, end = lead + len(context.rstrip()), lead + len(text)
    if border not in ends or end not in ends:
        return "a token reaches over the border of context and continuation or past its end"
    mine = tokens[ends.index(border) : ends.index(end)]
    if not all(each.text for each in mine) or len(tokens) - ends.index(end) > 1:  # one more is the generated one
        return "a token has no text, so its place is not known"
    values = [each.value for each in mine]
    if not values or not all(value is not None and math.isfinite(value) for value in values):
        return "a log-probability is missing"
    total = sum(value for value in values if value is not None)
    return Scored(total, all(each.likeliest for each in mine), len(mine), ends.index(end) - 1)


def together(scored: Sequence[Scored | str]) -> Response:
    """The answer to a whole request."""
    wrong = [each for each in scored if isinstance(each, str)]
    if wrong:
        return Failed(stage="endpoint", message=wrong[0])
    right = [each for each in scored if isinstance(each, Scored)]
    return Likelihoods(
        sums=tuple(each.sum for each in right),
        is_greedy=tuple(each.greedy for each in right),
        token_counts=tuple(each.tokens for each in right),
        input_tokens=sum(each.read for each in right),
    )


@dataclass(frozen=True)
class _Token:
    text: str
    value: float | None
    likeliest: bool


def _tokens(told: Any) -> Iterator[_Token]:
    """The first token has no log-probability, nor likeliest rivals."""
    columns = (told["tokens"], told["token_logprobs"], told["top_logprobs"])
    for text, value, rivals in zip(*columns, strict=True):
        if not isinstance(text, str) or not (value is None or isinstance(value, float | int)):
            raise TypeError
        yield _Token(text, value, value is not None and value >= max((rivals or {}).values(), default=value))
