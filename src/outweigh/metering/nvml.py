"""NVIDIA cards as their driver's own library (NVML) sees them; the package `nvidia-ml-py` is optional.

These paths are tested with a stand-in for the library; they have not run on a card yet. AMD cards are not covered.
"""

from collections.abc import Iterable
from typing import Any

# Power capping is left out: a card under full load reaches its power limit as a matter of course.
_SLOWED = 0x08 | 0x20 | 0x40 | 0x80  # hardware slowdown, software and hardware thermal slowdown, power brake


class Card:
    """One card. Every reading is None where the card or the driver does not give it."""

    def __init__(self, library: Any, handle: Any, number: int) -> None:
        self._library = library
        self._handle = handle
        self.number = number

    def joules(self) -> float | None:
        """Energy since the driver was loaded."""
        found = self._read("nvmlDeviceGetTotalEnergyConsumption")
        return None if found is None else float(found) / 1e3

    def watts(self) -> float | None:
        """Power now; some cards give the mean of the last second."""
        found = self._read("nvmlDeviceGetPowerUsage")
        return None if found is None else float(found) / 1e3

    def busy(self) -> float | None:
        """Share of the card's last sampling period, 1/6 to 1 second, in which a kernel ran."""
        found = self._read("nvmlDeviceGetUtilizationRates")
        return None if found is None else float(found.gpu) / 100

    def slowed(self) -> bool | None:
        """Whether heat or a lack of power holds the clock down now; the ordinary power limit does not count."""
        reasons = self._read("nvmlDeviceGetCurrentClocksEventReasons")
        return None if reasons is None else bool(int(reasons) & _SLOWED)

    def memory_of(self, pids: Iterable[int]) -> int | None:
        """Bytes that these processes hold on the card, contexts included."""
        running = self._read("nvmlDeviceGetComputeRunningProcesses")
        wanted = set(pids)
        held = [each.usedGpuMemory for each in running or () if each.pid in wanted]
        return None if not held or None in held else int(sum(held))

    def _read(self, name: str) -> Any:
        try:
            return getattr(self._library, name)(self._handle)
        except (self._library.NVMLError, AttributeError):
            return None


def every_card() -> tuple[tuple[Card, ...], str | None]:
    """All cards of the machine, and why there are none."""
    try:
        import pynvml
    except ImportError:
        return (), "the package nvidia-ml-py is not installed: pip install 'outweigh[gpu]'"
    try:
        pynvml.nvmlInit()
        handles = [pynvml.nvmlDeviceGetHandleByIndex(number) for number in range(pynvml.nvmlDeviceGetCount())]
    except pynvml.NVMLError as error:
        return (), f"NVML cannot be used here ({error})"
    found = tuple(Card(pynvml, handle, number) for number, handle in enumerate(handles))
    return found, None if found else "NVML sees no card"


def cards(device: str) -> tuple[tuple[Card, ...], str | None]:
    """The card behind a torch device, and why there is none; nothing of either for a device that is no card.

    Torch numbers the cards that it is let see, NVML all: they are matched by their unique numbers. A model that is
    spread over several cards is not covered.
    """
    if not device.startswith("cuda"):
        return (), None
    found, reason = every_card()
    if not found:
        return (), reason
    import torch

    wanted = str(torch.cuda.get_device_properties(torch.device(device)).uuid)
    mine = tuple(card for card in found if str(card._read("nvmlDeviceGetUUID")).endswith(wanted))
    return mine, None if mine else "NVML does not know the card that torch uses"
