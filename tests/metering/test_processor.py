"""Processor time of the machine, of this process and of others."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from outweigh.metering.processor import Task, busiest, descendants, machine_time, machine_time_of, own_seconds, tasks

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
BUSY = "import sys, time\nwhile time.process_time() < float(sys.argv[1]): sum(range(1000))"


def test_busy_time_leaves_out_idling_waiting_and_what_was_stolen() -> None:
    hertz = os.sysconf("SC_CLK_TCK")
    found = machine_time_of(b"cpu  100 20 30 400 50 6 7 80 9 9\ncpu0 1 2 3\n")
    assert found is not None
    assert found.busy == pytest.approx((100 + 20 + 30 + 6 + 7) / hertz)
    assert found.steal == pytest.approx(80 / hertz)
    assert found.total == pytest.approx(693 / hertz)


@pytest.mark.parametrize("content", ["", "cpu  0 0 0 0 0 0 0 0 0 0\n", "cpu  1 2\n", "cpu a b c d e f g h\n"])
def test_what_a_sandbox_does_not_count_is_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "stat").write_text(content)
    assert machine_time(tmp_path) is None


def test_a_machine_without_the_file_is_none(tmp_path: Path) -> None:
    assert machine_time(tmp_path) is None
    assert tasks(tmp_path) == {}


@linux
def test_own_time_is_the_kernels_within_two_per_cent() -> None:
    code = (
        "import os, sys, time\nfrom outweigh.metering.processor import own_seconds\n"
        f"exec({BUSY!r})\nprint(own_seconds(), flush=True)\nos._exit(0)"
    )
    child = subprocess.Popen([sys.executable, "-c", code, "3"], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    said = float(child.stdout.read())
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0
    assert said == pytest.approx(used.ru_utime + used.ru_stime, rel=0.02)


@linux
def test_the_time_of_children_counts_while_they_run_and_after() -> None:
    before = own_seconds()
    alone = own_seconds(children=False)
    child = subprocess.Popen(
        [sys.executable, "-c", BUSY + "\nprint(flush=True); sys.stdin.read()", "1"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stdout is not None
    child.stdout.readline()
    assert child.pid in descendants()
    running = own_seconds() - before
    child.communicate()
    after = own_seconds() - before
    assert running >= 0.98
    assert after >= running - 0.02
    assert own_seconds(children=False) - alone < after - 0.9


@linux
def test_processes_are_known_by_name_never_by_their_arguments() -> None:
    child = subprocess.Popen(["sleep", "30.0625"])
    try:
        seen = {}
        for _ in range(200):  # until it has become `sleep`
            seen = tasks()
            if seen[child.pid].name == "sleep":
                break
            time.sleep(0.01)
        assert seen[child.pid].name == "sleep"
        assert seen[child.pid].parent == os.getpid()
        assert "30.0625" not in json.dumps([task.name for task in seen.values()])
    finally:
        child.kill()
        child.wait()


def test_names_with_brackets_and_blanks_are_whole(tmp_path: Path) -> None:
    (tmp_path / "stat").write_text("cpu 1 1 1 1 1 1 1 1\n")
    (tmp_path / "7").mkdir()
    fields = ["S", "1", *["0"] * 9, "150", "50", *["0"] * 6, "99", "0"]
    (tmp_path / "7" / "stat").write_text(f"7 (tmux: (server) x) {' '.join(fields)}\n")
    assert tasks(tmp_path) == {7: Task("tmux: (server) x", 1, 99.0, 200 / os.sysconf("SC_CLK_TCK"))}


def test_the_busiest_others_come_first_without_us_and_our_children() -> None:
    us = os.getpid()
    before = {
        us: Task("python", 1, 1, 5),
        50: Task("make", 1, 1, 10),
        51: Task("cc", 50, 1, 0),
        60: Task("old", 1, 1, 9),
    }
    after = {
        us: Task("python", 1, 1, 9),
        70: Task("worker", us, 2, 8),
        71: Task("grandchild", 70, 2, 8),
        50: Task("make", 1, 1, 10.001),
        51: Task("cc", 50, 1, 2),
        52: Task("cc", 50, 2, 2),
        53: Task("evil\n\x1b[31m", 1, 2, 3),
        60: Task("new", 1, 5, 1.5),  # the number was given to another process
    }
    assert busiest(before, after, 1.0) == ("cc", "evil??[31m", "new")
