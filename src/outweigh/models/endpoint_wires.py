"""Hundreds of connections to one server in one thread: who waits for what, which is free, what has run out of time."""

import math
import socket
import ssl
import time

from outweigh.models.endpoint_answer import NotHTTP
from outweigh.models.endpoint_sleeper import Sleeper
from outweigh.models.endpoint_trouble import OutOfTime
from outweigh.models.endpoint_wire import Address, Exchange, Wire

_IDLE_SECONDS = 2.0  # below the 5 s after which uvicorn and cpp-httplib close an idle connection


class Wires:
    """As many connections as there are requests under way: the caller bounds them.

    A connection that the server closed while nobody asked costs no answer: the request is sent again on a new one.
    llama.cpp's server does so after every stream, although it announces that it will not.
    """

    def __init__(self, host: str, port: int, secure: ssl.SSLContext | None, timeout_seconds: float) -> None:
        self._host, self._port, self._secure, self._timeout = host, port, secure, timeout_seconds
        self._addresses = list[Address]()
        self.under_way = dict[Exchange, Wire | None]()  # in the order of sending, so of running out of time
        self.sleeper = Sleeper()
        self._wires = dict[int, Wire]()  # by the numbers of their sockets
        self._idle, self._ended = list[Wire](), list[Exchange]()
        self._ends = math.inf  # no request runs out of time before

    def send(self, exchange: Exchange) -> None:
        """Send a request. Whatever comes of it, `listen` gives it back."""
        self.under_way[exchange] = None
        self._ends = min(self._ends, exchange.sent + self._timeout)
        wire = self._rested()
        if wire is None:
            self._anew(exchange)
        else:
            self._ask(wire, exchange)

    def listen(self, until: float) -> list[Exchange]:
        """Keep what comes, with its time, until something has ended, well or not, or until a time of `perf_counter`.

        What ended is returned. Bytes are thought about when everything that had come with them was read.
        """
        now, wires = time.perf_counter(), self._wires
        while True:
            if now >= self._ends:
                self._out_of_time(now)
            ready = self.sleeper.sleep(0.0 if self._ended else min(until, self._ends) - now)
            for wire in [wire for number, _ in ready if (wire := wires[number]).move()]:
                self._think(wire)
            now = time.perf_counter()
            if self._ended or now >= until:
                break
        ended, self._ended = self._ended, []
        return ended

    def close(self) -> None:
        """Close everything, whether or not it was answered."""
        for wire in self._wires.values():
            wire.close()
        self.sleeper.close()

    def _rested(self) -> Wire | None:
        """A connection that was used a moment ago."""
        while self._idle:
            wire = self._idle[-1]
            if wire.rested is not None and time.perf_counter() - wire.rested < _IDLE_SECONDS:
                return self._idle.pop()
            self._drop(wire)
        return None

    def _anew(self, exchange: Exchange) -> None:
        """Send on a new connection."""
        try:
            if not self._addresses:
                found = socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
                self._addresses = sorted(found, key=lambda each: each[0] != socket.AF_INET)  # few local servers have v6
            wire = Wire(self._addresses[0], self._host, self._secure)
        except OSError as error:
            exchange.opened = False
            return self._end(exchange, error)
        self._wires[wire.number] = wire
        return self._ask(wire, exchange)

    def _ask(self, wire: Wire, exchange: Exchange) -> None:
        self.under_way[exchange] = wire
        try:
            wire.ask(exchange)
        except OSError as error:
            self._lost(wire, exchange, error)
        else:
            self.sleeper.watch(wire.number, wire.wants)

    def _think(self, wire: Wire) -> None:
        """What the bytes of a connection mean: an answer, a part of one, or trouble."""
        exchange = wire.exchange
        if exchange is None:
            self._drop(wire)
            return
        answer = exchange.answer
        try:
            if wire.closed:
                answer.close()
            else:
                answer.read()
        except NotHTTP as wrong:
            self._lost(wire, exchange, wrong)
            return
        if answer.ended:
            self._answered(wire, exchange)
        elif wire.error or wire.closed:
            self._lost(wire, exchange, wire.error or ConnectionResetError())
        else:
            self.sleeper.watch(wire.number, wire.wants)

    def _answered(self, wire: Wire, exchange: Exchange) -> None:
        """Keep the connection for the next request, if it may carry one."""
        self._end(exchange, None)
        if exchange.answer.stays and not (wire.closed or wire.error) and wire.free():
            self._idle.append(wire)
        else:
            self._drop(wire)

    def _lost(self, wire: Wire, exchange: Exchange, error: Exception) -> None:
        """There will be no answer here; perhaps on another connection."""
        self._drop(wire)
        if wire.rested is not None and not exchange.answer.begun and isinstance(error, OSError):
            return self._anew(exchange)
        if not wire.opened and isinstance(error, OSError):
            exchange.unreached += 1
            if self._addresses[0] is wire.address:
                self._addresses.append(self._addresses.pop(0))
            if exchange.unreached < len(self._addresses):
                return self._anew(exchange)
        exchange.opened = wire.opened
        return self._end(exchange, error)

    def _out_of_time(self, now: float) -> None:
        """End what has taken too long."""
        self._ends = math.inf
        for exchange, wire in list(self.under_way.items()):
            if exchange.sent + self._timeout > now:
                self._ends = exchange.sent + self._timeout
                break
            if wire is not None:
                self._drop(wire)
            self._end(exchange, OutOfTime())

    def _end(self, exchange: Exchange, error: Exception | None) -> None:
        exchange.error, exchange.over = error, True
        exchange.ended = time.perf_counter() if error else exchange.answer.last
        del self.under_way[exchange]
        self._ended.append(exchange)

    def _drop(self, wire: Wire) -> None:
        if wire in self._idle:
            self._idle.remove(wire)
        del self._wires[wire.number]
        self.sleeper.forget(wire.number)
        wire.close()
