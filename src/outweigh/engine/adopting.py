"""Imported results made comparable: their benchmark's area and headline, and intervals from their own samples."""

from collections.abc import Sequence

from outweigh.benchmarks.benchmark import Benchmark, Metric
from outweigh.benchmarks.catalogue import BENCHMARKS
from outweigh.engine.summary import values
from outweigh.records import Estimate, Result, Transcript
from outweigh.stats.intervals import estimate


def adopt(result: Result, transcripts: Sequence[Transcript]) -> Result:
    """The result with what the benchmark of that name adds; unchanged if there is none, or in another version.

    Values and standard errors stay the imported ones; only the intervals are computed anew. What an adaptive run asked
    stays whole: it is our own, and its intervals are of another kind.
    """
    evaluation = result.evaluation
    known = next((b for b in BENCHMARKS if (b.id, b.version) == (evaluation.benchmark, evaluation.version)), None)
    if known is None or evaluation.stopping:
        return result
    return result.but(
        title=known.title,
        area=known.area,
        group=known.group,
        chance=known.chance,
        estimates=tuple(_with_interval(each, known, transcripts) for each in result.estimates),
    )


def _with_interval(imported: Estimate, benchmark: Benchmark, transcripts: Sequence[Transcript]) -> Estimate:
    metric = _metric(imported, benchmark)
    scores = values(metric, transcripts) if metric else []
    if metric is None or not scores:
        return imported
    interval = estimate(scores, binary=metric.binary)
    return imported.but(low=interval.low, high=interval.high, method=interval.method, headline=metric.headline)


def _metric(imported: Estimate, benchmark: Benchmark) -> Metric | None:
    for metric in benchmark.metrics:
        if (metric.name, metric.filter) == (imported.metric, imported.filter):
            return metric
    return None
