"""Paced answers have exactly the tokens that were asked for, with packs and without."""

import itertools

import pytest

from outweigh.models.pacing import check, paced, prompts
from outweigh.records import UserError
from tiny import opened, save_llama

pytest.importorskip("torch")


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return opened(save_llama(tmp_path_factory.mktemp("tiny"), window=64))


def test_prompts_are_of_the_wanted_length_seeded_and_unlike(model):
    found = prompts(model, 5, 7, seed=3)
    assert found == prompts(model, 5, 7, seed=3) != prompts(model, 5, 7, seed=4)
    assert {len(each) for each in found} == {7}
    assert len({each[0] for each in found}) == 5
    assert not {token for each in found for token in each} & {0, 1}


@pytest.mark.parametrize("packs", [True, False])
def test_every_answer_has_every_token_in_order(tmp_path, packs):
    own = opened(save_llama(tmp_path, window=64))
    if not packs:
        own.network = None
        own.module.set_attn_implementation("sdpa")
    ticks = itertools.count()
    times = paced(own, prompts(own, 3, 6, seed=0), 5, lambda: float(next(ticks)))
    assert [len(each) for each in times] == [5, 5, 5]
    assert all(list(each) == sorted(each) for each in times)


def test_what_does_not_fit_is_said_before(model):
    with pytest.raises(UserError, match="window of 64"):
        check(model, 1, 60, 5)
    with pytest.raises(UserError, match="memory for"):
        check(model, 10**9, 8, 8)
