"""The clock on a streaming connection.

aiohttp wakes a task for every piece, which is most of what a stream costs its client. Here the pieces are only kept,
with their times, and given to aiohttp, which takes HTTP's framing off, once the last of them has come.
"""

import asyncio
import math
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import aiohttp

_BUFFER = memoryview(bytearray(1 << 16))  # filled and copied out within one call of an event loop
_LAST_CHUNK = b"0\r\n\r\n"


async def read(response: "aiohttp.ClientResponse", arrivals: list[tuple[float, int]]) -> bytes:
    """The whole body. `arrivals` gets (time, bytes of the body until then) for every piece, in order."""
    content, connection = response.content, response.connection
    if content.total_bytes:
        arrivals.append((time.perf_counter(), content.total_bytes))
    if connection is None or connection.transport is None:  # all of it came with the headers
        return await response.read()
    tap = Tap(connection.protocol, connection.transport, response, arrivals)
    try:
        return await response.read()
    finally:
        tap.leave()


class Tap(asyncio.BufferedProtocol):
    """Stands in for aiohttp's own protocol while a body arrives.

    The body ends with its last chunk, with its last byte where its length is known, or with the connection.
    """

    def __init__(
        self, protocol: Any, transport: asyncio.Transport, response: "aiohttp.ClientResponse", arrivals: list[Any]
    ) -> None:
        self._protocol, self._transport, self._content, self._arrivals = protocol, transport, response.content, arrivals
        self._request = response.request_info
        self._left = math.inf
        if response.content_length is not None:
            self._left = response.content_length - self._content.total_bytes
        self._times: list[float] = []
        self._pieces: list[bytes] = []
        transport.set_protocol(self)

    def get_buffer(self, sizehint: int) -> memoryview:
        """Where the next piece goes."""
        return _BUFFER

    def buffer_updated(self, nbytes: int) -> None:
        """Keep a piece. One that may hold the end of the body (all of it, or what a cut left of it) is passed on."""
        self._times.append(time.perf_counter())
        piece = bytes(_BUFFER[:nbytes])
        self._pieces.append(piece)
        self._left -= nbytes
        may_end = nbytes < len(_LAST_CHUNK) or piece.endswith(_LAST_CHUNK) or piece.startswith(b"0\r\n")
        if may_end or self._left <= 0:
            self._pass_on()
            if not self._content.is_eof() and not self._transport.is_closing():
                self._transport.set_protocol(self)

    def eof_received(self) -> bool | None:
        """The server sends no more."""
        self._pass_on()
        return bool(self._protocol.eof_received())

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self._pass_on()
        self._protocol.connection_lost(exc)

    def pause_writing(self) -> None:
        """As aiohttp does."""
        self._protocol.pause_writing()

    def resume_writing(self) -> None:
        """As aiohttp does."""
        self._protocol.resume_writing()

    def leave(self) -> None:
        """Give the connection back, complete or not."""
        if self._transport.get_protocol() is self:
            self._transport.set_protocol(self._protocol)
            self._arrivals.extend((moment, self._content.total_bytes) for moment in self._times)

    def _pass_on(self) -> None:
        self._transport.set_protocol(self._protocol)  # first, since the last piece gives the connection back
        for moment, piece in zip(self._times, self._pieces, strict=True):
            self._protocol.data_received(piece)
            self._arrivals.append((moment, self._content.total_bytes))
        self._times.clear()
        self._pieces.clear()
        if (wrong := self._protocol.exception()) is not None and not self._content.is_eof():
            # aiohttp closes the connection then, but its reader would wait for the time limit.
            import aiohttp

            self._content.set_exception(aiohttp.ClientResponseError(self._request, (), message=str(wrong)))
