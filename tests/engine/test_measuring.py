"""A measurement: models in processes of their own, taking turns; every point kept, none measured twice."""

import pytest

from outweigh.engine import measuring, reading, watching
from outweigh.engine.measure_config import checked, numbers, seconds
from outweigh.interop.timing_parquet import read_timings, timings_digest
from outweigh.records import Stopped, UserError
from outweigh.store import measurements
from outweigh.store.artifacts import Artifacts
from tiny import save_llama

pytest.importorskip("torch")


class Listener:
    def __init__(self):
        self.lines, self.points, self.rounds = [], [], []

    def say(self, line):
        self.lines.append(line)

    def begin(self, what, budget_seconds):
        self.points.append(what)

    def advance(self, seconds, repeats, reached):
        self.rounds.append(repeats)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    return [str(save_llama(tmp_path_factory.mktemp(f"tiny{seed}"), seed=seed)) for seed in (0, 1)]


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("OUTWEIGH_HOME", str(tmp_path / "home"))


def measured(folders, **more):
    values = {"models": tuple(folders), "prompt_tokens": (8,), "output_tokens": (4,), "repeats": 4, "device": "cpu"}
    listener = Listener()
    name = measuring.measure(measuring.prepare(checked(values | more), listener), listener)
    return reading.load(name), listener


def test_two_models_take_turns_and_every_token_has_its_time(folders):
    run, listener = measured(folders, batch_sizes=(3,), name="turns")
    assert listener.rounds == [1, 2, 3, 4]
    first, second = run.measurements
    assert first.interleaved == (second.title,)
    assert second.interleaved == (first.title,)
    assert first.precise.stopped is Stopped.FIXED
    timings = read_timings(measurements.timings(Artifacts.default(), "turns", first.key))
    assert timings_digest(timings) == first.samples_digest
    assert len(timings) == first.requests == 12
    for each in timings:
        assert len(each.tokens) == each.output_tokens == 4
        assert list(each.tokens) == sorted(each.tokens)
        assert each.due <= each.tokens[0]
    theirs = read_timings(measurements.timings(Artifacts.default(), "turns", second.key))
    ends = [max(each.done for each in timings if each.repeat == repeat) for repeat in range(4)]
    starts = [min(each.due for each in theirs if each.repeat == repeat) for repeat in range(4)]
    assert all(end <= start for end, start in zip(ends, starts, strict=True))
    (versus,) = watching.within(run)
    assert versus.paired


def test_what_is_not_measured_says_why(folders):
    run, _ = measured(folders[:1])
    (only,) = run.measurements
    said = {each.metric for each in only.figures} | only.unmeasured.keys()
    assert {"ttft_seconds_p99", "output_tokens_per_second", "energy_joules", "peak_device_bytes"} <= said
    assert only.figure("peak_device_bytes") is None
    assert only.figure("peak_resident_bytes").value > 50e6
    assert only.conditions is not None


def test_a_run_of_the_same_name_measures_only_what_is_missing(folders):
    _, first = measured(folders[:1], name="again", prompt_tokens=(4, 8))
    run, second = measured(folders[:1], name="again", prompt_tokens=(4, 8))
    assert len(first.points) == len(run.measurements) == 2
    assert second.points == []


def test_a_point_beyond_the_window_is_left_out_and_noted(folders):
    run, _ = measured(folders[:1], prompt_tokens=(8, 5000))
    assert [each.workload.prompt_tokens for each in run.measurements] == [8]
    assert any("window" in note for note in run.notes)


def test_an_earlier_run_is_compared_at_the_same_workload_only(folders):
    earlier, _ = measured(folders[:1], name="before", repeats=8)
    same, _ = measured(folders[:1], name="after", repeats=8)
    other, _ = measured(folders[:1], name="other", repeats=8, output_tokens=(5,))
    # On a busy machine the warm-up may leave too few repeats for an interval; then that is what is said.
    found = [each.baseline for each in watching.versus_earlier(same, earlier)] or watching.unmatched(same, earlier)
    assert len(found) == 1
    assert "before" in found[0]
    assert "no load in common" not in found[0]
    assert watching.versus_earlier(other, earlier) == ()
    assert "no load in common" in watching.unmatched(other, earlier)[0]


def test_no_model_is_one_line():
    with pytest.raises(UserError, match="no model given"):
        measuring.prepare(checked({}), Listener())


@pytest.mark.parametrize("text", ["", "0", "1,x", "-2"])
def test_numbers_are_whole_and_above_zero(text):
    with pytest.raises(UserError, match="--batch-size"):
        numbers("batch-size", text)


def test_a_budget_has_a_unit():
    assert [seconds(text) for text in ("60", "90s", "1.5m", "1h")] == [60, 90, 90, 3600]
    with pytest.raises(UserError, match="--budget"):
        seconds("soon")
