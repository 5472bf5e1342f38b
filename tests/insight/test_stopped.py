"""What an adaptive run asked is compared by betting alone, never by a test for a fixed number of samples."""

import numpy as np
import pytest

from outweigh.insight.comparison import compare
from outweigh.records import Outcome, Stopping, Verdict
from outweigh.stats import sequential
from outweigh.stats.multiplicity import holm
from outweigh.stats.order import rank


def stopped(benchmark, through="f" * 16, **changes):
    """The settings of an evaluation that an adaptive run made."""
    fields = {
        "outcome": Outcome.DECIDED,
        "until_decided": True,
        "until_halfwidth": None,
        "alpha": 0.05,
        "order_seed": 1234,
        "through": through,
        "pool": 500,
        "largest_cluster": 1,
        "looks": 2,
    }
    ways = {"benchmark": benchmark, "version": "1", "protocol": "likelihood", "shots": 5, "data": "d1"}
    return {"evaluation": ways | {"stopping": Stopping(**(fields | changes))}}


def rows(found):
    return {row.name: row for row in found.rows}


def gaps(one, other, benchmark, clusters=None, largest=1):
    ids = [name for name in one.scores if name in other.scores]
    ranks = [rank(1234, benchmark, name, (clusters or {}).get(name)) for name in ids]
    return sequential.gaps([one.scores[i] for i in ids], [other.scores[i] for i in ids], ranks, largest)


A, B = "1" * 40 + "10" * 10, "0" * 30 + "1" * 10 + "01" * 10


def test_a_stopped_row_has_the_bets_p_value_and_interval(make):
    one, other = make("arc", A, **stopped("arc")), make("arc", B, **stopped("arc"))
    found = compare({"A": [one], "B": [other]})
    (difference,) = rows(found)["arc"].differences
    expected = gaps(one, other, "arc")
    assert difference.method == "paired betting, anytime-valid"
    assert difference.p_value == expected.p_value < 0.05
    low, high = sequential.bounds(expected.draws, sequential.GAPS, 0.05)
    assert (difference.low, difference.high) == pytest.approx((2 * low - 1, 2 * high - 1))
    assert (difference.wins, difference.losses, difference.draws) == (40, 10, 10)
    assert difference.verdict is Verdict.FIRST
    plain = compare({"A": [make("arc", A)], "B": [make("arc", B)]})
    assert rows(plain)["arc"].differences[0].p_value < difference.p_value
    assert rows(plain)["arc"].differences[0].method.endswith("exact McNemar")


def test_one_stopped_result_is_enough(make):
    """The samples that both answered are those at which the other run stopped."""
    found = compare({"A": [make("arc", A, **stopped("arc"))], "B": [make("arc", B + "1" * 100)]})
    (difference,) = rows(found)["arc"].differences
    assert difference.method == "paired betting, anytime-valid"
    assert difference.count == 60


def test_clusters_are_bet_on_once(make):
    clusters = {str(n): f"text {n // 2}" for n in range(60)}
    sides = [make("arc", text, clusters=clusters, **stopped("arc", largest_cluster=4)) for text in (A, B)]
    (difference,) = rows(compare(dict(zip("AB", [[side] for side in sides], strict=True))))["arc"].differences
    assert difference.p_value == gaps(*sides, "arc", clusters, 4).p_value > gaps(*sides, "arc").p_value


def test_p_values_are_corrected_over_all_pairs_and_benchmarks_of_the_run(make):
    texts = {"A": (A, A), "B": (B, A), "C": (A, B)}
    names = ("arc", "piqa")
    columns = {
        title: [make(name, text, **stopped(name)) for name, text in zip(names, both, strict=True)]
        for title, both in texts.items()
    }
    found = rows(compare(columns))
    raw = [found[name].differences[pair].p_value for pair in range(3) for name in names]
    shown = [found[name].differences[pair].adjusted_p_value for pair in range(3) for name in names]
    assert shown == pytest.approx(holm(raw))
    assert len(set(raw)) > 1


def test_a_note_says_how_far_each_was_asked(make):
    sides = [[make("arc", text, **stopped("arc")), make("piqa", text)] for text in (A, B)]
    notes = compare({"A": sides[0], "B": sides[1]}).notes
    (note,) = [note for note in notes if note.startswith("Asked in random order")]
    assert "ARC (60 of 500)." in note
    assert "PIQA" not in note


def test_a_mean_of_benchmarks_adds_up_their_intervals(make):
    sides = [[make("arc", text, **stopped("arc")), make("piqa", text)] for text in (A, B)]
    found = rows(compare({"A": sides[0], "B": sides[1]}))
    (difference,) = found["reasoning"].differences
    parts = [gaps(sides[0][0], sides[1][0], "arc"), gaps(sides[0][1], sides[1][1], "piqa")]
    expected = sequential.combine(parts, [0.5, 0.5])
    assert (difference.value, difference.low, difference.high) == (expected.value, expected.low, expected.high)
    assert difference.p_value == expected.p_value
    assert difference.method.endswith("Bonferroni")
    estimate = found["reasoning"].estimates[0]
    assert "Bonferroni" in estimate.method
    assert found["piqa"].differences[0].method.endswith("exact McNemar")


def test_a_mean_of_one_benchmark_is_that_benchmark(make):
    found = rows(compare({"A": [make("arc", A, **stopped("arc"))], "B": [make("arc", B, **stopped("arc"))]}))
    assert found["reasoning"].estimates == found["arc"].estimates
    one, other = found["reasoning"].differences[0], found["arc"].differences[0]
    assert one.but(benchmark="arc") == other


def test_a_group_is_one_sequence_as_far_as_all_its_members_were_asked(make, knowledge):
    rng = np.random.default_rng(1)
    texts = {name: "".join(rng.choice(["0", "1"], 80)) for name in ("mmlu_a", "mmlu_b")}
    ranks = {name: {str(n): rank(1234, name, str(n)) for n in range(80)} for name in texts}
    far, near = "c" * 16, "8" * 16

    def side(name, flip, through):
        kept = "".join(
            (str(1 - int(mark)) if flip and n % 3 == 0 else mark) if ranks[name][str(n)] <= through else "x"
            for n, mark in enumerate(texts[name])
        )
        made = make(name, kept, title=name, **knowledge, **stopped(name, through))
        return type(made)(made.result, made.scores, {})

    columns = {
        title: [side("mmlu_a", flip, far), side("mmlu_b", flip, near)] for title, flip in (("A", False), ("B", True))
    }
    found = rows(compare(columns))
    (difference,) = found["mmlu"].differences
    inside = [(name, n) for name in texts for n in range(80) if ranks[name][str(n)] <= near]
    assert difference.count == len(inside) < sum(len(cell.scores) for cell in columns["A"])
    ones = [float(texts[name][n]) for name, n in inside]
    others = [1 - one if n % 3 == 0 else one for one, (_, n) in zip(ones, inside, strict=True)]
    expected = sequential.gaps(ones, others, [ranks[name][str(n)] for name, n in inside], 1)
    assert difference.p_value == expected.p_value
    estimate = found["mmlu"].estimates[0]
    assert estimate.value == pytest.approx(sum(ones) / len(ones))
    assert estimate.count == len(inside)
    assert estimate.method.endswith("betting")


def test_a_stopped_result_without_a_common_sample_is_not_paired(make):
    found = compare({"A": [make("arc", "1x1x", **stopped("arc"))], "B": [make("arc", "x0x0", **stopped("arc"))]})
    assert rows(found)["arc"].differences == ()
