"""Requests wait as long as the exact formulas say, and as long as they do in a simulation."""

from math import exp, factorial

import numpy as np
import pytest

from outweigh.stats.queueing import capacity, delayed, mean_wait, percentile, served, within

WITHIN = {0.9: 0.07, 0.95: 0.05, 0.99: 0.05}
WITHIN_OF_THE_MEAN = 0.05
ERLANG, EXPONENTIAL, HYPEREXPONENTIAL = 0.25, 1.0, 4.0


def erlang_c(servers, load):
    """Erlang's formula as textbooks write it."""
    last = load**servers / factorial(servers) / (1 - load / servers)
    return last / (sum(load**n / factorial(n) for n in range(servers)) + last)


def late(servers, load, time):
    """P(longer than `time`) of M/M/c, in units of the mean service."""
    spare = servers - 1 - load
    return exp(-time) * (1 + erlang_c(servers, load) * (1 - exp(-time * spare)) / spare)


@pytest.mark.parametrize(("servers", "load"), [(1, 0.3), (2, 1.7), (5, 3.3), (40, 34.5)])
def test_exponential_times_are_exact(servers, load):
    busy = np.array([load / servers])
    assert delayed(servers, busy)[0] == pytest.approx(erlang_c(servers, load), rel=1e-9)
    assert mean_wait(servers, busy[0], 1.0) == pytest.approx(erlang_c(servers, load) / (servers - load), rel=1e-6)
    for time in (0.5, 2.0, 6.0):
        assert 1 - within(servers, busy, 1.0, time)[0] == pytest.approx(late(servers, load, time), abs=1e-6)


@pytest.mark.parametrize("variation", [0.0, 0.1, 0.25, 1.0, 4.0, 20.0])
@pytest.mark.parametrize("busy", [0.2, 0.6, 0.9])
def test_one_server_is_pollaczek_and_khinchine(variation, busy):
    assert mean_wait(1, busy, variation) == pytest.approx(busy / (1 - busy) * (1 + variation) / 2, rel=1e-6)


@pytest.mark.parametrize("variation", [0.0, 0.04, 0.5, 1.0, 2.5, 9.0])
def test_a_request_alone_takes_its_service(variation):
    drawn = services(np.random.default_rng(1), variation, 200_000)
    assert drawn.mean() == pytest.approx(1, abs=0.02)
    for time in (0.4, 1.0, 3.0):
        assert served(time, variation) == pytest.approx((drawn <= time).mean(), abs=0.005)


def test_no_more_than_the_capacity_keeps_the_limit():
    for servers, variation in ((1, 0.5), (3, 1.0), (24, 4.0)):
        most = capacity(servers, variation, 6.0, 0.95)
        assert 0 < most < 1
        assert (
            percentile(servers, most * 0.999, variation, 0.95)
            < 6.0
            < percentile(servers, most * 1.001, variation, 0.95)
        )


def test_nothing_keeps_a_limit_that_a_request_alone_breaks():
    assert capacity(50, 1.0, 2.9, 0.95) == 0.0  # 5 % of exponential times are longer than 2.996 means
    assert capacity(50, 1.0, 3.1, 0.95) > 0.5


def test_more_servers_are_busier_at_the_same_limit():
    found = [capacity(servers, 1.0, 4.0, 0.95) for servers in (1, 2, 4, 8, 16, 32, 64, 1000)]
    assert found == sorted(found)
    assert found[-1] > 0.95


def services(rng, variation, size):
    """Service times of mean 1: fixed, gamma (Erlang where 1 / variation is whole), or two exponential phases."""
    if variation == 0:
        return np.ones(size)
    if variation <= 1:
        return rng.gamma(1 / variation, variation, size)
    first = (1 + np.sqrt((variation - 1) / (variation + 1))) / 2
    return rng.exponential(1, size) / np.where(rng.random(size) < first, 2 * first, 2 * (1 - first))


def simulated(servers, busy, variation):
    """Times from coming to being done, in many queues beside each other that all start empty and are warmed up."""
    rng = np.random.default_rng(7)
    queues, kept, warmup = (1500, 1200, 800 * min(servers, 4)) if servers < 16 else (600, 1000, 4000)
    free, now, rows = np.zeros((queues, servers)), np.zeros(queues), np.arange(queues)
    done = np.empty((kept, queues))
    for request in range(-warmup, kept):
        now += rng.exponential(1 / (servers * busy), queues)
        first = free.argmin(axis=1)
        end = np.maximum(free[rows, first], now) + services(rng, variation, queues)
        free[rows, first] = end
        if request >= 0:
            done[request] = end - now
    return done


SETTINGS = [
    (servers, busy, variation)
    for servers in (1, 2, 4, 16, 64)
    for busy in (0.5, 0.7, 0.85)
    for variation in (ERLANG, EXPONENTIAL, HYPEREXPONENTIAL)
]


@pytest.mark.parametrize(("servers", "busy", "variation"), SETTINGS)
def test_mean_and_percentiles_are_within_five_percent_of_a_simulation(servers, busy, variation):
    """Of the time from coming to being done: what docs/cost.md promises; the 90th percentile within 7 %."""
    done = simulated(servers, busy, variation)
    assert 1 + mean_wait(servers, busy, variation) == pytest.approx(done.mean(), rel=WITHIN_OF_THE_MEAN)
    for share, near in WITHIN.items():
        assert percentile(servers, busy, variation, share) == pytest.approx(np.quantile(done, share), rel=near)
