"""Filters: what passes, what is left out and said, and what is refused."""

from datetime import date

import pytest

from made_standings import standing
from outweigh.insight.narrowing import narrowed
from outweigh.records import Filters, UserError, scoreboard

X = {"x": 0.5}
MODELS = (
    standing("org/one-7B", X, parameters=7.2e9, license="mit", official=True, published=date(2024, 1, 1)),
    standing("org/packed-70B-4bit", X, parameters=9.1e9, license="MIT", precision="4bit", submitted=date(2024, 9, 1)),
    standing("org/cut-70B", X, parameters=9.1e9, license="gemma"),
    standing("org/unknown", X, architecture="LlamaForCausalLM"),
    standing("org/flagged-3B", X, parameters=3.1e9, flagged=True),
    standing("org/gone-3B", X, parameters=3.1e9, available=False),
    standing("org/named-2B", X, available=None),
    standing("org/whole-1.9B", X, parameters=1e9),
    standing("mine", X, parameters=1.5e8, available=None),
)
BOARD = scoreboard(MODELS)


def passing(own=0, families=None, **wanted):
    found = narrowed(BOARD, Filters(**wanted), own, families)
    return [each.model for each, kept in zip(MODELS, found.kept, strict=True) if kept], found.left_out


def test_flagged_and_vanished_models_are_left_out_and_counted():
    names, left_out = passing()
    assert len(names) == 7
    assert left_out == {"flagged by the leaderboard": 1, "no longer to be had": 1}
    assert passing(flagged=True, unavailable=True) == ([each.model for each in MODELS], {})


def test_a_size_filter_trusts_no_disputed_and_no_unknown_size():
    names, left_out = passing(max_parameters=10e9)
    assert names == ["org/one-7B", "org/named-2B", "org/whole-1.9B", "mine"]
    assert left_out == {
        "of unknown size": 1,
        "whose size is disputed and may lie outside": 2,
        "flagged by the leaderboard": 1,
        "no longer to be had": 1,
    }
    assert passing(min_parameters=5e9, max_parameters=80e9)[0] == ["org/one-7B", "org/packed-70B-4bit", "org/cut-70B"]
    assert passing(min_parameters=1e9, max_parameters=2e9)[0] == ["org/named-2B", "org/whole-1.9B"]


def test_words_are_found_whatever_their_case():
    assert passing(licenses=("mit",))[0] == ["org/one-7B", "org/packed-70B-4bit"]
    assert passing(licenses=("Gemma", "mit"))[0] == ["org/one-7B", "org/packed-70B-4bit", "org/cut-70B"]
    assert passing(precision="4BIT")[0] == ["org/packed-70B-4bit"]
    assert passing(architecture="llamaforcausallm")[0] == ["org/unknown"]
    families = ["a"] * 3 + ["b"] * 6
    assert passing(family="A", families=families)[0] == ["org/one-7B", "org/packed-70B-4bit", "org/cut-70B"]


@pytest.mark.parametrize("said", ["qwen-2.5 7b", "Qwen/Qwen2.5-7B", "qwen2.5-7b", "Qwen/Qwen2.5-7B-Instruct"])
def test_a_family_answers_to_its_base_s_names(said):
    families = ["qwen-2.5 7b", "phi-4", *["qwen-2.5 14b"] * 7]
    assert passing(family=said, families=families)[0] == ["org/one-7B"]
    assert passing(family="microsoft/phi-4", families=families)[0] == ["org/packed-70B-4bit"]


def test_dates_are_those_of_publication_else_of_submission():
    assert passing(since=date(2024, 6, 1)) == (["org/packed-70B-4bit"], {"of unknown date": 7})
    assert passing(since=date(2024, 1, 1))[0] == ["org/one-7B", "org/packed-70B-4bit"]


def test_one_s_own_need_not_be_official():
    assert passing(official=True)[0] == ["org/one-7B"]
    assert passing(official=True, own=1)[0] == ["org/one-7B", "mine"]


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        (
            {"licenses": ("apache",)},
            "--license 'apache': no model of this table has it; there are",
        ),
        ({"precision": "bf16"}, "--precision 'bf16': no model of this table has it; there are 4bit"),
        ({"architecture": "Lama"}, "--architecture 'Lama': .*there are LlamaForCausalLM"),
        ({"family": "z"}, "--family 'z': no model of this table has it; this table says none of any model"),
        ({"min_parameters": 8e9, "max_parameters": 7e9}, "--min-size 8 is above --max-size 7: no model can be both"),
        ({"max_parameters": -1.0}, "--max-size: a size is above 0"),
    ],
)
def test_what_no_model_can_have_is_refused(wanted, told):
    with pytest.raises(UserError, match=told):
        passing(**wanted)
