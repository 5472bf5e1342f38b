"""A server that keeps up is not accused, and one that does not is found out: simulated queues."""

import numpy as np
import pytest

from outweigh.records import Timing
from outweigh.stats.saturation import LEAST, saturation

SEEDS = 400


def timings(due, done):
    return [Timing(request=n, due=a, sent=a, done=b) for n, (a, b) in enumerate(zip(due, done, strict=True))]


def one_server(load, seed, requests=400, gaps="exponential", times="fixed"):
    """Waiting in line for one server whose answers take a second: M/D/1, D/D/1, M/M/1."""
    rng = np.random.default_rng(seed)
    between = rng.exponential(1 / load, requests) if gaps == "exponential" else np.full(requests, 1 / load)
    takes = np.ones(requests) if times == "fixed" else rng.exponential(1, requests)
    due = np.cumsum(between)
    done, free = [], 0.0
    for arrival, seconds in zip(due, takes, strict=True):
        free = max(free, arrival) + seconds
        done.append(free)
    return timings(due.tolist(), done)


def batches(load, seed, size=8, requests=400):
    """A server that starts a whole batch at once; the batch takes as many seconds as it has places."""
    due = np.cumsum(np.random.default_rng(seed).exponential(1 / load, requests)).tolist()
    done, now = [], 0.0
    while len(done) < requests:
        now = max(now, due[len(done)])
        waiting = sum(arrival <= now for arrival in due[len(done) : len(done) + size])
        now += size
        done += [now] * waiting
    return timings(due, done)


def alarms(simulate, load, seeds=SEEDS, **how):
    found = [saturation(simulate(load, seed, **how)) for seed in range(seeds)]
    return sum(each.saturated for each in found) / seeds


@pytest.mark.parametrize("times", ["fixed", "exponential"])
@pytest.mark.parametrize(("load", "most"), [(0.5, 0.01), (0.8, 0.02), (0.95, 0.03), (1.0, 0.06)])
def test_a_server_that_keeps_up_is_rarely_accused(load, most, times):
    assert alarms(one_server, load, times=times) <= most


def test_a_server_that_answers_in_batches_and_keeps_up_is_rarely_accused():
    assert alarms(batches, 0.8, seeds=300) <= 0.02


@pytest.mark.parametrize(("load", "least"), [(1.3, 0.9), (1.5, 0.98), (2.0, 0.99)])
def test_a_server_that_is_asked_for_too_much_is_found_out(load, least):
    assert alarms(one_server, load) >= least


def test_even_arrivals_show_a_slight_excess():
    assert saturation(one_server(1.05, 0, gaps="even")).saturated
    assert not saturation(one_server(0.99, 0, gaps="even")).saturated


def test_the_growth_is_what_the_server_leaves_undone():
    found = saturation(one_server(2.0, 0, gaps="even"))
    assert found.growth == pytest.approx(1.0, rel=0.05)
    assert found.low <= found.growth <= found.high
    assert found.rate == pytest.approx(2.0, rel=0.02)
    assert found.last - found.first == pytest.approx(160, abs=3)
    assert "does not keep up with 2 requests a second" in found.line
    assert f"from {found.first} to {found.last}" in found.line


def test_long_answers_that_all_run_at_once_are_no_queue():
    """While the first answers are being written, more and more are under way; that alone is no lack."""
    for seed in range(50):
        due = np.cumsum(np.random.default_rng(seed).exponential(0.1, 300))
        assert not saturation(timings(due.tolist(), (due + 6.0).tolist())).saturated


def test_a_stall_that_is_made_up_for_is_no_lack():
    due = np.arange(300) / 10
    done = np.where((due > 15) & (due < 17), 17 + (due - 15) / 10, due + 0.1)
    assert not saturation(timings(due.tolist(), done.tolist())).saturated


def test_nothing_is_said_of_little():
    assert saturation(one_server(2.0, 0, requests=LEAST - 1)) is None
    even = np.arange(100) / 10
    assert saturation(timings(even.tolist(), (even + 9.0).tolist())) is None  # every answer lasts as long as the load
    assert saturation(timings([0.0] * 100, [1.0] * 100)) is None  # a trace whose requests all come at once


def test_a_request_without_an_end_is_refused():
    with pytest.raises(ValueError, match="no end"):
        saturation([Timing(request=0, due=0.0, sent=0.0)])
