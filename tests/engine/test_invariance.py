"""Batch size, order and shards change neither prompts nor picks."""

import random

import pytest

from outweigh.benchmarks.catalogue import benchmarks
from outweigh.benchmarks.prompting import Plain
from outweigh.engine.asking import ask
from outweigh.engine.config import RunConfig
from outweigh.engine.work import Work, choose
from outweigh.metering.laps import Laps
from outweigh.models.transformers_model import load
from outweigh.records import Likelihoods, ModelCard, ModelSource, ModelSpec, Precision
from tiny import save_llama

pytest.importorskip("torch")
NEAR = 1e-4


class Rows:
    """Rows of our own in OpenBookQA's columns."""

    def split(self, dataset, split):
        return [
            {
                "id": f"{split}-{n}",
                "question_stem": f"The number after {n} in {split} is",
                "choices": {"text": [str(n + k) for k in (1, 2, 3, 4)], "label": list("ABCD")},
                "answerKey": "ABCD"[n % 4],
            }
            for n in range(40)
        ]


@pytest.fixture(scope="module")
def setting(tmp_path_factory):
    folder = save_llama(tmp_path_factory.mktemp("model"))
    spec = ModelSpec(source=ModelSource.PATH, name="tiny", revision="0", precision=Precision.FLOAT32)
    (benchmark,) = benchmarks("openbookqa")
    config = RunConfig(models=("tiny",))
    chosen = choose(benchmark, benchmark.load(Rows()), config, shots=3, limit=None)
    return Work(chosen, spec, config, Plain()), lambda: load(spec, ModelCard(title="tiny"), folder, device="cpu")


def answered(setting, samples, batch_size):
    work, opened = setting
    model = opened()
    return {
        transcript.sample.id: transcript
        for transcripts, _ in ask(work, samples, lambda: model, Laps(None), batch_size=batch_size)
        for transcript in transcripts
    }


def assert_same(found, reference):
    assert found.keys() == reference.keys()
    for name, transcript in found.items():
        other = reference[name]
        assert transcript.request == other.request
        assert isinstance(transcript.response, Likelihoods)
        assert transcript.response.sums == pytest.approx(other.response.sums, abs=1e-4)
        first, second = sorted(other.response.sums)[-1:-3:-1]
        if first - second > NEAR:
            assert [score.value for score in transcript.scores] == [score.value for score in other.scores]


@pytest.fixture(scope="module")
def reference(setting):
    return answered(setting, setting[0].chosen.samples, 1)


@pytest.mark.parametrize("batch_size", [2, 5, 16, 32])
def test_any_batch_size(setting, reference, batch_size):
    assert_same(answered(setting, setting[0].chosen.samples, batch_size), reference)


def test_any_order(setting, reference):
    samples = list(setting[0].chosen.samples)
    random.Random(1).shuffle(samples)
    assert_same(answered(setting, samples, 8), reference)


def test_two_shards(setting, reference):
    samples = setting[0].chosen.samples
    assert_same(answered(setting, samples[::2], 8) | answered(setting, samples[1::2], 8), reference)
