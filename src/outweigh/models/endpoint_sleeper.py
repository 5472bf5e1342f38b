"""Sleeping until something has come on one of hundreds of sockets, to a tenth of a millisecond where the system can."""

import os
import select
import selectors
import signal
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import FrameType

_NAP = 1.0  # seconds; Windows hears of Ctrl-C when a nap ends
_ROUNDED = 0.001  # seconds, to which epoll rounds its timeout up
_SELECTABLE = 1024  # file numbers that `select` takes


class Sleeper:
    """Watches sockets, by their numbers."""

    def __init__(self) -> None:
        self._selector, self._events = selectors.DefaultSelector(), dict[int, int]()
        self._epoll: select.epoll | None = None
        if isinstance(self._selector, getattr(selectors, "EpollSelector", ())):  # whose own layer costs more than epoll
            self._epoll = select.epoll.fromfd(os.dup(self._selector.fileno()))
        self._asleep = self._interrupted = False

    def watch(self, number: int, events: int) -> None:
        """Wake up for these events from now on, and no others, of a socket."""
        if number not in self._events:
            self._selector.register(number, events)
        elif self._events[number] != events:
            self._selector.modify(number, events)
        self._events[number] = events

    def forget(self, number: int) -> None:
        """Wake up for a socket no more."""
        if self._events.pop(number, None) is not None:
            self._selector.unregister(number)

    def sleep(self, seconds: float) -> Iterable[tuple[int, int]]:
        """Until something has come or so many seconds are over, or somewhat less. Returns whose numbers first."""
        self._asleep = True
        if self._interrupted:
            raise KeyboardInterrupt
        if self._epoll and seconds > 2 * _ROUNDED:
            found: Iterable[tuple[int, int]] = self._epoll.poll(min(seconds, _NAP) - _ROUNDED)
        else:
            found = self._slept(min(seconds, _NAP))
        self._asleep = False
        return found

    def close(self) -> None:
        """Watch nothing."""
        if self._epoll:
            self._epoll.close()
        self._selector.close()

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """Ctrl-C interrupts sleep and nothing else, so that nothing that came is lost halfway; again, anything."""

        def press(number: int, frame: FrameType | None) -> None:
            again, self._interrupted = self._interrupted, True
            if again or self._asleep:
                raise KeyboardInterrupt

        usual = signal.getsignal(signal.SIGINT) is signal.default_int_handler
        if not usual or threading.current_thread() is not threading.main_thread():
            yield
            return
        signal.signal(signal.SIGINT, press)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            self._interrupted = False

    def _slept(self, seconds: float) -> Iterable[tuple[int, int]]:
        """Where epoll alone is too coarse, or is not there."""
        if self._epoll:
            if seconds > 0 and self._epoll.fileno() < _SELECTABLE:
                select.select([self._epoll], [], [], seconds)
            return self._epoll.poll(0)
        if self._events:
            return [(key.fd, events) for key, events in self._selector.select(seconds)]
        time.sleep(max(0.0, seconds))  # Windows' select refuses to wait for nothing
        return []
