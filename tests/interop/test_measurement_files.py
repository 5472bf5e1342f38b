"""A file of measurements is known by what it says, whatever its name."""

import pytest

from outweigh.interop.measurement_files import Tool, read_measurements, recognised
from outweigh.interop.timing_parquet import timings_digest
from outweigh.records import UserError

FILES = {
    "aiperf/concurrency": Tool.AIPERF,
    "aiperf/concurrency/profile_export_aiperf.json": Tool.AIPERF,
    "aiperf/concurrency/profile_export.jsonl": Tool.AIPERF,
    "guidellm": Tool.GUIDELLM,
    "guidellm/benchmarks.json": Tool.GUIDELLM,
    "optimum/pytorch": Tool.OPTIMUM_BENCHMARK,
    "optimum/pytorch/benchmark.json": Tool.OPTIMUM_BENCHMARK,
    "optimum/pytorch/benchmark_report.json": Tool.OPTIMUM_BENCHMARK,
}


@pytest.mark.parametrize(("name", "tool"), FILES.items())
def test_each_tool_is_recognised_and_read(measured, name, tool):
    assert recognised(measured / name) is tool
    found = read_measurements(measured / name)
    assert len(found) == (2 if tool is Tool.GUIDELLM else 1)
    for each in found:
        assert each.measurement.samples_digest == timings_digest(each.timings)
        assert each.measurement.harness.lower().startswith(tool)


def test_a_renamed_file_is_recognised(measured):
    path = (measured / "guidellm" / "benchmarks.json").rename(measured / "other.json")
    assert recognised(path) is Tool.GUIDELLM


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"results": {}}', "not JSON", '{"report": 1, "config": 2}', "\xff"]
)
def test_other_files_are_not_claimed(tmp_path, content):
    path = tmp_path / "results.json"
    path.write_text(content, encoding="latin-1")
    assert recognised(path) is None
    with pytest.raises(UserError, match="not recognised; expected a folder or file of AIPerf"):
        read_measurements(path)


def test_what_is_not_there_is_not_recognised(tmp_path):
    assert recognised(tmp_path / "nothing.json") is None
    assert recognised(tmp_path) is None
