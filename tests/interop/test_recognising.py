"""Whose files they are is told by the files themselves."""

import shutil
from pathlib import Path

import pytest

from outweigh.interop.recognising import Format, format_of
from outweigh.records import UserError


def test_logs_of_an_evaluation_are_recognised(folder):
    results, colours, *_ = sorted(folder.iterdir())
    renamed = shutil.copy(results, folder / "other.json")
    lines = shutil.copy(colours, folder / "lines.jsonl")
    for path in (folder, folder.parent, results, colours, renamed, lines):
        assert format_of(Path(path)) is Format.LM_EVAL


def test_logs_are_known_by_their_name_even_where_they_are_broken(folder):
    for path in folder.iterdir():
        path.write_text("{")
        assert format_of(path) is Format.LM_EVAL


@pytest.mark.parametrize(
    ("place", "format"),
    [
        ("aiperf", Format.AIPERF),
        ("aiperf/poisson", Format.AIPERF),
        ("guidellm/benchmarks.json", Format.GUIDELLM),
        ("optimum/pytorch", Format.OPTIMUM_BENCHMARK),
    ],
)
def test_measurements_are_recognised(measured, place, format):
    assert format_of(measured / place) is format
    assert format.tool == format.value


def test_results_of_several_tools_are_not_guessed_at(measured, folder):
    (measured / "aiperf" / "poisson").rename(measured / "load")
    with pytest.raises(UserError, match="has results of aiperf and of guidellm; say with --format"):
        format_of(measured)
    shutil.copytree(folder, measured / "guidellm" / "logs")
    with pytest.raises(UserError, match="has results of guidellm and of lm-eval; say with --format"):
        format_of(measured / "guidellm")


def test_nothing_known_is_said_with_what_is(tmp_path):
    (tmp_path / "notes.txt").write_text("hello")
    (tmp_path / "data.json").write_text('{"results": 1}')
    for path in (tmp_path, tmp_path / "notes.txt", tmp_path / "data.json"):
        with pytest.raises(
            UserError, match=r"not recognised; expected lm-evaluation-harness.*AIPerf.*GuideLLM.*optimum"
        ) as error:
            format_of(path)
        assert str(error.value).startswith(f"{path}:")
    with pytest.raises(UserError, match=r"absent: no such file or folder"):
        format_of(tmp_path / "absent")


def test_a_file_that_was_cut_off_is_named_by_its_line(measured):
    path = measured / "guidellm" / "benchmarks.json"
    path.write_text(path.read_text()[:5000])
    with pytest.raises(UserError, match=r"benchmarks\.json:1: not JSON: .*; the file is not whole"):
        format_of(measured / "guidellm")
