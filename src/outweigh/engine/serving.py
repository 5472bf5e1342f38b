"""Measurements of models behind servers: a load on each, several servers in turns, until the figures are sure."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from urllib.parse import urlsplit

from outweigh.engine.arrivals import Trace
from outweigh.engine.candidates import Candidate
from outweigh.engine.driving import Ended, Load, drive
from outweigh.engine.keeping import complete, keep
from outweigh.engine.measure_config import MeasureConfig, Reporter
from outweigh.interop.timing_parquet import timings_digest
from outweigh.metering.conditions import Watcher
from outweigh.metering.machine import machine
from outweigh.models.endpoints import endpoint
from outweigh.records import (
    Arrival,
    ChatTemplate,
    Machine,
    Measurement,
    Precise,
    Stopped,
    Timing,
    UserError,
    Workload,
    measurement_key,
)
from outweigh.stats.intervals import LEVEL
from outweigh.stats.precision import LOOK_LEVEL, look, looks, median
from outweigh.stats.saturation import saturation
from outweigh.stats.steady import outliers, warmup
from outweigh.stats.timings import summarise

_TURNS = 4  # loads on each of several servers, so that drift meets all of them alike
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_NOT_HERE = "the server's machine is not measured from here"


@dataclass
class Served:
    """One server on its way through one load; `timings` count from one moment for all of its turns."""

    candidate: Candidate
    timings: list[Timing] = field(default_factory=list)
    narrow: bool = False
    interrupted: bool = False
    cut: int = 0  # requests that were under way when Ctrl-C came

    @property
    def local(self) -> bool:
        """Whether the server runs on this machine."""
        return urlsplit(self.candidate.spec.name).hostname in _LOOPBACK


@dataclass(frozen=True)
class Loading:
    """One load that is put on servers: what, and how long."""

    workload: Workload
    trace: Trace | None
    config: MeasureConfig
    turns: int

    def load(self, turn: int) -> Load:
        """The part of one turn."""
        asked, seconds = self.config.repeats, self.config.budget_seconds
        return Load(
            self.workload,
            requests=None if asked is None else max(1, asked // self.turns),
            seconds=seconds / self.turns if asked is None else None,
            repeat=turn,
            trace=self.trace,
        )


def load_servers(
    name: str, candidates: Sequence[Candidate], config: MeasureConfig, trace: Trace | None, reporter: Reporter
) -> None:
    """Put every load on every server, the lightest first, and store each as it is done.

    Of a load that Ctrl-C ends the requests so far are kept; a run that goes on begins it anew.
    """
    for candidate in candidates:
        candidate.belongs(name)
    done = complete(name)
    for workload in config.loads(trace):
        missing = [Served(each) for each in candidates if measurement_key(each.spec, workload) not in done]
        if missing:
            turns = 1 if len(missing) == 1 or trace else _TURNS
            _take(name, missing, Loading(workload, trace, config, turns), reporter)


def _take(name: str, servers: list[Served], loading: Loading, reporter: Reporter) -> None:
    """Every server's turns at one load; each server's measurement."""
    titles = " · ".join(each.candidate.title for each in servers)
    reporter.begin(f"{titles} · {loading.workload.described}", loading.config.budget_seconds * len(servers))
    started, begun = datetime.now(UTC), time.perf_counter()
    with Watcher() as watcher:
        interrupted = _turns(servers, loading, begun, reporter)
    for server in servers:
        if interrupted and all(each.failed is not None for each in server.timings):
            continue  # there is nothing to keep
        others = tuple(each.candidate.title for each in servers if each is not server)
        found = _measurement(server, loading, others, started)
        if not server.local:
            found = found.but(conditions=watcher.conditions)
        keep(name, found, server.timings)
    if interrupted:
        raise KeyboardInterrupt


def _turns(servers: Sequence[Served], loading: Loading, begun: float, reporter: Reporter) -> bool:
    """All turns of all servers; whether Ctrl-C ended them."""
    try:
        for turn in range(loading.turns):
            for server in servers:
                _turn(server, loading, turn, begun, reporter)
    except KeyboardInterrupt:
        for server in servers:
            server.interrupted = True
        return True
    return False


def _turn(server: Served, loading: Loading, turn: int, begun: float, reporter: Reporter) -> None:
    """One load on one server. A server alone is asked no longer than until the median is sure enough."""
    load, config = loading.load(turn), loading.config
    planned = looks()
    next_look = next(planned)
    times: list[float] = []
    reached: float | None = None

    def ended(how: Ended) -> bool:
        nonlocal next_look, reached
        if how.seconds is not None:
            times.append(how.seconds)
        if len(times) >= next_look:
            next_look = next(planned)
            seen = look(times, wanted=config.within)
            reached = seen.median.reached
            server.narrow = seen.narrow and loading.turns == 1 and load.seconds is not None and not load.trace
        reporter.advance(time.perf_counter() - begun, how.done, reached)
        return server.narrow

    start = time.perf_counter() - begun
    driven = drive(
        endpoint(server.candidate.spec),
        load,
        chat=server.candidate.spec.chat_template is ChatTemplate.ON,
        timeout_seconds=config.timeout_seconds,
        ended=ended,
    )
    server.timings += _settled(driven.timings, start)
    if driven.interrupted:
        server.cut = driven.cut
        raise KeyboardInterrupt


def _settled(found: Sequence[Timing], start: float) -> list[Timing]:
    """A turn's times on the clock of all turns, its warm-up marked."""
    ordered = sorted(found, key=lambda each: (each.due, each.request))
    answered = [each for each in ordered if each.failed is None]
    cut = warmup(_times(answered))
    until = answered[cut].due if cut else float("-inf")
    return [
        each.but(
            due=each.due + start,
            sent=each.sent + start,
            tokens=tuple(moment + start for moment in each.tokens),
            done=None if each.done is None else each.done + start,
            warmup=each.due < until,
        )
        for each in ordered
    ]


def _times(timings: Sequence[Timing]) -> list[float]:
    return [each.e2e for each in timings if each.e2e is not None and each.failed is None]


def _measurement(server: Served, loading: Loading, others: tuple[str, ...], started: datetime) -> Measurement:
    candidate, config, timings = server.candidate, loading.config, server.timings
    failed = [each for each in timings if each.failed is not None]
    if timings and len(failed) == len(timings):
        raise UserError(f"{candidate.title}: none of {len(failed)} requests was answered: {failed[0].failed}")
    found = summarise(timings, loading.workload)
    kept = _times([each for each in timings if not each.warmup])
    stopped = Stopped.NARROW if server.narrow else Stopped.BUDGET if config.repeats is None else Stopped.FIXED
    stopped = Stopped.INTERRUPTED if server.interrupted else stopped
    return Measurement(
        model=candidate.spec,
        card=candidate.card,
        machine=_machine(server),
        workload=loading.workload,
        figures=found.figures,
        unmeasured={**found.unmeasured, "energy_joules": _NOT_HERE, "peak_resident_bytes": _NOT_HERE},
        precise=Precise(
            wanted=config.within,
            reached=median(kept, level=LOOK_LEVEL if server.narrow else LEVEL).reached,
            repeats=len(timings),
            warmups=sum(each.warmup for each in timings),
            outliers=len(outliers(kept)),
            seconds=max(each.done or each.sent for each in timings) - min(each.due for each in timings),
            budget_seconds=None if config.repeats else config.budget_seconds,
            stopped=stopped,
        ),
        conditions=None,
        requests=len(timings),
        failed=len(failed),
        interleaved=others,
        samples_digest=timings_digest(timings),
        harness=f"outweigh {version('outweigh')}",
        notes=(candidate.why, *_notes(server, loading.workload)),
        started_at=started,
        finished_at=datetime.now(UTC),
    )


def _machine(server: Served) -> Machine | None:
    return machine(accelerators=True) if server.local else None


def _notes(server: Served, workload: Workload) -> list[str]:
    """What a reader should know before the figures."""
    failed = [each.failed for each in server.timings if each.failed is not None]
    lines = [f"{len(failed)} of {len(server.timings)} requests failed: {failed[0]}"] if failed else []
    if server.cut:
        lines.append(f"{server.cut} requests were under way when it was interrupted; they are in no figure")
    if server.local:
        lines.append("the server shares this machine, so how quiet that was cannot be told from the server's own work")
    if workload.arrival not in (Arrival.CONCURRENCY, Arrival.BATCH) and not failed:
        queue = saturation([each for each in server.timings if each.repeat == 0])
        if queue and queue.saturated:
            lines.append(queue.line)
    wanted = workload.output_tokens
    short = [each for each in server.timings if each.failed is None and (each.output_tokens or 0) != wanted]
    if short and workload.arrival is not Arrival.TRACE:
        lines.append(f"{len(short)} of {len(server.timings)} answers were not {wanted} tokens long")
    return lines
