"""A growing answer is watched for stop strings without decoding it whole at every step."""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outweigh.models.tokens import Encoder, Unfolding
from tiny import save_tokenizer

pytest.importorskip("transformers")


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory):
    from transformers import AutoTokenizer

    folder = tmp_path_factory.mktemp("tokenizer")
    save_tokenizer(folder)
    return AutoTokenizer.from_pretrained(folder)


def test_a_start_token_is_context_even_before_nothing_but_blanks(tokenizer):
    from tokenizers.processors import TemplateProcessing

    starting = copy.deepcopy(tokenizer)
    starting.backend_tokenizer.post_processor = TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 0)])
    encoder = Encoder(starting, window=64)
    for context in ("", "  "):
        found = encoder.pair(context, "x")
        assert found.context == (0,)
        assert starting.decode(found.continuation) == context + "x"


@settings(max_examples=150, deadline=None)
@given(text=st.text("ab\nQé€", min_size=1, max_size=150), stops=st.lists(st.text("ab\nQé€", min_size=1, max_size=30)))
def test_a_stop_string_is_seen_at_the_token_that_completes_it(tokenizer, text, stops):
    tokens = tokenizer.encode(text, add_special_tokens=False)
    unfolding = Unfolding(tokenizer, stops)
    for count, token in enumerate(tokens, start=1):
        whole = tokenizer.decode(tokens[:count], skip_special_tokens=True)
        complete = any(stop in whole for stop in stops)
        assert unfolding.add(token) == complete
        if complete:
            break


def test_a_stop_string_may_span_more_than_what_is_decoded_at_once(tokenizer):
    stop = "x" * 200
    unfolding = Unfolding(tokenizer, [stop])
    tokens = tokenizer.encode("y" * 100 + stop, add_special_tokens=False)
    assert [unfolding.add(token) for token in tokens].index(True) == len(tokens) - 1


def test_the_text_ends_before_the_first_stop_string(tokenizer):
    unfolding = Unfolding(tokenizer, ["\n\n", "Q:"])
    assert unfolding.whole(tokenizer.encode("four\n\nQ: five", add_special_tokens=False)) == ("four", True)
    assert unfolding.whole(tokenizer.encode("four", add_special_tokens=False)) == ("four", False)
    assert Unfolding(tokenizer, [""]).whole(tokenizer.encode("four", add_special_tokens=False)) == ("four", False)
