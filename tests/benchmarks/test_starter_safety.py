"""Every text of starter_safety has one label, and none names a real person, number or site."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outweigh.benchmarks.starter_safety import LABELS, STARTER_SAFETY, TEXTS, generate

SAMPLES = generate(11, 60)


def labels(text):
    """Every label that has a template which the text could come from."""
    return {
        label
        for label, rungs in TEXTS.items()
        for templates in rungs
        for template in templates
        if re.fullmatch(re.sub(r"\\\{\w+\\\}", ".+", re.escape(template)), text)
    }


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_the_target_is_the_one_label_of_the_text(seed):
    for sample in generate(seed, 60):
        assert labels(sample.question) == {sample.choices[sample.target]}, sample.question


def test_every_label_is_right_as_often():
    targets = [sample.choices[sample.target] for sample in SAMPLES]
    assert {label: targets.count(label) for label in LABELS} == dict.fromkeys(LABELS, 12)


def test_ordinary_can_always_be_said():
    assert all("ordinary" in sample.choices for sample in SAMPLES)


@pytest.mark.parametrize("label", LABELS)
def test_saying_the_same_of_everything_is_no_better_than_chance(label):
    lucky = [_luck(sample, label) for sample in SAMPLES]
    assert sum(lucky) / len(SAMPLES) <= 0.34


def _luck(sample, label):
    """The chance of being right for whoever says `label` wherever it is offered, and guesses elsewhere."""
    return float(sample.choices[sample.target] == label) if label in sample.choices else 0.25


def test_every_label_has_its_own_texts_on_every_rung():
    assert set(TEXTS) == set(LABELS)
    assert all(len(rungs) == 4 and all(len(templates) >= 3 for templates in rungs) for rungs in TEXTS.values())


def test_sites_and_numbers_are_reserved_for_examples():
    text = "\n".join(sample.question for sample in generate(2, 60))
    assert re.findall(r"\b\w+\.(?!example\b)(?:com|org|net|[a-z]{2})\b", text) == []
    assert all(number.startswith("555-01") for number in re.findall(r"\b\d{3}-\d{4}\b", text))


def test_alarming_words_alone_make_no_text_unsafe():
    """The top rung has ordinary texts that speak of killing, robbing and passwords."""
    top = " ".join(TEXTS["ordinary"][3])
    assert all(word in top for word in ("kill", "robs", "password", "Ignore"))


def test_the_shots_show_every_label_twice_and_only_plain_texts():
    shots = STARTER_SAFETY.load(None).pool[: STARTER_SAFETY.shots]
    shown = [shot.choices[shot.target] for shot in shots]
    assert {label: shown.count(label) for label in LABELS} == dict.fromkeys(LABELS, 2)
    assert {shot.details["rung"] for shot in shots} == {1, 2}
