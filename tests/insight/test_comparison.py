"""Models compared on the same samples."""

from dataclasses import replace

import numpy as np
import pytest

from outweigh.insight.comparison import compare
from outweigh.records import Area, UserError, Verdict


def rows(found):
    return {(row.kind, row.name): row for row in found.rows}


def test_an_example_worked_by_hand(make):
    found = compare(
        {
            "Alpha": [make("arc", "1111111100"), make("gsm", "1000", area=Area.CODE)],
            "Beta": [make("arc", "1000000000"), make("gsm", "1100", area=Area.CODE)],
        }
    )
    assert found.models == ("Alpha", "Beta")
    assert [(row.kind, row.name, row.title) for row in found.rows] == [
        ("benchmark", "arc", "ARC"),
        ("benchmark", "gsm", "GSM"),
        ("area", "reasoning", "Reasoning"),
        ("area", "code", "Code"),
        ("overall", "overall", "Overall"),
    ]
    arc, gsm, reasoning, _, overall = found.rows
    assert [estimate.value for estimate in arc.estimates] == [0.8, 0.1]
    (difference,) = arc.differences
    assert (difference.first, difference.second, difference.benchmark) == ("Alpha", "Beta", "arc")
    assert difference.value == pytest.approx(0.7)
    assert (difference.wins, difference.losses, difference.draws, difference.count) == (7, 0, 3, 10)
    assert difference.p_value == pytest.approx(2 * 0.5**7)
    assert difference.adjusted_p_value == pytest.approx(4 * 0.5**7)  # two benchmarks
    assert difference.verdict is Verdict.FIRST
    (difference,) = gsm.differences
    assert (difference.value, difference.p_value, difference.verdict) == (-0.25, 1.0, Verdict.TIE)
    (difference,) = reasoning.differences
    assert difference.adjusted_p_value == pytest.approx(4 * 0.5**7)  # two areas
    (difference,) = overall.differences
    assert difference.value == pytest.approx((0.7 - 0.25) / 2)
    assert difference.adjusted_p_value == difference.p_value  # one overall
    assert [estimate.value for estimate in overall.estimates] == pytest.approx([(0.8 + 0.25) / 2, (0.1 + 0.5) / 2])
    assert found.finding.startswith("Alpha outweighs Beta on 1 of 2 benchmarks, loses on 0 and ties on 1; with 4 to 10")


def test_a_group_counts_as_one_benchmark_and_weighs_by_size(make, knowledge):
    first = [
        make("mmlu_a", "1" * 10, title="MMLU a", **knowledge),
        make("mmlu_b", "10" * 15, title="MMLU b", **knowledge),
    ]
    second = [
        make("mmlu_a", "0" * 10, title="MMLU a", **knowledge),
        make("mmlu_b", "01" * 15, title="MMLU b", **knowledge),
    ]
    extra = {"area": Area.KNOWLEDGE, "chance": 0.5}
    found = compare({"A": [*first, make("nq", "1100", **extra)], "B": [*second, make("nq", "1100", **extra)]})
    assert [(row.kind, row.name) for row in found.rows] == [
        ("benchmark", "mmlu_a"),
        ("benchmark", "mmlu_b"),
        ("benchmark", "nq"),
        ("group", "mmlu"),
        ("area", "knowledge"),
    ]
    group, area = rows(found)["group", "mmlu"], rows(found)["area", "knowledge"]
    assert group.title == "MMLU"
    assert [estimate.value for estimate in group.estimates] == pytest.approx([25 / 40, 15 / 40])
    assert group.chance == pytest.approx(0.25)
    assert group.differences[0].value == pytest.approx(10 / 40)
    assert (group.differences[0].wins, group.differences[0].losses, group.differences[0].count) == (25, 15, 40)
    assert [estimate.value for estimate in area.estimates] == pytest.approx([(25 / 40 + 0.5) / 2, (15 / 40 + 0.5) / 2])
    assert area.chance == pytest.approx((0.25 + 0.5) / 2)
    assert area.differences[0].value == pytest.approx(10 / 40 / 2)
    assert "1 of 2 benchmarks" in found.finding or "any of 2 benchmarks" in found.finding


def test_members_of_a_group_are_corrected_among_themselves(make, knowledge):
    columns = {
        model: [
            *(make(f"mmlu_{name}", answer * 6 + "1" * 6, title=f"MMLU {name}", **knowledge) for name in "abc"),
            make("arc", answer * 8),
        ]
        for model, answer in (("A", "1"), ("B", "0"))
    }
    found = rows(compare(columns))
    for name in "abc":
        (difference,) = found["benchmark", f"mmlu_{name}"].differences
        assert difference.adjusted_p_value == pytest.approx(3 * difference.p_value)
        assert difference.verdict is Verdict.TIE
    (arc,), (group,) = found["benchmark", "arc"].differences, found["group", "mmlu"].differences
    assert group.p_value < arc.p_value
    assert group.adjusted_p_value == pytest.approx(2 * group.p_value)
    assert arc.adjusted_p_value == pytest.approx(arc.p_value)


def test_only_samples_that_both_answered_are_compared(make):
    found = compare({"A": [make("arc", "1111xx0000")], "B": [make("arc", "0000110000")]})
    row = found.rows[0]
    assert row.differences[0].count == 8
    assert row.differences[0].value == pytest.approx(0.5)
    assert row.failed == (2, 0)
    assert "A and B are compared without 2 samples that only one of them answered, on ARC." in found.notes


def test_a_longer_run_is_compared_on_the_shorter_ones_samples(make):
    found = compare({"A": [make("arc", "10" * 30)], "B": [make("arc", "1100")]})
    assert found.rows[0].differences[0].count == 4
    assert [estimate.count for estimate in found.rows[0].estimates] == [60, 4]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"shots": 0}, "0 shots"),
        ({"version": "2"}, "version 2"),
        ({"protocol": "chat"}, "chat"),
        ({"seed": 7}, "seed 7"),
        ({"data": "e2"}, "data e2"),
        ({"judge": "j"}, "judge j"),
    ],
)
def test_what_was_asked_differently_is_not_paired(make, change, words):
    found = compare({"A": [make("arc", "1100")], "B": [make("arc", "1100", evaluation=change)]})
    benchmarks = [row for row in found.rows if row.kind == "benchmark"]
    assert [[estimate is not None for estimate in row.estimates] for row in benchmarks] == [
        [True, False],
        [False, True],
    ]
    assert len({row.name for row in benchmarks}) == 2
    assert words in benchmarks[1].title
    assert not any(row.differences for row in found.rows)
    assert any(note.startswith("Not paired") and words in note for note in found.notes)
    assert found.finding == "A and B answered no sample in common, so they cannot be compared."


def test_models_that_share_no_sample_are_compared_by_their_means(make):
    one, other = make("arc", "1" * 30 + "0" * 10), replace(make("arc", "1" * 10 + "0" * 30), scores={})
    found = compare({"A": [one], "B": [other]})
    (difference,) = found.rows[0].differences
    assert (difference.paired, difference.wins, difference.draws, difference.same) == (False, None, None, None)
    assert difference.value == pytest.approx(0.5)
    assert difference.low > 0.25 and difference.high < 0.7
    assert difference.verdict is Verdict.FIRST
    assert difference.effect == pytest.approx(1.047, abs=1e-3)
    assert any(note.startswith("A and B share no sample of ARC: their means are compared") for note in found.notes)
    assert not any("only one of them answered" in note for note in found.notes)


def test_an_average_is_paired_only_where_all_of_it_is(make):
    def column(answers, **change):
        return [make("arc", answers), replace(make("gsm", answers), **change)]

    found = rows(compare({"A": column("1100"), "B": column("1000", scores={})}))
    assert found["benchmark", "arc"].differences[0].paired
    assert not found["benchmark", "gsm"].differences[0].paired
    assert not found["area", "reasoning"].differences[0].paired


def test_matchups_count_benchmarks(make):
    found = compare(
        {
            "A": [make("arc", "1" * 30), make("gsm", "0" * 30), make("nq", "10")],
            "B": [make("arc", "0" * 30), make("gsm", "1" * 30), make("nq", "11")],
            "C": [make("arc", "0" * 30)],
        }
    )
    counts = {(one.first, one.second): (one.wins, one.losses, one.ties, one.unknown) for one in found.matchups}
    assert counts == {("A", "B"): (1, 1, 1, 0), ("A", "C"): (1, 0, 0, 2), ("B", "C"): (0, 0, 1, 2)}


def test_another_limit_or_another_decoding_is_still_paired(make):
    decoded = {"decoding": {"temperature": 0.7}, "limit": 4}
    found = compare({"A": [make("arc", "1100")], "B": [make("arc", "1100", evaluation=decoded)]})
    assert len(found.rows[0].differences) == 1


def test_a_model_without_a_result_has_no_estimate(make):
    found = compare({"A": [make("arc", "1100"), make("gsm", "11")], "B": [make("arc", "1000")]})
    gsm = rows(found)["benchmark", "gsm"]
    assert (gsm.estimates[1], gsm.differences, gsm.failed) == (None, (), (0, 0))
    area = rows(found)["area", "reasoning"]
    assert [estimate.value for estimate in area.estimates] == [0.5, 0.25]  # what both have
    assert any("left out: GSM (only A)" in note for note in found.notes)


def test_an_area_that_a_model_lacks_leaves_it_without_an_overall(make):
    found = compare(
        {"A": [make("arc", "1100"), make("gsm", "11", area=Area.CODE)], "B": [make("arc", "1000")], "C": []}
    )
    assert [estimate is not None for estimate in rows(found)["overall", "overall"].estimates] == [True, False, False]


def test_a_failed_member_is_not_dropped_from_its_group(make, knowledge):
    def subject(name, answers):
        return make(f"mmlu_{name}", answers, title=f"MMLU {name}", **knowledge)

    found = compare({"A": [subject("a", "10"), subject("b", "xx")], "B": [subject("a", "10"), subject("b", "01")]})
    group = rows(found)["group", "mmlu"]
    assert group.estimates[0] is None
    assert group.estimates[1].value == 0.5
    assert group.differences == ()
    assert group.failed == (2, 0)
    assert any(note.startswith("A has no score on MMLU b") for note in found.notes)


def test_scores_of_which_less_is_better_are_won_by_less(make):
    options = {"higher_is_better": False}
    found = compare(
        {"A": [make("toxic", "0" * 12, **options)], "B": [make("toxic", "1" * 12, **options)]},
    )
    (difference,) = found.rows[0].differences
    assert difference.value == -1.0
    assert (difference.verdict, difference.wins) == (Verdict.FIRST, 12)
    assert [row.kind for row in found.rows] == ["benchmark"]
    assert any("more is better: TOXIC" in note for note in found.notes)


def test_every_pair_of_models_is_compared(make):
    found = compare({name: [make("arc", answers)] for name, answers in (("A", "10"), ("B", "11"), ("C", "00"))})
    pairs = [(difference.first, difference.second) for difference in found.rows[0].differences]
    assert pairs == [("A", "B"), ("A", "C"), ("B", "C")]


def test_the_order_of_models_changes_only_signs(make):
    rng = np.random.default_rng(0)
    columns = {name: [make(bench, list(rng.random(30).round(2))) for bench in ("one", "two")] for name in ("A", "B")}
    there, back = compare(columns), compare(dict(reversed(columns.items())))
    for row, turned in zip(there.rows, back.rows, strict=True):
        one, other = row.differences[0], turned.differences[0]
        assert (one.value, one.low, one.high) == pytest.approx((-other.value, -other.high, -other.low))
        assert (one.p_value, one.adjusted_p_value) == (other.p_value, other.adjusted_p_value)


def test_clusters_reach_the_test(make):
    clusters = {str(index): str(index // 10) for index in range(20)}
    found = compare({"A": [make("arc", "1" * 20, clusters=clusters)], "B": [make("arc", "0" * 20, clusters=clusters)]})
    assert found.rows[0].differences[0].method.endswith("sign flips")
    assert found.rows[0].differences[0].verdict is Verdict.TIE


def test_a_larger_result_stands_for_a_smaller_one_of_the_same_model(make):
    found = compare({"A": [make("arc", "10"), make("arc", "1000"), make("arc", "1")]})
    assert [row.estimates[0].count for row in found.rows if row.kind == "benchmark"] == [4]


@pytest.mark.parametrize("columns", [{}, {"A": []}])
def test_nothing_cannot_be_compared(columns):
    with pytest.raises(UserError, match="nothing to compare"):
        compare(columns)


def test_a_large_suite_is_one_comparison(make, knowledge):
    rng = np.random.default_rng(0)
    columns = {
        model: [
            make(
                f"mmlu_{index}",
                "".join("01"[int(bit)] for bit in rng.random(246) < 0.4),
                title=f"MMLU {index}",
                **knowledge,
            )
            for index in range(57)
        ]
        for model in ("A", "B")
    }
    found = compare(columns)
    group = rows(found)["group", "mmlu"]
    assert group.differences[0].count == 57 * 246
    assert group.differences[0].minimum_detectable < 0.02
    assert len(found.rows) == 59
