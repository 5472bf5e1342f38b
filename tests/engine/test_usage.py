"""What an evaluation took: of what was really asked, added up over stops and parts, or not there with the reason."""

import dataclasses

import pytest

from outweigh.benchmarks.catalogue import benchmarks
from outweigh.engine import asking, reading, remarking
from outweigh.engine.candidates import find, metered
from outweigh.engine.config import RunConfig
from outweigh.engine.summary import priced
from outweigh.engine.usage import usage
from outweigh.metering.energy import EnergyMeter
from outweigh.records import Energy, Lap
from outweigh.store.artifacts import Artifacts
from outweigh.store.journal import Journal
from small_runs import Quiet, Rows, evaluated, harsh

pytest.importorskip("torch")


@pytest.fixture
def joules(monkeypatch):
    """Energy by a counter that goes up by a joule a lap, on every machine."""

    def stop(self, seconds, own, samples):
        return Energy(
            source="RAPL", estimated=False, method="counted", joules=1.0, low=0.9, high=1.2, idle_watts=None,
            seconds=seconds,
        )  # fmt: skip

    monkeypatch.setattr(EnergyMeter, "stop", stop)


def laps_of(transcripts):
    return list({each.lap.fingerprint: each.lap for each in transcripts if each.lap}.values())


def test_an_evaluation_knows_its_seconds_tokens_memory_and_energy(folder, asked):
    result, transcripts = evaluated(folder, "triviaqa")
    took = result.usage
    assert took.seconds == pytest.approx(sum(lap.seconds for lap in laps_of(transcripts)))
    assert took.input_tokens > 0 and took.output_tokens > 0
    assert took.peak_memory_bytes == max(lap.peak_memory_bytes for lap in laps_of(transcripts)) > 50e6
    assert took.peak_device_bytes is None
    assert took.unmeasured["peak_device_bytes"] == "the model runs on the processor"
    assert "outweigh measure" in took.unmeasured["first_token_seconds"]
    if took.energy_joules is None:
        assert took.unmeasured["energy_joules"] == result.unpriced["joules_per_correct"]
        return
    assert took.energy_low_joules <= took.energy_joules <= took.energy_high_joules
    assert took.energy_estimated == took.energy_source.startswith("estimated")
    assert took.energy_method
    each = result.cost("joules_per_request")
    assert each.value == pytest.approx(took.energy_joules / 12)
    assert (each.low, each.high) == (took.energy_low_joules / 12, took.energy_high_joules / 12)


def test_joules_are_of_every_lap_and_of_right_answers(folder, asked, joules):
    result, transcripts = evaluated(folder)
    laps = len(laps_of(transcripts))
    took, right = result.usage, round(12 * result.headline.value)
    assert laps == 3  # of five, five and two answers
    assert (took.energy_joules, took.energy_source, took.energy_estimated) == (pytest.approx(laps), "RAPL", False)
    assert (took.energy_low_joules, took.energy_high_joules) == (pytest.approx(0.9 * laps), pytest.approx(1.2 * laps))
    found = result.cost("joules_per_correct")
    assert found.value == pytest.approx(laps / right)
    assert found.low == pytest.approx(0.9 * laps / (12 * result.headline.high))
    assert found.high == pytest.approx(1.2 * laps / (12 * result.headline.low))
    assert found.low < found.value < found.high


def test_a_stop_loses_and_doubles_no_joule(folder, asked, joules, monkeypatch):
    class Stops(Quiet):
        def advance(self, transcripts, scores):
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("small_runs.Quiet", Stops)
        with pytest.raises(KeyboardInterrupt):
            evaluated(folder)
    result, transcripts = evaluated(folder)
    assert asked.total() == 12
    assert result.usage.energy_joules == pytest.approx(len(laps_of(transcripts))) == pytest.approx(3)
    assert result.usage.seconds == pytest.approx(sum(lap.seconds for lap in laps_of(transcripts)))
    again, _ = evaluated(folder)
    assert again.usage == result.usage


def test_known_answers_cost_nothing_and_are_not_among_the_right_ones(folder, asked, joules):
    evaluated(folder)
    result, transcripts = evaluated(folder, rows=Rows(3, 20))
    new = [each for each in transcripts if not each.cached]
    headline = result.headline
    right = sum(each.score(headline.metric, headline.filter).value for each in new)
    assert (len(new), result.cached) == (8, 9)
    assert {each.lap for each in transcripts if each.cached} == {None}
    assert result.usage.energy_joules == pytest.approx(len(laps_of(new)))
    assert result.cost("joules_per_request").value == pytest.approx(result.usage.energy_joules / 8)
    assert result.cost("joules_per_correct").value == pytest.approx(result.usage.energy_joules / right)
    assert result.cost("joules_per_correct").count == 8


def test_where_all_was_known_nothing_was_measured(folder, asked, joules):
    evaluated(folder)
    result, _ = evaluated(folder, change={"version": "2"})
    assert result.cached == 12
    assert (result.usage.energy_joules, result.usage.peak_memory_bytes, result.costs) == (None, None, ())
    for name in ("energy_joules", "peak_memory_bytes", "joules_per_correct"):
        assert "nothing was asked" in (result.usage.unmeasured | result.unpriced)[name]


def test_a_limit_within_a_lap_has_its_share(folder, asked, joules):
    evaluated(folder)
    result, transcripts = evaluated(folder, limit=7)
    assert asked.total() == 12
    assert result.usage.energy_joules == pytest.approx(1 + 2 / 5)
    assert result.usage.seconds == pytest.approx(sum(each.seconds for each in transcripts))


def test_answers_from_before_laps_were_kept_leave_no_half_a_figure(folder, asked, joules):
    result, transcripts = evaluated(folder)
    journal = Journal(Artifacts.default(), result.evaluation.work)
    journal.delete()
    with journal.lock():
        journal.append([each.but(lap=None) for each in transcripts[:4]], 1.0)
        journal.append(transcripts[4:], 1.0)
    older, _ = evaluated(folder)
    assert older.usage.seconds == result.usage.seconds
    assert (older.usage.energy_joules, older.usage.peak_memory_bytes, older.costs) == (None, None, ())
    for name in ("energy_joules", "joules_per_request", "joules_per_correct"):
        assert (older.usage.unmeasured | older.unpriced)[name].startswith(
            "4 of 12 answers are without it: asked by a version"
        )


def test_parts_that_were_counted_in_different_ways_are_no_total():
    from outweigh.records import Generate, Generated, Sample, Transcript

    def transcript(number, source):
        energy = Energy(
            source=source,
            estimated=source != "RAPL",
            method=source,
            joules=1,
            low=1,
            high=1,
            idle_watts=None,
            seconds=1,
        )
        return Transcript(
            sample=Sample(id=str(number), position=number, question="", target=""),
            request=Generate(prompt=""),
            response=Generated(text="", finish="stop", tokens=1),
            lap=Lap(seconds=1.0, answers=1, energy=energy, peak_memory_bytes=number),
        )

    took = usage([transcript(1, "RAPL"), transcript(2, "a table")])
    assert took.energy_joules is None
    assert "a table" in took.unmeasured["energy_joules"] and "RAPL" in took.unmeasured["energy_joules"]
    assert took.peak_memory_bytes == 2


def test_failed_requests_cost_too(folder, asked, joules, monkeypatch):
    from outweigh.models.transformers_model import TransformersModel
    from outweigh.records import Failed

    answer = TransformersModel.answer

    def failing(self, requests):
        for name, response in answer(self, requests):
            yield name, Failed(stage="model", message="no") if name in "3456789" else response

    monkeypatch.setattr(TransformersModel, "answer", failing)
    result, _ = evaluated(folder)
    assert result.failed == 7
    assert result.usage.energy_joules == pytest.approx(3)
    assert result.cost("joules_per_request").value == pytest.approx(3 / 12)
    assert result.cost("joules_per_correct").value == pytest.approx(3 / round(5 * result.headline.value))


def test_where_nothing_is_right_or_there_is_no_right_there_is_a_reason(folder, asked, joules):
    result, transcripts = evaluated(folder, change={"version": "2", "mark": harsh})
    assert result.cost("joules_per_request") is not None
    assert result.cost("joules_per_correct") is None
    assert result.unpriced == {"joules_per_correct": "no answer was right"}
    (benchmark,) = benchmarks("openbookqa")
    metrics = tuple(dataclasses.replace(each, binary=False) for each in benchmark.metrics)
    costs, unpriced = priced(
        dataclasses.replace(benchmark, metrics=metrics), transcripts, result.evaluation, usage(transcripts)
    )
    assert [each.metric for each in costs] == ["joules_per_request"]
    assert unpriced["joules_per_correct"] == "acc_norm knows no right and wrong"


def test_other_marks_change_what_a_right_answer_cost(folder, asked, joules, monkeypatch):
    (openbookqa,) = benchmarks("openbookqa")
    first, _ = evaluated(folder, name="marked")
    monkeypatch.setattr("outweigh.engine.remarking.BENCHMARKS", (dataclasses.replace(openbookqa, mark=harsh),))
    list(remarking.remark("marked"))
    (worse,) = reading.load("marked").results
    assert worse.usage == first.usage
    assert worse.cost("joules_per_correct") is None
    assert worse.unpriced == {"joules_per_correct": "no answer was right"}
    monkeypatch.setattr("outweigh.engine.remarking.BENCHMARKS", (openbookqa,))
    list(remarking.remark("marked"))
    (back,) = reading.load("marked").results
    assert (back.usage, back.costs, back.unpriced) == (first.usage, first.costs, first.unpriced)


def test_models_that_stay_loaded_together_have_no_peak_of_their_own(folder, asked):
    config = RunConfig(models=(str(folder),))
    one, other = (find(str(folder), config, folder.parent / "cache", Quiet().say) for _ in range(2))
    with metered([one, other], together=True):
        one.laps.begin()
        assert "other models" in one.laps.end(1).unmeasured["peak_memory_bytes"]
    with metered([one], together=True):
        one.laps.begin()
        assert one.laps.end(1).peak_memory_bytes is not None


def test_loading_the_model_is_in_no_lap(folder, asked, monkeypatch):
    from outweigh.models import transformers_model

    load, order = transformers_model.load, []

    class Noted(asking.Laps):
        def begin(self):
            order.append("lap")
            super().begin()

    monkeypatch.setattr(transformers_model, "load", lambda *a, **k: order.append("load") or load(*a, **k))
    monkeypatch.setattr("outweigh.engine.candidates.Laps", Noted)
    evaluated(folder)
    assert order[0] == "load"
    assert order.count("load") == 1 and order.count("lap") >= 3
