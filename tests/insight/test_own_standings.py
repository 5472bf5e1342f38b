"""One's own results beside others: alone, or in a public table where they were asked in the same way."""

from datetime import date

import pytest

from outweigh.insight.leaderboard_rows import remarks
from outweigh.insight.own_standings import entrants, own_table
from outweigh.records import Asked, ModelCard

HALF = "10" * 20
ASKED = {
    "wide": Asked(tasks=("wide_a", "wide_b"), metrics=("acc",), shots=5, samples=60),
    "plain": Asked(tasks=("plain",), metrics=("acc",), shots=5, samples=40),
}


def test_own_models_have_what_all_of_them_were_asked(make):
    results = [
        make("x", HALF, model={"revision": "1" * 40}).result,
        make("y", "1" * 40, model={"revision": "1" * 40}).result,
        make("x", "1" * 40, model={"revision": "2" * 40}).result,
    ]
    table = own_table(results)
    assert [set(each.scores) for each in table.standings] == [{"x"}, {"x"}]
    assert table.notes == ("Not shown, because not every model was asked: Y; --all-benchmarks shows them too.",)
    assert len({each.model for each in table.standings}) == 2
    assert [set(each.scores) for each in own_table(results, shared=False).standings] == [{"x", "y"}, {"x"}]


def test_a_group_is_one_benchmark(make, knowledge):
    results = [make(f"mmlu_{name}", HALF, **knowledge).result for name in ("anatomy", "law")]
    (standing,) = own_table(results).standings
    assert list(standing.scores) == ["mmlu"]
    assert standing.scores["mmlu"].count == 80


def test_what_answers_lacked_stands_beside_the_score(make):
    cut, whole = make("x", HALF).result.but(failed=2, truncated=3), make("y", HALF).result
    (standing,) = own_table([cut, whole]).standings
    assert standing.flaws == ("2 of 80 answers failed", "3 of 80 answers truncated")
    assert remarks(standing) == standing.flaws
    assert own_table([whole]).standings[0].flaws == ()
    (entrant,), _ = entrants([make("plain", HALF).result.but(unreadable=1)], ASKED, "board")
    assert entrant.flaws == ("1 of 40 answers unreadable",)


def test_what_is_no_share_is_not_averaged(make):
    table = own_table([make("x", HALF).result, make("bleu", [20.0, 40.0]).result])
    assert list(table.standings[0].scores) == ["x"]
    assert table.notes[0] == "Not averaged, because it is no share of which more is better: BLEU."


def test_the_card_tells_what_the_filters_ask(make):
    card = ModelCard(title="mine", parameters=135_000_000, license="mit", architecture="LlamaForCausalLM")
    (standing,) = own_table([make("x", HALF, card=card).result]).standings
    assert (standing.model, standing.parameters, standing.license) == ("mine", 135e6, "mit")
    assert (standing.submitted, standing.provenance) == (date(2025, 3, 1), "own")


def test_who_was_asked_the_same_stands_among_them(make):
    results = [make("wide_a", HALF).result, make("wide_b", "1" * 20).result, make("plain", HALF).result]
    (standing,), refused = entrants(results, ASKED, "board")
    assert standing.provenance == "board"
    assert standing.scores["wide"].value == pytest.approx(40 / 60)
    assert standing.scores["wide"].count == 60
    assert standing.scores["plain"].value == 0.5
    assert refused == []


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"answers": "1" * 39}, "plain: answered 39 samples, the table counts 40"),
        ({"answers": "1" * 39 + "x"}, "plain: answered 39 samples, the table counts 40"),
        ({"evaluation": {"shots": 0}}, "plain: asked with 0 shots, the table with 5"),
        ({"benchmark": "wide_a"}, "wide: 1 of its 2 tasks were not asked, such as wide_b"),
    ],
)
def test_who_was_asked_otherwise_is_told_why_not(make, changed, told):
    benchmark, answers = changed.pop("benchmark", "plain"), changed.pop("answers", HALF)
    standings, refused = entrants([make(benchmark, answers, **changed).result], ASKED, "board")
    assert standings == []
    assert refused == [f"model has no {told}"]


def test_other_benchmarks_are_no_refusal(make):
    assert entrants([make("unrelated", HALF).result], ASKED, "board") == ([], [])


def test_several_metrics_of_the_same_samples_have_an_averaged_interval(make):
    result = make("both", HALF).result
    (score,) = result.estimates
    other = score.but(metric="loose", value=0.7, low=0.6, high=0.8)
    asked = {"both": Asked(tasks=("both",), metrics=("acc", "loose"), shots=5, samples=40)}
    ((standing,), _) = entrants([result.but(estimates=(score, other))], asked, "board")
    found = standing.scores["both"]
    assert (found.value, found.metric) == (pytest.approx(0.6), "acc and loose")
    assert found.high == pytest.approx((score.high + 0.8) / 2)
    _, refused = entrants([result], asked, "board")
    assert refused == ["model has no both: not every task has the metric acc and loose"]


def test_the_largest_result_of_a_task_counts(make):
    results = [make("plain", HALF).result, make("plain", "1" * 5, evaluation={"limit": 5}).result]
    ((standing,), _) = entrants(results, ASKED, "board")
    assert standing.scores["plain"].value == 0.5
