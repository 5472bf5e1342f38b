"""Out of memory halves the batch and goes on; what fails is counted and never marked."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from outweigh.benchmarks.catalogue import benchmarks
from outweigh.benchmarks.prompting import Plain
from outweigh.engine.asking import ask
from outweigh.engine.config import RunConfig
from outweigh.engine.summary import Circumstances, summarise
from outweigh.engine.work import Work, choose
from outweigh.metering.laps import Laps
from outweigh.models.model import OutOfMemory
from outweigh.records import (
    Failed,
    Finish,
    Generated,
    Likelihoods,
    Machine,
    ModelCard,
    ModelSource,
    ModelSpec,
    UserError,
)

SPEC = ModelSpec(source=ModelSource.PATH, name="scripted", revision="0", precision="float32")


class Rows:
    """Twelve questions in OpenBookQA's or GSM8K's columns."""

    def split(self, dataset, split):
        if dataset.repository == "openai/gsm8k":
            return [{"question": f"{n}?", "answer": f"so\n#### {n}"} for n in range(12)]
        choices = {"text": ["yes", "no"], "label": ["A", "B"]}
        return [{"id": str(n), "question_stem": f"{n}?", "choices": choices, "answerKey": "A"} for n in range(12)]


class Scripted:
    """A model with room for `room` requests at a time; `script` gives the response to one of them."""

    spec, card = SPEC, ModelCard(title="scripted")

    def __init__(self, room, script):
        self.room, self.script = room, script
        self.executions = Counter()

    def answer(self, requests):
        for place, (name, request) in enumerate(requests):
            if place >= self.room:
                raise OutOfMemory("no room")
            self.executions[name] += 1
            response = self.script(name, request)
            if response is not None:
                yield name, response


def work(name="openbookqa", **config):
    (benchmark,) = benchmarks(name)
    config = RunConfig(models=("m",), **config)
    chosen = choose(benchmark, benchmark.load(Rows()), config, shots=None, limit=None)
    return Work(chosen, SPEC, config, Plain())


def likely(name, request):
    return Likelihoods(sums=(-1.0, -2.0), is_greedy=(True, False), token_counts=(1, 1))


def everything(work, model, batch_size=8):
    parts = ask(work, work.chosen.samples, lambda: model, Laps(None), batch_size=batch_size)
    return [transcript for transcripts, _ in parts for transcript in transcripts]


@pytest.mark.parametrize("room", [1, 3, 7])
def test_out_of_memory_loses_and_doubles_nothing(room):
    model = Scripted(room, likely)
    found = everything(work(), model)
    assert [t.sample.id for t in found] == [str(n) for n in range(12)]
    assert all(score.value == 1 for t in found for score in t.scores)
    assert set(model.executions.values()) == {1}


def test_a_sample_that_never_fits_fails_alone():
    class Narrow(Scripted):
        def answer(self, requests):
            if any(name == "5" for name, _ in requests):
                raise OutOfMemory("no room for 5")
            yield from super().answer(requests)

    found = everything(work(), Narrow(99, likely))
    failed = [t for t in found if isinstance(t.response, Failed)]
    assert [(t.sample.id, t.response.stage, t.response.retryable, t.scores) for t in failed] == [
        ("5", "memory", True, ())
    ]


def test_a_missing_response_is_a_failure():
    found = everything(work(), Scripted(99, lambda name, request: None if name == "3" else likely(name, request)))
    assert [t.sample.id for t in found if isinstance(t.response, Failed)] == ["3"]


def test_what_is_done_between_two_parts_is_in_neither(monkeypatch):
    told = []

    class Noted(Laps):
        def begin(self):
            told.append("begin")
            super().begin()

        def end(self, answers):
            told.append(answers)
            return super().end(answers)

    monkeypatch.setattr("outweigh.engine.asking._PAUSE", 0.0)
    monkeypatch.setattr("outweigh.engine.asking._PART", 5)
    evaluation = work()
    for transcripts, _ in ask(evaluation, evaluation.chosen.samples, lambda: Scripted(99, likely), Noted(None)):
        told.append("kept")
        assert {each.lap.answers for each in transcripts} == {len(transcripts)}
    assert told == ["begin", 5, "kept", "begin", 5, "kept", "begin", 2, "kept"]


def summary(work, found):
    now = datetime.now(UTC)
    machine = Machine(cpu="c", cores=1, memory_bytes=1, system="s")
    return summarise(work, found, Circumstances(ModelCard(title="m"), machine, (), now, now))


def test_failures_cuts_and_unreadable_answers_are_counted_apart_from_the_score():
    def script(name, request):
        return {
            "0": Failed(stage="model", message="no"),
            "1": Generated(text="no number", finish=Finish.STOP, tokens=3),
            "2": Generated(text="#### 2 and on and", finish=Finish.LENGTH, tokens=256),
            "3": Generated(text="#### 3", finish=Finish.STOP, tokens=3, truncated=7),
        }.get(name, Generated(text=f"#### {name}", finish=Finish.STOP, tokens=3))

    evaluation = work("gsm8k", num_fewshot=0)
    result = summary(evaluation, everything(evaluation, Scripted(99, script)))
    assert (result.asked, result.failed, result.truncated, result.unreadable) == (12, 1, 2, 1)
    assert result.headline.count == 11
    assert result.headline.value == pytest.approx(10 / 11)


def test_if_all_fail_there_is_no_estimate():
    result = summary(work(), everything(work(), Scripted(99, lambda *_: Failed(stage="model", message="no"))))
    assert (result.headline, result.failed) == (None, 12)


def test_a_limit_below_one_is_a_share_rounded_up():
    assert work(limit=0.3).chosen.limit == 4
    assert work(limit=50).chosen.limit is None
    with pytest.raises(UserError, match="whole number"):
        work(limit=2.5)


def test_decoding_flags_reach_every_request():
    evaluation = work("gsm8k", num_fewshot=0, temperature=0.5, max_tokens=7, sampling_seed=3)
    request = evaluation.request(evaluation.chosen.samples[0])
    assert (request.decoding.temperature, request.decoding.max_tokens, request.decoding.seed) == (0.5, 7, 3)
    assert evaluation.evaluation.decoding == request.decoding
