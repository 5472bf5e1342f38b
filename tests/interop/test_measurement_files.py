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


@pytest.mark.parametrize("content", ["[]", "{}", '{"results": {}}', '{"report": 1, "config": 2}'])
def test_other_files_are_not_claimed(tmp_path, content):
    path = tmp_path / "results.json"
    path.write_text(content)
    assert recognised(path) is None
    with pytest.raises(UserError, match="not recognised; expected a folder or file of AIPerf"):
        read_measurements(path)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", ":1: not JSON: Expecting value at column 1; the file is not whole"),
        (b'{\n"aiperf_version": "0.1', ":2: not JSON: Unterminated string"),
        (b"\xff", "not text, so not JSON"),
    ],
)
def test_a_broken_file_is_named_by_its_line_itself_or_in_its_folder(tmp_path, content, told):
    path = tmp_path / "benchmarks.json"
    path.write_bytes(content)
    for place in (path, tmp_path):
        assert recognised(place) is None
        with pytest.raises(UserError, match=told) as error:
            read_measurements(place)
        assert str(error.value).startswith(str(path))


def test_a_folder_of_results_stands_for_each_of_them(measured):
    (measured / "aiperf" / "notes").mkdir()
    first, second = read_measurements(measured / "aiperf")
    assert [first] == read_measurements(measured / "aiperf" / "concurrency")
    assert [second] == read_measurements(measured / "aiperf" / "poisson")


def test_a_broken_one_among_them_is_not_passed_over(measured):
    path = measured / "aiperf" / "poisson" / "profile_export_aiperf.json"
    path.write_text(path.read_text()[:-100])
    with pytest.raises(UserError, match=r"poisson/profile_export_aiperf\.json:\d+: not JSON"):
        read_measurements(measured / "aiperf")


def test_of_a_folder_of_several_tools_one_can_be_chosen(measured):
    (measured / "aiperf" / "poisson").rename(measured / "load")
    found = read_measurements(measured, Tool.GUIDELLM)
    assert {each.measurement.harness for each in found} == {"GuideLLM 0.8.1"}


def test_the_same_load_twice_is_refused(measured):
    with pytest.raises(UserError, match=r"optimum/pytorch: demo/tiny-1b at batch 2 .* is in .*/llama_cpp too"):
        read_measurements(measured / "optimum")


def test_a_tool_that_is_named_is_believed(measured):
    with pytest.raises(UserError, match=r"benchmarks\.json: .*field required; expected as AIPerf writes it"):
        read_measurements(measured / "guidellm" / "benchmarks.json", Tool.AIPERF)


def test_what_is_not_there_is_not_recognised(tmp_path):
    assert recognised(tmp_path / "nothing.json") is None
    assert recognised(tmp_path) is None
