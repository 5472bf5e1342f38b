"""Prompts of a wanted length for a server whose tokenizer is not known, none of which begins like another."""

import pytest

pytest.importorskip("aiohttp")

from outweigh.engine.prompts import Asking, calibrated, words
from outweigh.models.endpoint_client import Client, Endpoint
from outweigh.records import UserError
from serving import serving


def calibrate(endpoint, tokens, chat=False):
    with Client(endpoint, timeout_seconds=20) as client:
        return calibrated(client, tokens, chat=chat, salt=1)


def test_words_are_the_same_for_a_key_and_begin_differently_for_another():
    assert words(50, 1, "a", 2) == words(50, 1, "a", 2)
    assert words(60, 1, 2).startswith(words(50, 1, 2))
    assert len(words(50, 1).split()) == 50
    assert len({tuple(words(40, 7, number).split()[:4]) for number in range(3000)}) == 3000


def test_a_prompt_has_the_wanted_length_by_the_server_s_own_count():
    with serving(template=23) as (endpoint, _):
        asking = calibrate(endpoint, 200, chat=True)
    assert (asking.overhead, asking.per_word, asking.counted) == (23, 1.0, True)
    assert asking.words(200) == 177
    assert asking.words(5) == 1
    assert asking.payload("a b", 9) == {
        "messages": [{"role": "user", "content": "a b"}],
        "max_tokens": 9,
        "ignore_eos": True,
        "min_tokens": 9,
    }


@pytest.mark.parametrize("refused", ["ignore_eos", "min_tokens"])
def test_what_a_server_refuses_is_not_asked_again(refused):
    with serving(refuses=[refused]) as (endpoint, _):
        asking = calibrate(endpoint, 64)
    assert asking.payload("a b", 9) == {"prompt": "a b", "max_tokens": 9}


def test_a_server_that_counts_nothing_gets_a_word_for_a_token():
    with serving(usage=False) as (endpoint, _):
        assert calibrate(endpoint, 64) == Asking(chat=False)


def test_a_prompt_shorter_than_the_template_is_refused():
    with serving(template=30) as (endpoint, _):
        assert calibrate(endpoint, 31).words(31) == 1
        with pytest.raises(UserError, match=r"the shortest prompt at .* has 31 tokens with its template"):
            calibrate(endpoint, 30)


def test_a_server_that_cannot_be_asked_is_named():
    with serving(refuses=["max_tokens"]) as (endpoint, _), pytest.raises(UserError, match="unknown field max_tokens"):
        calibrate(endpoint, 64)
    with pytest.raises(UserError, match=r"test at http://127.0.0.1:9/v1 cannot be measured: cannot connect"):
        calibrate(Endpoint("http://127.0.0.1:9/v1", "test"), 64)
