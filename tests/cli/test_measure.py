"""`outweigh measure` from the command line: a document for programs, one line for what is wrong."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from measured_files import copied
from tiny import save_llama

pytest.importorskip("torch")

LOGS = Path(__file__).parents[1] / "interop" / "lm_eval"


def outweigh(home, *words):
    return subprocess.run(
        [sys.executable, "-m", "outweigh", *map(str, words)],
        env={**os.environ, "OUTWEIGH_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_measurement_is_shown_listed_and_deleted(tmp_path):
    folder = save_llama(tmp_path / "tiny")
    flags = ("--repeats", 3, "--prompt-tokens", 8, "--output-tokens", 3, "--device", "cpu", "--name", "m1")
    done = outweigh(tmp_path / "home", "measure", folder, *flags, "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["schema"] == "outweigh.measurement/1"
    (only,) = document["run"]["measurements"]
    assert only["precise"]["repeats"] == 3
    shown = outweigh(tmp_path / "home", "show", "m1")
    assert "1 × (8 + 3)" in shown.stdout
    assert "of one start: what starts differ by is in no interval" in shown.stdout
    gone = outweigh(tmp_path / "home", "delete", "m1", "--yes")
    assert "1 measurements" in gone.stdout
    assert not list((tmp_path / "home" / "artifacts").rglob("*.parquet"))


def test_what_another_run_cannot_be_held_against_is_one_line(tmp_path):
    folder, home = save_llama(tmp_path / "tiny"), tmp_path / "home"
    for place, name in ((copied(tmp_path / "files") / "guidellm", "theirs"), (LOGS, "logs")):
        assert outweigh(home, "import", place, "--name", name).returncode == 0
    flags = ("--repeats", 2, "--prompt-tokens", 8, "--output-tokens", 3, "--device", "cpu", "--name", "mine")
    done = outweigh(home, "measure", folder, *flags, "--against", "theirs")
    line = (
        "Nothing in theirs to hold this against: no load in common, here batch 1 × (8 + 3), "
        "there 2 at a time × (64 + 16), poisson 4/s × (64 + 16)"
    )
    assert line in done.stdout.splitlines()
    document = json.loads(outweigh(home, "measure", folder, *flags, "--against", "theirs", "--json").stdout)
    assert (document["versus"], document["unmatched"]) == ([], [line])
    refused = outweigh(home, "measure", folder, *flags, "--against", "logs")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "--against logs: the run logs has no measurements" in refused.stderr
    metrics = outweigh(home, "export", "mine", "--format", "prometheus").stdout
    assert 'outweigh_requests{arrival="batch",batch_size="1"' in metrics


def test_a_measurement_is_reported_by_its_flag_and_by_the_verb(tmp_path):
    one, other = (save_llama(tmp_path / name, seed=seed) for seed, name in enumerate(("first", "second")))
    flags = ("--repeats", 8, "--prompt-tokens", 8, "--output-tokens", 3, "--device", "cpu", "--name", "m1")
    done = outweigh(tmp_path / "home", "measure", one, other, *flags, "--report", tmp_path / "by-flag.html")
    assert done.returncode == 0, done.stderr
    assert "by-flag.html" in done.stdout
    again = outweigh(tmp_path / "home", "report", "m1", "--to", tmp_path / "by-verb.html")
    assert again.returncode == 0, again.stderr
    for how in ("flag", "verb"):
        text = (tmp_path / f"by-{how}.html").read_text("utf-8")
        assert all(part in text for part in ('id="cost"', 'id="chart-times"', "paired log ratios")), how


def test_a_report_that_cannot_be_written_is_told_before_anything_is_measured(tmp_path):
    folder = save_llama(tmp_path / "tiny")
    done = outweigh(tmp_path / "home", "measure", folder, "--report", tmp_path / "nowhere" / "report.html")
    assert done.returncode == 2
    assert "is not a directory" in done.stderr.splitlines()[-1]
    assert not list((tmp_path / "home").rglob("*.parquet"))


def test_a_report_of_a_run_with_nothing_in_it_is_one_line(tmp_path):
    folder = save_llama(tmp_path / "tiny", window=16)
    flags = ("--repeats", 3, "--prompt-tokens", 80, "--output-tokens", 3, "--device", "cpu", "--name", "none")
    outweigh(tmp_path / "home", "measure", folder, *flags)
    done = outweigh(tmp_path / "home", "report", "none", "--to", tmp_path / "report.html")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("outweigh: run none has neither a result nor a measurement")


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (("--batch-size", "1,two"), "--batch-size 1,two"),
        (("--budget", "soon"), "--budget soon"),
        (("--within", "3"), "within"),
        (("--against", "nothing"), "nothing"),
    ],
)
def test_bad_input_is_one_line(tmp_path, flags, told):
    folder = save_llama(tmp_path / "tiny")
    done = outweigh(tmp_path / "home", "measure", folder, *flags)
    assert done.returncode == 2
    assert done.stdout == ""
    assert told in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


PRESSED = """
import os, signal, sys
from outweigh.cli import progress
from outweigh.cli.main import main

def advance(self, seconds, repeats, reached):
    if repeats == 8:
        os.kill(os.getpid(), signal.SIGINT)

progress.MeasureBar.advance = advance
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may start what stands in the background without
sys.argv[0] = "outweigh"
main()
"""


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_ctrl_c_prints_the_name_by_which_the_run_goes_on(tmp_path):
    folder, home = save_llama(tmp_path / "tiny"), tmp_path / "home"
    flags = ("measure", folder, "--prompt-tokens", 8, "--output-tokens", 3, "--device", "cpu", "--within", "0.000001")
    command = [sys.executable, "-c", PRESSED, *map(str, flags), "--budget", "10m"]
    environment = {**os.environ, "OUTWEIGH_HOME": str(home)}
    stopped = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (stopped.returncode, stopped.stdout) == (130, "")
    line = stopped.stderr.splitlines()[-1]
    told, name = line.removesuffix(" goes on where this one stopped").rsplit(" --name ", 1)
    assert told == "outweigh: interrupted; the same command with"
    (held,) = json.loads(outweigh(home, "show", name, "--json").stdout)["run"]["measurements"]
    assert (held["precise"]["stopped"], held["precise"]["repeats"]) == ("interrupted", 8)
    assert "interrupted at" in outweigh(home, "show", name).stdout
    done = outweigh(home, *flags, "--budget", "1s", "--name", name, "--json")
    assert done.returncode == 0, done.stderr
    (only,) = json.loads(done.stdout)["run"]["measurements"]
    assert only["precise"]["stopped"] == "budget"
