"""One run gives quality, speed, memory and energy: its models are measured at the lengths of its own requests."""

from contextlib import contextmanager
from statistics import median

import pytest

from outweigh.benchmarks.catalogue import benchmarks
from outweigh.engine import adaptive, reading
from outweigh.engine import run as plain
from outweigh.engine.candidates import find
from outweigh.engine.config import RunConfig
from outweigh.engine.joined import lengths
from outweigh.engine.run import Prepared
from outweigh.engine.work import choose
from outweigh.records import Failed, Interrupted, Stopped, UserError
from outweigh.store import runs
from small_runs import Quiet, Rows, evaluated
from tiny import save_llama

pytest.importorskip("torch")


class Told(Quiet):
    """Hears both parts; `stop` presses Ctrl-C after so many repeats."""

    def __init__(self, stop=None):
        self.stop, self.order, self.lines = stop, [], []

    def say(self, line):
        self.lines.append(line)

    def end(self, result):
        self.order.append(result.title)

    @contextmanager
    def measuring(self):
        told = self

        class Gauge:
            def say(self, line):
                told.lines.append(line)

            def begin(self, what, budget_seconds):
                told.order.append(f"{budget_seconds:g} s")

            def advance(self, seconds, repeats, reached):
                if told.stop and repeats >= told.stop:
                    raise KeyboardInterrupt

        yield Gauge()


def joined(folders, told, names=("openbookqa", "triviaqa"), engine=plain, **config):
    config = RunConfig(
        models=tuple(map(str, folders)),
        batch_size=5,
        max_tokens=4,
        name="both",
        measure=True,
        measure_budget="10m" if told.stop else "1s",
        **config,
    )
    candidates = tuple(find(str(each), config, each.parent / "cache", told.say) for each in folders)
    chosen = tuple(
        choose(each, each.load(Rows()), config, shots=0, limit=None) for name in names for each in benchmarks(name)
    )
    return reading.load(engine.run(Prepared(config, None, candidates, chosen), told))


@pytest.fixture
def other(folder):
    made = folder.parent / "other"
    return made if made.exists() else save_llama(made, seed=3)


def test_models_are_measured_in_turns_after_all_is_asked(folder, other, asked):
    told = Told()
    run = joined((folder, other), told)
    assert told.order == ["OpenBookQA", "TriviaQA"] * 2 + ["2 s"]
    assert [len(run.results), len(run.measurements)] == [4, 2]
    assert {each.model for each in run.measurements} == {each.evaluation.model for each in run.results}
    assert run.measurements[0].interleaved == (run.measurements[1].title,)
    responses = [each.response for result in run.results for each in reading.transcripts(result)]
    writing = [each for each in responses if each.kind == "generated"]
    workload = run.measurements[0].workload
    assert len(writing) == 24
    assert workload.prompt_tokens == round(median(each.input_tokens for each in writing))
    assert workload.output_tokens == round(median(each.tokens for each in writing))
    assert any("the medians of this run's 24 requests that write" in note for note in run.notes)
    assert asked.total() == 48
    with runs.opened(reading=True) as session:
        assert runs.listing(session)[0].status == "finished"


def test_a_run_that_only_compares_likelihoods_says_which_output_it_took_and_why(folder, asked):
    run = joined((folder,), Told(), names=("openbookqa",))
    (only,) = run.measurements
    sizes = [each.response.input_tokens / 3 for each in reading.transcripts(run.results[0])]
    assert only.workload.prompt_tokens == round(median(map(round, sizes)))
    assert only.workload.output_tokens == 32
    (note,) = run.notes
    assert "write nothing, so 32 is `outweigh measure`'s own length" in note


def test_known_answers_have_lengths_too(folder, asked):
    first = joined((folder,), Told(), names=("openbookqa",))
    result, _ = evaluated(folder, change={"version": "2"})
    assert result.cached == 12
    known = lengths(first.but(results=(result,)))
    assert known == lengths(first)


def test_a_run_that_goes_on_measures_what_is_missing_and_asks_nothing_again(folder, asked):
    with pytest.raises(Interrupted) as stop:
        joined((folder,), Told(stop=8), names=("triviaqa",))
    assert stop.value.run == "both"
    (cut,) = reading.load("both").measurements
    assert (cut.precise.stopped, cut.precise.repeats) == (Stopped.INTERRUPTED, 8)
    with runs.opened(reading=True) as session:
        assert runs.listing(session)[0].status == "interrupted"
    told = Told()
    run = joined((folder,), told, names=("triviaqa",))
    assert asked.total() == 12
    assert told.order == ["TriviaQA", "1 s"]
    (whole,) = run.measurements
    assert whole.precise.stopped in (Stopped.BUDGET, Stopped.NARROW)
    assert whole.key == cut.key
    again = Told()
    assert joined((folder,), again, names=("triviaqa",)).measurements == run.measurements
    assert again.order == ["TriviaQA"]


def test_an_earlier_run_may_be_measured_afterwards(folder, asked):
    run = joined((folder,), Told(), names=("triviaqa",))
    assert RunConfig(models=("m",), measure=True).settings() == RunConfig(models=("m",)).settings()
    assert len(run.measurements) == 1


def test_an_adaptive_run_is_measured_too(folder, other, asked):
    run = joined((folder, other), Told(), names=("openbookqa",), engine=adaptive, until_halfwidth=0.4)
    assert len(run.measurements) == 2
    assert all(each.evaluation.stopping for each in run.results)


def test_what_cannot_be_measured_is_a_note_and_the_evaluations_stay(folder, asked, monkeypatch):
    def full(*_):
        raise UserError("tiny: does not fit")

    monkeypatch.setattr("outweigh.engine.joined.ready", full)
    run = joined((folder,), Told(), names=("triviaqa",))
    assert len(run.results) == 1 and run.measurements == ()
    assert "Not measured: tiny: does not fit" in run.notes


def test_without_an_answer_there_are_no_lengths_and_nothing_is_measured(folder, asked, monkeypatch):
    from outweigh.models.transformers_model import TransformersModel

    def failing(self, requests):
        for name, _ in requests:
            yield name, Failed(stage="model", message="no")

    monkeypatch.setattr(TransformersModel, "answer", failing)
    run = joined((folder,), Told(), names=("triviaqa",))
    assert (run.results[0].failed, run.measurements) == (12, ())
    assert any("no request was answered" in note for note in run.notes)


def test_a_budget_is_checked_before_anything_is_asked(folder, asked):
    with pytest.raises(UserError, match="--measure-budget soon"):
        plain.prepare(RunConfig(models=(str(folder),), measure=True, measure_budget="soon"), Told())
    assert asked.total() == 0
