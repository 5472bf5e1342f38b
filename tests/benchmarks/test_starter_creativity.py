"""Every constraint of starter_creativity can be met, is checked, and is not met by a trick."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outweigh.benchmarks.prompting import Plain
from outweigh.benchmarks.starter_creativity import (
    CHECKS,
    LINES,
    RHYMES,
    SHOTS,
    STARTER_CREATIVITY,
    Line,
    generate,
    unmet,
    words,
)
from outweigh.records import Finish, Generated

SAMPLES = generate(11, 60)
ASKED = frozenset(words("Write a line of 3 to 10 words with the word kite."))


def _written(text):
    return Generated(text=text, finish=Finish.STOP, tokens=5)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_every_sample_carries_a_line_that_meets_all_its_constraints(seed):
    for sample in generate(seed, 60):
        assert unmet(sample, sample.reference) == [], sample.question


@pytest.mark.parametrize(
    ("constraint", "text", "met"),
    [
        ({"kind": "words", "low": 3, "high": 4}, "A kite flew", True),
        ({"kind": "words", "low": 3, "high": 4}, "A kite", False),
        ({"kind": "words", "low": 3, "high": 4}, "A kite flew over us", False),
        ({"kind": "use", "word": "kite"}, "My Kite!", True),
        ({"kind": "use", "word": "kite"}, "My kites fly", False),
        ({"kind": "without", "letter": "b"}, "A kite flew", True),
        ({"kind": "without", "letter": "b"}, "A kite in Berlin", False),
        ({"kind": "begin", "letter": "a"}, "  A kite", True),
        ({"kind": "begin", "letter": "a"}, "The kite", False),
        ({"kind": "rhyme", "word": "night"}, "We saw the light.", True),
        ({"kind": "rhyme", "word": "night"}, "We saw the night", False),
        ({"kind": "rhyme", "word": "night"}, "We saw the lamp", False),
        ({"kind": "varied"}, "a kite is a toy", True),
        ({"kind": "varied"}, "a kite is a kite", False),
        ({"kind": "known"}, "My sister's kite", True),
        ({"kind": "known"}, "My blorptick kite", False),
        ({"kind": "own", "examples": ["Rain fell softly"]}, "My kite fell upstairs", True),
        ({"kind": "own", "examples": ["Rain fell softly"]}, "The kite fell softly", False),
        ({"kind": "own", "examples": ["Rain fell softly"]}, "Write a line with the word kite", False),
    ],
)
def test_a_constraint_is_met_by_what_it_says(constraint, text, met):
    assert CHECKS[constraint["kind"]](Line(tuple(words(text)), ASKED), constraint) is met


@pytest.mark.parametrize(
    "trick",
    [
        lambda sample: "",
        lambda sample: sample.question,
        lambda sample: " ".join([_word(sample)] * 5),
        lambda sample: f"The {_word(sample)} is a {_word(sample)}",
        lambda sample: sample.details["constraints"][-1]["examples"][0],
        lambda sample: sample.details["constraints"][-1]["examples"][0] + f" {_word(sample)}",
    ],
    ids=["nothing", "the request", "one word again", "a tautology", "an example", "an example and the word"],
)
def test_no_trick_meets_every_constraint(trick):
    scores = [STARTER_CREATIVITY.mark(sample, _written(trick(sample))) for sample in SAMPLES]
    assert sum(acc.value for acc, _ in scores) == 0.0


def test_marking_counts_the_constraints_and_names_those_that_are_not_met():
    sample = SAMPLES[0]
    word, total = _word(sample), len(sample.details["constraints"])
    acc, share = STARTER_CREATIVITY.mark(sample, _written(f" The {word} frobnicates against seven winters"))
    assert (acc.metric, acc.value, acc.reason) == ("acc", 0.0, "not met: known")
    assert (share.metric, share.value) == ("constraints", 1 - 1 / total)
    assert acc.answer == f"The {word} frobnicates against seven winters"


def test_a_line_that_does_it_all_scores_one():
    for sample in SAMPLES:
        acc, share = STARTER_CREATIVITY.mark(sample, _written(sample.reference))
        assert (acc.value, share.value, acc.reason) == (1.0, 1.0, None)


def test_an_empty_line_is_unreadable_and_meets_nothing():
    scores = STARTER_CREATIVITY.mark(SAMPLES[0], _written("   "))
    assert [(score.value, score.answer) for score in scores] == [(0.0, None), (0.0, None)]


def test_a_sample_keeps_the_examples_that_the_standard_prompt_shows():
    loaded = STARTER_CREATIVITY.load(None)
    shown = [shot.reference for shot in loaded.pool[:SHOTS]]
    assert STARTER_CREATIVITY.shots == SHOTS
    assert all(sample.details["constraints"][-1] == {"kind": "own", "examples": shown} for sample in loaded.samples)


def test_the_answer_is_one_short_line():
    request = STARTER_CREATIVITY.ask(SAMPLES[0], (), Plain())
    assert request.stop == ("\n",)
    assert request.decoding.max_tokens <= 32
    assert request.decoding.temperature == 0.0


def test_our_lines_hold_the_words_that_they_are_listed_under():
    assert all({word, other} <= set(words(line)) for word, other, line in LINES)
    assert all(word in words(line) for _, word, line in RHYMES)


def _word(sample):
    named = [constraint["word"] for constraint in sample.details["constraints"] if "word" in constraint]
    return named[0]
