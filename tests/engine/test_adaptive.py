"""An adaptive run stops when it has seen enough, at the same place however often it is killed, and says how."""

import json
import random

import pytest

from outweigh.engine import adaptive, reading
from outweigh.engine import run as plain
from outweigh.engine.config import checked
from outweigh.engine.rounds import savings
from outweigh.insight.columns import columns
from outweigh.insight.comparison import compare
from outweigh.records import Outcome, UserError, Verdict
from outweigh.store.artifacts import Artifacts
from outweigh.store.journal import Journal
from tiny import save_llama

pytest.importorskip("torch")

POOL = 240


def write(mirror, keys):
    folder = mirror / "allenai/openbookqa/main"
    folder.mkdir(parents=True, exist_ok=True)
    names = ["red", "green", "blue", "grey", "ice", "far", "hot", "cold"]
    dice = random.Random(5)
    rows = [
        {
            "id": str(n),
            "question_stem": f"Leaf {n} is",
            "choices": {"text": dice.sample(names, 4), "label": list("ABCD")},
            "answerKey": key,
        }
        for n, key in enumerate(keys)
    ]
    (folder / "test.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


class Told:
    """A reporter that counts what is asked, and can press Ctrl-C after some batches."""

    def __init__(self, batches=None):
        self.lines, self.asked, self.batches = [], 0, batches

    def say(self, line):
        self.lines.append(line)

    def begin(self, model, benchmark, total, done):
        pass

    def advance(self, transcripts, scores):
        self.asked += len(transcripts)
        if self.batches is not None:
            self.batches -= 1
            if self.batches < 0:
                raise KeyboardInterrupt

    def end(self, result):
        pass


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Two models, and two mirrors: in one the first model is always right, in the other chance decides."""
    root = tmp_path_factory.mktemp("adaptive")
    for name, seed in (("first", 1), ("second", 2)):
        save_llama(root / name, seed=seed)
    write(root / "even", random.Random(6).choices("ABCD", k=POOL))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OUTWEIGH_HOME", str(root / "scout"))
        call(root, "even", models=("first",), name="scout")
        (result,) = reading.load("scout").results
        picks = [each.scores[1].answer for each in reading.transcripts(result)]
        choices = [each.sample.choices for each in reading.transcripts(result)]
    write(root / "uneven", ["ABCD"[own.index(pick)] for own, pick in zip(choices, picks, strict=True)])
    return root


def call(place, mirror, *, models=("first", "second"), told=None, **changes):
    fields = {
        "models": tuple(str(place / model) for model in models),
        "benchmarks": ("openbookqa",),
        "mirror": str(place / mirror),
        "name": "run",
    }
    config = checked(fields | changes)
    told = told or Told()
    name = (adaptive if config.adaptive else plain).run(plain.prepare(config, told), told)
    return reading.load(name), told


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("OUTWEIGH_HOME", str(tmp_path / "home"))


def test_models_that_differ_widely_are_decided_early(home, place):
    run, told = call(place, "uneven", until_decided=True)
    first, second = run.results
    stopping = first.evaluation.stopping
    assert stopping.outcome is Outcome.DECIDED
    assert (stopping.pool, stopping.order_seed, stopping.alpha, stopping.looks) == (POOL, 1234, 0.05, 1)
    assert first.asked == second.asked == 32
    assert first.samples_digest == second.samples_digest
    assert told.asked == 64
    assert told.lines[-1] == "OpenBookQA: decided after 32 of 240 samples; 87 % not asked"
    assert [str(each) for each in savings(run)] == told.lines[-1:]
    assert {each.method for each in first.estimates} == {"betting"}
    positions = [each.sample.position for each in reading.transcripts(first)]
    assert len(positions) == 32
    assert positions == sorted(positions) != list(range(32))


def test_the_comparison_agrees_with_the_decision(home, place):
    run, _ = call(place, "uneven", until_decided=True)
    row = compare(columns(reading.held(run))).rows[0]
    assert row.differences[0].verdict is Verdict.FIRST
    assert row.differences[0].adjusted_p_value < 0.05
    assert row.differences[0].method == "paired betting, anytime-valid"


def test_a_plain_run_afterwards_asks_what_is_missing_and_both_results_stay(home, place):
    call(place, "uneven", until_decided=True)
    whole, told = call(place, "uneven", name="whole")
    assert told.asked == 2 * (POOL - 32)
    assert [(each.asked, each.evaluation.stopping) for each in whole.results] == [(POOL, None)] * 2
    again, told = call(place, "uneven", until_decided=True)
    assert told.asked == 0
    assert [each.asked for each in again.results] == [32, 32]
    assert [len(reading.transcripts(each)) for each in again.results] == [32, 32]
    assert again.results[0].evaluation.work == whole.results[0].evaluation.work


def test_a_run_that_is_stopped_anywhere_ends_where_it_would_have_ended(home, place, tmp_path, monkeypatch):
    whole, _ = call(place, "even", until_decided=True, limit=100, batch_size=8)
    monkeypatch.setenv("OUTWEIGH_HOME", str(tmp_path / "other"))
    asked, stops = 0, 0
    while True:
        told = Told(batches=3)
        try:
            run, told = call(place, "even", until_decided=True, limit=100, batch_size=8, told=told)
            break
        except KeyboardInterrupt:
            stops += 1
        finally:
            asked += told.asked
    assert stops >= 5
    assert asked == 200
    for one, other in zip(run.results, whole.results, strict=True):
        assert one.evaluation == other.evaluation
        assert (one.samples_digest, one.estimates) == (other.samples_digest, other.estimates)
        journal = Journal(Artifacts.default(), one.evaluation.work)
        assert len(journal.read()) == 100
        assert journal.duplicates == 0


def test_models_that_are_alike_are_asked_everything_and_not_decided(home, place):
    run, told = call(place, "even", until_decided=True)
    assert {each.asked for each in run.results} == {POOL}
    assert {each.evaluation.stopping.outcome for each in run.results} == {Outcome.EXHAUSTED}
    assert told.lines[-1] == "OpenBookQA: not decided after all 240 samples"
    assert told.lines[-2] == "After 162 samples: 0 of 1 settled"
    assert {each.method for result in run.results for each in result.estimates} == {"betting"}


def test_one_model_is_asked_until_its_interval_is_narrow(home, place):
    run, told = call(place, "even", models=("first",), until_halfwidth=0.15)
    (result,) = run.results
    assert result.evaluation.stopping.outcome is Outcome.NARROW
    assert result.asked < POOL
    assert (result.headline.high - result.headline.low) / 2 <= 0.15
    assert "every interval narrow enough after" in told.lines[-1]
    earlier, _ = call(place, "even", models=("first",), until_halfwidth=0.2, name="earlier")
    assert earlier.results[0].asked < result.asked


def test_of_both_rules_the_first_counts(home, place):
    run, _ = call(place, "uneven", until_decided=True, until_halfwidth=0.01)
    assert run.results[0].evaluation.stopping.outcome is Outcome.DECIDED
    run, told = call(place, "even", until_decided=True, until_halfwidth=0.2, name="narrow")
    assert run.results[0].evaluation.stopping.outcome is Outcome.NARROW
    run, told = call(place, "even", until_decided=True, until_halfwidth=0.01, name="neither")
    assert told.lines[-1] == "OpenBookQA: neither decided nor narrow enough after all 240 samples"


def test_a_model_against_itself_is_refused(home, place):
    with pytest.raises(UserError, match="are the same model"):
        call(place, "even", models=("first", "second/../first"), until_decided=True)


def test_models_that_do_not_fit_together_take_turns(home, place, monkeypatch):
    monkeypatch.setattr(adaptive, "_fit_together", lambda candidates: False)
    run, told = call(place, "uneven", until_decided=True, limit=40)
    assert [each.asked for each in run.results] == [32, 32]
    small = plain.prepare(checked({"models": (str(place / "first"), str(place / "second"))}), told).candidates
    monkeypatch.undo()
    assert adaptive._fit_together(small)


def test_an_empty_setting_leaves_a_plain_runs_name_free_to_go_on():
    config = checked({"models": ("a", "b")})
    assert "until_decided" not in config.settings()
    assert checked({"models": ("a", "b"), "until_decided": True}).settings()["until_decided"] is True
