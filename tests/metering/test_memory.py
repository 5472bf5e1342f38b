"""Peaks of memory, against the kernel's own figures."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from outweigh.metering.memory import DeviceHighWater, HighWater, Resident, resident, resident_bytes
from outweigh.metering.nvml import every_card

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
MB = 10**6
CHILD = """
import json, os, sys
from outweigh.metering.memory import HighWater
def touched(size):
    held = bytearray(size)
    held[::4096] = b"x" * len(range(0, size, 4096))
    return held
earlier, within = (int(word) for word in sys.argv[1:])
if earlier:
    touched(earlier)
mark = HighWater()
mark.start()
touched(within)
found = mark.stop()
print(json.dumps([found.resident_bytes, found.own_start_bytes, found.method]), flush=True)
os._exit(0)
"""


# The kernel counts to a child what its parent had resident when it was forked, which pytest would be too large for.
MIDDLE = """
import os, sys
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, used = os.wait4(pid, 0)
print(used.ru_maxrss, file=sys.stderr)
os._exit(os.waitstatus_to_exitcode(status))
"""


def child(*words: object, before: tuple[str, ...] = ()) -> tuple[list, int]:
    """What a child measured of itself, and what the kernel (through `wait4` or `before`) says of it, in bytes."""
    ours = [sys.executable, "-c", CHILD, *map(str, words)]
    through = list(before) or [sys.executable, "-I", "-S", "-c", MIDDLE]
    done = subprocess.run([*through, *ours], capture_output=True, text=True, check=True)
    found = re.search(r"(?:Maximum resident set size \(kbytes\): |^)(\d+)$", done.stderr, re.MULTILINE)
    assert found is not None
    return json.loads(done.stdout), int(found.group(1)) * 1024


@linux
@pytest.mark.parametrize("size", [60 * MB, 250 * MB])
def test_the_peak_is_the_kernels_within_two_per_cent(size: int) -> None:
    (peak, start, _), kernel = child(0, size)
    assert peak == pytest.approx(kernel, rel=0.02)
    assert peak - start == pytest.approx(size, rel=0.02, abs=2 * MB)


@linux
@pytest.mark.skipif(shutil.which("time") is None, reason="GNU time is not installed")
def test_the_peak_is_that_of_gnu_time_within_two_per_cent() -> None:
    (peak, _, _), kernel = child(0, 150 * MB, before=(shutil.which("time") or "", "-v"))
    assert peak == pytest.approx(kernel, rel=0.02)


@linux
def test_an_earlier_higher_peak_does_not_count() -> None:
    (peak, start, method), _ = child(300 * MB, 80 * MB)
    if "set back" not in method:
        pytest.skip("this kernel does not let a process set its mark back")
    assert peak - start == pytest.approx(80 * MB, rel=0.02, abs=2 * MB)


@linux
def test_the_parts_of_this_process_add_up_to_what_is_resident() -> None:
    found = resident()
    assert found is not None and found.anonymous and found.file_backed is not None and found.shared is not None
    assert found.anonymous + found.file_backed + found.shared == found.total
    assert resident_bytes(os.getpid()) == pytest.approx(found.total, rel=0.02)


def test_a_process_that_is_gone_has_none() -> None:
    assert resident(2**22 + 7) is None
    assert resident_bytes(2**22 + 7) is None


def process(root: Path, mark_kib: int, now_kib: int) -> None:
    folder = root / "self"
    folder.mkdir(exist_ok=True)
    (folder / "status").write_text(f"Name:\tx\nVmHWM:\t{mark_kib} kB\nVmRSS:\t{now_kib} kB\nRssAnon:\t{now_kib} kB\n")


def locked(root: Path) -> HighWater:
    """A process whose mark stands at 500 KiB and may not be set back: nothing can be written to a folder."""
    process(root, 500, 100)
    (root / "self" / "clear_refs").mkdir()
    mark = HighWater(root)
    mark.start()
    return mark


def test_a_mark_that_cannot_be_set_back_counts_only_if_it_rose(tmp_path: Path) -> None:
    mark = locked(tmp_path)
    process(tmp_path, 800, 200)
    rose = mark.stop()
    assert rose is not None
    assert rose.resident_bytes == 800 * 1024
    assert "rose" in rose.method


def test_below_an_earlier_mark_the_samples_are_all_that_is_known(tmp_path: Path) -> None:
    mark = locked(tmp_path)
    stayed = mark.stop(Resident(300 * 1024, 300 * 1024))
    assert stayed is not None
    assert stayed.resident_bytes == 300 * 1024
    assert "earlier" in stayed.method


def test_children_count_where_their_sum_is_given(tmp_path: Path) -> None:
    mark = locked(tmp_path)
    found = mark.stop(tree_bytes=900 * 1024)
    assert found is not None
    assert found.resident_bytes == 900 * 1024
    assert "children" in found.method


def test_a_card_has_the_allocators_peak_and_the_drivers_figure(driver, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    seen = []
    monkeypatch.setattr(torch.cuda, "reset_peak_memory_stats", seen.append)
    monkeypatch.setattr(torch.cuda, "max_memory_allocated", lambda _: 70)
    monkeypatch.setattr(torch.cuda, "max_memory_reserved", lambda _: 90)
    driver(SimpleNamespace(processes=[SimpleNamespace(pid=os.getpid(), usedGpuMemory=400)]))
    mark = DeviceHighWater("cuda:0", every_card()[0])
    mark.start()
    found = mark.stop()
    assert seen == ["cuda:0"]
    assert found is not None
    assert (found.allocated_bytes, found.reserved_bytes, found.process_bytes) == (70, 90, 400)


def test_a_processor_has_no_device_memory() -> None:
    mark = DeviceHighWater("cpu")
    mark.start()
    assert mark.stop() is None
