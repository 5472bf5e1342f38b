"""A measurement: models in processes of their own, taking turns; every point kept, none measured twice."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from outweigh.engine import measuring, reading, watching
from outweigh.engine.candidates import find
from outweigh.engine.config import RunConfig
from outweigh.engine.measure_config import checked, numbers, seconds
from outweigh.engine.starting import Starts
from outweigh.engine.worker import Batch, Order, Worker, _Host
from outweigh.interop.timing_parquet import read_timings, timings_digest
from outweigh.metering.energy import Idle
from outweigh.records import Interrupted, Stopped, UserError, Workload
from outweigh.stats.precision import look
from outweigh.store import measurements, runs
from outweigh.store.artifacts import Artifacts
from tiny import save_llama

pytest.importorskip("torch")


class Listener:
    """Hears all; presses Ctrl-C once so many repeats of the last point are done."""

    def __init__(self, stop=None, point=1):
        self.stop, self.point = stop, point
        self.lines, self.points, self.rounds = [], [], []

    def say(self, line):
        self.lines.append(line)

    def begin(self, what, budget_seconds):
        self.points.append(what)

    def advance(self, seconds, repeats, reached):
        self.rounds.append(repeats)
        if self.stop and len(self.points) == self.point and repeats >= self.stop:
            raise KeyboardInterrupt


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    return [str(save_llama(tmp_path_factory.mktemp(f"tiny{seed}"), seed=seed)) for seed in (0, 1)]


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("OUTWEIGH_HOME", str(tmp_path / "home"))


def measured(folders, listener=None, **more):
    values = {"models": tuple(folders), "prompt_tokens": (8,), "output_tokens": (4,), "repeats": 4, "device": "cpu"}
    listener = listener or Listener()
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


def started_before(monkeypatch, *repeats):
    """Let models start anew before these repeats, however little time has passed."""
    monkeypatch.setattr(Starts, "due", lambda self, repeat, spent: repeat in repeats)


def test_models_start_anew_together_and_their_repeats_go_on(folders, monkeypatch):
    restart, processes = Worker.restart, []

    def watched(self):
        before = self._process.pid
        restart(self)
        processes.append((before, self._process.pid))

    monkeypatch.setattr(Worker, "restart", watched)
    started_before(monkeypatch, 4, 8)
    run, listener = measured(folders, repeats=12, batch_sizes=(2,), name="starts")
    assert listener.rounds == list(range(1, 13))
    assert len({number for pair in processes for number in pair}) == 6  # two models, three processes each
    for each in run.measurements:
        assert (each.precise.starts, each.precise.repeats) == (3, 12)
        timings = read_timings(measurements.timings(Artifacts.default(), "starts", each.key))
        assert timings_digest(timings) == each.samples_digest
        assert [one.repeat for one in timings] == [place // 2 for place in range(24)]
        assert [one.start for one in timings] == [place // 8 for place in range(24)]
        assert each.figure("e2e_seconds_p50").method.endswith(", starts-t")
        assert each.figure("cpu_seconds").method.endswith(", starts-t")
        assert each.figure("peak_resident_bytes").value > 50e6
        assert each.energy is not None or each.unmeasured["energy_joules"]
    (versus,) = watching.within(run)
    assert versus.method == "paired log ratios, starts-t"


def test_a_model_that_does_not_start_again_is_noted_and_the_others_go_on(folders, tmp_path, monkeypatch):
    gone = save_llama(tmp_path / "gone", seed=2)

    def due(self, repeat, spent):
        if repeat == 3:
            (gone / "config.json").unlink()
        return repeat == 3

    monkeypatch.setattr(Starts, "due", due)
    run, _ = measured([folders[0], str(gone)], repeats=6)
    (only,) = run.measurements
    assert (only.precise.repeats, only.precise.starts) == (6, 2)
    assert any("starting anew" in note for note in run.notes)


def test_ctrl_c_while_a_model_starts_anew_keeps_the_repeats_so_far(folders, monkeypatch):
    begin, begun = Worker._begin, []

    def stopped(self):
        begun.append(self)
        if len(begun) > 1:
            raise KeyboardInterrupt
        begin(self)

    monkeypatch.setattr(Worker, "_begin", stopped)
    started_before(monkeypatch, 8)
    (only,) = interrupted(folders[:1], Listener()).measurements
    assert (only.precise.repeats, only.precise.starts) == (8, 1)


def test_a_further_start_takes_the_same_idling_off(folders, monkeypatch):
    idle = Idle(3.0, {"package-0": 20.0}, {"package-0": 1.0})
    take_off, taken = Worker.take_off, []

    def heard(self, idle):
        taken.append(idle)
        take_off(self, idle)

    monkeypatch.setattr(Worker, "take_off", heard)
    candidate = find(folders[0], RunConfig(device="cpu"), Path(folders[0]), print)
    with Worker(Order(candidate.spec, candidate.card, Path(folders[0]), "cpu", None)) as worker:
        worker.take_off(idle)
        worker.restart()
        assert worker.start_seconds > 0
    assert taken == [idle, idle]


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


def interrupted(folders, listener, **more):
    with pytest.raises(Interrupted) as stop:
        measured(folders, listener, repeats=30, **more)
    return reading.load(stop.value.run)


def test_ctrl_c_keeps_the_repeats_so_far_and_says_so(folders):
    run = interrupted(folders, Listener(stop=8))
    assert [each.precise.stopped for each in run.measurements] == [Stopped.INTERRUPTED] * 2
    assert [each.precise.repeats for each in run.measurements] == [8, 8]
    for each in run.measurements:
        assert each.figure("requests_per_second")
        timings = read_timings(measurements.timings(Artifacts.default(), run.name, each.key))
        assert timings_digest(timings) == each.samples_digest and len(timings) == 8
    with runs.opened(reading=True) as session:
        assert runs.listing(session)[0].status == "interrupted"


def test_ctrl_c_between_two_models_keeps_all_repeats_of_both(folders, monkeypatch):
    repeat, turns = Worker.repeat, []

    def stopped(self, batch):
        turns.append(self.title)
        if len(turns) == 14:  # the seventh of the second model
            raise KeyboardInterrupt
        return repeat(self, batch)

    monkeypatch.setattr(Worker, "repeat", stopped)
    run = interrupted(folders, Listener())
    assert [each.precise.repeats for each in run.measurements] == [7, 6]
    for each in run.measurements:
        timings = read_timings(measurements.timings(Artifacts.default(), run.name, each.key))
        seen = look([one.done - one.due for one in timings], planned=True)
        assert (each.precise.reached, each.precise.warmups) == (seen.median.reached, seen.warmups)


def test_an_unnamed_run_goes_on_by_its_name_and_takes_the_point_anew(folders):
    sizes = {"prompt_tokens": (4, 8)}
    cut = interrupted(folders[:1], Listener(stop=8, point=2), **sizes)
    assert [each.precise.stopped for each in cut.measurements] == [Stopped.FIXED, Stopped.INTERRUPTED]
    run, listener = measured(folders[:1], name=cut.name, repeats=30, **sizes)
    assert len(listener.points) == 1 and "(8 + 4)" in listener.points[0]
    assert [each.precise.stopped for each in run.measurements] == [Stopped.FIXED] * 2
    assert run.measurements[0] == cut.measurements[0]
    assert run.measurements[1].precise.repeats == 30


def test_too_few_repeats_for_any_figure_are_not_kept(folders):
    assert interrupted(folders[:1], Listener(stop=2)).measurements == ()


def test_of_two_interrupted_measurements_the_longer_one_stays(folders):
    first = interrupted(folders[:1], Listener(stop=8), name="cut")
    assert interrupted(folders[:1], Listener(stop=5), name="cut").measurements == first.measurements
    (longer,) = interrupted(folders[:1], Listener(stop=9), name="cut").measurements
    assert longer.precise.repeats == 9


def test_idling_is_measured_once_and_taken_off_every_repeat(folders, monkeypatch):
    from outweigh.metering.rapl import Rapl

    zone = Path(os.environ["OUTWEIGH_HOME"]) / "powercap/intel-rapl:0"
    zone.mkdir(parents=True)
    for name, text in (("name", "package-0"), ("max_energy_range_uj", "1000000"), ("energy_uj", "0")):
        (zone / name).write_text(text)
    monkeypatch.setattr("outweigh.metering.energy.Rapl", lambda _: Rapl(zone.parent))
    # A chip that takes 20 W whatever it does: a repeat adds nothing to what idling took.
    monkeypatch.setattr("outweigh.metering.rapl._number", lambda path: round(20e6 * time.perf_counter()))
    candidate = find(folders[0], RunConfig(device="cpu"), zone, print)
    host = _Host(Order(candidate.spec, candidate.card, Path(folders[0]), "cpu", None))
    batch = Batch(Workload(batch_size=1, prompt_tokens=8, output_tokens=40), 0, time.perf_counter())
    gross = host.repeat(batch).stretch.energy
    asked = []

    class Near:
        """The near end of the pipe, without the pipe."""

        def idle(self, seconds):
            asked.append(seconds)
            return host.idle(0.2)

        def take_off(self, idle):
            host.take_off(idle)

    baseline, listener = measuring.Baseline(), Listener()
    for _ in range(2):
        baseline.take_off((Near(), Near()), listener)
    assert len(asked) == 1
    assert listener.lines == ["20 W while idling for 3 s: taken off the energy of all repeats"]
    net = host.repeat(batch).stretch.energy
    assert gross.idle_watts is None and "idling included" in gross.method
    assert net.idle_watts == pytest.approx(20, rel=1e-3)
    assert net.idle_seconds == 0.2
    assert "20 W of idling taken off, measured over 0.2 s before" in net.method
    assert gross.joules == pytest.approx(20 * gross.seconds, rel=0.2)
    assert abs(net.joules) < 0.2 * gross.joules


CHILD = """
import os, signal, sys
from outweigh.engine import measuring
from outweigh.engine.measure_config import checked

class Killer:
    points = 0
    def say(self, line): ...
    def begin(self, what, budget_seconds):
        self.points += 1
    def advance(self, seconds, repeats, reached):
        if (self.points, repeats) == (2, 3):
            os.kill(os.getpid(), signal.SIGKILL)

config = {"models": (sys.argv[1],), "prompt_tokens": (4, 8), "output_tokens": (4,), "repeats": 4, "device": "cpu"}
measuring.measure(measuring.prepare(checked(config | {"name": "killed"}), Killer()), Killer())
"""


def test_kill_9_loses_the_point_under_way_and_no_other(folders):
    killed = subprocess.run([sys.executable, "-c", CHILD, folders[0]], check=False)
    assert killed.returncode == -signal.SIGKILL
    (before,) = reading.load("killed").measurements
    run, listener = measured(folders[:1], name="killed", prompt_tokens=(4, 8))
    assert len(listener.points) == 1
    assert [each.workload.prompt_tokens for each in run.measurements] == [4, 8]
    assert run.measurements[0] == before


def test_a_point_beyond_the_window_is_left_out_and_noted(folders):
    run, _ = measured(folders[:1], prompt_tokens=(8, 5000))
    assert [each.workload.prompt_tokens for each in run.measurements] == [8]
    assert any("window" in note for note in run.notes)


def test_an_earlier_run_is_compared_at_the_same_workload_only(folders):
    earlier, _ = measured(folders[:1], name="before", repeats=30)
    same, _ = measured(folders[:1], name="after", repeats=30)
    other, _ = measured(folders[:1], name="other", repeats=30, output_tokens=(5,))
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
