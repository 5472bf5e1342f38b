"""Measuring models behind servers: loads of every kind, turns, records, and what is refused."""

import signal

import pytest

from outweigh.engine import measuring, reading
from outweigh.engine.measure_config import MeasureConfig
from outweigh.records import Arrival, Interrupted, Limits, Stopped, UserError
from outweigh.store import measurements
from outweigh.store.artifacts import Artifacts
from serving import serving

pytest.importorskip("aiohttp")


class Said:
    """Hears all; presses Ctrl-C once so many requests have ended."""

    def __init__(self, stop=None):
        self.begun, self.stop = [], stop

    def say(self, line):
        pass

    def begin(self, what, budget_seconds):
        self.begun.append(what)

    def advance(self, seconds, repeats, reached):
        if repeats == self.stop:
            signal.raise_signal(signal.SIGINT)


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("OUTWEIGH_HOME", str(tmp_path / "home"))


def run(*addresses, told=None, **flags):
    config = MeasureConfig(models=addresses, prompt_tokens=(20,), output_tokens=(4,), **flags)
    told = told or Said()
    return reading.load(measuring.measure(measuring.prepare(config, told), told)), told


def named(endpoint):
    return f"{endpoint.url}#{endpoint.model}"


def test_a_closed_loop_and_a_rate_are_measured_with_every_request_kept():
    with serving(first=0.02, gap=0.005) as (endpoint, _):
        closed, _ = run(named(endpoint), concurrency=(1, 3), repeats=12)
        rated, _ = run(named(endpoint), rates=(50.0,), arrival=Arrival.CONSTANT, repeats=12)
    assert [each.workload.concurrency for each in closed.measurements] == [1, 3]
    for found in (*closed.measurements, *rated.measurements):
        assert (found.requests, found.failed, found.precise.stopped) == (12, 0, Stopped.FIXED)
        assert found.unmeasured["energy_joules"].startswith("the server's machine")
        assert found.conditions is None
        assert any("shares this machine" in note for note in found.notes)
    kept = measurements.timings(Artifacts.default(), rated.name, rated.measurements[0].key)
    assert kept[:4] == b"PAR1"


def test_a_sure_median_ends_the_load_before_the_budget():
    with serving(first=0.03, gap=0.002) as (endpoint, _):
        found, _ = run(named(endpoint), concurrency=(2,), budget_seconds=60, within=0.5)
    (only,) = found.measurements
    assert only.precise.stopped is Stopped.NARROW
    assert only.precise.seconds < 30


def test_two_servers_take_turns():
    with serving(first=0.01, gap=0.002) as (one, seen), serving(first=0.03, gap=0.002) as (other, _):
        found, told = run(named(one), named(other), repeats=12)
        asked = len(seen()["prompts"])
    assert len(told.begun) == 1
    quick, slow = found.measurements
    assert quick.interleaved == (slow.title,)
    assert len(set(found.measured.values())) == 2
    assert quick.requests == slow.requests == 12
    assert asked == 12
    assert quick.figure("e2e_seconds_p50").value < slow.figure("e2e_seconds_p50").value


def test_goodput_counts_what_keeps_the_limits_and_failures_are_said():
    with serving(first=0.01, gap=0.002, fails=4) as (endpoint, _):
        found, _ = run(named(endpoint), repeats=16, limits=Limits(e2e_seconds=10))
    (only,) = found.measurements
    assert only.failed == 4
    assert any("4 of 16 requests failed" in note for note in only.notes)
    good, every = only.figure("goodput_requests_per_second"), only.figure("requests_per_second")
    assert good.value == pytest.approx(every.value)


def test_a_server_that_answers_nothing_is_one_line():
    with serving(fails=1) as (endpoint, _), pytest.raises(UserError, match=r"cannot be measured|none of"):
        run(named(endpoint), repeats=4)


def test_a_run_that_goes_on_measures_only_what_is_missing():
    with serving(first=0.01, gap=0.002) as (endpoint, _):
        first, _ = run(named(endpoint), concurrency=(1,), repeats=6, name="again")
        second, told = run(named(endpoint), concurrency=(1,), repeats=6, name="again")
    assert told.begun == []
    assert [each.finished_at for each in first.measurements] == [each.finished_at for each in second.measurements]


def test_ctrl_c_keeps_the_requests_so_far_and_the_run_takes_the_load_anew():
    with serving(first=0.01, gap=0.002) as (endpoint, _):
        with pytest.raises(Interrupted) as stop:
            run(named(endpoint), told=Said(stop=12), concurrency=(3,), repeats=40)
        (cut,) = reading.load(stop.value.run).measurements
        found, told = run(named(endpoint), concurrency=(3,), repeats=40, name=stop.value.run)
    assert cut.precise.stopped is Stopped.INTERRUPTED
    assert 12 <= cut.requests < 40
    assert cut.figure("e2e_seconds_p50")
    assert any("were under way when it was interrupted" in note for note in cut.notes)
    (whole,) = found.measurements
    assert (whole.requests, whole.precise.stopped, len(told.begun)) == (40, Stopped.FIXED, 1)


def test_ctrl_c_before_there_is_any_figure_keeps_nothing():
    with serving(first=0.3, gap=0.002) as (endpoint, _):
        with pytest.raises(Interrupted) as stop:
            run(named(endpoint), told=Said(stop=1), repeats=40)
        assert reading.load(stop.value.run).measurements == ()


def test_flags_for_servers_are_refused_for_a_model_here(tmp_path):
    from tiny import save_llama

    pytest.importorskip("torch")
    folder = save_llama(tmp_path / "tiny")
    with pytest.raises(UserError, match="--rate is for models behind servers"):
        run(str(folder), rates=(2.0,))
