"""What a reader is told before trusting a comparison."""

import pytest

from outweigh.insight.comparison import compare
from outweigh.records import Area


def notes(columns):
    return compare(columns).notes


def test_a_comparison_of_equals_needs_no_note(make):
    assert notes({"A": [make("arc", "1100")], "B": [make("arc", "1010")]}) == ()


@pytest.mark.parametrize(
    ("model", "evaluation", "result", "note"),
    [
        ({"chat_template": "on"}, {}, {}, "The chat template differs, which can move scores by itself: A off, B on."),
        (
            {"precision": "bfloat16"},
            {},
            {},
            "The precision differs, which can move scores by itself: A unknown, B bfloat16.",
        ),
        ({"quantization": "q4"}, {}, {}, "The quantization differs, which can move scores by itself: A none, B q4."),
        (
            {},
            {"decoding": {"temperature": 0.5}},
            {},
            "The decoding differs, which can move scores by itself: A as the benchmark has it, B temperature 0.5 ",
        ),
        (
            {},
            {},
            {"harness": "lm-eval"},
            "The program differs, which can move scores by itself: A outweigh, B lm-eval.",
        ),
    ],
)
def test_different_ways_of_loading_and_asking_are_told(make, model, evaluation, result, note):
    found = notes(
        {"A": [make("arc", "1100")], "B": [make("arc", "1010", model=model, evaluation=evaluation, **result)]}
    )
    assert len(found) == 1
    assert found[0].startswith(note)


def test_a_setting_that_one_benchmark_alone_has_is_no_difference(make):
    decoded = make("gsm", "10", evaluation={"decoding": {}})
    assert not any("decoding" in note for note in notes({"A": [make("arc", "10"), decoded], "B": [make("arc", "10")]}))


def test_remote_code_is_told(make):
    found = notes({"A": [make("arc", "1100")], "B": [make("arc", "1010", model={"remote_code": True})]})
    assert found == ("B ran code that came with the model's files; read it before you deploy the model.",)


def test_incomplete_answers_are_told_from_one_in_twenty(make):
    some = {"asked": 100, "truncated": 5, "unreadable": 6}
    found = notes({"A": [make("arc", "10" * 50, **some), make("gsm", "10" * 50, asked=100, failed=7, truncated=50)]})
    assert found == (
        "Not every answer of A is whole: ARC (6 unreadable of 100) and GSM (7 failed, 50 truncated of 100).",
    )


def test_guessing_is_told(make):
    columns = {
        "A": [make("arc", "1100", chance=0.25), make("gsm", "1" * 20)],
        "B": [make("arc", "1111", chance=0.25), make("gsm", "1" * 20)],
    }
    assert notes(columns) == ("Not shown to be better than guessing: A on ARC.",)


def test_long_lists_are_cut(make):
    columns = {"A": [make(f"b{index}", "10", chance=0.5, area=Area.CODE) for index in range(9)]}
    assert notes(columns) == ("Not shown to be better than guessing: A on B0, B1, B2, B3, B4 and 4 more.",)
