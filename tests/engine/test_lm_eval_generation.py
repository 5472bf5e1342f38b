"""A generation setting is honoured, at rest, or refused by name."""

import pytest

from outweigh.engine.lm_eval_generation import Writer, decoding
from outweigh.records import Decoding, UserError

GREEDY = {"until": [], "max_gen_toks": 9, "do_sample": False}
SAMPLED = {"until": [], "max_gen_toks": 9, "do_sample": True, "temperature": 0.6}


def test_a_greedy_text_depends_on_no_sampling_setting():
    settings = GREEDY | {"temperature": 0.0, "top_p": 0.9, "top_k": 40, "typical_p": 0.3, "early_stopping": True}
    assert decoding(settings, {"do_sample": True, "temperature": 0.6, "top_k": 64}, seed=4) == Decoding(max_tokens=9)


def test_a_sampled_text_takes_temperature_and_top_p_from_the_task_then_the_model():
    settings = SAMPLED | {"top_k": 0}
    assert decoding(settings, {"top_p": 0.8}, seed=4) == Decoding(temperature=0.6, top_p=0.8, seed=4, max_tokens=9)
    assert decoding(settings | {"top_p": 0.5}, {"top_p": 0.8}, seed=4).top_p == 0.5
    assert decoding(settings, {}, seed=4).top_p == 1.0


@pytest.mark.parametrize(
    ("settings", "defaults", "line"),
    [
        (GREEDY | {"num_beams": 4}, {}, "the task says num_beams=4, .* --gen_kwargs num_beams=1"),
        (GREEDY, {"repetition_penalty": 1.05}, "the model's generation config.* repetition_penalty=1.05"),
        (GREEDY, {"max_new_tokens": 40}, "max_new_tokens=40"),
        (GREEDY | {"no_repeat_ngram_size": 3}, {}, "no_repeat_ngram_size=3"),
        (GREEDY | {"max_length": 40}, {}, "max_length=40 .*use max_gen_toks"),
        (GREEDY | {"stop": ["x"]}, {}, "stop=.*not something"),
        (GREEDY | {"max_gen_toks": 0}, {}, "max_gen_toks=0"),
        (SAMPLED, {}, "top_k=50.*--gen_kwargs top_k=0"),
        (SAMPLED, {"top_k": 64}, "top_k=64"),
        (SAMPLED | {"top_k": 0, "min_p": 0.1}, {}, "min_p=0.1"),
        (SAMPLED | {"top_k": 0, "temperature": 0.0}, {}, "do_sample=True needs a temperature"),
        (SAMPLED | {"top_k": 0, "top_p": 1.5}, {}, "top_p=1.5"),
    ],
)
def test_what_the_engine_cannot_do_is_refused_by_name(settings, defaults, line):
    with pytest.raises(UserError, match=line):
        decoding(settings, defaults, seed=0)


def test_the_task_may_put_a_models_setting_to_rest():
    assert decoding(GREEDY | {"repetition_penalty": 1.0}, {"repetition_penalty": 1.05}, seed=0).temperature == 0


def test_a_stop_string_inside_a_special_token_makes_that_token_an_end():
    writer = Writer({}, {5: "<|end|>", 6: "<|turn|>", 7: "</s>"}, frozenset([7]))
    assert writer.ends(["\n"]) == {7}
    assert writer.ends(["<|end|>", "\n"]) == {5, 7}
    assert writer.ends(["<|"]) == {5, 6, 7}
    assert writer.ends(["</s>\n"]) == {7}
    with pytest.raises(UserError, match=r"'<\|end\|>\\n' goes beyond the special token '<\|end\|>'"):
        writer.ends(["<|end|>\n"])
    with pytest.raises(UserError, match="empty stop string"):
        writer.ends([""])
