"""Scores that nobody measured, from a card and other scores."""

from datetime import date

import numpy as np
import pytest

from outweigh.insight.prediction import Predictor, score_columns
from outweigh.records import Scale, UserError
from standings import BENCHMARKS, standing

OTHERS = [name for name in BENCHMARKS if name != "gpqa"]


def table(families=40, rows=10, seed=0):
    """A made-up leaderboard: skill grows with size, families differ, and gpqa is a bent function of the others."""
    rng = np.random.default_rng(seed)
    found = []
    for family in range(families):
        billions = float(np.exp(rng.uniform(-0.5, 4.2)))
        level = 0.12 * np.log(billions) + 0.1 * rng.normal()
        for row in range(rows):
            skill = level + 0.05 * rng.normal()
            scores = {name: 0.3 + 0.5 * skill + 0.01 * rng.normal() for name in OTHERS}
            scores["gpqa"] = 0.25 + 0.6 * max(0.0, skill - 0.2) ** 1.5 + 0.01 * rng.normal()
            found.append(
                standing(
                    f"owner-{row}/f{family}-{billions:.2f}-{'instruct' if row % 2 else 'base'}",
                    {name: min(0.99, max(0.01, value)) for name, value in scores.items()},
                    parameters=billions * 1e9,
                    published=date(2024, 1 + row, 1),
                    precision="bfloat16",
                )
            )
    return found


TABLE = table()
NEW = table(families=12, seed=7)
KIN = [f"family {row // 10}" for row in range(len(TABLE))]


@pytest.fixture(scope="module")
def predictor():
    return Predictor(TABLE, "gpqa", OTHERS, kin=KIN)


def hidden(rows, *benchmarks):
    """The rows without these scores."""
    return [row.but(scores={name: each for name, each in row.scores.items() if name not in benchmarks}) for row in rows]


def test_a_bent_relation_is_learnt_better_than_a_straight_line_could(predictor):
    truth = score_columns(NEW, ("gpqa",), Scale.RAW)[:, 0]
    value, low, high = predictor.values(hidden(NEW, "gpqa"))
    known = score_columns(TABLE, OTHERS, Scale.RAW)
    line = np.linalg.lstsq(np.c_[np.ones(len(known)), known], score_columns(TABLE, ("gpqa",), Scale.RAW)[:, 0])[0]
    straight = np.c_[np.ones(len(NEW)), score_columns(NEW, OTHERS, Scale.RAW)] @ line
    assert np.abs(value - truth).mean() < 0.8 * np.abs(straight - truth).mean()
    assert (low <= value).all() and (value <= high).all()
    assert 0.8 < ((low <= truth) & (truth <= high)).mean() < 0.98


def test_the_score_itself_is_never_looked_at(predictor):
    changed = [row.but(scores=row.scores | {"gpqa": row.scores["bbh"].but(value=0.99)}) for row in NEW]
    assert np.array_equal(predictor.values(NEW)[0], predictor.values(changed)[0])


def test_a_prediction_says_what_it_is_and_what_it_rests_on(predictor):
    (found,) = predictor.predict(hidden(NEW[:1], "gpqa"))
    assert found.predicted is True
    assert (found.metric, found.unit, found.level) == ("gpqa", "percent", 0.9)
    assert found.low <= found.value <= found.high
    assert set(OTHERS) < set(found.basis)
    assert {"parameters", "architecture", "name"} < set(found.basis)
    assert "gpqa" not in found.basis


def test_a_missing_score_is_not_a_score_of_zero(predictor):
    (whole,) = predictor.predict(NEW[-1:])
    (less,) = predictor.predict(hidden(NEW[-1:], "bbh"))
    zero = NEW[-1].but(scores=NEW[-1].scores | {"bbh": NEW[-1].scores["bbh"].but(value=0.0)})
    (none,) = predictor.predict([zero])
    assert abs(less.value - whole.value) < abs(none.value - whole.value)
    assert "its score on bbh is not known" in less.out_of_range
    assert "bbh" not in less.basis


def test_what_was_never_seen_is_flagged(predictor):
    odd = NEW[0].but(parameters=4e12, architecture="Mamba9", published=date(2031, 1, 1))
    (found,) = predictor.predict([odd])
    text = "; ".join(found.out_of_range)
    assert "4,000 billion parameters are outside" in text
    assert "Mamba9: 0 models" in text
    assert "published on 2031-01-01, after all" in text
    assert "unlike those of any model" in text
    assert predictor.predict(TABLE[:1])[0].out_of_range == ()


def test_with_the_card_alone_intervals_are_wider(predictor):
    card = Predictor(TABLE, "gpqa", (), kin=KIN)
    (_, low, high), (_, narrow_low, narrow_high) = card.values(NEW), predictor.values(NEW)
    assert (high - low).mean() > 1.5 * (narrow_high - narrow_low).mean()
    assert set(card.predict(NEW[:1])[0].basis) == {"parameters", "architecture", "precision", "published", "name"}


def test_the_scale_is_that_which_was_asked_for():
    shown = [row.but(normalized={name: 100 * each.value / 2 for name, each in row.scores.items()}) for row in TABLE]
    raw = Predictor(shown, "gpqa", OTHERS, kin=KIN)
    half = Predictor(shown, "gpqa", OTHERS, kin=KIN, scale=Scale.SHOWN)
    assert half.predict(shown[:1])[0].unit == "points"
    assert half.values(shown)[0].mean() == pytest.approx(raw.values(shown)[0].mean() / 2, rel=0.05)


def test_rows_without_the_score_teach_nothing_and_do_no_harm():
    gaps = hidden(TABLE[:50], "gpqa") + TABLE[50:]
    found = Predictor(gaps, "gpqa", OTHERS, kin=KIN).values(NEW)[0]
    without = Predictor(TABLE[50:], "gpqa", OTHERS, kin=KIN[50:]).values(NEW)[0]
    assert np.allclose(found, without)


@pytest.mark.parametrize(
    ("rows", "benchmark", "known", "said"),
    [
        (TABLE, "chess", OTHERS, "chess is no benchmark of this leaderboard: it has bbh, gpqa"),
        (TABLE, "gpqa", ["chess"], "chess is no benchmark"),
        (TABLE, "gpqa", ["gpqa"], "the score on gpqa is known"),
        (TABLE[:60], "gpqa", OTHERS, "60 models have a score on it, and at least 100 are needed"),
        ([], "gpqa", OTHERS, "it has none"),
    ],
)
def test_what_cannot_be_predicted_is_refused_in_one_line(rows, benchmark, known, said):
    with pytest.raises(UserError, match=said):
        Predictor(rows, benchmark, known)


def test_one_family_alone_teaches_nothing_of_others():
    with pytest.raises(UserError, match="two families"):
        Predictor(TABLE, "gpqa", OTHERS, kin=["one"] * len(TABLE))
