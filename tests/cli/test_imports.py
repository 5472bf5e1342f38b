"""`outweigh import`: another tool's measurements as a run, whoever wrote them; and nothing where they are not whole."""

import json
from pathlib import Path

import pytest

from outweigh.engine import reading
from outweigh.interop.measurement_files import read_measurements
from outweigh.interop.timing_parquet import read_timings

LOGS = Path(__file__).parents[1] / "interop" / "lm_eval"
PLACES = {
    "aiperf/concurrency": "1 measurement of AIPerf 0.13.0 with 8 requests",
    "aiperf/poisson/profile_export.jsonl": "1 measurement of AIPerf 0.13.0 with 8 requests",
    "aiperf": "2 measurements of AIPerf 0.13.0 with 16 requests",
    "guidellm": "2 measurements of GuideLLM 0.8.1 with 16 requests",
    "optimum/pytorch": "1 measurement of optimum-benchmark 0.6.0 with 6 requests",
}


@pytest.mark.parametrize("place", PLACES)
def test_the_files_say_whose_they_are_and_raw_times_are_kept(said, files, place):
    assert said("import", files / place, "--name", "theirs") == f"Imported {PLACES[place]} as theirs.\n"
    run = reading.load("theirs")
    for mine, read in zip(run.measurements, read_measurements(files / place), strict=True):
        assert (mine.harness, mine.workload) == (read.measurement.harness, read.measurement.workload)
        assert read_timings(reading.times(run, mine)) == read.timings


def test_a_run_of_another_tool_is_shown_with_a_reason_for_each_dash(said, files):
    said("import", files / "optimum" / "pytorch", "--name", "theirs")
    header, _heads, row, *rest = said("show", "theirs").splitlines()
    assert header.startswith("theirs")
    assert row.split("  ")[0] == "tiny-1b"
    assert "batch 2 × (64 + 5)" in row
    assert row.split().count("–") == 8
    assert "6 requests, none failed" in rest
    for start in (
        "no ttft_seconds_p50: 6 requests show",
        "no e2e_seconds_p50: 6 requests show",
        "no peak_resident_bytes: optimum-benchmark states 1.0245e+09 bytes; imported without raw values",
        "no energy_joules: optimum-benchmark states 1.8 J a call; imported without raw values",
    ):
        assert any(line.startswith(start) for line in rest)


def test_a_summary_alone_has_no_figure(said, files):
    (files / "aiperf" / "concurrency" / "profile_export.jsonl").unlink()
    found = json.loads(said("import", files / "aiperf" / "concurrency", "--name", "theirs", "--json"))
    assert (found["schema"], found["run"]) == ("outweigh.import/1", "theirs")
    assert found["measurements"][0]["figures"] == []
    assert (found["measurements"][0]["requests"], found["measurements"][0]["failed"]) == (8, 1)
    run = reading.load("theirs")
    assert reading.times(run, run.measurements[0]) is None
    shown = said("show", "theirs")
    assert "8 requests, 1 failed" in shown
    assert "no e2e_seconds_p50: AIPerf states 0.190965 s; imported without raw times: no interval" in shown


def test_a_rate_and_a_number_at_a_time_are_not_one_sweep(said, files):
    """Two loads of GuideLLM, 2 at a time and 4 a second, from which no growth can be told."""
    path = files / "guidellm" / "benchmarks.json"
    report = json.loads(path.read_text())
    closed, open_ = report["benchmarks"]
    another = json.loads(json.dumps(open_))
    another["config"]["strategy"]["rate"] = 8.0
    path.write_text(json.dumps(report | {"benchmarks": [closed, open_, another]}))
    said("import", path, "--name", "mixed")
    shown = said("show", "mixed")
    assert shown.count("tiny-1b  ") == 3
    assert "knee" not in shown
    assert "grows" not in shown


def test_logs_of_an_evaluation_need_no_format_either(said):
    assert said("import", LOGS, "--name", "logs") == "Imported 2 results with 7 samples as logs.\n"
    assert said("import", LOGS, "--format", "lm-eval", "--name", "logs").endswith(" as logs.\n")


def test_a_format_can_be_forced_and_be_a_variable(said, refused, files, monkeypatch):
    (files / "aiperf" / "poisson").rename(files / "load")
    assert "say with --format which of them" in refused("import", files)
    assert "GuideLLM 0.8.1" in said("import", files, "--format", "guidellm")
    monkeypatch.setenv("OUTWEIGH_IMPORT_FORMAT", "aiperf")
    assert "1 measurement of AIPerf 0.13.0" in said("import", files)
    monkeypatch.setenv("OUTWEIGH_IMPORT_FORMAT", "lm-eval")
    assert "no results_*.json" in refused("import", files)


def test_the_same_again_is_the_same_run_and_something_else_is_not(said, refused, files):
    place = files / "aiperf" / "concurrency"
    said("import", place, "--name", "theirs")
    before = reading.load("theirs")
    said("import", place, "--name", "theirs")
    assert reading.load("theirs") == before
    (place / "profile_export.jsonl").unlink()
    assert 'the name "theirs" is taken' in refused("import", place, "--name", "theirs")
    assert reading.load("theirs") == before


def nothing(folder):
    (folder / "notes.txt").write_text("hello")
    return folder, "not recognised; expected lm-evaluation-harness's logs"


def cut(folder):
    path = folder / "benchmarks.json"
    path.write_text('{"metadata": {"guidellm_version": "0.8.1"')
    return path, "benchmarks.json:1: not JSON"


def cut_in_a_folder(folder):
    path, told = cut(folder)
    return path.parent, told


def absent(folder):
    return folder / "absent", "absent: no such file or folder"


def too_long(folder):
    return folder / ("x" * 300), "no such file or folder"


def without_its_field(folder):
    path = folder / "benchmarks.json"
    path.write_text('{"metadata": {"guidellm_version": "0.8.1", "version": 2}}')
    return path, "benchmarks: field required; expected as GuideLLM writes it"


@pytest.mark.parametrize("make", [nothing, cut, cut_in_a_folder, absent, too_long, without_its_field])
def test_bad_input_is_one_line_and_no_run(call, refused, tmp_path, make):
    folder = tmp_path / "given"
    folder.mkdir()
    place, told = make(folder)
    line = refused("import", place)
    assert line.startswith(f"outweigh: {tmp_path}")
    assert told in line
    assert json.loads(call("show", "--json")[1])["runs"] == []


def test_artifacts_that_cannot_be_kept_leave_no_run(call, refused, files, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("OUTWEIGH_ARTIFACTS", str(tmp_path / "file"))
    assert "cannot be written" in refused("import", files / "guidellm")
    monkeypatch.delenv("OUTWEIGH_ARTIFACTS")
    assert json.loads(call("show", "--json")[1])["runs"] == []
