"""HTTP/1.1 for hundreds of timed streams at once: while bytes come, little is done but to read the clock.

A general client takes three times the processor time of this one for the same stream, which would show in the times
that are measured. Not covered: proxies, redirects, compression and cookies.
"""

import asyncio
import json
import time
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, cast
from urllib.parse import quote, urlsplit

from outweigh.models.endpoint_client import Endpoint
from outweigh.models.endpoint_stream import Heard, heard
from outweigh.models.endpoint_trouble import Failure, Trouble, of_exception, of_status
from outweigh.records import UserError

if TYPE_CHECKING:
    import ssl

_IDLE_SECONDS = 2.0  # below the 5 s after which uvicorn and cpp-httplib close an idle connection
_HEAD_BYTES = 65536  # of a status line and its headers, or of one chunk's size line
_EMPTY = (204, 304)  # statuses that have no body


class NotHTTP(ValueError):
    """The server said something that is no HTTP."""


class Wire(asyncio.Protocol):
    """One connection, which carries one request at a time. Times are in seconds of `time.perf_counter`."""

    def __init__(self) -> None:
        self.open, self.used = False, 0.0
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[None] | None = None
        self._clear()

    def _clear(self) -> None:
        self.status, self.headers = 0, dict[str, str]()
        self.arrivals, self.pieces = (
            list[tuple[float, int]](),
            list[bytes](),
        )  # a time, the bytes of the body until then
        self._size, self._unread = 0, list[tuple[float, bytes]]()
        self._rest = b""
        self._chunked = self._trailing = False
        self._left: int | None = 0  # bytes that are still to come of this chunk, or of all; None: until it closes

    async def ask(self, request: bytes) -> None:
        """Send a request, and wait until its answer has ended. OSError where it ends too early."""
        if self._transport is None or not self.open:
            raise ConnectionResetError
        self._clear()
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
            if self.status or self._rest:
                raise
            self.close()
            return False
        return True

    @property
    def ended(self) -> bool:
        """Whether the answer came to its end."""
        waiting = self._waiting
        return waiting is not None and waiting.done() and not waiting.cancelled() and waiting.exception() is None

    def close(self) -> None:
        """Give the connection up."""
        self.open = False
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport, self.open = cast(asyncio.Transport, transport), True

    def connection_lost(self, error: Exception | None) -> None:
        self.open = False
        self._read()
        if self.status and self._left is None:
            self._finish()
        else:
            self._finish(error or ConnectionResetError())

    def data_received(self, data: bytes) -> None:
        now = time.perf_counter()
        if self._waiting is None or self._waiting.done():
            return self.close()  # nobody asked
        self._unread.append((now, data))
        # Chunks are taken apart where the answer may have ended: the last one and its trailers end in an empty line.
        if not self._chunked or data.endswith(b"\r\n\r\n") or len(data) < 4:
            self._read()
        return None

    def _read(self) -> None:
        unread, self._unread = self._unread, []
        try:
            for now, piece in unread:
                data, self._rest = self._rest + piece, b""
                at = 0 if self.status else self._head(data)
                if self.status and not self.ended:
                    self._body(data, at, now)
        except NotHTTP as error:
            self.open = False
            self._finish(error)

    def _head(self, data: bytes) -> int:
        """Read the status and the headers, if they are all there. Returns where the body begins."""
        at = 0
        while not self.status:
            end = data.find(b"\r\n\r\n", at)
            if end < 0:
                self._keep(data[at:])
                return len(data)
            first, *lines = data[at:end].decode("latin-1").split("\r\n")
            words = first.split(None, 2)
            if (
                len(words) < 2
                or not words[0].startswith("HTTP/1.")
                or not (words[1].isdecimal() and len(words[1]) == 3)
            ):
                raise NotHTTP(first)
            at = end + 4
            if words[1].startswith("1"):
                continue  # 100 Continue and the like come before the answer
            pairs = (line.partition(":") for line in lines)
            self.headers = {name.strip().title(): value.strip() for name, _, value in pairs}
            self.status = int(words[1])
            self._measure(words[0])
        return at

    def _measure(self, version: str) -> None:
        """How long the body is."""
        connection = self.headers.get("Connection", "close" if version == "HTTP/1.0" else "").lower()
        self.open = self.open and "close" not in connection
        length = self.headers.get("Content-Length")
        self._chunked = self.headers.get("Transfer-Encoding", "").lower().endswith("chunked")
        if self._chunked:
            self._left = 0
        elif self.status in _EMPTY or length is not None:
            self._left = 0 if self.status in _EMPTY else _whole(str(length), 10)
            if self._left == 0:
                self._finish()
        else:
            self._left, self.open = None, False

    def _body(self, data: bytes, at: int, now: float) -> None:
        if self._chunked:
            return self._chunks(data, at, now)
        piece = data[at:]
        if self._left is not None:
            piece, beyond = piece[: self._left], piece[self._left :]
            self._left -= len(piece)
            self.open = self.open and not beyond
        self._take(piece, now)
        if self._left == 0:
            self._finish()
        return None

    def _chunks(self, data: bytes, at: int, now: float) -> None:
        """Take the payload out of the chunks. A chunk's `_left` counts the line end that closes it."""
        while at < len(data) and not self._trailing:
            if not self._left:
                end = data.find(b"\r\n", at)
                if end < 0:
                    return self._keep(data[at:])
                size = _whole(data[at:end].partition(b";")[0].decode("latin-1").strip(), 16)
                self._trailing, self._left = size == 0, size + 2 if size else 0
                at = end + 2
                continue
            piece = data[at : at + self._left]
            at += len(piece)
            self._left -= len(piece)
            if self._left < 2:
                piece = piece[: max(0, len(piece) - 2 + self._left)]
            self._take(piece, now)
        if self._trailing:
            self._end(data, at)
        return None

    def _take(self, piece: bytes, now: float) -> None:
        if piece:
            self._size += len(piece)
            self.arrivals.append((now, self._size))
            self.pieces.append(piece)

    def _end(self, data: bytes, at: int) -> None:
        """What stands after the last chunk: trailers, as a rule none, and an empty line."""
        last = at + 2 if data.startswith(b"\r\n", at) else data.find(b"\r\n\r\n", at) + 4
        if last < at + 2:
            return self._keep(data[at:])
        self.open = self.open and last == len(data)
        return self._finish()

    def _keep(self, rest: bytes) -> None:
        if len(rest) > _HEAD_BYTES:
            raise NotHTTP("a line without end")
        self._rest = rest

    def _finish(self, error: Exception | None = None) -> None:
        if self._waiting is None or self._waiting.done():
            return
        if error is None:
            self._waiting.set_result(None)
        else:
            self._waiting.set_exception(error)


def _whole(text: str, base: int) -> int:
    """A length; Python's own `int` would also take signs and underscores."""
    if not text.isalnum() or not text.isascii() or len(text) > 16:
        raise NotHTTP(text)
    try:
        return int(text, base)
    except ValueError as error:
        raise NotHTTP(text) from error


def _secure() -> "ssl.SSLContext":
    import ssl

    return ssl.create_default_context()


class Streams:
    """Timed streams from one endpoint, in one event loop; `async with` closes what is open.

    As many connections as there are requests under way: the caller bounds them. Nothing is tried twice here.
    """

    def __init__(self, endpoint: Endpoint, *, timeout_seconds: float) -> None:
        self.endpoint, self._timeout = endpoint, timeout_seconds
        parts = urlsplit(endpoint.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UserError(f"{endpoint.url} is not an address; expected one such as http://localhost:8000/v1")
        self._secure = _secure() if parts.scheme == "https" else None
        self._host, self._port = parts.hostname, parts.port or (443 if self._secure else 80)
        self._path = quote(parts.path, safe="/%")
        named = f"[{self._host}]" if ":" in self._host else self._host.encode("idna").decode()
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
                if wire is None or not await wire.reached(request):
                    wire = await self._new()
                    await wire.ask(request)
            if wire.status != 200:
                failure = of_status(wire.status, wire.headers, b"".join(wire.pieces))
        except (OSError, NotHTTP) as error:
            failure = self._failure(error, wire)
        finally:
            done = time.perf_counter()
            self._give_back(wire, done)
        if wire is None or failure is not None:
            return Heard(sent, done, failure=self._hidden(failure))
        found = heard(sent, done, b"".join(wire.pieces), wire.arrivals, chat=chat)
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
        if wire.open and wire.ended:
            wire.used = now
            self._idle.append(wire)
        else:
            wire.close()

    def _failure(self, error: Exception, wire: Wire | None) -> Failure:
        url = self.endpoint.url
        if isinstance(error, NotHTTP):
            return Failure(Trouble.MALFORMED, f"the server's answer is not HTTP: {str(error)[:200]!r}", retryable=True)
        if isinstance(error, TimeoutError) or wire is not None:
            return of_exception(error, url, self._timeout, begun=bool(wire and wire.pieces))
        import ssl

        if isinstance(error, ssl.SSLError):
            return Failure(Trouble.UNREACHABLE, f"cannot connect to {url} securely: {error}", retryable=False)
        why = getattr(error, "strerror", None) or str(error)
        return Failure(Trouble.UNREACHABLE, f"cannot connect to {url}: {why}", retryable=True)
