"""Marking a run again: the present scorers' marks, the old answers, and nobody is asked."""

import dataclasses
import json
from datetime import UTC, datetime

import pytest

from outweigh.benchmarks.catalogue import BENCHMARKS, benchmarks
from outweigh.benchmarks.sources import rows_here
from outweigh.engine import reading, remarking
from outweigh.engine.adopting import adopt
from outweigh.interop.lm_eval_read import read
from outweigh.interop.lm_eval_write import write
from outweigh.interop.logged import Logged
from outweigh.records import Failed, Score, UserError
from outweigh.store import runs
from outweigh.store.artifacts import Artifacts
from outweigh.store.journal import Journal
from small_runs import evaluated, harsh

pytest.importorskip("torch")
STAYS = ("evaluation", "usage", "asked", "failed", "truncated", "cached", "samples_digest", "harness", "started_at")


@pytest.fixture
def scorer(monkeypatch):
    """Put another benchmark of the same name into the catalogue."""

    def change(name, **changes):
        (old,) = benchmarks(name)
        others = tuple(each for each in BENCHMARKS if each.id != name)
        monkeypatch.setattr(remarking, "BENCHMARKS", (*others, dataclasses.replace(old, **changes)))

    return change


@pytest.fixture
def remark(asked):
    """Mark a run again, and see that no model is asked."""

    def again(name="latest"):
        before = asked.total()
        found = list(remarking.remark(name))
        assert asked.total() == before
        return found

    return again


def journal_of(result):
    return Journal(Artifacts.default(), result.evaluation.work)


def files_of(result):
    return Artifacts.default().list(f"evaluations/{result.evaluation.work}")


def stored(name="latest"):
    (held,) = reading.held(reading.load(name))
    return held


@pytest.mark.parametrize("of", ["openbookqa", "triviaqa"])
def test_the_same_scorer_changes_nothing(folder, remark, of):
    result, transcripts = evaluated(folder, of)
    files = files_of(result)
    (told,) = remark()
    assert (told.changed, told.estimates, told.others, told.problem) == (0, (), 0, None)
    assert stored() == (result, transcripts)
    assert files_of(result) == files


def test_another_scorer_changes_marks_and_estimates_and_nothing_else(folder, remark, scorer):
    result, transcripts = evaluated(folder)
    scorer("openbookqa", mark=harsh)
    (told,) = remark()
    now, again = stored()
    right = sum(max(score.value for score in each.scores) for each in transcripts)
    assert right > 0
    assert told.changed == 12
    assert [(old.value, new.value) for old, new in told.estimates] == [(e.value, 0.0) for e in result.estimates]
    assert {score.value for each in again for score in each.scores} == {0.0}
    assert [each.but(scores=()) for each in again] == [each.but(scores=()) for each in transcripts]
    assert {name: getattr(now, name) for name in STAYS} == {name: getattr(result, name) for name in STAYS}
    assert now.finished_at == result.finished_at
    assert now.notes == (*result.notes, f"marked again by {result.harness}")
    assert journal_of(now).seconds() == pytest.approx(result.usage.seconds)
    assert remark()[0].changed == 0
    assert stored() == (now, again)
    evaluated(folder)  # the run goes on from the new marks
    assert stored()[0].estimates == now.estimates


def test_unreadable_answers_are_counted_anew(folder, remark, scorer):
    evaluated(folder, "triviaqa")
    scorer("triviaqa", mark=lambda sample, response: (_score(sample, 0.0, None),))
    remark()
    assert (stored()[0].unreadable, stored()[0].headline.value) == (12, 0.0)


def _score(sample, value, answer):
    return Score(sample_id=sample.id, metric="exact_match", filter="remove_whitespace", value=value, answer=answer)


def test_marks_that_cancel_out_are_told(folder, remark, scorer):
    (real,) = benchmarks("openbookqa")
    evaluated(folder)
    scores = {each.sample.id: each.scores for each in stored()[1]}
    turned = {"0": 1 - scores["0"][0].value}
    twin = next(name for name in scores if scores[name][0].value == turned["0"])
    turned[twin] = 1 - turned["0"]

    def mark(sample, response):
        first, second = real.mark(sample, response)
        return first.but(value=turned.get(sample.id, first.value)), second

    scorer("openbookqa", mark=mark)
    (told,) = remark()
    assert (told.changed, told.estimates) == (2, ())


def test_failed_samples_stay_failed(folder, remark, scorer, monkeypatch):
    from outweigh.models.transformers_model import TransformersModel

    answer = TransformersModel.answer

    def failing(self, requests):
        for name, response in answer(self, requests):
            yield name, Failed(stage="model", message="no", retryable=name == "4") if name in "34" else response

    with monkeypatch.context() as patch:
        patch.setattr(TransformersModel, "answer", failing)
        result, _ = evaluated(folder)
    scorer("openbookqa", mark=harsh)
    (told,) = remark()
    now, transcripts = stored()
    assert (told.changed, now.failed, now.headline.count) == (10, 2, 10)
    failed = [each for each in transcripts if isinstance(each.response, Failed)]
    assert [(each.sample.id, each.scores) for each in failed] == [("3", ()), ("4", ())]
    assert journal_of(result).answered() == {str(n) for n in range(12)} - {"4"}


def test_results_of_other_runs_from_the_same_answers_follow(folder, remark, scorer):
    evaluated(folder, name="few", limit=5)
    evaluated(folder, name="all")
    scorer("openbookqa", mark=harsh)
    (told,) = remark("few")
    assert (told.changed, told.others) == (5, 1)
    assert [stored(name)[0].headline.value for name in ("few", "all")] == [0.0, 0.0]
    assert [stored(name)[0].headline.count for name in ("few", "all")] == [5, 12]
    assert remark("all")[0].changed == 0


def test_a_stop_between_answers_and_result_is_made_good_by_the_next_call(folder, remark, scorer, monkeypatch):
    result, _ = evaluated(folder)
    scorer("openbookqa", mark=harsh)

    def killed(session, result):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(runs, "replace_result", killed)
        with pytest.raises(KeyboardInterrupt):
            remark()
    assert stored()[0] == result
    (told,) = remark()
    assert [new.value for _, new in told.estimates] == [0.0, 0.0]
    assert stored()[0].headline.value == 0.0


def test_an_evaluation_that_is_being_answered_is_left_alone(folder, remark):
    result, _ = evaluated(folder)
    with journal_of(result).lock():
        (told,) = remark()
    assert "is being answered by another process" in told.problem
    assert stored()[0] == result


def test_damage_is_told_and_nothing_is_replaced(folder, remark, scorer):
    result, _ = evaluated(folder)
    root = Artifacts.default().local
    (first, *_) = files = files_of(result)
    (root / first).write_bytes(b"damaged")
    scorer("openbookqa", mark=harsh)
    (told,) = remark()
    assert first.rsplit("/")[-1] in told.problem and "run it again" in told.problem
    assert (stored()[0], files_of(result)) == (result, files)
    (root / first).unlink()
    (told,) = remark()
    assert told.problem.startswith("7 of its 12 answers are at hand")
    assert (stored()[0], files_of(result)) == (result, files[1:])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"id": "renamed"}, ("no benchmark openbookqa", "marks of outweigh", "use a version that has it")),
        ({"version": "7"}, ("version 1.0 of openbookqa", "which is 7 now", "run it again")),
    ],
    ids=["gone", "other version"],
)
def test_a_benchmark_that_is_gone_or_other_says_what_to_do(folder, remark, scorer, change, words):
    result, _ = evaluated(folder)
    scorer("openbookqa", **change)
    (told,) = remark()
    assert all(word in told.problem for word in words)
    assert stored()[0] == result


class TestImported:
    """Answers that another harness logged."""

    @pytest.fixture
    def imported(self, folder, tmp_path, monkeypatch, asked):
        """WinoGrande, whose target is an index here and a text in the log, read back into a home of its own."""
        data = tmp_path / "hub/allenai/winogrande/winogrande_xl"
        data.mkdir(parents=True)
        rows = [
            {"sentence": f"Ann {n} met Bob when _ was late.", "option1": "Ann", "option2": "Bob", "answer": "12"[n % 2]}
            for n in range(12)
        ]
        (data / "validation.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        monkeypatch.setenv("OUTWEIGH_MIRROR", str(tmp_path / "hub"))
        result, transcripts = evaluated(folder, "winogrande", rows=rows_here())

        def home(foreign=True):
            when = datetime(2026, 1, 1, tzinfo=UTC)
            files = write([Logged(result, tuple(transcripts))], tmp_path / "log", when=when)
            if foreign:  # as lm-evaluation-harness has it
                (first,) = (path for path in files if path.name.startswith("results"))
                plain = json.loads(first.read_text())
                del plain["outweigh"]
                first.write_text(json.dumps(plain))
            monkeypatch.setenv("OUTWEIGH_HOME", str(tmp_path / "home2"))
            (logged,) = read(tmp_path / "log")
            work = logged.result.evaluation.work
            Journal(Artifacts.default(), work).append(logged.transcripts, 0.0)
            with runs.opened() as session:
                runs.begin(session, "logs", None, {})
                runs.add_result(session, "logs", adopt(logged))
            return stored("logs")

        home.log = tmp_path / "log"
        return home

    @pytest.mark.parametrize("foreign", [True, False])
    def test_the_same_task_keeps_its_marks(self, imported, remark, foreign):
        before = imported(foreign)
        assert isinstance(before[1][0].sample.target, str)
        (told,) = remark("logs")
        assert (told.changed, told.estimates, told.problem) == (0, (), None)
        assert stored("logs") == before

    def test_the_same_task_is_marked_by_another_scorer(self, imported, remark, scorer):
        before, _ = imported()
        scorer("winogrande", mark=lambda sample, response: harsh(sample, response)[:1])
        (told,) = remark("logs")
        now, _ = stored("logs")
        assert told.changed == 12
        assert (before.headline.value, now.headline.value) == (told.estimates[0][0].value, 0.0)

    def test_metrics_that_only_the_log_has_stay(self, imported, remark, scorer):
        before, transcripts = imported()
        other = {
            each.sample.id: (*each.scores, Score(sample_id=each.sample.id, metric="own", value=0.5, answer="x"))
            for each in transcripts
        }
        journal_of(before).replace_scores(other)
        extra = before.estimates[0].but(metric="own", value=0.5, headline=False)
        with runs.opened() as session:
            runs.replace_result(session, before.but(estimates=(*before.estimates, extra)))
        scorer("winogrande", mark=lambda sample, response: harsh(sample, response)[:1])
        remark("logs")
        now, again = stored("logs")
        assert [each.metric for each in now.estimates] == ["acc", "own"]
        assert now.estimates[1] == extra
        assert [[score.metric for score in each.scores] for each in again] == [["acc", "own"]] * 12

    def test_other_samples_under_the_same_name_are_not_marked(self, imported, remark, tmp_path):
        before = imported()
        file = tmp_path / "hub/allenai/winogrande/winogrande_xl/validation.jsonl"
        file.write_text(file.read_text().replace("Ann 7", "Eve 7"))
        (told,) = remark("logs")
        assert "sample 7 is not winogrande's own" in told.problem
        assert stored("logs") == before

    def test_a_log_that_states_no_version_is_not_marked(self, imported, remark, scorer):
        imported()
        log = next(imported.log.rglob("samples_*"))
        (logged,) = read(log.rename(log.with_name("samples_winogrande.jsonl")))
        with runs.opened() as session:
            runs.begin(session, "alone", None, {})
            runs.add_result(session, "alone", logged.result)
        assert "import it with its results file" in remark("alone")[0].problem

    def test_a_log_cannot_be_marked_without_the_benchmark_s_data(self, imported, remark, tmp_path, monkeypatch):
        before = imported()
        monkeypatch.setenv("OUTWEIGH_MIRROR", str(tmp_path / "nowhere"))
        (told,) = remark("logs")
        assert "nowhere" in told.problem
        assert stored("logs") == before


def test_there_must_be_such_a_run(asked):
    with pytest.raises(UserError, match="there is no run"):
        list(remarking.remark("nothing"))
