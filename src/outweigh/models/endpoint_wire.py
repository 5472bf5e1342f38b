"""HTTP/1.1 for hundreds of timed streams at once: while bytes come, little is done but to read the clock.

`Client`, which evaluations ask through, takes about a tenth more processor time for the same streams, and counts a
request on a connection that llama.cpp's server has just closed unannounced as failed: in a closed loop every second
one. Not covered: proxies, redirects, compression and cookies.
"""

import asyncio
import json
import time
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, cast
from urllib.parse import quote, urlsplit

from outweigh.models.endpoint_answer import Answer, NotHTTP
from outweigh.models.endpoint_client import Endpoint
from outweigh.models.endpoint_stream import Heard, heard
from outweigh.models.endpoint_trouble import Failure, Trouble, of_exception, of_status
from outweigh.records import UserError

if TYPE_CHECKING:
    import ssl

_IDLE_SECONDS = 2.0  # below the 5 s after which uvicorn and cpp-httplib close an idle connection


class Wire(asyncio.Protocol):
    """One connection, which carries one request at a time. Times are in seconds of `time.perf_counter`."""

    def __init__(self) -> None:
        self.open, self.used, self.answer = False, 0.0, Answer()
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[None] | None = None

    async def ask(self, request: bytes) -> None:
        """Send a request, and wait until its answer has ended. OSError or NotHTTP where it ends badly."""
        self.answer = Answer()
        if self._transport is None or not self.open:
            raise ConnectionResetError
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        await self._waiting

    async def reached(self, request: bytes) -> bool:
        """As `ask`, but False where not one byte came back: the server closed while nobody asked.

        llama.cpp's server does so after every stream, although it announces that it will not.
        """
        try:
            await self.ask(request)
        except ConnectionError:
            if self.answer.begun:
                raise
            self.close()
            return False
        return True

    def close(self) -> None:
        """Give the connection up."""
        self.open = False
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport, self.open = cast(asyncio.Transport, transport), True

    def data_received(self, data: bytes) -> None:
        now = time.perf_counter()
        if self._waiting is None or self._waiting.done():
            return self.close()  # nobody asked
        try:
            self.answer.take(data, now)
        except NotHTTP as error:
            return self._finish(error)
        return self._finish() if self.answer.ended else None

    def connection_lost(self, error: Exception | None) -> None:
        self.open = False
        try:
            self.answer.close()
        except NotHTTP as wrong:
            return self._finish(wrong)
        return self._finish(None if self.answer.ended else error or ConnectionResetError())

    def _finish(self, error: Exception | None = None) -> None:
        self.open = self.open and error is None and self.answer.stays
        if self._waiting is None or self._waiting.done():
            return
        if error is None:
            self._waiting.set_result(None)
        else:
            self._waiting.set_exception(error)


def _secure() -> "ssl.SSLContext":
    import ssl

    return ssl.create_default_context()


class Streams:
    """Timed streams from one endpoint, in one event loop; `async with` closes what is open.

    As many connections as there are requests under way: the caller bounds them. Nothing that was answered, even in
    part, is tried twice.
    """

    def __init__(self, endpoint: Endpoint, *, timeout_seconds: float) -> None:
        self.endpoint, self._timeout = endpoint, timeout_seconds
        try:
            parts = urlsplit(endpoint.url)
            self._secure = _secure() if parts.scheme == "https" else None
            self._host, self._port = parts.hostname or "", parts.port or (443 if self._secure else 80)
            named = f"[{self._host}]" if ":" in self._host else self._host.encode("idna").decode()
        except ValueError:
            self._host = ""
        if not self._host or parts.scheme not in ("http", "https"):
            raise UserError(f"{endpoint.url} is not an address; expected one such as http://localhost:8000/v1")
        self._path = quote(parts.path, safe="/%")
        bearer = f"Authorization: Bearer {endpoint.key}\r\n" if endpoint.key else ""
        if not bearer.isascii() or not bearer[:-2].isprintable():
            raise UserError(f"the key for {endpoint.url} holds a character that no HTTP header can; set it again")
        self._headers = (
            f" HTTP/1.1\r\nHost: {named}:{self._port}\r\n{bearer}Content-Type: application/json\r\n"
            "Accept: text/event-stream\r\nAccept-Encoding: identity\r\nContent-Length: "
        )
        self._idle: list[Wire] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for wire in self._idle:
            wire.close()
        await asyncio.sleep(0)  # a transport closes in the next turn of the loop

    async def stream(self, payload: dict[str, Any], *, chat: bool) -> Heard:
        """As `Client.stream`: send `payload` without `model` and `stream`, and hear the answer piece by piece."""
        whole = {"model": self.endpoint.model, **payload, "stream": True, "stream_options": {"include_usage": True}}
        body = json.dumps(whole).encode()
        path = self._path + ("/chat/completions" if chat else "/completions")
        request = f"POST {path}{self._headers}{len(body)}\r\n\r\n".encode() + body
        sent, wire = time.perf_counter(), None
        failure: Failure | None = None
        try:
            async with asyncio.timeout(self._timeout):
                wire = self._rested()
                if wire is not None and not await wire.reached(request):
                    wire = None
                if wire is None:
                    wire = await self._new()
                    await wire.ask(request)
            if wire.answer.status != 200:
                failure = of_status(wire.answer.status, wire.answer.headers, b"".join(wire.answer.pieces))
        except (OSError, NotHTTP) as error:
            failure = self._failure(error, wire)
        finally:
            done = time.perf_counter()
            self._give_back(wire, done)
        if wire is None or failure is not None:
            return Heard(sent, done, failure=self._hidden(failure))
        found = heard(sent, done, b"".join(wire.answer.pieces), wire.answer.arrivals, chat=chat)
        return replace(found, failure=self._hidden(found.failure)) if found.failure else found

    def _hidden(self, failure: Failure | None) -> Failure | None:
        """The failure without the key, which some servers repeat in their messages."""
        return failure.without(self.endpoint.key) if failure and self.endpoint.key else failure

    def _rested(self) -> Wire | None:
        """A connection that was used a moment ago."""
        while self._idle:
            wire = self._idle.pop()
            if wire.open and time.perf_counter() - wire.used < _IDLE_SECONDS:
                return wire
            wire.close()
        return None

    async def _new(self) -> Wire:
        loop = asyncio.get_running_loop()
        return (await loop.create_connection(Wire, self._host, self._port, ssl=self._secure))[1]

    def _give_back(self, wire: Wire | None, now: float) -> None:
        if wire is None:
            return
        if wire.open and wire.answer.ended:
            wire.used = now
            self._idle.append(wire)
        else:
            wire.close()

    def _failure(self, error: Exception, wire: Wire | None) -> Failure:
        url = self.endpoint.url
        if isinstance(error, NotHTTP):
            return Failure(Trouble.MALFORMED, f"the server's answer is not HTTP: {str(error)[:200]!r}", retryable=True)
        if isinstance(error, TimeoutError) or wire is not None:
            return of_exception(error, url, self._timeout, begun=bool(wire and wire.answer.pieces))
        import ssl

        if isinstance(error, ssl.SSLError):
            return Failure(Trouble.UNREACHABLE, f"cannot connect to {url} securely: {error}", retryable=False)
        why = getattr(error, "strerror", None) or str(error)
        return Failure(Trouble.UNREACHABLE, f"cannot connect to {url}: {why}", retryable=True)
