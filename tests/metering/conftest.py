"""A stand-in for NVML's arithmetic, and a powercap tree, both written by the test."""

import sys
from array import array
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from outweigh.metering.sampling import Samples


class Driver(ModuleType):
    """`pynvml` with cards whose readings are set by the test; what a card lacks raises as the real one does."""

    class NVMLError(Exception):
        pass

    def __init__(self, *cards: SimpleNamespace) -> None:
        super().__init__("pynvml")
        self.cards = cards

    def nvmlInit(self):  # noqa: N802
        if not self.cards:
            raise self.NVMLError("Driver Not Loaded")

    def nvmlDeviceGetCount(self):  # noqa: N802
        return len(self.cards)

    def nvmlDeviceGetHandleByIndex(self, number):  # noqa: N802
        return self.cards[number]

    def _of(self, handle, name):
        if getattr(handle, name, None) is None:
            raise self.NVMLError("Not Supported")
        return getattr(handle, name)

    def nvmlDeviceGetTotalEnergyConsumption(self, handle):  # noqa: N802
        return self._of(handle, "millijoules")

    def nvmlDeviceGetPowerUsage(self, handle):  # noqa: N802
        return self._of(handle, "milliwatts")

    def nvmlDeviceGetUtilizationRates(self, handle):  # noqa: N802
        return SimpleNamespace(gpu=self._of(handle, "percent"))

    def nvmlDeviceGetCurrentClocksEventReasons(self, handle):  # noqa: N802
        return self._of(handle, "reasons")

    def nvmlDeviceGetComputeRunningProcesses(self, handle):  # noqa: N802
        return self._of(handle, "processes")

    def nvmlDeviceGetUUID(self, handle):  # noqa: N802
        return self._of(handle, "uuid")


@pytest.fixture
def driver(monkeypatch: pytest.MonkeyPatch):
    """Install a driver with these cards; each is a namespace of raw readings."""

    def install(*cards: SimpleNamespace) -> Driver:
        made = Driver(*cards)
        monkeypatch.setitem(sys.modules, "pynvml", made)
        return made

    return install


class Powercap:
    """RAPL's folders, as `/sys/class/powercap` has them."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def zone(self, number: str, name: str, used: int, largest: int = 262_143_328_850) -> None:
        folder = self.root / f"intel-rapl:{number}"
        folder.mkdir(parents=True)
        (folder / "name").write_text(f"{name}\n")
        (folder / "max_energy_range_uj").write_text(f"{largest}\n")
        self.uses(number, used)

    def uses(self, number: str, used: int) -> None:
        (self.root / f"intel-rapl:{number}" / "energy_uj").write_text(f"{used}\n")


@pytest.fixture
def powercap(tmp_path: Path) -> Powercap:
    return Powercap(tmp_path / "powercap")


def samples(seconds=(0.0, 1.0), *, busy=(0.0, 1.0), capacity=(0.0, 2.0), watts=()) -> Samples:
    """Samples with these readings and nothing else."""
    none = array("d", [0.0] * len(seconds))
    return Samples(
        1.0, array("d", seconds), none, array("d", busy), array("d", capacity), none, (),
        tuple(array("d", each) for each in watts), None, None, None, 0.0,
    )  # fmt: skip


@pytest.fixture(name="samples")
def samples_fixture():
    return samples
