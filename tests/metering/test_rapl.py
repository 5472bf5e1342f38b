"""Counters of processors, on a powercap tree that the test writes."""

import sys

import pytest

from outweigh.metering.rapl import Rapl


def test_packages_and_their_memory_count_each_and_nothing_twice(powercap) -> None:
    powercap.zone("0", "package-0", 1_000_000)
    powercap.zone("0:0", "core", 500)
    powercap.zone("0:1", "dram", 2_000_000)
    powercap.zone("1", "package-1", 0)
    powercap.zone("2", "psys", 0)
    rapl = Rapl(powercap.root)
    assert set(rapl.domains) == {"package-0", "dram-0", "package-1"}
    rapl.start()
    powercap.uses("0", 6_000_000)
    powercap.uses("0:1", 2_500_000)
    powercap.uses("1", 1_000_000)
    assert rapl.joules() == {"package-0": 5.0, "dram-0": 0.5, "package-1": 1.0}


def test_a_counter_that_wraps_goes_on(powercap) -> None:
    powercap.zone("0", "package-0", 9_000_000, largest=10_000_000)
    rapl = Rapl(powercap.root)
    rapl.start()
    powercap.uses("0", 2_000_000)
    rapl.advance()
    powercap.uses("0", 8_000_000)
    rapl.advance()
    powercap.uses("0", 1_000_000)
    assert rapl.joules() == {"package-0": 3.0 + 6.0 + 3.0}


def test_starting_again_counts_from_there(powercap) -> None:
    powercap.zone("0", "package-0", 0)
    rapl = Rapl(powercap.root)
    rapl.start()
    powercap.uses("0", 4_000_000)
    rapl.advance()
    rapl.start()
    powercap.uses("0", 5_000_000)
    assert rapl.joules() == {"package-0": 1.0}


def test_a_machine_without_counters_says_so(tmp_path) -> None:
    rapl = Rapl(tmp_path / "nowhere")
    assert rapl.domains == ()
    assert "no processor energy counters" in (rapl.reason or "")
    rapl.start()
    assert rapl.joules() == {}


def test_counters_that_only_root_may_read_say_how_to_allow_it(powercap, monkeypatch: pytest.MonkeyPatch) -> None:
    powercap.zone("0", "package-0", 0)
    counter = powercap.root / "intel-rapl:0" / "energy_uj"
    counter.chmod(0)
    try:
        counter.read_text()
    except PermissionError:
        pass
    else:  # root may read anything
        monkeypatch.setattr("outweigh.metering.rapl._number", refuse)
    rapl = Rapl(powercap.root)
    assert rapl.domains == ()
    assert "sudo chmod a+r" in (rapl.reason or "")


def refuse(path):
    raise PermissionError(13, "Permission denied", str(path))


def test_a_counter_that_is_no_number_is_not_read(powercap) -> None:
    powercap.zone("0", "package-0", 0)
    (powercap.root / "intel-rapl:0" / "energy_uj").write_text("")
    rapl = Rapl(powercap.root)
    assert rapl.domains == ()
    assert "cannot be read" in (rapl.reason or "")


@pytest.mark.skipif(sys.platform != "linux", reason="powercap is Linux's")
def test_this_machine_has_counters_or_a_reason() -> None:
    rapl = Rapl()
    assert bool(rapl.domains) != bool(rapl.reason)
