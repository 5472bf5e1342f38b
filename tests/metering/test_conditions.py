"""What the machine was doing, and how far its times can be trusted."""

import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from outweigh.metering.conditions import Watcher, power_mode, verdict
from outweigh.metering.nvml import every_card
from outweigh.records import Conditions, Noise

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


def watched(root: Path, *, before: str, after: str, seconds: float = 0.6) -> Conditions:
    """A stretch on a machine whose counters stand at `before` and then at `after`."""
    write(root, "proc/stat", before)
    with Watcher(proc=root / "proc", sys_root=root / "sys") as watcher:
        time.sleep(seconds)
        write(root, "proc/stat", after)
    return watcher.conditions


def test_a_container_that_shows_nothing_gives_none_and_is_never_quiet(tmp_path: Path) -> None:
    with Watcher(proc=tmp_path, sys_root=tmp_path) as watcher:
        pass
    seen = watcher.conditions
    assert (seen.load, seen.steal, seen.frequency_hertz, seen.frequency_spread) == (None, None, None, None)
    assert (seen.throttled, seen.power_mode, seen.busiest) == (None, None, ())
    assert seen.noise is Noise.UNSTEADY
    assert "cannot be told here" in seen.reasons[0]


def test_steal_and_others_are_shares_of_all_cores(tmp_path: Path) -> None:
    seen = watched(tmp_path, before="cpu 0 0 0 100 0 0 0 0\n", after="cpu 300 0 0 600 0 0 0 200\n")
    assert seen.steal == pytest.approx(200 / 1000)
    assert seen.load is not None
    assert 0 < seen.load <= 3.0 / 0.6  # 300 ticks in 0.6 s or a little more, less what this process took
    assert seen.noise is Noise.NOISY
    assert seen.reasons == (
        "other processes took 30% of the processor",
        "the hypervisor gave 20% of the processor to others",
    )


def test_a_quiet_machine_is_called_quiet(tmp_path: Path) -> None:
    seen = watched(tmp_path, before="cpu 0 0 0 100 0 0 0 0\n", after="cpu 0 0 0 300 0 0 0 0\n")
    assert (seen.load, seen.steal, seen.noise, seen.reasons) == (0.0, 0.0, Noise.QUIET, ())


def test_too_short_a_stretch_has_no_share(tmp_path: Path) -> None:
    seen = watched(tmp_path, before="cpu 0 0 0 1 0 0 0 0\n", after="cpu 9 0 0 9 0 0 0 0\n", seconds=0.01)
    assert (seen.load, seen.steal, seen.noise) == (None, None, Noise.UNSTEADY)


def test_frequency_is_that_of_the_fastest_core_and_spreads_over_time(tmp_path: Path) -> None:
    frequency = "devices/system/cpu/cpu{}/cpufreq/scaling_cur_freq"
    write(tmp_path, frequency.format(0), "3000000\n")
    write(tmp_path, frequency.format(1), "800000\n")
    with Watcher(proc=tmp_path, sys_root=tmp_path) as watcher:
        write(tmp_path, frequency.format(0), "2000000\n")
        watcher.look()
        write(tmp_path, frequency.format(0), "2500000\n")
    assert watcher.conditions.frequency_hertz == pytest.approx(2.5e9)
    assert watcher.conditions.frequency_spread == pytest.approx(0.4)


def test_a_throttle_counter_that_rises_is_noise(tmp_path: Path) -> None:
    count = "devices/system/cpu/cpu0/thermal_throttle/core_throttle_count"
    write(tmp_path, count, "7\n")
    with Watcher(proc=tmp_path, sys_root=tmp_path) as calm:
        pass
    assert calm.conditions.throttled is False
    with Watcher(proc=tmp_path, sys_root=tmp_path) as hot:
        write(tmp_path, count, "8\n")
    assert hot.conditions.throttled is True
    assert hot.conditions.noise is Noise.NOISY


@pytest.mark.parametrize(("reasons", "throttled"), [(0x0, False), (0x1 | 0x4, False), (0x40, True), (None, None)])
def test_a_card_slowed_by_heat_counts_and_its_power_limit_does_not(tmp_path, driver, reasons, throttled) -> None:
    driver(SimpleNamespace(reasons=reasons))
    cards, _ = every_card()
    with Watcher(cards=cards, proc=tmp_path, sys_root=tmp_path) as watcher:
        pass
    assert watcher.conditions.throttled is throttled


def test_the_power_mode_is_what_the_system_was_told(tmp_path: Path) -> None:
    assert power_mode(tmp_path) is None
    for core, governor in enumerate(("powersave", "powersave", "performance")):
        write(tmp_path, f"devices/system/cpu/cpu{core}/cpufreq/scaling_governor", f"{governor}\n")
    write(tmp_path, "devices/system/cpu/cpu0/cpufreq/energy_performance_preference", "balance_power\n")
    write(tmp_path, "firmware/acpi/platform_profile", "low-power\n")
    mode = power_mode(tmp_path)
    assert mode == "governor performance/powersave, preference balance_power, profile low-power"
    noise, reasons = verdict(Conditions(noise=Noise.QUIET, power_mode=mode), 0.0, None)
    assert noise is Noise.UNSTEADY
    assert reasons == (f"the machine saves power ({mode})",)


@pytest.mark.parametrize(
    ("seen", "others", "margin", "noise"),
    [
        ({"steal": 0.0, "frequency_spread": 0.01, "throttled": False}, 0.01, 30.0, Noise.QUIET),
        ({}, 0.03, None, Noise.UNSTEADY),
        ({}, 0.11, None, Noise.NOISY),
        ({"steal": 0.02}, 0.0, None, Noise.UNSTEADY),
        ({"steal": 0.06}, 0.0, None, Noise.NOISY),
        ({"frequency_spread": 0.06}, 0.0, None, Noise.UNSTEADY),
        ({"frequency_spread": 0.3}, 0.0, None, Noise.NOISY),
        ({}, 0.0, 4.0, Noise.UNSTEADY),
        ({"power_mode": "on battery"}, 0.0, None, Noise.UNSTEADY),
    ],
)
def test_the_verdict_follows_its_thresholds_and_says_why(seen, others, margin, noise) -> None:
    found, reasons = verdict(Conditions(noise=Noise.QUIET, **seen), others, margin)
    assert found is noise
    assert bool(reasons) == (noise is not Noise.QUIET)


def test_the_worst_reason_comes_first() -> None:
    noise, reasons = verdict(Conditions(noise=Noise.QUIET, steal=0.5), 0.03, None)
    assert noise is Noise.NOISY
    assert "hypervisor" in reasons[0] and "other processes" in reasons[1]


@linux
def test_a_stranger_at_work_is_seen_and_our_own_child_is_not() -> None:
    busy = "import os, time\nend = time.time() + {}\nwhile time.time() < end: pass"
    # Its parent ends at once, so that it is nobody's child of ours.
    named = "import os\nif os.fork() == 0:\n    open('/proc/self/comm', 'w').write('stranger')\n"
    stranger = f"{named}    exec({busy.format(2)!r})"
    subprocess.run([sys.executable, "-c", stranger], check=True)
    with Watcher() as watcher:
        subprocess.run([sys.executable, "-c", busy.format(1)], check=True)
    assert watcher.conditions.load is not None
    assert watcher.conditions.load > 0.05
    assert "stranger" in watcher.conditions.busiest
    assert watcher.conditions.noise is not Noise.QUIET


def test_conditions_are_not_known_before_the_end() -> None:
    with Watcher() as watcher, pytest.raises(RuntimeError, match="after"):
        _ = watcher.conditions
