"""What this machine is."""

import subprocess
import sys
from pathlib import Path

import pytest

from outweigh.metering import machine as metering
from outweigh.metering.machine import machine, software
from outweigh.records import Accelerator


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch):
    """Files of the system that read as given, the rest as absent."""

    def pretend(**content: str) -> None:
        named = {"cpu": "/sys/fs/cgroup/cpu.max", "memory": "/sys/fs/cgroup/memory.max", "info": "/proc/cpuinfo"}
        texts = {named[key]: value for key, value in content.items()}
        monkeypatch.setattr(metering, "_text", lambda path: texts.get(path, ""))

    return pretend


def test_this_machine_is_described_without_importing_torch() -> None:
    code = (
        "import sys; from outweigh.metering.machine import machine; found = machine()\n"
        "assert 'torch' not in sys.modules\n"
        "print(found.cores, found.memory_bytes, found.cpu, sep='|')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stderr == ""
    cores, memory, cpu = done.stdout.strip().split("|")
    assert int(cores) >= 1
    assert int(memory) > 10**8
    assert cpu


def test_the_same_machine_has_the_same_fingerprint() -> None:
    assert machine() == machine()
    assert machine().fingerprint == machine().fingerprint


def test_software_is_named_with_its_version_and_what_is_absent_is_left_out() -> None:
    found = software()
    assert found["python"] == ".".join(map(str, sys.version_info[:3]))
    assert found["outweigh"]
    assert found["numpy"]
    assert None not in found.values()
    assert "a-library-of-nobody" not in found


@pytest.mark.parametrize(("quota", "cores"), [("150000 100000", 2), ("10000 100000", 1), ("max 100000", 64), ("", 64)])
def test_a_container_has_the_cores_of_its_quota(files, monkeypatch: pytest.MonkeyPatch, quota: str, cores: int) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(64)), raising=False)
    files(cpu=quota)
    assert machine().cores == cores


def test_a_container_has_the_memory_of_its_limit(files) -> None:
    files(memory="1000000\n")
    assert machine().memory_bytes == 1_000_000
    files(memory="max\n")
    unlimited = machine().memory_bytes
    files(memory=str(2**62))
    assert machine().memory_bytes == unlimited > 10**8


def test_the_name_of_the_cpu_is_the_systems_own(files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.system", lambda: "Linux")
    files(info="processor\t: 0\nmodel name\t: Example  CPU @ 3GHz\n")
    assert machine().cpu == "Example CPU @ 3GHz"
    files()
    assert machine().cpu
    assert Path(machine().cpu).name != ""


def test_accelerators_are_those_that_torch_sees(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert machine(accelerators=True).accelerators == ()
    card = type("Properties", (), {"name": "NVIDIA Example", "total_memory": 80 * 10**9})
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda _: card)
    one = Accelerator(name="NVIDIA Example", kind="cuda", memory_bytes=80 * 10**9)
    assert machine(accelerators=True).accelerators == (one, one)
    assert machine().accelerators == ()


def test_without_torch_there_are_no_accelerators(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    assert machine(accelerators=True).accelerators == ()
