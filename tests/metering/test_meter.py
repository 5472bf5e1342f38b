"""The whole meter around real work."""

import json
import os
import subprocess
import sys
import threading
import time
from types import SimpleNamespace

import pytest

from outweigh.metering.conditions import Watcher
from outweigh.metering.meter import Meter, synchronise
from outweigh.metering.rapl import Rapl
from outweigh.records import UserError

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
BUSY = "import sys, time\nwhile time.process_time() < float(sys.argv[1]): sum(range(1000))"
CHILD = """
import json, os, time
from outweigh.metering.meter import Meter
with Meter():
    pass  # what is imported on the first use
before = time.process_time()
with Meter() as meter:
    held = bytearray(100_000_000)
    held[::4096] = b"x" * len(range(0, len(held), 4096))
    while time.process_time() - before < 4:
        sum(range(1000))
found = meter.stretch
print(json.dumps([found.cpu_seconds, before, found.memory.resident_bytes]), flush=True)
os._exit(0)
"""


def test_work_has_its_seconds_memory_energy_and_conditions() -> None:
    with Meter() as meter:
        time.sleep(0.2)
    found = meter.stretch
    assert found.wall_seconds >= 0.2
    assert found.memory is not None and found.memory.resident_bytes >= found.memory.own_start_bytes
    assert found.conditions.noise
    assert (found.energy is None) == ("energy_joules" in found.unmeasured)
    assert found.energy is None or found.energy.seconds == found.wall_seconds
    assert found.cpu_utilisation == pytest.approx(found.cpu_seconds / found.wall_seconds)


def test_a_processor_has_no_figures_of_a_device_and_says_why() -> None:
    with Meter() as meter:
        pass
    found = meter.stretch
    assert (found.device, found.gpu_utilisation) == (None, None)
    assert found.unmeasured["peak_device_bytes"] == "the model runs on the processor"
    assert found.unmeasured["gpu_utilisation"] == "the model runs on the processor"


@linux
def test_processor_seconds_are_the_kernels_within_two_per_cent() -> None:
    child = subprocess.Popen([sys.executable, "-c", CHILD], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    seconds, before, _ = json.loads(child.stdout.read())
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0
    assert seconds == pytest.approx(used.ru_utime + used.ru_stime - before, rel=0.02)


@linux
def test_a_childs_processor_seconds_count() -> None:
    with Meter() as meter:
        subprocess.run([sys.executable, "-c", BUSY, "1"], check=True)
    assert meter.stretch.cpu_seconds == pytest.approx(1.0, rel=0.1)


@linux
def test_memory_of_children_counts_where_asked() -> None:
    touch = "held = bytearray(90_000_000); held[::4096] = b'x' * len(range(0, 90_000_000, 4096))"
    with Meter(children=True) as meter:
        subprocess.run([sys.executable, "-c", f"import time; {touch}; time.sleep(2.5)"], check=True)
    found = meter.stretch.memory
    assert found is not None
    assert found.resident_bytes > found.own_start_bytes + 90_000_000
    assert "children" in found.method


def test_meters_are_not_nested_and_the_outer_one_goes_on() -> None:
    with Meter() as outer:
        with pytest.raises(RuntimeError, match="nested"), Meter():
            pass
        time.sleep(0.01)
    assert outer.stretch.wall_seconds > 0
    with Meter() as again:
        pass
    assert again.stretch


def test_work_that_raises_leaves_no_result_no_thread_and_no_lock() -> None:
    meter = Meter()
    with pytest.raises(ZeroDivisionError), meter:
        _ = 1 / 0
    with pytest.raises(RuntimeError, match="nothing is measured"):
        _ = meter.stretch
    assert "outweigh-sampler" not in {thread.name for thread in threading.enumerate()}
    with Meter():
        pass


def test_a_meter_that_cannot_start_leaves_no_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(device: str) -> None:
        raise OSError("no such device")

    monkeypatch.setattr("outweigh.metering.meter.synchronise", broken)
    with pytest.raises(OSError, match="no such device"), Meter():
        pass
    monkeypatch.undo()
    with Meter():
        pass


def test_what_the_meter_does_at_its_end_is_not_in_the_energy(powercap, monkeypatch: pytest.MonkeyPatch) -> None:
    powercap.zone("0", "package-0", 0)
    monkeypatch.setattr("outweigh.metering.energy.Rapl", lambda _: Rapl(powercap.root))
    leave = Watcher.__exit__

    def costly(self, *error) -> None:
        powercap.uses("0", 60_000_000)
        leave(self, *error)

    monkeypatch.setattr(Watcher, "__exit__", costly)
    with Meter() as meter:
        powercap.uses("0", 10_000_000)
    assert meter.stretch.energy is not None
    assert meter.stretch.energy.joules == 10.0


def test_an_interval_is_above_nothing() -> None:
    with pytest.raises(UserError, match="above 0"):
        Meter(interval=0)


def test_measuring_on_a_processor_does_not_import_torch() -> None:
    code = "from outweigh.metering.meter import Meter\nwith Meter(): pass\n"
    code += "import sys; print('torch' in sys.modules, 'numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_a_device_is_waited_for_before_the_clock_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    waited = []
    monkeypatch.setattr(torch.cuda, "synchronize", waited.append)
    monkeypatch.setattr(torch.mps, "synchronize", lambda: waited.append("mps"))
    for device in ("cpu", "cuda:1", "mps"):
        synchronise(device)
    assert waited == ["cuda:1", "mps"]


def test_a_card_is_waited_for_at_both_ends_and_read(driver, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    card = SimpleNamespace(uuid="GPU-aaaa", millijoules=1000, milliwatts=50_000, percent=30, reasons=0)
    driver(card)
    waited = []
    monkeypatch.setattr(torch.cuda, "synchronize", lambda device: waited.append(device) or time.sleep(0.05))
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda _: SimpleNamespace(uuid="aaaa"))
    monkeypatch.setattr(torch.cuda, "reset_peak_memory_stats", lambda _: None)
    monkeypatch.setattr(torch.cuda, "max_memory_allocated", lambda _: 70)
    monkeypatch.setattr(torch.cuda, "max_memory_reserved", lambda _: 90)
    with Meter(device="cuda") as meter:
        card.millijoules = 4000
    found = meter.stretch
    assert waited == ["cuda", "cuda"]
    assert found.wall_seconds >= 0.05  # the waiting at the end is in it
    assert found.gpu_utilisation == pytest.approx(0.3)
    assert found.device is not None and found.device.allocated_bytes == 70
    assert found.conditions.throttled is False
    assert found.energy is None or found.energy.parts["gpu-0"] == 3.0
