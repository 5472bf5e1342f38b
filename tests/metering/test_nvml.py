"""Readings of NVIDIA cards, through a stand-in for their driver's library."""

import sys
from types import SimpleNamespace

import pytest

from outweigh.metering.nvml import cards, every_card


def test_without_the_package_the_reason_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", None)
    assert every_card() == ((), "the package nvidia-ml-py is not installed: pip install 'outweigh[gpu]'")
    assert cards("cuda")[1] is not None
    assert cards("cpu") == ((), None)


def test_without_a_driver_the_reason_is_its_own(driver) -> None:
    driver()
    assert every_card() == ((), "NVML cannot be used here (Driver Not Loaded)")


def test_the_installed_package_says_so_on_a_machine_without_a_card() -> None:
    pynvml = pytest.importorskip("pynvml")
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        assert "NVML cannot be used here" in (every_card()[1] or "")


def test_readings_are_in_joules_watts_and_shares(driver) -> None:
    driver(SimpleNamespace(millijoules=1500, milliwatts=250_000, percent=40, reasons=0x24))
    (card,), _ = every_card()
    assert (card.joules(), card.watts(), card.busy(), card.slowed()) == (1.5, 250.0, 0.4, True)


def test_what_a_card_lacks_is_none(driver) -> None:
    driver(SimpleNamespace())
    (card,), _ = every_card()
    assert (card.joules(), card.watts(), card.busy(), card.slowed(), card.memory_of([1])) == (None,) * 5


def test_memory_is_that_of_the_processes_asked_for(driver) -> None:
    held = [SimpleNamespace(pid=1, usedGpuMemory=100), SimpleNamespace(pid=2, usedGpuMemory=30)]
    driver(SimpleNamespace(processes=held))
    (card,), _ = every_card()
    assert card.memory_of([1]) == 100
    assert card.memory_of([1, 2]) == 130
    assert card.memory_of([3]) is None
    held[1].usedGpuMemory = None  # containers and some drivers do not say
    assert card.memory_of([1, 2]) is None


def test_torchs_card_is_found_by_its_unique_number(driver, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    driver(SimpleNamespace(uuid="GPU-aaaa"), SimpleNamespace(uuid="GPU-bbbb"))
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda _: SimpleNamespace(uuid="bbbb"))
    (card,), reason = cards("cuda:0")  # the first that torch is let see
    assert (card.number, reason) == (1, None)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda _: SimpleNamespace(uuid="cccc"))
    assert cards("cuda:0") == ((), "NVML does not know the card that torch uses")
