"""One connection to a server that is never waited for: it does what can be done, and says what it waits for."""

import os
import selectors
import socket
import ssl
import time
from contextlib import suppress
from typing import Any

from outweigh.models.endpoint_answer import Answer

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
_MOST = 1 << 16  # bytes read at a time; a record of TLS has fewer
_LATER = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)

Address = tuple[socket.AddressFamily, socket.SocketKind, int, str, Any]  # as `socket.getaddrinfo` gives it


class Exchange:
    """One request and what came of it: an answer that has ended, or the `error` that came instead.

    `sent` and `ended` are in seconds of `time.perf_counter`; `over` is False while it is under way. `opened`: there
    was a connection.
    """

    def __init__(self, request: bytes) -> None:
        self.request, self.answer = request, Answer()
        self.sent, self.ended, self.over = time.perf_counter(), 0.0, False
        self.error: Exception | None = None
        self.opened, self.unreached = True, 0  # addresses that could not be reached


class Wire:
    """One connection, which carries one exchange at a time. `error` and `closed` say that it is no good any more."""

    def __init__(self, address: Address, host: str, secure: ssl.SSLContext | None) -> None:
        self.address, self._host, self._secure = address, host, secure
        self.exchange: Exchange | None = None
        self.error: OSError | None = None
        self.opened = self.closed = self._connected = self._deaf = False
        self.rested: float | None = None  # since when it carries nothing; None until the first time
        self.wants = WRITE
        self._busy, self._unsent = True, b""  # opening or sending
        self._socket = socket.socket(*address[:3])
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.number = self._socket.fileno()

    def ask(self, exchange: Exchange) -> None:
        """Send the request, now or when the connection is open."""
        self.exchange, self._unsent = exchange, exchange.request
        if self.opened:
            self._write()
        else:
            with suppress(BlockingIOError):
                self._socket.connect(self.address[4])

    def free(self) -> bool:
        """The answer is there: whether the connection may carry another exchange."""
        self.exchange, self.rested = None, time.perf_counter()
        return not (self._busy or self._deaf)

    def move(self) -> bool:
        """Do what can be done. Returns whether there is something to think about: more than a part of an answer."""
        busy = self._busy
        try:
            if busy:
                self._advance()
            data = self._socket.recv(_MOST)
        except _LATER:
            return busy
        except OSError as error:
            self.error = error
            return True
        now = time.perf_counter()
        if self.exchange is None or not data:
            self.closed = True
            return True
        return self.exchange.answer.take(data, now) or busy

    def close(self) -> None:
        """Give the connection up."""
        self._socket.close()

    def _advance(self) -> None:
        """Open the connection further, or send more of the request."""
        if not self._connected:
            if number := self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                raise OSError(number, os.strerror(number))
            self._connected = True
            if self._secure:
                self._socket = self._secure.wrap_socket(
                    self._socket, server_hostname=self._host, do_handshake_on_connect=False
                )
        if not self.opened and isinstance(self._socket, ssl.SSLSocket):
            self.wants = READ
            try:
                self._socket.do_handshake()
            except ssl.SSLWantWriteError:
                self.wants = WRITE
                raise
        self.opened = True
        self._write()

    def _write(self) -> None:
        try:
            while self._unsent:
                self._unsent = self._unsent[self._socket.send(self._unsent) :]
        except _LATER:
            pass  # the rest when there is room
        except ConnectionError:
            self._deaf, self._unsent = True, b""  # the server may have said why
        self._busy = bool(self._unsent)
        self.wants = READ | WRITE if self._busy else READ
