"""A streamed answer, put together from the bytes and the times at which they came."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from outweigh.models.endpoint_trouble import Failure, Trouble, of_error, shortened


@dataclass(frozen=True)
class Heard:
    """One answer as it was heard. Times are in seconds of `time.perf_counter`.

    `times` are those at which content came and `counts` how many pieces of content came each time; a server sends
    one piece a token, as a rule. What a model thinks before it answers counts in `times`, but is no part of `text`.
    `finish` is the server's own word. Tokens are the server's own count, None where it gives none. With a `failure`,
    everything else is what had come until then.
    """

    sent: float
    done: float
    text: str = ""
    finish: str | None = None
    times: tuple[float, ...] = ()
    counts: tuple[int, ...] = ()
    input_tokens: int | None = None
    output_tokens: int | None = None
    failure: Failure | None = None


@dataclass
class Arrivals:
    """The raw pieces of one answer, in order, and when each came."""

    sent: float
    times: list[float] = field(default_factory=list)
    pieces: list[bytes] = field(default_factory=list)

    def heard(self, done: float, failure: Failure | None, *, chat: bool) -> Heard:
        """Parse everything. A failure on the way counts before what the bytes say."""
        lines = list(self._lines())
        closed = bool(lines) and lines[-1][1] == b"[DONE]"
        if closed:
            lines.pop()
        try:
            events = json.loads(b"[" + b",".join(line for _, line in lines) + b"]")
            if len(events) != len(lines):
                raise ValueError
        except ValueError:
            events, wrong = _readable([line for _, line in lines])
            failure = failure or wrong
        try:
            told = _Told.of(events, chat=chat)
        except (TypeError, KeyError, AttributeError, IndexError):
            wrong = Failure(Trouble.MALFORMED, f"not an answer's form: {shortened(json.dumps(events[:1]))}", True)
            return Heard(self.sent, done, failure=failure or wrong)
        failure = failure or told.failure or self._incomplete(told, closed, bool(lines))
        times, counts = _grouped([time for (time, _), new in zip(lines, told.new, strict=False) if new])
        tokens = (told.input_tokens, told.output_tokens)
        return Heard(self.sent, done, told.text, told.finish, times, counts, *tokens, failure)

    def _lines(self) -> Iterator[tuple[float, bytes]]:
        """The payload of each event and the time at which its last byte came."""
        arrivals = zip(self.times, self.pieces, strict=True)
        time, until, at = 0.0, 0, 0
        for line in b"".join(self.pieces).splitlines(keepends=True):
            at += len(line)
            if not line.startswith(b"data:"):
                continue
            while until < at:
                time, piece = next(arrivals)
                until += len(piece)
            yield time, line[5:].strip()

    def _incomplete(self, told: "_Told", closed: bool, any_event: bool) -> Failure | None:
        if not any_event:
            said = shortened(b"".join(self.pieces))
            return Failure(Trouble.MALFORMED, f"the server's answer is no stream of events: {said}", retryable=True)
        if told.finish is None:
            return Failure(Trouble.CUT, "the stream ended before the answer did", retryable=True)
        return None


@dataclass
class _Told:
    """What the events say together; `new` marks those that carry content."""

    text: str = ""
    new: list[bool] = field(default_factory=list)
    finish: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    failure: Failure | None = None

    @classmethod
    def of(cls, events: list[dict[str, Any]], *, chat: bool) -> "_Told":
        told, texts = cls(), []
        for event in events:
            if error := event.get("error"):
                told.failure = of_error(error)
                break
            if usage := event.get("usage"):
                told.input_tokens, told.output_tokens = usage["prompt_tokens"], usage["completion_tokens"]
            choices = event["choices"]
            told.new.append(False)
            if choices:
                told.finish = choices[0].get("finish_reason") or told.finish
                said = choices[0]["delta"] if chat else choices[0]
                text = said.get("content" if chat else "text") or ""
                texts.append(text)
                told.new[-1] = bool(text or said.get("reasoning_content") or said.get("reasoning"))
        told.text = "".join(texts)
        return told


def _readable(lines: list[bytes]) -> tuple[list[Any], Failure]:
    """The events before the first that is not JSON, and that one's failure."""
    events = []
    for line in lines:
        try:
            events.append(json.loads(line))
        except ValueError:
            return events, Failure(Trouble.MALFORMED, f"an event of the stream is not JSON: {shortened(line)}", True)
    raise AssertionError("every event is JSON, but all together are not")


def _grouped(times: list[float]) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """Distinct times, and how often each stands there."""
    counts = dict.fromkeys(times, 0)
    for time in times:
        counts[time] += 1
    return tuple(counts), tuple(counts.values())
