"""What makes rows of a leaderboard one family, and what does not."""

import random

from outweigh.insight.families import families
from standings import standing


def scores(seed):
    draw = random.Random(seed)
    return [draw.uniform(0.2, 0.7) for _ in range(6)]


def rows(count, name, start=0, **changes):
    """As many rows of one base, with scores of their own."""
    return [standing(f"me/{name}-{place}", scores(start + place), **changes) for place in range(count)]


def together(found, *places):
    return len({found[place] for place in places}) == 1


def test_equal_counts_to_the_million_are_one_base_whatever_the_names():
    found = families(
        [standing("a/one", scores(1)), standing("b/two", scores(2)), standing("c/three", parameters=7.6e9)]
    )
    assert together(found, 0, 1)
    assert found[2] != found[0]


def test_whole_billions_count_only_with_the_architecture():
    found = families(
        [
            standing("a/one", scores(1), parameters=7e9),
            standing("b/two", scores(2), parameters=7e9),
            standing("c/three", scores(3), parameters=7e9, architecture="MistralForCausalLM"),
        ]
    )
    assert together(found, 0, 1)
    assert found[2] != found[0]


def test_a_child_goes_with_its_parent_and_a_grandchild_with_both():
    found = families(
        [
            *rows(12, "base", parameters=7.616e9, architecture="Qwen2ForCausalLM"),
            standing("x/grown", scores(90), parameters=9.1e9, parent="me/base-3"),
            standing("y/grown-more", scores(91), parameters=10.2e9, parent="x/grown (Merge)"),
        ]
    )
    assert together(found, 0, 12, 13)


def test_a_parent_that_is_the_model_itself_or_removed_joins_nobody():
    found = families(
        [
            standing("a/one", scores(1), parameters=1.11e9, parent="a/one"),
            standing("b/two", scores(2), parameters=2.22e9, parent="Removed"),
            standing("c/three", scores(3), parameters=3.33e9, parent="Removed"),
            standing("d/four", scores(4), parameters=4.44e9),
        ]
    )
    assert len(set(found)) == 4


def test_a_re_upload_in_another_form_stays_with_the_original():
    found = families(
        [
            standing("org/Quokka-5B", scores(1), parameters=5.1e9),
            standing("other/Quokka-5B-bnb-4bit", scores(2), parameters=1.9e9),
        ]
    )
    assert together(found, 0, 1)


def test_packed_files_count_two_weights_as_one():
    found = families([*rows(12, "whole", parameters=12.248e9), standing("b/half", scores(50), parameters=6.124e9)])
    assert together(found, 0, 12)


def test_series_and_size_in_the_name_tell_the_base():
    found = families(
        [
            *rows(12, "Llama-3.1-8B-tune"),
            standing("b/Llama-3-8B-lora", scores(60), parameters=9.3e9, architecture="?"),
            standing("b/Llama-3.2-3B-lora", scores(61), parameters=3.7e9, architecture="?"),
        ]
    )
    assert together(found, 0, 12)
    assert found[13] != found[0]


def test_one_wrong_parent_does_not_tie_two_large_bases_together():
    llama = rows(20, "Llama-3.1-8B-tune")
    qwen = rows(20, "Qwen2.5-7B-tune", start=100, parameters=7.616e9, architecture="Qwen2ForCausalLM")
    wrong = standing("z/odd", scores(70), parameters=7.616e9, architecture="Qwen2ForCausalLM", parent=llama[0].model)
    found = families([*llama, *qwen, wrong])
    assert found[0] != found[20]
    assert together(found, 20, 40)


def test_several_rows_that_say_so_do_tie_them():
    tied = rows(20, "Qwen2.5-1.5B-tune", parameters=1.544e9)
    untied = rows(20, "Qwen2.5-1.5B-mix", start=100, parameters=1.777e9)
    assert together(families([*tied, *untied]), 0, 20)


def test_a_copy_is_betrayed_by_its_scores():
    known = scores(1)
    found = families(
        [
            *rows(12, "base"),
            standing("me/known", known),
            standing(
                "b/another-name",
                [value + 0.003 for value in known],
                parameters=5.5e9,
                architecture="MistralForCausalLM",
                parent="b/said-to-be-its-base",
            ),
            standing("b/another-model", [value + 0.03 for value in known], parameters=6.6e9),
        ]
    )
    assert together(found, 12, 13)
    assert found[14] != found[12]


def test_models_at_chance_agree_without_being_copies():
    able = [standing(f"a/able-{place}", scores(place), parameters=(1.01 + place) * 1e9) for place in range(20)]
    guessing = [standing(f"b/guessing-{place}", [0.01] * 6, parameters=(50.01 + place) * 1e9) for place in range(3)]
    found = families([*able, *guessing])
    assert len(set(found[-3:])) == 3


def test_a_row_without_any_clue_goes_where_its_scores_are_nearest():
    known = scores(3)
    found = families(
        [
            *rows(12, "base"),
            standing("me/near", known, parent="me/base-1"),
            standing("b/nameless", [value + 0.02 for value in known], parameters=None, architecture=None),
        ]
    )
    assert together(found, 12, 13)


def test_a_mixture_of_equal_models_goes_with_what_it_was_made_of():
    mixture = {"architecture": "MixtralForCausalLM", "parameters": 24.15e9}
    found = families(
        [
            *rows(12, "Mistral-7B-tune", parameters=7.242e9, architecture="MistralForCausalLM"),
            standing("b/Beyonder-4x7B", scores(80), **mixture),
            standing("m/Mixtral-8x7B", scores(81), architecture="MixtralForCausalLM", parameters=46.7e9),
        ]
    )
    assert together(found, 0, 12)
    assert found[13] != found[0]


def test_rows_without_scores_or_of_few_benchmarks_are_no_trouble():
    found = families([standing("a/one"), standing("b/two", [0.5], parameters=None, architecture=None)])
    assert len(found) == 2
    assert families([]) == []


def test_an_equal_score_on_one_benchmark_makes_nobody_kin():
    votes = {"parameters": None, "architecture": None}
    open_models = [standing(f"Qwen3-{place}B", [0.5 + place / 100], **votes) for place in range(4, 9)]
    found = families([*open_models, standing("Closed-Pro", [0.561], **votes), standing("Closed-Max", [0.562], **votes)])
    assert found[5:] == ["closed-pro", "closed-max"]


def test_the_order_of_rows_does_not_matter():
    table = [
        *rows(15, "Llama-3.1-8B-tune"),
        *rows(15, "Qwen2.5-7B-tune", start=50, parameters=7.616e9),
        *[standing(f"c/{place}", scores(200 + place), parameters=(1.5 + place) * 1e9) for place in range(5)],
    ]
    order = list(range(len(table)))
    random.Random(1).shuffle(order)
    shuffled = families([table[place] for place in order])
    found = families(table)
    assert [shuffled[order.index(place)] for place in range(len(table))] == found
