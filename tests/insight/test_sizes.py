"""Sizes: when what a model's files say is not to be trusted, by row and by column alike."""

import pytest

from made_standings import standing
from outweigh.insight.candidates import of_standings
from outweigh.insight.sizes import dispute, disputed, sizes
from outweigh.records import CostName, scoreboard

X = {"x": 0.5}
TRUSTED = (
    standing("org/one-7B", X, parameters=7.2e9),
    standing("org/unknown", X),
    standing("org/named-2B", X),
    standing("org/whole-1.9B", X, parameters=1e9),  # as version 1 of the Open LLM Leaderboard cuts it
    standing("org/sft-bnb-4bit-DPO", X, parameters=7.2e9, precision="bfloat16"),  # unpacked after training
    standing("org/awqward-32B", X, parameters=32.8e9, precision="bfloat16"),
    standing("org/merge-7b-3b", X, parameters=7.2e9),
    standing("org/mixtral-8x7b", X, parameters=46.7e9, mixture_of_experts=True),
    standing("org/coder-9B-experts", X, parameters=28.3e9, mixture_of_experts=True),
)
DISPUTED = (
    (
        standing("org/packed-70B-4bit", X, parameters=9.1e9, precision="4bit"),
        "9.1 B in the files, 70 B in the name",
    ),
    (standing("org/cut-70B", X, parameters=9.1e9), "9.1 B in the files, 70 B in the name"),
    (standing("org/small", X, parameters=9.1e9, precision="GPTQ"), "9.1 B counted in packed files"),
    (standing("unsloth/phi-4-bnb-4bit", X, parameters=8.06e9, precision="bfloat16"), "8.06 B counted in packed files"),
    (standing("org/coder-9B", X, parameters=28.3e9), "28.3 B in the files, 9 B in the name"),
    (
        standing("org/experts-3x1.6B", X, parameters=1.57e9, mixture_of_experts=True),
        "1.57 B in the files, 4.8 B in the name",
    ),
)


@pytest.mark.parametrize("found", TRUSTED, ids=lambda each: each.model)
def test_a_size_that_nothing_disputes_is_trusted(found):
    assert dispute(found) is None


@pytest.mark.parametrize(("found", "told"), DISPUTED, ids=[each.model for each, _ in DISPUTED])
def test_a_dispute_is_told_with_both_sizes(found, told):
    assert dispute(found) == f"size disputed: {told}"


def test_columns_and_candidates_keep_the_same_rule():
    rows = [*TRUSTED, *(each for each, _ in DISPUTED)]
    told = [dispute(each) is not None for each in rows]
    assert disputed(scoreboard(rows)).tolist() == told
    for each, trouble, made in zip(rows, told, of_standings(rows, {}), strict=True):
        assert made.parameters == (None if trouble else each.parameters)
        assert made.notes == ((dispute(each),) if trouble else ())
        assert not (trouble and CostName.MEMORY in made.costs)


def test_the_name_tells_a_size_where_the_files_do_not():
    found, named = sizes(scoreboard(TRUSTED[:3]))
    assert found[[0, 2]].tolist() == [7.2e9, 2e9]
    assert named[[0, 2]].tolist() == [7e9, 2e9]
