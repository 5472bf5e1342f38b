"""Samples over time, and what they cost."""

import os
import subprocess
import sys
import time
from array import array
from math import isnan, nan
from types import SimpleNamespace

import pytest

from outweigh.metering.nvml import every_card
from outweigh.metering.sampling import Sampler, integral

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def spin(seconds: float) -> None:
    end = time.process_time() + seconds
    while time.process_time() < end:
        sum(range(1000))


def test_there_is_a_sample_at_both_ends_and_their_times_only_rise() -> None:
    sampler = Sampler(interval=0.05)
    began = time.perf_counter()
    sampler.start()
    time.sleep(0.3)
    found = sampler.stop()
    ended = time.perf_counter()
    assert len(found.seconds) >= 3
    assert list(found.seconds) == sorted(set(found.seconds))
    assert began <= found.seconds[0] and found.seconds[-1] <= ended
    assert found.seconds[-1] - found.seconds[0] >= 0.3
    assert len({len(row) for row in (found.seconds, found.process_seconds, found.machine_seconds)}) == 1
    assert found.resident_bytes[-1] > 10**6
    assert sampler.stop() == found


def test_a_stretch_shorter_than_the_interval_has_both_its_ends() -> None:
    sampler = Sampler(interval=60.0)
    sampler.start()
    assert len(sampler.stop().seconds) == 2


@linux
def test_processor_time_between_samples_is_ours() -> None:
    sampler = Sampler(interval=0.05)
    sampler.start()
    spin(0.5)
    found = sampler.stop()
    assert found.process_seconds[-1] - found.process_seconds[0] == pytest.approx(0.5, rel=0.1)
    cores = found.process_cores()
    assert len(cores) == len(found.seconds) - 1
    assert all(each >= 0 for each in cores)
    assert found.machine_share is not None
    assert 0 < found.machine_share <= 1.05
    assert all(isnan(each) or each >= 0 for each in found.machine_shares())


def test_the_samplers_own_time_is_known_and_within_the_processs() -> None:
    sampler = Sampler(interval=0.02)
    sampler.start()
    time.sleep(0.2)
    found = sampler.stop()
    assert 0 < found.cost_seconds <= found.process_seconds[-1] - found.process_seconds[0] + 0.05
    assert found.cost == pytest.approx(found.cost_seconds / (found.seconds[-1] - found.seconds[0]))


@linux
def test_the_largest_sample_and_its_parts_are_kept() -> None:
    sampler = Sampler(interval=0.02)
    sampler.start()
    held = bytearray(100_000_000)
    held[::4096] = b"x" * len(range(0, len(held), 4096))
    time.sleep(0.2)
    del held
    time.sleep(0.1)
    found = sampler.stop()
    assert found.largest is not None and found.largest.anonymous is not None
    assert found.largest.total >= found.resident_bytes[0] + 0.98 * 100_000_000
    assert found.largest.anonymous <= found.largest.total
    assert found.resident_bytes[-1] < found.largest.total


@linux
def test_running_children_are_added_up_where_asked() -> None:
    touch = "held = bytearray(80_000_000); held[::4096] = b'x' * len(range(0, 80_000_000, 4096))"
    code = f"import sys; {touch}; print(flush=True); sys.stdin.read()"
    child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    child.stdout.readline()
    for children in (True, False):
        sampler = Sampler(children=children)
        sampler.start()
        found = sampler.stop()
        if children:
            assert found.tree_bytes is not None
            assert found.tree_bytes - found.resident_bytes[-1] > 80_000_000
        else:
            assert found.tree_bytes is None
    child.communicate()


def test_cards_are_sampled_each_on_its_own(driver) -> None:
    driver(SimpleNamespace(percent=50, milliwatts=100_000), SimpleNamespace(percent=None, milliwatts=None))
    sampler = Sampler(cards=every_card()[0])
    sampler.start()
    found = sampler.stop()
    assert list(found.gpu_share[0]) == [0.5, 0.5]
    assert list(found.gpu_watts[0]) == [100.0, 100.0]
    assert all(isnan(each) for each in found.gpu_share[1]) and all(isnan(each) for each in found.gpu_watts[1])


def test_what_is_to_be_done_meanwhile_is_done() -> None:
    called = []
    sampler = Sampler(also=lambda: called.append(os.getpid()))
    sampler.start()
    sampler.stop()
    assert called == [os.getpid()]


def test_an_integral_skips_what_could_not_be_read() -> None:
    times = array("d", [0.0, 1.0, 2.0, 4.0])
    assert integral(array("d", [10.0, 20.0, 20.0, 0.0]), times) == pytest.approx(15 + 20 + 20)
    assert integral(array("d", [10.0, nan, 10.0, 10.0]), times) == pytest.approx(40)
    assert integral(array("d", [nan, nan, nan, 5.0]), times) is None


def test_sampling_goes_on_while_its_samples_are_read_and_forgotten() -> None:
    sampler = Sampler(interval=0.02)
    sampler.start()
    time.sleep(0.1)
    middle = time.perf_counter()
    sampler.begin()
    time.sleep(0.1)
    read = sampler.read()
    seen = list(read.seconds)
    time.sleep(0.1)
    whole = sampler.stop()
    assert seen[0] >= middle
    assert len(seen) >= 2
    assert list(read.seconds) == seen  # what was handed out grows no more
    assert list(whole.seconds)[: len(seen)] == seen
    assert len(whole.seconds) > len(seen)
    assert read.cost_seconds < whole.cost_seconds
