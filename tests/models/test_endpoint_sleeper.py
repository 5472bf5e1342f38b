"""Sleep ends when something has come, and Ctrl-C ends nothing else."""

import os
import signal
import socket
import threading

import pytest

from outweigh.models import endpoint_sleeper
from outweigh.models.endpoint_sleeper import Sleeper
from outweigh.models.endpoint_wire import READ, WRITE


@pytest.fixture
def sleeper():
    found = Sleeper()
    yield found
    found.close()


def test_who_has_something_is_named_until_it_is_read(sleeper):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        sleeper.watch(ours.fileno(), READ)
        assert [*sleeper.sleep(0.0)] == []
        theirs.send(b"x")
        for seconds in (60.0, 0.001, 0.0):
            assert [number for number, _ in sleeper.sleep(seconds)] == [ours.fileno()]
        ours.recv(1)
        assert [*sleeper.sleep(0.001)] == []
        sleeper.watch(ours.fileno(), READ | WRITE)
        assert [number for number, _ in sleeper.sleep(60.0)] == [ours.fileno()]
        sleeper.forget(ours.fileno())
        assert [*sleeper.sleep(0.001)] == []


def test_ctrl_c_waits_for_sleep_and_the_second_for_nothing(sleeper):
    usual = signal.getsignal(signal.SIGINT)
    with sleeper.interruptible():
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    with sleeper.interruptible():
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            sleeper.sleep(0.0)
    assert signal.getsignal(signal.SIGINT) is usual
    assert [*sleeper.sleep(0.0)] == []


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_ctrl_c_ends_sleep(sleeper, monkeypatch):
    monkeypatch.setattr(endpoint_sleeper, "_NAP", 60.0)
    ours, theirs = socket.socketpair()
    with ours, theirs, sleeper.interruptible():
        sleeper.watch(ours.fileno(), READ)
        main = threading.main_thread().ident
        timer = threading.Timer(0.05, signal.pthread_kill, (main, signal.SIGINT))
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            sleeper.sleep(60.0)
        timer.join()


def test_in_another_thread_nothing_is_touched(sleeper):
    found = []

    def look():
        with sleeper.interruptible():
            found.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert found == [signal.getsignal(signal.SIGINT)]
