"""Joules: from counters where there are some, and otherwise an estimate that says so."""

from array import array
from dataclasses import replace
from types import SimpleNamespace

import pytest

from outweigh.metering.energy import Counters, EnergyMeter, Idle, measure_idle, together
from outweigh.metering.nvml import every_card
from outweigh.metering.power_table import Chip
from outweigh.records import UserError

SERVER = Chip("AMD EPYC", threads=2, virtual=True)


def test_without_counters_the_figure_says_estimated_how_and_how_far_off(tmp_path, samples) -> None:
    meter = EnergyMeter(SERVER, powercap=tmp_path)
    meter.start()
    found = meter.stop(10.0, 15.0, samples())
    assert found is not None
    assert found.estimated is True
    assert found.source == "estimated from power table"
    assert found.low < found.joules < found.high
    assert found.idle_watts == pytest.approx(1.48)
    assert "SPECpower" in found.method and "no processor energy counters" in found.method
    assert found.idle_seconds is None
    assert "1.48 W of idling, the table's own and not measured, are not in it" in found.method


def test_where_nothing_sensible_can_be_said_there_is_a_reason_and_no_figure(tmp_path, samples) -> None:
    meter = EnergyMeter(Chip("Some Desktop 9000", 8), powercap=tmp_path)
    meter.start()
    assert meter.stop(10.0, 15.0, samples()) is None
    assert "Some Desktop 9000" in (meter.reason or "") and "no processor energy counters" in (meter.reason or "")


def test_rapl_counts_and_idling_is_taken_off_and_shown(powercap, samples) -> None:
    powercap.zone("0", "package-0", 0)
    powercap.zone("0:0", "dram", 0)
    idle = Idle(3.0, {"package-0": 10.0, "dram-0": 1.0}, {"package-0": 0.5, "dram-0": 0.0})
    meter = EnergyMeter(SERVER, idle=idle, powercap=powercap.root)
    meter.start()
    powercap.uses("0", 500_000_000)
    powercap.uses("0:0", 30_000_000)
    found = meter.stop(10.0, 15.0, samples())
    assert found is not None
    assert (found.estimated, found.source) == (False, "RAPL")
    assert found.parts == {"package-0": 400.0, "dram-0": 20.0}
    assert found.joules == 420.0
    assert (found.idle_watts, found.idle_seconds) == (11.0, 3.0)
    assert (found.low, found.high) == pytest.approx((420 - 0.05 * 420 - 5, 420 + 0.05 * 420 + 5))
    assert "10 W of idling taken off, measured over 3 s" in found.method


def test_without_a_baseline_idling_is_in_it_and_the_method_says_so(powercap, samples) -> None:
    powercap.zone("0", "package-0", 0)
    meter = EnergyMeter(SERVER, powercap=powercap.root)
    meter.start()
    powercap.uses("0", 500_000_000)
    found = meter.stop(10.0, 15.0, samples())
    assert found is not None
    assert (found.joules, found.idle_watts) == (500.0, None)
    assert "idling included" in found.method


def test_a_counter_that_stands_still_is_not_a_measurement_of_nothing(powercap, samples) -> None:
    powercap.zone("0", "package-0", 7)
    meter = EnergyMeter(SERVER, powercap=powercap.root)
    meter.start()
    found = meter.stop(10.0, 15.0, samples())
    assert found is not None
    assert found.estimated is True
    assert "stand still" in found.method


def test_two_cards_count_each_and_are_added_up(driver, powercap, samples) -> None:
    powercap.zone("0", "package-0", 0)
    first, second = SimpleNamespace(millijoules=1000), SimpleNamespace(millijoules=5_000_000)
    driver(first, second)
    meter = EnergyMeter(SERVER, device="cuda", cards=every_card()[0], powercap=powercap.root)
    meter.start()
    powercap.uses("0", 100_000_000)
    first.millijoules, second.millijoules = 201_000, 5_300_000
    found = meter.stop(1.0, 1.0, samples(watts=((1.0, 1.0), (1.0, 1.0))))
    assert found is not None
    assert found.parts == {"package-0": 100.0, "gpu-0": 200.0, "gpu-1": 300.0}
    assert found.joules == 600.0
    assert (found.estimated, found.source) == (False, "RAPL + NVML energy counter")


def test_a_card_without_a_counter_has_its_power_integrated_and_counts_as_estimated(driver, powercap, samples) -> None:
    powercap.zone("0", "package-0", 0)
    driver(SimpleNamespace(milliwatts=100_000))
    meter = EnergyMeter(SERVER, device="cuda", cards=every_card()[0], powercap=powercap.root)
    meter.start()
    powercap.uses("0", 50_000_000)
    found = meter.stop(2.0, 1.0, samples((0.0, 1.0, 2.0), watts=((100.0, 200.0, 100.0),)))
    assert found is not None
    assert found.parts["gpu-0"] == pytest.approx(300.0)
    assert found.estimated is True
    assert found.low == pytest.approx(300 * 0.65 + 50 * 0.95)
    assert "estimated from NVML power samples" in found.source


def test_a_card_that_says_nothing_leaves_no_figure_for_the_processor_alone(driver, powercap, samples) -> None:
    powercap.zone("0", "package-0", 0)
    driver(SimpleNamespace())
    meter = EnergyMeter(SERVER, device="cuda:0", cards=every_card()[0], powercap=powercap.root)
    meter.start()
    powercap.uses("0", 50_000_000)
    assert meter.stop(2.0, 1.0, samples(watts=((float("nan"),) * 2,))) is None
    assert "cuda:0" in (meter.reason or "")


def test_a_card_whose_counter_fell_back_has_none(driver, tmp_path) -> None:
    card = SimpleNamespace(millijoules=5000)
    driver(card)
    counters = Counters(every_card()[0], tmp_path)
    counters.start()
    card.millijoules = 10
    assert counters.joules() == {}


def test_apples_gpu_is_not_estimated(tmp_path, samples) -> None:
    meter = EnergyMeter(SERVER, device="mps", powercap=tmp_path)
    meter.start()
    assert meter.stop(2.0, 1.0, samples()) is None
    assert "powermetrics" in (meter.reason or "")


def test_the_idle_baseline_is_watts_with_an_interval(powercap, monkeypatch: pytest.MonkeyPatch) -> None:
    powercap.zone("0", "package-0", 0)
    used = [0]

    def sleep(seconds: float) -> None:
        used[0] += round(20e6 * seconds)
        powercap.uses("0", used[0])
        clock[0] += seconds

    clock = [0.0]
    monkeypatch.setattr("outweigh.metering.energy.time", SimpleNamespace(sleep=sleep, perf_counter=lambda: clock[0]))
    idle = measure_idle(2.0, powercap=powercap.root)
    assert idle is not None
    assert idle.watts == {"package-0": pytest.approx(20.0)}
    assert idle.errors == {"package-0": pytest.approx(0.0, abs=1e-6)}


def test_without_counters_there_is_no_baseline_and_nothing_is_waited_for(tmp_path, monkeypatch) -> None:
    slept = []
    monkeypatch.setattr("outweigh.metering.energy.time", SimpleNamespace(sleep=slept.append, perf_counter=lambda: 0.0))
    assert measure_idle(60.0, powercap=tmp_path) is None
    assert slept == []


def test_an_idle_stretch_takes_time() -> None:
    with pytest.raises(UserError, match="above 0"):
        measure_idle(0)


def test_what_comes_after_the_halt_is_not_in_it(powercap, samples) -> None:
    powercap.zone("0", "package-0", 0)
    meter = EnergyMeter(SERVER, powercap=powercap.root)
    meter.start()
    powercap.uses("0", 5_000_000)
    meter.halt()
    powercap.uses("0", 50_000_000)
    found = meter.stop(1.0, 1.0, samples())
    assert found is not None and found.joules == 5.0
    meter.start()
    powercap.uses("0", 51_000_000)
    again = meter.stop(1.0, 1.0, samples())
    assert again is not None and again.joules == 1.0


def test_within_one_tick_of_the_clock_a_whole_chip_is_taken_to_do_this_work_alone(tmp_path, samples) -> None:
    meter = EnergyMeter(Chip("Named", threads=10, watts=100.0), powercap=tmp_path)
    meter.start()
    found = meter.stop(0.005, 0.005, samples(busy=(7.0, 7.0), capacity=(20.0, 20.0)))
    assert found is not None
    assert found.joules == pytest.approx((0.32 - 0.12) * 100 * 0.005)
    unread = replace(samples(), machine_capacity=array("d", [float("nan")] * 2))
    meter.start()
    assert meter.stop(0.005, 0.005, unread) is None
    assert "cannot be read" in (meter.reason or "")


def spent(powercap, samples, joules: int, seconds: float, idle: Idle | None = None):
    """What so many joules are by a counter."""
    powercap.uses("0", 0)
    meter = EnergyMeter(SERVER, idle=idle, powercap=powercap.root)
    meter.start()
    powercap.uses("0", joules * 1_000_000)
    found = meter.stop(seconds, 1.0, samples())
    assert found is not None
    return found


def test_stretches_of_one_work_add_up_with_their_bounds(powercap, samples) -> None:
    powercap.zone("0", "package-0", 0)
    calm = Idle(3.0, {"package-0": 2.0}, {"package-0": 0.0})
    warm = Idle(3.0, {"package-0": 5.0}, {"package-0": 0.0})
    found = together([spent(powercap, samples, 100, 10.0, calm), spent(powercap, samples, 200, 20.0, warm)])
    assert not isinstance(found, str)
    assert (found.joules, found.seconds) == (80.0 + 100.0, 30.0)
    assert (found.low, found.high) == (pytest.approx(0.95 * 180), pytest.approx(1.05 * 180))
    assert found.idle_watts == pytest.approx((2.0 * 10 + 5.0 * 20) / 30)
    assert found.parts == {"package-0": 180.0}
    assert "2 W of idling" in found.method and "5 W of idling" in found.method


def test_stretches_that_were_counted_in_different_ways_do_not_add_up(powercap, samples, tmp_path) -> None:
    powercap.zone("0", "package-0", 0)
    with_idling = spent(powercap, samples, 100, 10.0)
    without = spent(powercap, samples, 100, 10.0, Idle(3.0, {"package-0": 2.0}, {"package-0": 0.0}))
    meter = EnergyMeter(SERVER, powercap=tmp_path / "none")
    meter.start()
    guessed = meter.stop(10.0, 10.0, samples())
    assert guessed is not None
    for other in (without, guessed):
        why = together([with_idling, other])
        assert isinstance(why, str) and "different ways" in why and "RAPL, idling included" in why
    assert isinstance(together([]), str)
