"""Models of a leaderboard as results without answers."""

from made_standings import TABLE, standing
from outweigh.insight.columns import columns
from outweigh.insight.comparison import compare
from outweigh.insight.published import results
from outweigh.records import StepKind


def compared(*standings):
    found = results(standings, TABLE, {"x": "Ex"}, {})
    return compare(columns([(each, ()) for each in found]))


def test_models_are_compared_by_their_means_and_it_is_said():
    found = compared(standing("org/a", {"x": 0.5}), standing("org/b", {"x": 0.9}))
    (row,) = found.rows
    (difference,) = row.differences
    assert (row.title, difference.paired, difference.verdict) == ("Ex", False, "second")
    assert difference.effect is not None and difference.same is None
    assert found.notes == (
        "Only means are known, not answers (board, read 2025-03-21: asked thus): models are compared as if their "
        "errors were independent, which sees less than a paired comparison.",
    )


def test_a_parent_that_is_compared_too_is_a_step():
    (step,) = compared(standing("org/base", {"x": 0.5}), standing("org/made", {"x": 0.6}, parent="org/base")).lineage
    assert (step.parent, step.child, step.kinds) == ("org/base", "org/made", (StepKind.TUNED,))


def test_two_rows_of_one_model_are_told_apart():
    found = compared(
        standing("org/a", {"x": 0.5}, precision="float16"), standing("org/a", {"x": 0.6}, precision="bfloat16")
    )
    assert found.models == ("org/a (float16)", "org/a (bfloat16)")
