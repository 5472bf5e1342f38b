"""What holds for all five starter benchmarks: their samples come from a seed and give nothing away."""

import json
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outweigh.benchmarks import (
    starter_code,
    starter_creativity,
    starter_knowledge,
    starter_reasoning,
    starter_safety,
)
from outweigh.benchmarks.draws import Shots
from outweigh.benchmarks.prompting import Plain
from outweigh.benchmarks.starter_samples import COUNT, SEED, neighbours
from outweigh.records import Area, Protocol, Sample, UserError, canonical_json

STARTERS = {
    starter_reasoning.STARTER_REASONING: starter_reasoning,
    starter_code.STARTER_CODE: starter_code,
    starter_knowledge.STARTER_KNOWLEDGE: starter_knowledge,
    starter_creativity.STARTER_CREATIVITY: starter_creativity,
    starter_safety.STARTER_SAFETY: starter_safety,
}
CHOOSING = [module for benchmark, module in STARTERS.items() if benchmark.protocol is Protocol.LIKELIHOOD]
DIGESTS = {
    "starter_reasoning": "2a6910d29e380dc762260c8542a31f5c2e8740b5c72f9ba90a067900f59c4a28",
    "starter_code": "692c3e04b6d8cd422b5dac4adc18308eddf6de944f966fce955a061604f2d25d",
    "starter_knowledge": "6c28af78113e7282ed501312f9000e3d95a71f9bf58dadfee1f8e7095612dde2",
    "starter_creativity": "387af01b67f681448bef81a1ca536c54ced201251241bc1d156dcb66a2fef027",
    "starter_safety": "a4f8dd9df30f4ca578325b6be0f9fde05ada1cc4047a3ef6c92eae39b01861de",
}
seeds = st.integers(min_value=0, max_value=2**32)


class NoRows:
    """Rows that must not be asked for."""

    def split(self, dataset, split):
        raise AssertionError("a starter benchmark reads no rows")


@pytest.fixture(params=STARTERS, ids=lambda benchmark: benchmark.id)
def benchmark(request):
    return request.param


@pytest.fixture
def loaded(benchmark):
    return benchmark.load(NoRows())


def test_the_standard_samples_never_change_without_a_new_version(benchmark, loaded):
    assert benchmark.version == "1.0"
    assert loaded.digest == DIGESTS[benchmark.id]


def test_a_suite_covers_the_five_areas_with_one_headline_each():
    assert [benchmark.area for benchmark in STARTERS] == list(Area)
    assert all(sum(metric.headline for metric in benchmark.metrics) == 1 for benchmark in STARTERS)
    assert all(benchmark.dataset is None for benchmark in STARTERS)


def test_the_load_is_what_the_standard_seed_generates(benchmark, loaded):
    assert loaded.samples == STARTERS[benchmark].generate(SEED, COUNT)
    assert [sample.position for sample in loaded.samples] == list(range(COUNT))


def test_fewer_samples_are_a_prefix_of_more(benchmark):
    generate = STARTERS[benchmark].generate
    assert generate(7, 21) == generate(7, 60)[:21]


def test_another_seed_asks_something_else(benchmark):
    generate = STARTERS[benchmark].generate
    ours, theirs = ({sample.question for sample in generate(seed, 60)} for seed in (1, 2))
    assert len(ours & theirs) < 30


def test_every_limit_climbs_the_rungs_evenly(loaded):
    assert [sample.details["rung"] for sample in loaded.samples] == [1, 2, 3, 4] * 15


def test_every_kind_of_a_rung_is_asked_as_often(loaded):
    kinds = Counter((sample.details["rung"], sample.details["kind"]) for sample in loaded.samples)
    assert all(count % 5 == 0 or count == 3 for count in kinds.values())


def test_samples_are_plain_json_and_survive_it(loaded):
    for sample in (*loaded.samples, *loaded.pool):
        assert Sample.model_validate(json.loads(canonical_json(sample.model_dump(mode="json")))) == sample


def test_more_samples_than_there_are_is_one_clear_line(benchmark):
    with pytest.raises(UserError, match=rf"^{benchmark.id} has only \d+ different samples: ask for"):
        STARTERS[benchmark].generate(1, 100_000)


@pytest.mark.parametrize("module", STARTERS.values(), ids=lambda module: module.__name__.rsplit(".")[-1])
@settings(max_examples=15, deadline=None)
@given(seed=seeds)
def test_no_sample_repeats_another_or_a_shot(module, seed):
    samples, shots = _drawn(module, seed)
    questions = [sample.question for sample in (*samples, *shots)]
    assert len(set(questions)) == len(questions)


@pytest.mark.parametrize("module", CHOOSING, ids=lambda module: module.__name__.rsplit(".")[-1])
@settings(max_examples=15, deadline=None)
@given(seed=seeds)
def test_four_different_choices_with_the_right_one_everywhere_as_often(module, seed):
    samples, _ = _drawn(module, seed)
    assert all(len(sample.choices) == len(set(sample.choices)) == 4 for sample in samples)
    assert all(sample.reference == str(sample.target) for sample in samples)
    assert Counter(sample.target for sample in samples) == dict.fromkeys(range(4), 15)


@pytest.mark.parametrize("module", CHOOSING, ids=lambda module: module.__name__.rsplit(".")[-1])
@pytest.mark.parametrize("trick", ["longest", "shortest", "first choice", "named first", "named last", "likest"])
def test_no_trick_does_much_better_than_chance(module, trick):
    samples = module.generate(SEED, COUNT)
    assert sum(_luck(sample, TRICKS[trick]) for sample in samples) / COUNT < 0.35


def test_a_number_among_wrong_ones_is_as_often_the_least_as_the_greatest():
    from random import Random

    random = Random("ranks")
    ranks = Counter(sorted([*map(int, neighbours(random, 50)), 50]).index(50) for _ in range(4_000))
    assert set(ranks) == {0, 1, 2, 3}
    assert min(ranks.values()) > 900


def test_the_shots_are_the_same_for_every_sample_so_their_prefix_is_computed_once(benchmark, loaded):
    shots = Shots(benchmark.draw, loaded.samples, loaded.pool, benchmark.shots, seed=1234)
    asked = [benchmark.ask(sample, shots.of(sample), Plain()) for sample in loaded.samples]
    prefix = benchmark.ask(loaded.pool[benchmark.shots], shots.of(loaded.samples[0]), Plain())
    examples = _context(prefix).rsplit("\n\n", maxsplit=1)[0]
    assert examples.count("\n\n") == benchmark.shots - 1
    assert all(_context(request).startswith(examples + "\n\n") for request in asked)


def _drawn(module, seed):
    samples, shots = module.LADDER.drawn(seed, COUNT)
    return samples, shots


def _context(request):
    return request.prompt if request.kind == "generate" else request.contexts[0]


def _luck(sample, trick):
    """The chance that a trick which prefers some choices and guesses among equals is right."""
    values = [trick(sample, choice) for choice in sample.choices]
    preferred = [index for index, value in enumerate(values) if value == max(values)]
    return (sample.target in preferred) / len(preferred)


def _alike(question, choice):
    words = [word.strip("?.,'()").lower() for word in question.split()]
    shared = [_shared(word, choice.lower()) for word in words]
    return max(shared)


def _shared(word, choice):
    return next(
        (at for at, (left, right) in enumerate(zip(word, choice, strict=False)) if left != right),
        min(len(word), len(choice)),
    )


TRICKS = {
    "longest": lambda sample, choice: len(choice),
    "shortest": lambda sample, choice: -len(choice),
    "first choice": lambda sample, choice: choice == sample.choices[0],
    "named first": lambda sample, choice: -(sample.question.find(choice) % 10_000),
    "named last": lambda sample, choice: sample.question.rfind(choice),
    "likest": lambda sample, choice: _alike(sample.question, choice),
}
