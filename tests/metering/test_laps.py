"""What the parts of a longer work took: each by itself, and nothing of what lies between."""

import sys
import threading
import time

import pytest

from outweigh.metering.laps import Laps
from outweigh.metering.meter import Meter

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def test_what_lies_between_laps_counts_in_none(powercap) -> None:
    powercap.zone("0", "package-0", 0)
    with Laps("cpu", powercap=powercap.root) as laps:
        laps.begin()
        powercap.uses("0", 10_000_000)
        first = laps.end(4)
        powercap.uses("0", 110_000_000)  # writing to the journal
        laps.begin()
        powercap.uses("0", 115_000_000)
        second = laps.end(3)
    assert first.energy is not None and second.energy is not None
    assert (first.energy.joules, second.energy.joules) == (10.0, 5.0)
    assert (first.answers, second.answers) == (4, 3)
    assert second.energy.seconds == second.seconds
    assert "idling included" in first.energy.method


def test_a_lap_that_was_begun_anew_counts_from_then_on(powercap) -> None:
    powercap.zone("0", "package-0", 0)
    with Laps("cpu", powercap=powercap.root) as laps:
        laps.begin()
        powercap.uses("0", 7_000_000)
        laps.begin()
        powercap.uses("0", 9_000_000)
        lap = laps.end(1)
    assert lap.energy is not None and lap.energy.joules == 2.0


def test_without_counters_a_lap_has_the_joules_of_its_own_processor_time(tmp_path) -> None:
    def spin(seconds: float) -> None:
        end = time.process_time() + seconds
        while time.process_time() < end:
            sum(range(1000))

    with Laps("cpu", powercap=tmp_path) as laps:
        laps.begin()
        spin(0.4)
        long = laps.end(1)
        spin(0.4)
        laps.begin()
        spin(0.1)
        short = laps.end(1)
    if long.energy is None or short.energy is None:
        assert "no power is known" in long.unmeasured["energy_joules"]
        return
    assert long.energy.estimated and long.energy.low < long.energy.joules < long.energy.high
    assert short.energy.joules < 0.6 * long.energy.joules


@linux
def test_the_peak_is_of_the_lap_and_not_of_what_was_before() -> None:
    with Laps("cpu") as laps:
        laps.begin()
        held = bytearray(150_000_000)
        held[::4096] = b"x" * len(range(0, len(held), 4096))
        high = laps.end(1)
        del held
        laps.begin()
        low = laps.end(1)
    assert high.peak_memory_bytes is not None and low.peak_memory_bytes is not None
    assert high.peak_memory_bytes - low.peak_memory_bytes > 100_000_000
    assert high.unmeasured["peak_device_bytes"] == "the model runs on the processor"


def test_beside_other_models_there_is_no_peak_but_a_reason() -> None:
    with Laps("cpu", alone=False) as laps:
        laps.begin()
        lap = laps.end(1)
    assert lap.peak_memory_bytes is None
    assert "other models" in lap.unmeasured["peak_memory_bytes"]


def test_of_a_servers_machine_seconds_alone_are_known() -> None:
    with Laps(None) as laps:
        laps.begin()
        time.sleep(0.01)
        assert laps.seconds >= 0.01
        lap = laps.end(2)
    assert lap.seconds >= 0.01
    assert (lap.energy, lap.peak_memory_bytes, lap.peak_device_bytes) == (None, None, None)
    assert lap.unmeasured.keys() == {"energy_joules", "peak_memory_bytes", "peak_device_bytes"}
    assert "outweigh-sampler" not in {thread.name for thread in threading.enumerate()}


def test_laps_and_meters_do_not_set_back_each_others_marks() -> None:
    with Laps("cpu") as laps:
        laps.begin()
        with pytest.raises(RuntimeError, match="nested"), Meter():
            pass
        laps.end(1)
        with Meter():
            pass
        with Meter(), pytest.raises(RuntimeError, match="nested"):
            laps.begin()


def broken(laps: Laps) -> None:
    with laps:
        laps.begin()
        _ = 1 / 0


def test_work_that_raises_leaves_no_thread_and_no_lock() -> None:
    def work() -> None:
        with Laps("cpu") as laps:
            laps.begin()
            _ = 1 / 0

    with pytest.raises(ZeroDivisionError):
        work()
    assert "outweigh-sampler" not in {thread.name for thread in threading.enumerate()}
    with Meter():
        pass
