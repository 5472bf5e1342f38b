"""The lines of AIPerf's `profile_export.jsonl` as timings.

Shape: aiperf 0.13.0, `common/models/record_models.py` (MetricRecordInfo). Times of day are whole nanoseconds, durations
are milliseconds of a monotonic clock, counted from `request_start_ns`.
"""

import json
from itertools import accumulate
from pathlib import Path

from pydantic import Field

from outweigh.interop.measured import Fields, form_of, reason
from outweigh.records import Timing, UserError

TOOL = "AIPerf"
_UNITS = {
    "time_to_first_token": "ms",
    "inter_chunk_latency": "ms",
    "request_latency": "ms",
    "inter_token_latency": "ms",
    "input_sequence_length": "tokens",
    "output_sequence_length": "tokens",
}


class _Value(Fields):
    value: float | list[float]
    unit: str


class _Metadata(Fields):
    session_num: int
    credit_issued_ns: int | None = None
    request_start_ns: int
    request_end_ns: int
    benchmark_phase: str
    was_cancelled: bool = False


class _Error(Fields):
    code: int | None = None
    type: str | None = None
    message: str


class Line(Fields):
    """One request. `number` is its line in the file."""

    number: int = 0
    metadata: _Metadata
    metrics: dict[str, _Value] = Field(default_factory=dict)
    error: _Error | None = None

    @property
    def measured(self) -> bool:
        """Whether AIPerf's own summary counts it."""
        return not self.warmup and self.failed is None

    @property
    def warmup(self) -> bool:
        """Whether it came before the measurement."""
        return self.metadata.benchmark_phase != "profiling"

    @property
    def failed(self) -> str | None:
        """Why it was never answered."""
        if self.error:
            words = (str(self.error.code or ""), self.error.type or "", self.error.message)
            return reason(" ".join(words))
        return "cancelled" if self.metadata.was_cancelled else None

    def number_of(self, metric: str) -> float | None:
        """One number, as the file gives it."""
        found = self.metrics.get(metric)
        return found.value if found and not isinstance(found.value, list) else None

    def count(self, metric: str) -> int | None:
        """A number of tokens."""
        found = self.number_of(metric)
        return None if found is None else int(found)

    @property
    def arrivals(self) -> tuple[float, ...]:
        """Milliseconds from its start at which chunks of text came."""
        first, gaps = self.number_of("time_to_first_token"), self.metrics.get("inter_chunk_latency")
        if first is None:
            return ()
        return tuple(accumulate(gaps.value if gaps and isinstance(gaps.value, list) else (), initial=first))


def lines(path: Path) -> list[Line]:
    """Every request of the file, in its order. Raises UserError naming the line and the field."""
    try:
        texts = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: cannot be read: {error}") from None
    found = [_line(path, number, text) for number, text in enumerate(texts, 1) if text.strip()]
    if not any(line.measured for line in found):
        raise UserError(f"{path}: no answered request of the profiling phase; nothing was measured")
    return found


def timings(found: list[Line], *, open_loop: bool) -> tuple[Timing, ...]:
    """The requests in the order in which they were due, from the first one's due time.

    In an open loop a request is due when the rate limiter let it go (`credit_issued_ns`), otherwise when it was sent.
    """
    due = {line.number: _due(line, open_loop) for line in found}
    origin = min(due.values())
    ordered = sorted(found, key=lambda line: (due[line.number], line.number))
    return tuple(_timing(request, line, due[line.number], origin) for request, line in enumerate(ordered))


def one_token_a_chunk(found: list[Line]) -> bool:
    """Whether the gaps between chunks are those between tokens.

    The end of a sequence is a token without text: one chunk less than tokens is therefore still one each.
    """
    told = [(line.count("output_sequence_length"), len(line.arrivals)) for line in found if line.measured]
    return all(tokens is not None and tokens - chunks in (0, 1) for tokens, chunks in told)


def _line(path: Path, number: int, text: str) -> Line:
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise UserError(f"{path}:{number}: not JSON: {error.msg} at column {error.colno}") from None
    line = form_of(Line, content, f"{path}:{number}", TOOL).model_copy(update={"number": number})
    for metric, unit in _UNITS.items():
        if metric in line.metrics and line.metrics[metric].unit != unit:
            told = line.metrics[metric].unit
            raise UserError(f"{path}:{number}: metrics.{metric}.unit: expected {unit}, it is {told}")
    if line.measured and line.number_of("request_latency") is None:
        raise UserError(f"{path}:{number}: metrics.request_latency: missing in an answered request")
    return line


def _due(line: Line, open_loop: bool) -> int:
    issued = line.metadata.credit_issued_ns if open_loop else None
    return line.metadata.request_start_ns if issued is None else issued


def _timing(request: int, line: Line, due: int, origin: int) -> Timing:
    sent = (line.metadata.request_start_ns - origin) / 1e9
    latency = line.number_of("request_latency")
    ended = (line.metadata.request_end_ns - origin) / 1e9
    return Timing(
        request=request,
        due=(due - origin) / 1e9,
        sent=sent,
        tokens=tuple(sent + milliseconds / 1e3 for milliseconds in line.arrivals),
        done=ended if latency is None else sent + latency / 1e3,
        input_tokens=line.count("input_sequence_length"),
        output_tokens=line.count("output_sequence_length"),
        failed=line.failed,
        warmup=line.warmup,
    )
