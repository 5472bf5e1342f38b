"""Put a load on a server and time every request from when it was due, so that no delay of ours or its own is hidden."""

import asyncio
import gc
import secrets
import select
import selectors
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice, takewhile
from typing import Any

from outweigh.engine.arrivals import Due, Trace, arrivals
from outweigh.engine.prompts import Asking, calibrated, words
from outweigh.models.endpoint_client import Client, Endpoint
from outweigh.models.endpoint_stream import Heard
from outweigh.models.endpoint_wire import Streams
from outweigh.records import Arrival, Timing, UserError, Workload

_SPARE_FILES = 64  # files that a process may open, less what it opens beside the connections
_ROUNDED = 0.001  # seconds, to which epoll rounds its timeout up
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
    """One request has ended: how many were sent, had ended and had failed by then.

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

    found: list[Driven] = []  # asyncio writes out what a task returns when it restores the handler of Ctrl-C

    async def whole() -> None:
        async with Client(endpoint, timeout_seconds=timeout_seconds, connections=1) as client:
            asking = await calibrated(client, load.workload.prompt_tokens, chat=chat, salt=load.salt)
        async with Streams(endpoint, timeout_seconds=timeout_seconds) as streams:
            found.append(await Driver(streams, asking, load, places, ended).driven())

    gc.freeze()  # what was there before is not searched for garbage between two tokens
    try:
        with asyncio.Runner(loop_factory=_loop) as runner:
            runner.run(whole())
    finally:
        gc.unfreeze()
    return found[0]


class Driver:
    """One load under way."""

    def __init__(
        self, streams: Streams, asking: Asking, load: Load, places: int, ended: Callable[[Ended], bool | None] | None
    ) -> None:
        self._streams, self._asking, self._load, self._places = streams, asking, load, places
        self._ended = ended
        self._enough = False
        self._heard: list[tuple[int, float, Heard]] = []
        self._sent = self._failed = 0
        self._start = 0.0

    async def driven(self) -> Driven:
        """Send everything and wait for it. Ctrl-C gives back what there is."""
        interrupted = False
        self._start = time.perf_counter()
        try:
            async with asyncio.TaskGroup() as group:
                if self._load.workload.arrival is Arrival.CONCURRENCY:
                    await self._closed(group)
                else:
                    await self._open(group)
        except asyncio.CancelledError:
            interrupted = True
        timings = [self._timing(*each) for each in sorted(self._heard, key=lambda each: each[0])]
        return Driven(timings, interrupted, self._sent - len(timings))

    async def _open(self, group: asyncio.TaskGroup) -> None:
        """Each when it is due, in order, as long as there is a place."""
        free = asyncio.Semaphore(self._places)
        for number, due in self._due():
            assert due.seconds is not None
            body = self._body(number, due)
            await asyncio.sleep(self._start + due.seconds - time.perf_counter())
            await free.acquire()
            group.create_task(self._one(number, due.seconds, body)).add_done_callback(lambda _: free.release())

    async def _closed(self, group: asyncio.TaskGroup) -> None:
        """As many places as were asked for, each with one request under way at a time."""
        waiting = self._due()

        async def place() -> None:
            due = 0.0
            for number, what in waiting:
                due = await self._one(number, due, self._body(number, what))
                if self._load.seconds is not None and due >= self._load.seconds:
                    return

        for _ in range(self._places):
            group.create_task(place())

    def _due(self) -> Iterator[tuple[int, Due]]:
        """What is due, until there is enough."""
        return takewhile(lambda _: not self._enough, self._load.due())

    def _body(self, number: int, due: Due) -> dict[str, Any]:
        load, count = self._load, self._asking.words(due.prompt_tokens)
        text = words(count, load.salt, load.workload.seed, load.repeat, number)
        return self._asking.payload(text, due.output_tokens)

    async def _one(self, number: int, due: float, body: dict[str, Any]) -> float:
        """One request, from sending to its end. Returns when it ended."""
        self._sent += 1
        heard = await self._streams.stream(body, chat=self._asking.chat)
        self._heard.append((number, due, heard))
        self._failed += heard.failure is not None
        ended = heard.done - self._start
        if self._ended:
            took = None if heard.failure else ended - due
            told = self._ended(Ended(self._sent, len(self._heard), self._failed, ended, took))
            self._enough = self._enough or bool(told)
        return ended

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


def _loop() -> asyncio.AbstractEventLoop:
    """An event loop that wakes within a tenth of a millisecond."""
    return asyncio.SelectorEventLoop(_Punctual() if hasattr(selectors, "EpollSelector") else None)


if hasattr(selectors, "EpollSelector"):

    class _Punctual(selectors.EpollSelector):
        """epoll takes its timeout in whole milliseconds, so requests would be sent up to one too late."""

        def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
            if timeout is None or timeout <= 0:
                return super().select(timeout)
            if timeout > 2 * _ROUNDED:
                return super().select(timeout - _ROUNDED)  # too early; the loop comes back for the rest
            select.select([self.fileno()], [], [], timeout)
            return super().select(0)
