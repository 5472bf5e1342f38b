"""What other tools found, made comparable: intervals of results from their samples, figures from their requests."""

from collections.abc import Sequence

from outweigh.benchmarks.benchmark import Benchmark, Metric
from outweigh.benchmarks.catalogue import BENCHMARKS
from outweigh.engine.summary import values
from outweigh.interop.logged import Checks, Logged
from outweigh.interop.measured import Measured, every
from outweigh.records import Estimate, Measurement, Result, Transcript
from outweigh.stats.intervals import estimate
from outweigh.stats.timings import summarise

_TIMES = ("ttft_seconds", "itl_seconds", "tpot_seconds", "e2e_seconds")
_RATES = ("requests_per_second", "prompt_tokens_per_second", "output_tokens_per_second")
_COSTS = ("peak_resident_bytes", "cpu_seconds", "energy_joules")


def adopt(logged: Logged) -> Result:
    """The result with what the benchmark of that name adds, if there is one, in the same version.

    Values and standard errors stay the imported ones; only the intervals are computed anew. What an adaptive run asked
    stays whole: it is our own, and its intervals are of another kind.
    """
    estimates = tuple(_by_sample(each, logged.checks) for each in logged.result.estimates)
    result = logged.result.but(estimates=estimates)
    evaluation = result.evaluation
    known = next((b for b in BENCHMARKS if (b.id, b.version) == (evaluation.benchmark, evaluation.version)), None)
    if known is None or evaluation.stopping:
        return result
    return result.but(
        title=known.title,
        area=known.area,
        group=known.group,
        chance=known.chance,
        estimates=tuple(_with_interval(each, known, logged.transcripts) for each in estimates),
    )


def estimated(read: Measured) -> Measurement:
    """The measurement with every figure that its requests tell, and for each of the others the reason why it is absent.

    What the tool's file says of a figure goes before what the requests would: it knows that they are not all there.
    """
    measurement, tool = read.measurement, read.measurement.harness
    found = summarise(read.timings, measurement.workload) if read.timings else None
    figures = [each for each in (found.figures if found else ()) if each.metric not in measurement.unmeasured]
    why = f"the files of {tool} do not have it"
    unmeasured = {name: why for stem in _TIMES for name in every(stem, why)} | dict.fromkeys((*_RATES, *_COSTS), why)
    unmeasured |= (found.unmeasured if found else {}) | measurement.unmeasured
    held = {each.metric for each in figures}
    return measurement.but(
        figures=tuple(figures), unmeasured={name: why for name, why in unmeasured.items() if name not in held}
    )


def _by_sample(imported: Estimate, checks: Checks) -> Estimate:
    """The estimate with an interval in which samples are independent, not the several checks that mark one of them."""
    rows = checks.get((imported.metric, imported.filter), ())
    if not rows:
        return imported
    marks = [float(mark) for row in rows for mark in row]
    samples = [str(place) for place, row in enumerate(rows) for _ in row]
    interval = estimate(marks, binary=True, clusters=samples)
    return imported.but(low=interval.low, high=interval.high, count=interval.count, method=interval.method)


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
