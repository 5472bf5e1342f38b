"""What a card tells, and what it does not."""

from datetime import date

import numpy as np

from outweigh.insight.traits import groups, trait_names, traits, vocabulary, words
from outweigh.records import Standing
from standings import standing


def told(row, name):
    return traits([row])[0, trait_names().index(name)]


def test_what_a_card_does_not_say_is_not_known():
    bare = Standing(provenance="a test", model="a/b")
    for name in ("log parameters", "date", "generation", "log likes", "chat template", "bfloat16", "kind pretrained"):
        assert np.isnan(told(bare, name))
    assert told(bare, "license told") == 0


def test_a_size_that_no_file_tells_is_told_by_the_name():
    bare = Standing(provenance="a test", model="a/pythia-410m")
    assert told(bare, "log parameters") == np.log(4.1e8)
    assert told(bare.but(parameters=5e8), "log parameters") == np.log(5e8)


def test_numbers_and_answers():
    row = standing("a/b", parameters=8e9, published=date(2023, 1, 11), precision="float16", license="cc-by-nc-4.0")
    assert told(row, "log parameters") == np.log(8e9)
    assert told(row, "date") == 10
    assert told(row, "bfloat16") == 0
    assert told(row, "license nc") == 1
    assert told(row, "architecture Llama") == 1
    assert told(standing("a/b", architecture="Gemma2ForCausalLM"), "architecture Gemma") == 0


def test_names_of_the_model_and_its_parent_tell_how_it_was_made():
    assert told(standing("a/Thing-7B-Instruct"), "name: instruct") == 1
    assert told(standing("a/Thing-7B", parent="b/Qwen2.5-7B"), "name: qwen 2.5") == 1
    assert told(standing("a/Thing-7B", parent="Removed"), "parent removed") == 1


def test_a_base_that_nobody_names_is_betrayed_by_its_shape():
    """Qwen2 and Qwen2.5 share shapes, so there the day counts."""
    assert told(standing("a/Aspire", parameters=8.03e9), "name: llama 3") == 1
    assert told(standing("a/Aspire", parameters=8.2e9), "name: llama 3") == 0
    late = standing("a/Aspire", parameters=7.616e9, published=date(2024, 11, 1))
    assert told(late, "name: qwen 2.5") == 1
    assert told(late.but(published=date(2024, 8, 1)), "name: qwen 2.5") == 0
    assert told(late.but(published=date(2024, 8, 1)), "name: qwen 2") == 1


def test_what_only_an_evaluation_can_tell_is_no_trait():
    row = standing("a/b")
    later = row.but(carbon_kilograms=9.0, flagged=True, available=False, scores={})
    assert np.array_equal(traits([row]), traits([later]), equal_nan=True)


def test_words_count_where_they_occur_in_several_families():
    rows = [standing(f"owner/{'common' if row < 12 else 'rare'}-{row}", parameters=None) for row in range(24)]
    spread = [str(row % 6) for row in range(24)]
    known = vocabulary(rows, spread)
    assert known == ("common", "owner", "rare")
    assert vocabulary(rows, ["one"] * 24) == ()
    assert words(rows[:1], known).tolist() == [[1.0, 1.0, 0.0]]


def test_groups_are_the_series_and_the_chat_template():
    rows = [
        standing("a/Llama-3-8B", chat_template=True),
        standing("b/Aspire", parameters=3.213e9, chat_template=False),
        standing("c/Aspire", parameters=5e9, chat_template=None),
    ]
    (first, with_template), (second, without), unknown = groups(rows).tolist()
    assert first == second >= 0
    assert (with_template, without) == (1, 0)
    assert unknown == [-1, -1]
