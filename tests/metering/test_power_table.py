"""What a processor probably takes, where nothing counts it."""

from pathlib import Path

import pytest

from outweigh.metering.power_table import Chip, Guess, design_watts, estimate, power_file, this_chip


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "cpu_power.csv"
    path.write_text(
        "Name,TDP\nAMD EPYC 7763,280.0\nIntel Xeon Platinum 8259CL,210\nIntel Core i7-1165G7,27.29.5\n"
        "Twice,10\nTwice,20\nAMD Ryzen 5 5600X,65.0\n"
    )
    return path


@pytest.mark.parametrize(
    ("name", "watts"),
    [
        ("AMD EPYC 7763 64-Core Processor", 280.0),
        ("Intel(R) Xeon(R) Platinum 8259CL CPU @ 2.50GHz", 210.0),
        ("AMD Ryzen 5 5600X 6-Core Processor", 65.0),
        ("AMD EPYC", None),  # a part of a name is not that processor
        ("AMD Ryzen 5 5600", None),
        ("11th Gen Intel(R) Core(TM) i7-1165G7 @ 2.80GHz", None),  # the table's value is no number
        ("Twice", None),
    ],
)
def test_a_processor_is_looked_up_by_its_whole_name(table: Path, name: str, watts: float | None) -> None:
    assert design_watts(name, table) == watts


def test_without_a_table_nothing_is_known() -> None:
    assert design_watts("AMD EPYC 7763 64-Core Processor", None) is None


def test_the_real_table_knows_real_processors() -> None:
    if power_file() is None:
        pytest.skip("codecarbon is not installed")
    assert design_watts("AMD EPYC 7763 64-Core Processor", power_file()) == 280


def test_a_whole_chip_takes_more_for_its_first_core_than_for_its_last() -> None:
    chip = Chip("Named", threads=10, watts=100.0)
    one = estimate(chip, 10.0, 10.0, 0.1)
    every = estimate(chip, 10.0, 100.0, 1.0)
    assert isinstance(one, Guess) and isinstance(every, Guess)
    assert one.joules == pytest.approx((0.32 - 0.12) * 100 * 10)
    assert every.joules == pytest.approx((1.02 - 0.12) * 100 * 10)
    assert one.idle_watts == every.idle_watts == pytest.approx(12.0)
    assert (one.low, one.high) == pytest.approx((0.6 * one.joules, 1.4 * one.joules))
    assert "±40%" in one.method and "arXiv:2509.22092" in one.method and "TDP 100 W" in one.method


def test_what_others_did_is_theirs() -> None:
    chip = Chip("Named", threads=10, watts=100.0)
    ours = estimate(chip, 10.0, 20.0, 0.5)  # 50 of 100 thread seconds were busy, 20 of them ours
    assert isinstance(ours, Guess)
    assert ours.joules == pytest.approx((0.75 - 0.12) * 100 * 10 * 20 / 50)


def test_a_whole_chip_needs_to_know_how_busy_it_was() -> None:
    assert "cannot be read" in str(estimate(Chip("Named", 10, watts=100.0), 10.0, 10.0, None))


def test_a_virtual_machine_has_its_threads_share_of_a_chip() -> None:
    chip = Chip("AMD EPYC 7763 64-Core Processor", threads=4, virtual=True, watts=280.0)
    found = estimate(chip, 10.0, 20.0, None)
    assert isinstance(found, Guess)
    assert found.joules == pytest.approx(20.0 * 280 * 0.9 / 128)
    assert found.idle_watts == pytest.approx(4 * 280 * 0.12 / 128)


@pytest.mark.parametrize(
    "chip",
    [
        Chip("AMD EPYC", 2, virtual=True),
        Chip("Intel Xeon", 2),
        Chip("", 2, virtual=True),
        Chip("Intel Xeon Platinum 8259CL", 2, virtual=True, watts=210.0),  # how many threads it has is not known
    ],
)
def test_an_unnamed_server_has_the_range_of_servers(chip: Chip) -> None:
    found = estimate(chip, 5.0, 10.0, 0.9)
    assert isinstance(found, Guess)
    assert (found.low, found.joules, found.high) == pytest.approx((12.2, 27.6, 42.8))
    assert found.idle_watts == pytest.approx(2 * 0.74)
    assert "SPECpower" in found.method


def test_an_unknown_desktop_has_no_estimate_but_a_reason() -> None:
    reason = estimate(Chip("Some Desktop 9000", 8), 5.0, 10.0, 0.5)
    assert isinstance(reason, str)
    assert "Some Desktop 9000" in reason
    assert "codecarbon" in reason or "outweigh[energy]" in reason


def test_the_chip_at_hand_is_read_from_the_system(tmp_path: Path) -> None:
    info = tmp_path / "cpuinfo"
    info.write_text("physical id\t: 0\nflags\t\t: fpu hypervisor lahf_lm\n\nphysical id\t: 1\nflags\t\t: fpu\n")
    found = this_chip("Some", info)
    assert (found.sockets, found.virtual) == (2, True)
    bare = this_chip("Some", tmp_path / "absent")
    assert (bare.sockets, bare.virtual) == (1, False)
