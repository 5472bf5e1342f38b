"""Transcripts into a result: estimates with their intervals, and counts of what went wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version

from outweigh.benchmarks.benchmark import Benchmark, Metric
from outweigh.engine.asking import lost_tokens
from outweigh.engine.usage import costs, usage
from outweigh.engine.work import Work
from outweigh.records import (
    Estimate,
    Evaluation,
    Failed,
    Machine,
    ModelCard,
    Result,
    Stopping,
    Transcript,
    Usage,
    canonical_json,
    digest,
)
from outweigh.stats import sequential
from outweigh.stats.intervals import Interval, estimate
from outweigh.stats.order import rank


@dataclass(frozen=True)
class Circumstances:
    """What surrounds the answers of an evaluation. `machine` is None where a server answered: it is not known."""

    card: ModelCard
    machine: Machine | None
    notes: tuple[str, ...]
    started_at: datetime
    finished_at: datetime


def values(metric: Metric, transcripts: Sequence[Transcript]) -> list[float]:
    """The metric's scores, in the samples' order; failed samples have none."""
    found = (each.score(metric.name, metric.filter) for each in transcripts)
    return [score.value for score in found if score is not None]


def _interval(metric: Metric, answered: Sequence[Transcript], evaluation: Evaluation) -> Interval:
    """A fixed number of samples gets an interval for that; what an adaptive run asked, one for any time of stopping."""
    samples, stopping = [each.sample for each in answered], evaluation.stopping
    if stopping is None:
        clusters = [sample.cluster for sample in samples]
        return estimate(values(metric, answered), binary=metric.binary, clusters=clusters)
    ranks = [rank(stopping.order_seed, evaluation.benchmark, sample.id, sample.cluster) for sample in samples]
    return sequential.estimate(values(metric, answered), ranks, stopping.largest_cluster, metric.bounds)


def _estimate(metric: Metric, answered: Sequence[Transcript], evaluation: Evaluation) -> Estimate:
    interval = _interval(metric, answered, evaluation)
    return Estimate(
        metric=metric.name,
        filter=metric.filter,
        value=interval.value,
        low=interval.low,
        high=interval.high,
        standard_error=interval.standard_error,
        count=interval.count,
        method=interval.method,
        headline=metric.headline,
    )


def estimates(benchmark: Benchmark, answered: Sequence[Transcript], evaluation: Evaluation) -> tuple[Estimate, ...]:
    """One estimate for each metric; none where nothing was answered."""
    return tuple(_estimate(metric, answered, evaluation) for metric in benchmark.metrics) if answered else ()


def unreadable(benchmark: Benchmark, transcript: Transcript) -> bool:
    """Whether the sample was answered, but nothing could be read out of the answer for the headline metric."""
    score = transcript.score(benchmark.headline.name, benchmark.headline.filter)
    return score is not None and score.unreadable


def _known_already(transcripts: Sequence[Transcript]) -> tuple[str, ...]:
    cached = sum(each.cached for each in transcripts)
    told = f"{cached:,} of {len(transcripts):,} answers were known already: time and tokens are those of the rest"
    return (told,) if cached else ()


def priced(
    benchmark: Benchmark, transcripts: Sequence[Transcript], evaluation: Evaluation, found: Usage
) -> tuple[tuple[Estimate, ...], dict[str, str]]:
    """What a request and a right answer took, of those that were really asked, and why one is not there."""
    asked = [each for each in transcripts if not each.cached]
    answered = [each for each in asked if not isinstance(each.response, Failed)]
    metric = benchmark.headline
    score = _interval(metric, answered, evaluation) if answered and found.energy_joules is not None else None
    every = costs(found, len(asked), metric, score)
    there = tuple(each for each in every.values() if isinstance(each, Estimate))
    return there, {name: why for name, why in every.items() if isinstance(why, str)}


def summarise(
    work: Work, transcripts: Sequence[Transcript], around: Circumstances, stopping: Stopping | None = None
) -> Result:
    """The result of one evaluation. Failed samples are left out of the estimates and counted.

    `stopping` is how an adaptive run came to these samples.
    """
    benchmark = work.chosen.benchmark
    evaluation = work.evaluation.but(stopping=stopping) if stopping else work.evaluation
    answered = [each for each in transcripts if not isinstance(each.response, Failed)]
    took = usage(transcripts)
    prices, unpriced = priced(benchmark, transcripts, evaluation, took)
    return Result(
        evaluation=evaluation,
        title=benchmark.title,
        area=benchmark.area,
        group=benchmark.group,
        chance=benchmark.chance,
        card=around.card,
        machine=around.machine,
        estimates=estimates(benchmark, answered, evaluation),
        usage=took,
        costs=prices,
        unpriced=unpriced,
        asked=len(transcripts),
        failed=len(transcripts) - len(answered),
        truncated=sum(lost_tokens(each.response) for each in answered),
        unreadable=sum(unreadable(benchmark, each) for each in answered),
        cached=sum(each.cached for each in transcripts),
        samples_digest=digest(canonical_json([[e.sample.id, e.request.fingerprint] for e in transcripts])),
        harness=f"outweigh {version('outweigh')}",
        notes=(*work.chosen.loaded.notes, *around.notes, *_known_already(transcripts)),
        started_at=around.started_at,
        finished_at=around.finished_at,
    )
