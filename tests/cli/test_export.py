"""`outweigh export`: what is written is what the other tools' own readers read, whole or not at all."""

import json
from pathlib import Path

import pytest
from line_protocol_parser import parse_line
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_families
from prometheus_client.parser import text_string_to_metric_families as text_families

from outweigh.engine import reading
from outweigh.interop.timing_parquet import read_timings, timings_digest

LOGS = Path(__file__).parents[1] / "interop" / "lm_eval"
NAME = "outweigh_requests"


def of_families(families):
    return {
        sample.labels["concurrency"]: sample.value
        for family in families
        for sample in family.samples
        if sample.name == NAME
    }


def of_lines(text):
    points = [parse_line(line) for line in text.splitlines()]
    return {point["tags"]["concurrency"]: point["fields"]["requests"] for point in points}


def of_json(text):
    (family,) = [family for family in json.loads(text) if family["name"] == NAME]
    return {each["labels"]["concurrency"]: float(each["value"]) for each in family["metrics"]}


READERS = {
    "prometheus": lambda text: of_families(text_families(text)),
    "openmetrics": lambda text: of_families(open_families(text)),
    "influx": of_lines,
    "json": of_json,
}


@pytest.fixture
def theirs(said, files):
    """A run of two measurements, of 2 and 4 requests at a time."""
    folder = files / "aiperf"
    summary = folder / "poisson" / "profile_export_aiperf.json"
    content = json.loads(summary.read_text())
    (phase,) = [one for one in content["input_config"]["phases"] if (one.get("kind") or one["name"]) == "profiling"]
    phase |= {"type": "concurrency", "concurrency": 4}
    summary.write_text(json.dumps(content))
    said("import", folder, "--name", "theirs")
    return reading.load("theirs")


@pytest.mark.parametrize("format", READERS)
def test_text_goes_to_standard_output_or_to_a_file(said, theirs, tmp_path, format):
    text = said("export", "theirs", "--format", format)
    assert READERS[format](text) == {"2": 8, "4": 8}
    assert said("export", "theirs", "--format", format, "--to", "-") == text
    place = tmp_path / "out.txt"
    assert said("export", "theirs", "--format", format, "--to", place) == f"{place}\n"
    assert place.read_text() == text
    assert [each.name for each in tmp_path.iterdir() if "out.txt" in each.name] == ["out.txt"]


def test_raw_times_are_a_file_for_each_measurement(said, theirs, tmp_path):
    printed = said("export", "theirs", "--format", "parquet", "--to", tmp_path / "new" / "times")
    files = [Path(line) for line in printed.splitlines()]
    assert sorted(files) == sorted((tmp_path / "new" / "times").iterdir())
    for path, measurement in zip(files, theirs.measurements, strict=True):
        assert path.name.startswith(f"tiny-1b_{measurement.workload.concurrency}-at-a-time-64+1")
        assert timings_digest(read_timings(path.read_bytes())) == measurement.samples_digest


def test_json_tells_the_files_or_holds_the_text(said, theirs, tmp_path):
    text = said("export", "theirs", "--format", "influx")
    assert json.loads(said("export", "theirs", "--format", "influx", "--json")) == {
        "schema": "outweigh.export/1",
        "format": "influx",
        "files": [],
        "text": text,
    }
    told = json.loads(said("export", "theirs", "--format", "influx", "--to", tmp_path / "x.lp", "--json"))
    assert (told["files"], "text" in told) == ([str(tmp_path / "x.lp")], False)
    told = json.loads(said("export", "theirs", "--format", "parquet", "--to", tmp_path / "times", "--json"))
    assert len(told["files"]) == 2


def test_flags_are_variables(said, theirs, tmp_path, monkeypatch):
    monkeypatch.setenv("OUTWEIGH_EXPORT_FORMAT", "prometheus")
    monkeypatch.setenv("OUTWEIGH_EXPORT_TO", str(tmp_path / "x.prom"))
    said("export", "theirs")
    assert NAME in (tmp_path / "x.prom").read_text()


@pytest.mark.parametrize("format", [*READERS, "parquet"])
def test_a_run_without_measurements_is_refused(said, refused, tmp_path, format):
    said("import", LOGS, "--name", "logs")
    place = tmp_path / "kept"
    place.write_text("as it was")
    line = refused("export", "logs", "--format", format, "--to", place)
    assert line == (
        "outweigh: the run logs has no measurements, which `outweigh measure` makes; its results go out with "
        "--format lm-eval"
    )
    assert place.read_text() == "as it was"


def test_a_run_without_results_has_no_logs_to_write(refused, theirs, tmp_path):
    line = refused("export", "theirs", "--to", tmp_path / "out")
    assert line.startswith("outweigh: the run theirs has no results that lm-eval's files could hold")
    assert not (tmp_path / "out").exists()


def test_a_run_without_raw_times_is_refused(said, refused, files, tmp_path):
    (files / "aiperf" / "concurrency" / "profile_export.jsonl").unlink()
    said("import", files / "aiperf" / "concurrency", "--name", "summary")
    line = refused("export", "summary", "--format", "parquet", "--to", tmp_path / "out")
    assert line == "outweigh: no raw times are kept of the run summary: the files of AIPerf 0.13.0 had none"
    assert not (tmp_path / "out").exists()


def test_raw_times_that_some_lack_are_named(call, said, files, tmp_path):
    (files / "aiperf" / "concurrency" / "profile_export.jsonl").unlink()
    said("import", files / "aiperf", "--name", "half")
    code, out, err = call("export", "half", "--format", "parquet", "--to", tmp_path / "out")
    assert (code, len(out.splitlines())) == (0, 1)
    assert err == "No raw times are kept of tiny-1b, 2 at a time × (64 + 16): no file\n"


@pytest.mark.parametrize("format", ["lm-eval", "parquet"])
def test_several_files_take_a_directory(said, refused, theirs, tmp_path, format):
    run = "theirs"
    if format == "lm-eval":
        said("import", LOGS, "--name", "logs")
        run = "logs"
    told = f"--format {format} writes several files: give a directory with --to"
    assert refused("export", run, "--format", format) == f"outweigh: {told}"
    assert refused("export", run, "--format", format, "--to", "-") == f"outweigh: {told}"
    (tmp_path / "file").write_text("as it was")
    assert "is a file; give a directory" in refused("export", run, "--format", format, "--to", tmp_path / "file")
    line = refused("export", run, "--format", format, "--to", tmp_path / "file" / "below")
    assert "cannot be written: Not a directory; choose another place" in line
    assert (tmp_path / "file").read_text() == "as it was"


def test_places_that_cannot_be_written_are_named(refused, theirs, tmp_path):
    words = ("export", "theirs", "--format", "prometheus", "--to")
    assert refused(*words, tmp_path).endswith(f"give the name of a file, such as {tmp_path / 'theirs.prometheus'}")
    assert "no/such is not a directory" in refused(*words, tmp_path / "no/such/x.prom")
    assert "cannot be written: File name too long; choose another place" in refused(*words, tmp_path / ("x" * 300))
    assert refused("export", "nobody", "--format", "prometheus").startswith("outweigh: there is no run 'nobody'")


def test_errors_are_json_where_json_was_asked(call, theirs):
    code, out, _ = call("export", "nobody", "--format", "influx", "--json")
    assert code == 2
    assert json.loads(out)["error"]["code"] == "not_found"
