"""When requests are due: a closed loop, an open one at a rate, or the times of a recorded trace."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from outweigh.records import Arrival, UserError, Workload

_DRAWN = 64  # gaps at a time, since to call numpy takes longer than to draw
_COLUMNS = '{"timestamp": 0, "input_length": 512, "output_length": 64}'


@dataclass(frozen=True, slots=True)
class Due:
    """One request that is to be sent.

    `seconds` count from the start of the load; None is "as soon as one of the places is free". Lengths are in tokens.
    """

    seconds: float | None
    prompt_tokens: int
    output_tokens: int


@dataclass(frozen=True)
class Trace:
    """Recorded arrivals, sorted, the first at 0. `digest` is the SHA-256 of the file, for `Workload.trace`."""

    digest: str
    arrivals: tuple[Due, ...]


def arrivals(workload: Workload, *, repeat: int = 0, trace: Trace | None = None) -> Iterator[Due]:
    """What is due and when, sorted; without end, but for a trace.

    Poisson gaps come from the workload's seed and `repeat`, so two repeats are two draws and a longer load begins like
    a shorter one. Gaps are not rescaled to meet the rate exactly, as some tools do: then they would not be Poisson.
    UserError where the workload lacks what its kind of arrival needs.
    """
    _checked(workload, trace)
    if trace is not None:
        return iter(trace.arrivals)
    return (Due(seconds, workload.prompt_tokens, workload.output_tokens) for seconds in _times(workload, repeat))


def _times(workload: Workload, repeat: int) -> Iterator[float | None]:
    if workload.arrival is Arrival.CONCURRENCY or workload.rate is None:
        while True:
            yield None
    if workload.arrival is Arrival.CONSTANT:
        number = 0
        while True:
            yield number / workload.rate
            number += 1
    import numpy as np

    rng, now = np.random.default_rng([workload.seed, repeat]), 0.0
    while True:
        for gap in rng.exponential(1 / workload.rate, _DRAWN).tolist():
            now += gap
            yield now


def _checked(workload: Workload, trace: Trace | None) -> None:
    kind = workload.arrival
    if kind is Arrival.BATCH:
        raise UserError("whole batches are for a model in this process; ask a server with a concurrency or a rate")
    if kind is Arrival.CONCURRENCY and workload.concurrency is None:
        raise UserError("a closed loop needs a concurrency: how many requests are under way at a time")
    if kind in (Arrival.CONSTANT, Arrival.POISSON) and workload.rate is None:
        raise UserError(f"{kind.value} arrivals need a rate in requests a second")
    if kind is Arrival.TRACE and (trace is None or trace.digest != workload.trace):
        raise UserError("trace arrivals need the trace that the workload names")
    if kind is not Arrival.TRACE and trace is not None:
        raise UserError(f"a trace has times of its own; {kind.value} arrivals take none")


def read_trace(path: Path) -> Trace:
    """A trace in JSON lines with the columns of Mooncake's and AIPerf's: `timestamp` in ms, lengths in tokens.

    Lines may come in any order. Other columns are not used. Not covered: `hash_ids` (which prompts begin alike; ours
    never do, so a server's prefix cache helps less than it did when the trace was taken) and sessions of several turns.
    UserError with file and line for one that cannot be read.
    """
    try:
        data = path.read_bytes()
        lines = data.decode("utf-8").split("\n")
    except OSError as error:
        raise UserError(f"trace {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UserError(f"trace {path}: not UTF-8 text; expected JSON lines such as {_COLUMNS}") from error
    found = [_row(line, f"trace {path}, line {number}") for number, line in enumerate(lines, 1) if line.strip()]
    if not found:
        raise UserError(f"trace {path}: no line in it; expected JSON lines such as {_COLUMNS}")
    found.sort(key=lambda row: row[0])
    first = found[0][0]
    rows = tuple(Due((milliseconds - first) / 1000, *lengths) for milliseconds, *lengths in found)
    return Trace(sha256(data).hexdigest(), rows)


def _row(line: str, where: str) -> tuple[float, int, int]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{where}: not JSON; expected one such as {_COLUMNS}") from error
    if not isinstance(row, dict):
        raise UserError(f"{where}: not a JSON object; expected one such as {_COLUMNS}")
    for column in ("timestamp", "input_length", "output_length"):
        if column not in row:
            raise UserError(f"{where}: no {column!r}; expected an object such as {_COLUMNS}")
    time = row["timestamp"]
    if not _number(time) or time < 0:
        raise UserError(f"{where}: 'timestamp' is {time!r}, but must be milliseconds, 0 or more")
    return time, _length(row, "input_length", where), _length(row, "output_length", where)


def _length(row: dict[str, Any], column: str, where: str) -> int:
    length = row[column]
    if not _number(length) or length < 1 or length != int(length):
        raise UserError(f"{where}: {column!r} is {length!r}, but must be a whole number of tokens, 1 or more")
    return int(length)


def _number(value: object) -> bool:
    """Whether it is a number that a float can hold to the unit."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 2**53
