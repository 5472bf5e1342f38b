"""A streamed answer, put together from the bytes and the times at which they came."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from outweigh.models.endpoint_trouble import Failure, Trouble, of_error, shortened


@dataclass(frozen=True)
class Heard:
    """One answer as it was heard. Times are in seconds of `time.perf_counter`.

    `times` are those at which content came and `counts` how many pieces of content came each time; a server sends
    one piece a token, as a rule. What a model thinks before it answers counts in `times`, but is no part of `text`.
    `finish` is the server's own word. Tokens are the server's own count, None where it gives none. With a `failure`
    the rest may be there in part.
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


def heard(sent: float, done: float, body: bytes, arrivals: Sequence[tuple[float, int]], *, chat: bool) -> Heard:
    """Parse a whole body of server-sent events. `arrivals` are (time, bytes of the body until then), in order."""
    lines = list(_lines(body, arrivals))
    closed = bool(lines) and lines[-1][1] == b"[DONE]"
    if closed:
        lines.pop()
    events, failure = _events([line for _, line in lines])
    try:
        told = _Told.of(events, chat=chat)
    except (TypeError, KeyError, AttributeError, IndexError):
        reason = f"the server's stream is not of the form expected: {shortened(body)}"
        return Heard(sent, done, failure=failure or Failure(Trouble.MALFORMED, reason, retryable=True))
    failure = failure or told.failure
    if failure is None and not lines:
        reason = f"the server's answer is no stream of events: {shortened(body)}"
        failure = Failure(Trouble.MALFORMED, reason, retryable=True)
    elif failure is None and told.finish is None:
        failure = Failure(Trouble.CUT, "the stream ended before the answer did", retryable=True)
    times, counts = _grouped([time for (time, _), new in zip(lines, told.new, strict=False) if new])
    return Heard(sent, done, told.text, told.finish, times, counts, told.input_tokens, told.output_tokens, failure)


def _lines(body: bytes, arrivals: Sequence[tuple[float, int]]) -> Iterator[tuple[float, bytes]]:
    """The payload of each event and the time at which its last byte came."""
    at, place = 0, 0
    for line in body.splitlines(keepends=True):
        at += len(line)
        if line.startswith(b"data:"):
            while arrivals[place][1] < at:
                place += 1
            yield arrivals[place][0], line[5:].strip()


def _events(lines: list[bytes]) -> tuple[list[Any], Failure | None]:
    """Every event up to the first that is not JSON. All at once, which takes a third of the time."""
    try:
        events = json.loads(b"[" + b",".join(lines) + b"]")
        if len(events) == len(lines):
            return events, None
    except ValueError:
        pass
    events = []
    for line in lines:
        try:
            events.append(json.loads(line))
        except ValueError:
            reason = f"an event of the server's stream is not JSON: {shortened(line)}"
            return events, Failure(Trouble.MALFORMED, reason, retryable=True)
    return events, None


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
                told.input_tokens, told.output_tokens = (
                    _count(usage, "prompt_tokens"),
                    _count(usage, "completion_tokens"),
                )
            choices = event["choices"]
            told.new.append(False)
            if choices:
                told.finish = str(choices[0].get("finish_reason") or "") or told.finish
                said = choices[0]["delta"] if chat else choices[0]
                text = said.get("content" if chat else "text") or ""
                texts.append(text)
                told.new[-1] = bool(text or said.get("reasoning_content") or said.get("reasoning"))
        told.text = _whole_characters("".join(texts))
        return told


def _count(usage: dict[str, Any], name: str) -> int | None:
    """A number of tokens; None where the server does not give it."""
    value = usage.get(name)
    return value if isinstance(value, int) and value >= 0 else None


def _whole_characters(text: str) -> str:
    """The text with characters whole that a server cut into two surrogates; half a character becomes U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _grouped(times: list[float]) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """Distinct times, and how often each stands there."""
    counts = dict.fromkeys(times, 0)
    for time in times:
        counts[time] += 1
    return tuple(counts), tuple(counts.values())
