"""Numbers are said with the digits that their interval supports, and never without it."""

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from outweigh.dashboard import words
from outweigh.records import Difference, Estimate, Protocol, Verdict


def estimate(value, low, high):
    return Estimate(metric="acc", value=value, low=low, high=high, standard_error=None, count=10, method="Wilson")


def difference(value, low, high, verdict=Verdict.TIE):
    return Difference(
        first="A",
        second="B",
        benchmark="x",
        metric="acc",
        value=value,
        low=low,
        high=high,
        p_value=0.5,
        adjusted_p_value=0.5,
        count=10,
        wins=1,
        losses=1,
        draws=8,
        minimum_detectable=0.1,
        method="exact",
        verdict=verdict,
    )


@pytest.mark.parametrize(
    ("value", "low", "high", "said"),
    [
        (0.4123, 0.393, 0.431, "41.2 ± 1.9"),
        (0.02, 0.006, 0.05, "2.0 (0.6–5.0)"),
        (0.5, 0.37, 0.63, "50 ± 13"),
        (0.0, 0.0, 0.019, "0.0 (0.0–1.9)"),
        (float("nan"), float("nan"), float("nan"), "unknown"),
    ],
)
def test_scores(value, low, high, said):
    assert str(words.score(estimate(value, low, high))) == said


def test_a_missing_score_is_said():
    assert str(words.score(None)) == "no score"


@pytest.mark.parametrize(
    ("value", "low", "high", "said"),
    [
        (0.041, 0.02, 0.062, "+4.1 (2.0–6.2)"),
        (-0.004, -0.021, 0.013, "−0.4 (−2.1 to 1.3)"),
        (-0.0001, -0.0002, 0.0001, "0.0 (0.0–0.0)"),
    ],
)
def test_differences(value, low, high, said):
    assert str(words.gap(difference(value, low, high))) == said


def test_a_lead_has_no_sign_whoever_is_ahead():
    assert (
        words.lead(difference(-0.041, -0.062, -0.02)) == words.lead(difference(0.041, 0.02, 0.062)) == "4.1 (2.0–6.2)"
    )


@given(st.floats(0, 1), st.floats(0.0005, 0.5))
@example(0.5, 0.1)
def test_digits_follow_the_interval(value, half):
    said = words.score(estimate(value, value - half, value + half))
    assert said.spread.startswith("± ")
    decimals = len(said.value.partition(".")[2])
    assert decimals == len(said.spread.partition(".")[2]) == (0 if round(half * 100, 6) >= 10 else 1)


@given(st.floats(-1, 1), st.integers(0, 3))
def test_there_is_no_negative_zero_and_no_hyphen_for_a_minus(value, places):
    text = words.fixed(value, places, sign=True)
    assert "-" not in text
    number = float(text.replace(words.MINUS, "-"))
    assert number != 0 or text == f"{0:.{places}f}"
    assert math.isclose(number, value, abs_tol=0.5 * 10**-places + 1e-9)


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.0, "< 0.001"), (0.00099, "< 0.001"), (0.04, "0.040"), (0.0994, "0.099"), (0.0996, "0.10"), (1.0, "1.00")],
)
def test_p_values(value, said):
    assert words.p_value(value) == said


@pytest.mark.parametrize(
    ("verdict", "said"), [(Verdict.TIE, "tie"), (Verdict.FIRST, "A ahead"), (Verdict.SECOND, "B ahead")]
)
def test_verdicts(verdict, said):
    assert words.verdict(difference(0.1, 0.0, 0.2, verdict)) == said


def test_what_was_not_measured_is_said_so():
    assert words.duration(None) == words.whole(None) == words.significant(None) == "not measured"
    assert words.duration(0.0) == "0 s"


@pytest.mark.parametrize(
    ("seconds", "said"), [(3.456, "3.5 s"), (59.9, "60 s"), (125, "2 min 5 s"), (3725, "1 h 2 min")]
)
def test_durations(seconds, said):
    assert words.duration(seconds) == said


def test_sizes_and_parameters():
    assert words.size(269_060_552) == "270 MB"
    assert words.size(16_777_216_000) == "17 GB"
    assert words.parameters(134_515_008) == "135 M"
    assert words.parameters(999_900_000) == "1 B"
    assert words.parameters(1_711_376_384) == "1.71 B"
    assert words.parameters(2 * 10**12) == "2 T"


@given(st.text(max_size=80), st.integers(5, 40))
def test_an_elided_text_fits_and_keeps_its_ends(text, width):
    short = words.elided(text, width)
    assert len(short) <= width
    assert short == text or (short[0] == text[0] and short[-1] == text[-1] and "…" in short)


@given(st.text(max_size=200), st.integers(5, 40))
def test_wrapped_lines_fit(text, width):
    lines = words.wrapped(text, width)
    assert 1 <= len(lines) <= 2
    assert all(len(line) <= width for line in lines)


def test_every_protocol_has_words():
    assert set(words.PROTOCOLS) == set(Protocol)
