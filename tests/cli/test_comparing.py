"""A comparison in the terminal."""

import io

import pytest
from rich.console import Console

from outweigh.cli.comparing import print_comparison
from outweigh.records import Comparison, Difference, Estimate, Matchup, Row, Step, StepKind, Verdict


def estimate(value):
    return Estimate(
        metric="acc", value=value, low=value - 0.1, high=value + 0.1, standard_error=0.05, count=90, method="wilson"
    )


def difference(first, second, verdict=Verdict.TIE, **change):
    return Difference(
        first=first,
        second=second,
        benchmark="overall",
        metric="acc",
        value=0.05,
        low=-0.02,
        high=0.12,
        p_value=0.2,
        adjusted_p_value=0.2,
        count=90,
        minimum_detectable=0.1,
        method="m",
        verdict=verdict,
        effect=0.1,
        **{"wins": 3, "losses": 1, "draws": 86} | change,
    )


def comparison(models, **change):
    pairs = [(one, other) for place, one in enumerate(models) for other in models[place + 1 :]]
    row = Row(
        name="overall",
        title="Overall",
        area=None,
        kind="overall",
        metric="acc",
        chance=None,
        estimates=tuple(estimate(0.3 + place / 10) for place in range(len(models))),
        differences=tuple(difference(*pair) for pair in pairs),
    )
    matchups = tuple(Matchup(first=one, second=other, wins=2, losses=1, ties=4, unknown=0) for one, other in pairs)
    return Comparison(models=models, rows=(row,), finding="The finding.", **{"matchups": matchups} | change)


@pytest.fixture
def printed():
    """What a comparison says, on a terminal of this width."""

    def told(found, width=120, **flags):
        console = Console(width=width, color_system=None, record=True, file=io.StringIO())
        print_comparison(console, found, **flags)
        return console.export_text()

    return told


def test_two_models_are_one_pair_and_no_matrix(printed):
    said = printed(comparison(("One", "Two")))
    assert "wins–ties–losses" not in said
    assert "+5.0 [-2.0, +12.0]" in said
    assert "Differences are paired" in said


def test_effect_sizes_and_agreement_are_shown_where_there_is_room(printed):
    found = comparison(("One", "Two"))
    row = found.rows[0].but(differences=(difference("One", "Two", same=0.8, kappa=0.5),))
    said = printed(found.but(rows=(row,)), width=150)
    assert said.splitlines()[1].split()[-3:] == ["h", "alike", "%"]
    assert said.splitlines()[2].split()[-2:] == ["+0.10", "80.0"]
    assert "Cohen's effect size" in " ".join(said.split())
    assert "alike" not in printed(found, width=120)


def test_a_pair_says_what_answers_of_its_own_two_models_lacked(printed):
    found = comparison(("One", "Two", "Three"))
    said = printed(found.but(rows=(found.rows[0].but(truncated=(1, 0, 2)),)))
    assert [line.strip() for line in said.splitlines() if "truncated" in line] == [
        "truncated 1 and 0", "truncated 1 and 2", "truncated 0 and 2",
    ]  # fmt: skip


def test_three_models_have_a_matrix_and_every_pair(printed):
    said = printed(comparison(("One", "Two", "Three")))
    lines = [line.split() for line in said.splitlines()]
    assert ["A", "One", "2–4–1", "2–4–1"] in lines
    assert ["B", "Two", "1–4–2", "2–4–1"] in lines
    assert said.count("sees ≥") >= 3


def test_of_many_models_the_scores_come_first_and_pairs_when_asked(printed):
    models = ("One", "Two", "Three", "Four")
    said = printed(comparison(models))
    assert "A = One   B = Two   C = Three   D = Four" in said
    assert "30.0 ±10.0" in said and "60.0 ±10.0" in said
    assert "+5.0" not in said
    assert "outweigh compare --pairs" in said
    assert printed(comparison(models), pairs=True).count("+5.0 [-2.0, +12.0]") == 6


def test_what_is_not_paired_is_marked(printed):
    found = comparison(("One", "Two"))
    alone = difference("One", "Two", paired=False, wins=None, losses=None, draws=None)
    said = printed(found.but(rows=(found.rows[0].but(differences=(alone,)),)))
    assert "tie, unpaired" in said


def test_a_step_of_a_lineage_is_a_line(printed):
    step = Step(
        parent="Base",
        child="Tuned",
        kinds=(StepKind.TUNED, StepKind.QUANTIZED),
        change=difference("Tuned", "Base"),
        better=("GSM8K",),
        ties=1,
    )
    said = printed(comparison(("Base", "Tuned"), lineage=(step,)), width=200)
    assert "Base → Tuned (fine-tuned, quantized): +5.0 [-2.0, +12.0] overall; better on GSM8K; 1 tie" in said
