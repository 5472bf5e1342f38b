"""Put a load on a server and time every request from when it was due, so that no delay of ours or its own is hidden."""

import gc
import math
import secrets
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice

from outweigh.engine.arrivals import Due, Trace, arrivals
from outweigh.engine.prompts import Asking, calibrated, words
from outweigh.models.endpoint_client import Client, Endpoint
from outweigh.models.endpoint_stream import Heard
from outweigh.models.endpoint_wire import Exchange
from outweigh.records import Timing, UserError, Workload

_SPARE_FILES = 64  # files that a process may open, less what it opens beside the connections
# Requests are made and answers parsed some in a row, which takes less time than between two tokens, where the processor
# has forgotten the way. No byte is read meanwhile, so there are not many.
_BYTES = 1 << 14
_SECONDS = 0.1  # that an answer waits for others
_FILES = 256  # where the system does not say how many


@dataclass(frozen=True)
class Load:
    """What is asked of a server, and until when: a number of `requests`, or those due before so many `seconds`.

    With neither it goes on to the end of the trace, or until Ctrl-C.
    Requests under way at the end are waited for, so slow ones are not lost. `salt` makes the words of the prompts new
    every time, though lengths and times are the seed's: else a second measurement would be answered from a cache.
    """

    workload: Workload
    requests: int | None = None
    seconds: float | None = None
    repeat: int = 0
    trace: Trace | None = None
    salt: int = field(default_factory=lambda: secrets.randbits(64))

    def due(self) -> Iterator[tuple[int, Due]]:
        """Every request's number and what is due, until the end in sight."""
        coming = enumerate(arrivals(self.workload, repeat=self.repeat, trace=self.trace))
        for number, due in islice(coming, self.requests):
            if self.seconds is not None and due.seconds is not None and due.seconds >= self.seconds:
                return
            yield number, due


@dataclass(frozen=True)
class Ended:
    """One request has ended: how many were sent, had ended and had failed when this is told, a moment later.

    `at` is in seconds since the load began, `seconds` what the request took from when it was due; None if it failed.
    """

    sent: int
    done: int
    failed: int
    at: float
    seconds: float | None


@dataclass(frozen=True)
class Driven:
    """What came of a load, by request. `interrupted`: Ctrl-C ended it, and `cut` requests under way are not here."""

    timings: list[Timing]
    interrupted: bool = False
    cut: int = 0


def drive(
    endpoint: Endpoint,
    load: Load,
    *,
    chat: bool,
    timeout_seconds: float = 600.0,
    ended: Callable[[Ended], bool | None] | None = None,
) -> Driven:
    """Calibrate the prompts, put the load on the server, and time every request. Blocks until it is done.

    In the open loop a request is sent when it is due, whether or not answers keep up; `concurrency` caps what is under
    way, and waiting for a place counts from due. In the closed loop the next request of a place is due when the one
    before has ended. Once `ended` is True no more are sent. A request that failed stands among the others with its
    reason and, as `done`, when it failed. UserError where the server cannot be asked at all.
    """
    most, wanted = _connections(), load.workload.concurrency
    if wanted is not None and wanted > most:
        raise UserError(f"{wanted} connections at a time, but this process may open {most}: raise it with ulimit -n")
    places = wanted or most
    gc.freeze()  # what was there before is not searched for garbage between two tokens
    try:
        with Client(endpoint, timeout_seconds=timeout_seconds) as client:
            asking = calibrated(client, load.workload.prompt_tokens, chat=chat, salt=load.salt)
            return Driver(client, asking, load, places, ended).driven()
    finally:
        gc.unfreeze()


class Driver:
    """One load under way."""

    def __init__(
        self, client: Client, asking: Asking, load: Load, places: int, ended: Callable[[Ended], bool | None] | None
    ) -> None:
        self._client, self._asking, self._load = client, asking, load
        self._ended = ended
        self._enough = False
        self._under_way = dict[Exchange, tuple[int, float]]()
        self._unheard = deque[tuple[int, float, Exchange]]()  # ended, but not yet parsed
        self._heard = list[tuple[int, float, Heard]]()
        self._unused, self._freed = places, deque[float]()  # places, and since when those are free that were used
        self._sent = self._failed = self._bytes = 0
        self._start = 0.0

    def driven(self) -> Driven:
        """Send everything and wait for it. Ctrl-C gives back what there is."""
        ahead = self._ahead()
        first = list(islice(ahead, 1))
        self._start = time.perf_counter()
        interrupted = False
        try:
            with self._client.wires.sleeper.interruptible():
                try:
                    self._put(chain(first, ahead))
                    while self._under_way:
                        self._hear(math.inf)
                finally:
                    self._take_in()
        except KeyboardInterrupt:
            interrupted = True
        timings = [self._timing(*each) for each in sorted(self._heard, key=lambda each: each[0])]
        return Driven(timings, interrupted, self._sent - len(timings))

    def _put(self, requests: Iterable[tuple[int, float | None, bytes]]) -> None:
        """Send each request when it is due and there is a place; in the closed loop it is due when there is one."""
        for number, at, request in requests:
            due = self._turn(at)
            if due is None or (self._load.seconds is not None and due >= self._load.seconds):
                return
            self._under_way[self._client.send(request)] = number, due
            self._sent += 1

    def _ahead(self) -> Iterator[tuple[int, float | None, bytes]]:
        """Each request with its number and when it is due, made some in a row."""
        load, made, size = self._load, list[tuple[int, float | None, bytes]](), 0
        for number, what in load.due():
            text = words(self._asking.words(what.prompt_tokens), load.salt, load.workload.seed, load.repeat, number)
            payload = self._asking.payload(text, what.output_tokens)
            made.append((number, what.seconds, self._client.streaming(payload, chat=self._asking.chat)))
            size += len(made[-1][2])
            if size >= _BYTES:
                yield from made
                made, size = [], 0
        yield from made

    def _turn(self, due: float | None) -> float | None:
        """Wait until a request may be sent, and take its place. Returns when it was due; None: there is enough."""
        at = self._start + (due or 0.0)
        self._hear(at)
        while (full := not (self._unused or self._freed)) or time.perf_counter() < at:
            if self._enough:
                return None
            self._hear(math.inf if full else at)
        if self._enough:
            return None
        freed = 0.0 if self._unused else self._freed.popleft()
        self._unused = max(0, self._unused - 1)
        return freed if due is None else due

    def _hear(self, until: float) -> None:
        """Wait until something has ended, or until a moment. What has ended is parsed some in a row."""
        latest = self._unheard[0][2].ended + _SECONDS if self._unheard else math.inf
        for exchange in self._client.wires.listen(min(until, latest)):
            number, due = self._under_way.pop(exchange)
            self._freed.append(exchange.ended - self._start)
            self._unheard.append((number, due, exchange))
            self._bytes += exchange.answer.size
        if self._bytes >= _BYTES or time.perf_counter() >= latest:
            self._take_in()

    def _take_in(self) -> None:
        """Parse what has ended, and tell of it."""
        while self._unheard:
            number, due, exchange = self._unheard.popleft()
            heard = self._client.heard(exchange, chat=self._asking.chat)
            self._heard.append((number, due, heard))
            self._failed += heard.failure is not None
            if self._ended:
                ended = heard.done - self._start
                took = None if heard.failure else ended - due
                told = self._ended(Ended(self._sent, len(self._heard), self._failed, ended, took))
                self._enough = self._enough or bool(told)
        self._bytes = 0

    def _timing(self, number: int, due: float, heard: Heard) -> Timing:
        return Timing(
            request=number,
            repeat=self._load.repeat,
            due=due,
            sent=heard.sent - self._start,
            tokens=tuple(time - self._start for time in heard.times),
            counts=heard.counts if any(count != 1 for count in heard.counts) else None,
            done=heard.done - self._start,
            input_tokens=heard.input_tokens,
            output_tokens=heard.output_tokens,
            failed=heard.failure.reason if heard.failure else None,
        )


def _connections() -> int:
    """How many connections this process may have open at a time."""
    try:
        import resource
    except ImportError:
        return _FILES
    return max(1, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - _SPARE_FILES)
