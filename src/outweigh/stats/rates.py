"""What was done in the time that was measured: requests, tokens and good requests a second."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from outweigh.records import Arrival, Limits, Timing
from outweigh.stats.ratios import ratio
from outweigh.stats.starts import total

_PARTS = 20  # of the measured time, where the work has no repeats

Rate = tuple[float, float, float, int] | str  # value, low, high, parts; or why there is none


@dataclass
class _Part:
    """A stretch of the measured time, and what came to its end in it."""

    start: float
    end: float
    of_start: int
    requests: int = 0
    good: int = 0
    input_tokens: int = 0
    output_tokens: int = 0


def streamed(timing: Timing) -> bool:
    """Whether an answer came token by token, so that its first one has a time of its own."""
    return len(timing.tokens) > 1 or (len(timing.tokens) == 1 and timing.output_tokens == 1)


def rates(measured: Sequence[Timing], arrival: Arrival, limits: Limits | None) -> dict[str, Rate]:
    """Totals over the span of measured time, by metric name.

    A batch's span is from when it was due to its last answer, and what lies between batches counts nowhere. Any other
    span is from the first request that was due to the last answer, failed ones included, repeat by repeat.
    """
    done = [each for each in measured if each.failed is None and each.done is not None]
    names = ["requests_per_second", "prompt_tokens_per_second", "output_tokens_per_second"]
    if limits is not None:
        names.append("goodput_requests_per_second")
    if not done:
        return dict.fromkeys(names, "no request was answered")
    parts = _parts(measured, arrival)
    ends = [part.end for part in parts]
    for each in done:
        _count(parts, ends, each, limits)
    found: dict[str, Rate] = {"requests_per_second": _rate(parts, [each.requests for each in parts])}
    found["prompt_tokens_per_second"] = (
        "the number of prompt tokens is not known"
        if any(each.input_tokens is None for each in done)
        else _rate(parts, [each.input_tokens for each in parts])
    )
    found["output_tokens_per_second"] = (
        "the number of output tokens is not known"
        if any(written(each) is None for each in done)
        else _rate(parts, [each.output_tokens for each in parts])
    )
    if limits is not None:
        unknown = _unknown(done, limits)
        found["goodput_requests_per_second"] = unknown or _rate(parts, [each.good for each in parts])
    return found


def written(timing: Timing) -> int | None:
    """How many tokens an answer has; None if nobody said."""
    if timing.output_tokens is not None:
        return timing.output_tokens
    if timing.counts is not None:
        return sum(timing.counts)
    return len(timing.tokens) or None


def _parts(measured: Sequence[Timing], arrival: Arrival) -> list[_Part]:
    repeats: dict[int, list[Timing]] = {}
    for each in measured:
        repeats.setdefault(each.repeat, []).append(each)
    pieces = 1 if arrival is Arrival.BATCH else -(-_PARTS // len(repeats))
    parts = []
    for _, group in sorted(repeats.items()):
        start, end = min(each.due for each in group), max(_last(each) for each in group)
        edges = [*(start + (end - start) * place / pieces for place in range(pieces)), end]
        parts += [_Part(*pair, group[0].start) for pair in pairwise(edges)]
    return sorted(parts, key=lambda part: part.start)


def _last(timing: Timing) -> float:
    return max(timing.sent, timing.done if timing.done is not None else 0.0, *timing.tokens)


def _count(parts: Sequence[_Part], ends: Sequence[float], timing: Timing, limits: Limits | None) -> None:
    """Add a request to the parts in which it came to its end, and its tokens to those in which they arrived."""
    assert timing.done is not None

    def at(moment: float) -> _Part:
        return parts[bisect_left(ends, moment)]

    last = at(timing.done)
    last.requests += 1
    last.good += limits is not None and _good(timing, limits)
    at(timing.tokens[0] if timing.tokens else timing.done).input_tokens += timing.input_tokens or 0
    counts = timing.counts or (1,) * len(timing.tokens)
    total = written(timing) or 0
    if sum(counts) != total:
        last.output_tokens += total
        return
    for moment, count in zip(timing.tokens, counts, strict=True):
        at(moment).output_tokens += count


def _rate(parts: Sequence[_Part], counts: Sequence[int]) -> Rate:
    seconds = [part.end - part.start for part in parts]
    if sum(seconds) <= 0:
        return "no time passed"
    found = total(ratio(counts, seconds), counts, seconds, [part.of_start for part in parts])
    if found.low is None or found.high is None:
        return f"{found.value:.4g} a second were seen, but an interval takes at least 3 repeats, not {len(parts)}"
    return found.value, found.low, found.high, found.parts


def _unknown(done: Sequence[Timing], limits: Limits) -> str | None:
    if limits.ttft_seconds is not None and not all(map(streamed, done)):
        return "there is a limit on the first token, and answers came in one piece"
    if limits.tpot_seconds is not None and any(each.tpot is None and written(each) != 1 for each in done):
        return "there is a limit on the time per token, and answers came in one piece or without their number of tokens"
    return None


def _good(timing: Timing, limits: Limits) -> bool:
    """Within every limit; an answer of one token has no time per further token, and keeps to that limit."""
    pairs = (
        (timing.ttft, limits.ttft_seconds),
        (timing.tpot, limits.tpot_seconds),
        (timing.e2e, limits.e2e_seconds),
    )
    return all(limit is None or took is None or took <= limit for took, limit in pairs)
