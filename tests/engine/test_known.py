"""A question that a model has answered is not asked again, whoever asks; and it never counts as speed."""

import pytest
import sqlalchemy

from outweigh.engine.known import Known
from outweigh.records import Failed, UserError
from outweigh.store import responses, runs
from outweigh.store.artifacts import Artifacts
from outweigh.store.database import opened
from small_runs import Rows, evaluated, harsh

pytest.importorskip("torch")


def known_count():
    with opened(reading=True) as session:
        return responses.count(session)


@pytest.mark.parametrize("name", ["openbookqa", "triviaqa"])
@pytest.mark.parametrize("change", [{"version": "9"}, {"id": "other"}], ids=["version", "benchmark"])
def test_a_second_benchmark_that_asks_the_same_asks_nothing(folder, asked, monkeypatch, name, change):
    first, answered = evaluated(folder, name)
    assert set(asked.values()) == {1} and asked.total() == 12
    assert (first.cached, known_count()) == (0, 12)
    monkeypatch.setattr("outweigh.models.transformers_model.load", None)  # the model is not even loaded
    second, again = evaluated(folder, name, change=change)
    assert asked.total() == 12
    assert second.evaluation.work != first.evaluation.work
    assert [each.response for each in again] == [each.response for each in answered]
    assert [each.scores for each in again] == [each.scores for each in answered]
    assert second.estimates == first.estimates
    assert (second.asked, second.failed, second.cached) == (12, 0, 12)


def test_what_is_known_is_marked_by_the_benchmark_that_asks(folder, asked):
    evaluated(folder)
    result, transcripts = evaluated(folder, change={"version": "9", "mark": harsh})
    assert asked.total() == 12
    assert result.headline.value == 0.0
    assert {score.answer for each in transcripts for score in each.scores} == {"none"}


def test_known_answers_never_count_as_speed(folder, asked):
    evaluated(folder)
    result, transcripts = evaluated(folder, rows=Rows(3, 20))
    new = [each for each in transcripts if not each.cached]
    old = [each for each in transcripts if each.cached]
    assert (len(old), len(new), result.cached, asked.total()) == (9, 8, 9, 20)
    assert all((each.seconds, each.input_tokens, each.output_tokens) == (0.0, 0, 0) for each in old)
    assert all(each.response.input_tokens > 0 for each in old)
    assert all(each.seconds > 0 and each.input_tokens == each.response.input_tokens for each in new)
    assert result.usage.seconds == pytest.approx(sum(each.seconds for each in new))
    assert result.usage.input_tokens == sum(each.response.input_tokens for each in new)
    assert "9 of 17 answers were known already: time and tokens are those of the rest" in result.notes


def test_a_sample_that_was_asked_with_another_seed_is_asked_again(folder, asked):
    evaluated(folder, "triviaqa", temperature=1.0)
    again, _ = evaluated(folder, "triviaqa", temperature=1.0, seed=5)  # of the draw, which has no shots
    assert (again.cached, asked.total()) == (12, 12)
    other, _ = evaluated(folder, "triviaqa", temperature=1.0, sampling_seed=1)
    assert (other.cached, asked.total()) == (0, 24)


def test_another_precision_asks_for_itself(folder, asked):
    evaluated(folder)
    result, _ = evaluated(folder, precision="bfloat16")
    assert (result.cached, asked.total()) == (0, 24)


def test_without_the_cache_everything_is_asked_and_nothing_kept(folder, asked):
    evaluated(folder, no_cache=True)
    assert known_count() == 0
    evaluated(folder, change={"version": "2"})
    result, transcripts = evaluated(folder, change={"version": "3"}, no_cache=True)
    assert (asked.total(), result.cached, known_count()) == (36, 0, 12)
    assert all(each.seconds > 0 for each in transcripts)


def test_a_run_is_the_same_run_with_and_without_the_cache(folder, asked):
    first, _ = evaluated(folder, no_cache=True, name="mine")
    again, _ = evaluated(folder, name="mine")
    assert again.evaluation == first.evaluation
    assert asked.total() == 12


def test_a_failure_is_never_known(folder, asked, monkeypatch):
    from outweigh.models.transformers_model import TransformersModel

    answer = TransformersModel.answer

    def failing(self, requests):
        for name, response in answer(self, requests):
            yield name, Failed(stage="model", message="no") if name == "3" else response

    with monkeypatch.context() as patch:
        patch.setattr(TransformersModel, "answer", failing)
        first, _ = evaluated(folder)
    assert (first.failed, known_count()) == (1, 11)
    second, _ = evaluated(folder, change={"version": "2"})
    assert (second.failed, second.cached, asked.total()) == (0, 11, 13)


def test_an_answer_that_cannot_be_read_is_asked_again(folder, asked):
    evaluated(folder)
    with opened() as session:
        session.execute(sqlalchemy.text("UPDATE responses SET response = '{}' WHERE response LIKE '%likelihoods%'"))
    result, _ = evaluated(folder, change={"version": "2"})
    assert (result.cached, asked.total()) == (0, 24)
    assert evaluated(folder, change={"version": "3"})[0].cached == 12


def test_a_stop_between_journal_and_cache_loses_no_answer_and_doubles_none(folder, asked, monkeypatch):
    def stopped(self, transcripts):
        raise UserError("stopped")

    with monkeypatch.context() as patch:
        patch.setattr(Known, "keep", stopped)
        with pytest.raises(UserError, match="stopped"):
            evaluated(folder)
    assert (asked.total(), known_count()) == (5, 0)
    first, transcripts = evaluated(folder)
    assert (asked.total(), first.cached, known_count()) == (12, 0, 7)
    second, again = evaluated(folder, change={"version": "2"})
    assert (asked.total(), second.cached, known_count()) == (17, 7, 12)
    assert second.estimates == first.estimates
    assert [each.response for each in again] == [each.response for each in transcripts]


def test_answers_go_with_the_run_that_asked_for_them(folder, asked):
    evaluated(folder)
    evaluated(folder, change={"version": "2"}, rows=Rows(0, 15))
    with opened() as session:
        oldest = runs.listing(session)[-1].name
        gone = runs.delete(session, oldest)
        responses.forget(session, gone.works)
    assert known_count() == 3
    assert len(Artifacts.default().list("evaluations")) > 0
    result, _ = evaluated(folder, change={"version": "3"}, rows=Rows(0, 15))
    assert (result.cached, asked.total()) == (3, 27)
