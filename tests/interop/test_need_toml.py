"""Needs are read from TOML and written so that they read the same; what is wrong is one line."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outweigh.interop import need_toml
from outweigh.records import Need, UserError

ROOT = Path(__file__).parents[2]
(EXAMPLE,) = re.findall(r"```toml\n(.*?)```", (ROOT / "docs" / "recommendation.md").read_text("utf-8"), flags=re.S)


def test_the_example_of_the_docs_is_a_need(tmp_path):
    (tmp_path / "need.toml").write_text(EXAMPLE)
    found = need_toml.read(tmp_path / "need.toml")
    assert found.weights == {"reasoning": 2, "code": 1}
    assert found.limits.max_memory_bytes == 16e9
    assert found.limits.licences == ("apache-2.0", "mit")
    assert found.load.prompt_tokens.likely == 800


def test_what_is_written_reads_as_the_same_need():
    found = need_toml.parse(EXAMPLE, "example")
    assert need_toml.parse(need_toml.written(found), "again") == found


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=12)


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(NAMES, st.floats(0.01, 1e6), max_size=4),
    st.dictionaries(NAMES, st.floats(0, 1), max_size=3),
    st.lists(NAMES, max_size=3),
)
def test_any_need_comes_back_as_it_was(weights, scores, licences):
    found = Need.model_validate({"weights": weights, "limits": {"min_score": scores, "licences": licences}})
    assert need_toml.parse(need_toml.written(found), "again") == found


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("weights = 3", "x.toml: weights: it should be a valid dictionary (got 3)"),
        ("[weights]\ncode = -1", "x.toml: weights: code: a weight cannot be negative (got -1)"),
        ("[weights]\ncode = 0", "x.toml: weights sum to zero: give at least one above 0"),
        ("[limits]\nmax_memory = 3", "x.toml: unknown key limits.max_memory; did you mean max_memory_bytes?"),
        (
            "[limits]\nmax_memory_bytes = 8",
            "x.toml: limits.max_memory_bytes: counted in bytes, such as 8e9 for 8 GB (got 8)",
        ),
        (
            '[limits]\nmax_latency_seconds = "2s"',
            "limits.max_latency_seconds: write a plain number, such as 2.5, in seconds",
        ),
        (
            "[limits]\nmin_score = { math = 40 }",
            "limits.min_score: math: write a share, such as 0.4, not percent (got 40)",
        ),
        ("utility = 'best'", "x.toml: utility: it should be 'weighted' or 'max-min' (got 'best')"),
        ("certainty = 2", "x.toml: certainty: it should be less than 1"),
        ("[load]\nprompt_tokens = 3", "x.toml: load."),
        ("[weights", "x.toml: not TOML"),
    ],
)
def test_what_is_wrong_is_one_line(text, told):
    with pytest.raises(UserError) as error:
        need_toml.parse(text, "x.toml")
    assert told in str(error.value)
    assert len(str(error.value).splitlines()) == 1


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UserError, match="No such file"):
        need_toml.read(tmp_path / "absent.toml")
