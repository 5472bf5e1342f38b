"""A sample's shots depend on the seed and its position alone, and equal what one advancing generator draws."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outweigh.benchmarks.benchmark import Draw
from outweigh.benchmarks.draws import Shots
from outweigh.records import Sample, UserError


def samples(count, word="q", modulus=10**6):
    return [
        Sample(id=str(n), position=n, question=word, target="t", details={"q": f"{word}{n % modulus}"})
        for n in range(count)
    ]


@given(st.randoms(use_true_random=False), st.integers(1, 30), st.integers(0, 5), st.integers(0, 10**6))
def test_any_order_and_any_shard_draws_the_same(dice, count, shots, seed):
    evaluated, pool = samples(count), samples(12, "pool")
    whole = {s.id: Shots(Draw.RANDOM, evaluated, pool, shots, seed).of(s) for s in evaluated}
    order = evaluated[:]
    dice.shuffle(order)
    shuffled = Shots(Draw.RANDOM, evaluated, pool, shots, seed)
    assert {s.id: shuffled.of(s) for s in order} == whole
    shard = Shots(Draw.RANDOM, evaluated, pool, shots, seed)
    assert {s.id: shard.of(s) for s in evaluated[1::2]} == {s.id: whole[s.id] for s in evaluated[1::2]}


def test_the_draw_is_one_advancing_generator():
    evaluated, pool = samples(20), samples(50, "pool")
    generator = Random(1234)
    expected = [generator.sample(pool, 3) for _ in evaluated]
    drawn = Shots(Draw.RANDOM, evaluated, pool, 3, 1234)
    assert [drawn.of(sample) for sample in evaluated] == expected


@given(st.integers(0, 10**6), st.integers(1, 8))
def test_a_sample_is_never_its_own_example(seed, modulus):
    pool = samples(30, modulus=modulus + 12)
    drawn = Shots(Draw.RANDOM_OTHERS, pool, pool, 5, seed)
    for sample in pool:
        shots = drawn.of(sample)
        assert len(shots) == 5
        assert all(shot.details != sample.details for shot in shots)


def test_the_first_are_the_same_for_everybody():
    pool = samples(5, "pool")
    drawn = Shots(Draw.FIRST, samples(3), pool, 2, 0)
    assert [drawn.of(sample) for sample in samples(3)] == [pool[:2]] * 3


@pytest.mark.parametrize(("draw", "count"), [(Draw.RANDOM, 6), (Draw.FIRST, 6), (Draw.RANDOM_OTHERS, 5)])
def test_more_shots_than_the_pool_has_are_refused(draw, count):
    with pytest.raises(UserError, match=r"--num-fewshot \d needs 6 examples, but the pool has 5"):
        Shots(draw, samples(3), samples(5, "pool"), count, 0)
