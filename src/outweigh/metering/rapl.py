"""Energy counters of processors: Intel's and AMD's RAPL, as Linux shows them under `/sys/class/powercap`."""

import threading
from pathlib import Path

POWERCAP = Path("/sys/class/powercap")
_ALLOW = "sudo chmod a+r /sys/class/powercap/intel-rapl:*/energy_uj"


class Rapl:
    """Joules of each processor package and its memory since `start`.

    Domains are named `package-0`, `dram-0` and so on. Parts of a package (cores, uncore) are left out, for they are in
    it already, and so is `psys`, which holds all of them. Counters wrap at `max_energy_range_uj`, after minutes under
    load: `advance` must be called more often than that, and may be from another thread.
    """

    def __init__(self, root: Path = POWERCAP) -> None:
        self.reason: str | None = None
        self._lock = threading.Lock()
        self._domains = self._readable(root)
        self._last: dict[str, int] = {}
        self._sums: dict[str, int] = {}

    @property
    def domains(self) -> tuple[str, ...]:
        """What can be read; `reason` says why nothing can."""
        return tuple(self._domains)

    def start(self) -> None:
        """Count from here on."""
        with self._lock:
            self._last = {name: _number(folder / "energy_uj") for name, folder in self._domains.items()}
            self._sums = dict.fromkeys(self._domains, 0)

    def advance(self) -> None:
        """Add what was used since the last call."""
        with self._lock:
            for name, folder in self._domains.items():
                now = _number(folder / "energy_uj")
                used = now - self._last[name]
                if used < 0:  # it wrapped
                    used += _number(folder / "max_energy_range_uj")
                self._sums[name] += used
                self._last[name] = now

    def joules(self) -> dict[str, float]:
        """Joules since `start`, by domain."""
        self.advance()
        return {name: used / 1e6 for name, used in self._sums.items()}

    def _readable(self, root: Path) -> dict[str, Path]:
        found = _found(root)
        if not any(name.startswith("package") for name in found):
            self.reason = f"no processor energy counters under {root}"
            return {}
        try:
            for folder in found.values():
                _number(folder / "energy_uj")
                _number(folder / "max_energy_range_uj")
        except PermissionError:
            self.reason = f"the processor's energy counters are there, but only root may read them; allow it: {_ALLOW}"
            return {}
        except (OSError, ValueError) as error:
            self.reason = f"the processor's energy counters cannot be read: {error}"
            return {}
        return found


def _found(root: Path) -> dict[str, Path]:
    """Packages and their memory by name. The same package may appear again as `intel-rapl-mmio`, which is left out."""
    found = {}
    for zone in sorted(root.glob("intel-rapl:[0-9]*")):
        name = _name(zone)
        if name.startswith("package") and ":" not in zone.name.removeprefix("intel-rapl:"):
            found[name] = zone
            # Subzones stand inside their package's folder and beside it, depending on how the folder is reached.
            inside = {each.name: each for each in (*zone.glob(f"{zone.name}:*"), *root.glob(f"{zone.name}:*"))}
            found |= {
                f"dram-{name.removeprefix('package-')}": each for each in inside.values() if _name(each) == "dram"
            }
    return found


def _name(zone: Path) -> str:
    try:
        return (zone / "name").read_text().strip()
    except OSError:
        return ""


def _number(path: Path) -> int:
    return int(path.read_text())
