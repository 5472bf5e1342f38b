"""Results of GuideLLM (`benchmarks.json`) as measurements, one a benchmark.

Shape: guidellm 0.8.1, `benchmark/schemas/` and `schemas/base/` (report version 2). Times are Unix seconds. GuideLLM
keeps a request's first and last token only, so gaps between tokens are not known. Not covered: the YAML form,
images, audio and video, conversations of several turns as such.
"""

from datetime import UTC, datetime
from pathlib import Path

from pydantic import Field

from outweigh.interop.measured import Fields, Measured, check_mean, every, form_of, json_of, length, reason, stated
from outweigh.interop.timing_parquet import timings_digest
from outweigh.records import Arrival, Limits, Measurement, ModelSource, ModelSpec, Timing, UserError, Workload

TOOL = "GuideLLM"
_FILE = "benchmarks.json"
_SCHEDULED = {"constant": Arrival.CONSTANT, "poisson": Arrival.POISSON, "trace": Arrival.TRACE}
_NO_GAPS = "GuideLLM keeps the first and the last token of a request, not those between"
_RATES = {
    "prompt_tokens_per_second": ("prompt_tokens_per_second", "tokens/s"),
    "output_tokens_per_second": ("output_tokens_per_second", "tokens/s"),
    "requests_per_second": ("requests_per_second", "requests/s"),
    "request_goodput": ("goodput_requests_per_second", "requests/s"),
}


class _Metadata(Fields):
    version: int
    guidellm_version: str


class _Strategy(Fields):
    type_: str
    streams: int | None = None
    max_concurrency: int | None = None
    rate: float | None = None


class _Objectives(Fields):
    ttft_ms: float | None = None
    tpot_ms: float | None = None
    e2el_ms: float | None = None


class _Backend(Fields):
    model: str | None = None


class _Config(Fields):
    strategy: _Strategy
    slo: _Objectives | None = None
    backend: _Backend


class _Times(Fields):
    targeted_start: float | None = None
    resolve_start: float | None = None
    request_start: float | None = None
    first_token_iteration: float | None = None
    last_token_iteration: float | None = None
    token_iterations: int = 0
    request_end: float | None = None
    resolve_end: float | None = None


class _Info(Fields):
    timings: _Times
    error: str | None = None


class _Request(Fields):
    info: _Info
    prompt_tokens: int | None = None
    output_tokens: int | None = None
    request_latency: float | None = None
    failed: str | None = None

    @property
    def sent(self) -> float | None:
        """Unix time at which it was sent; None if it never was."""
        times = self.info.timings
        return times.request_start if times.request_start is not None else times.resolve_start

    @property
    def ended(self) -> float | None:
        """Unix time of its end."""
        times = self.info.timings
        return times.request_end if times.request_end is not None else times.resolve_end

    def within(self, start: float, end: float) -> bool:
        """Whether GuideLLM's own figures count it: every request that overlaps the measured time."""
        ended = self.ended
        if ended is None:
            return False
        sent = ended if self.sent is None else self.sent
        return ended >= start and sent <= end


class _Requests(Fields):
    successful: list[_Request] | None = None
    errored: list[_Request] | None = None
    incomplete: list[_Request] | None = None


class _Distribution(Fields):
    mean: float
    count: int


class _Statuses(Fields):
    successful: _Distribution | None = None


class _Totals(Fields):
    successful: int
    errored: int


class _Metrics(Fields):
    request_totals: _Totals
    request_latency: _Statuses
    prompt_tokens_per_second: _Statuses | None = None
    output_tokens_per_second: _Statuses | None = None
    requests_per_second: _Statuses | None = None
    request_goodput: _Statuses | None = None


class _Benchmark(Fields):
    config: _Config
    metrics: _Metrics
    requests: _Requests
    start_time: float
    end_time: float


class _Seed(Fields):
    value: int | None = None


class _Spec(Fields):
    seed: _Seed = _Seed()


class _Scenario(Fields):
    spec: _Spec = _Spec()


class _Report(Fields):
    metadata: _Metadata
    config: _Scenario = _Scenario()
    benchmarks: list[_Benchmark] = Field(min_length=1)


def read_guidellm(path: Path) -> list[Measured]:
    """Every benchmark of a report, or of a folder's `benchmarks.json`, in the file's order.

    Requests outside the measured time are warm-up. Raises UserError where the report is of another version, lacks a
    field, or contradicts its own requests.
    """
    place = path / _FILE if path.is_dir() else path
    report = form_of(_Report, json_of(place), str(place), TOOL)
    if report.metadata.version != 2:
        raise UserError(f"{place}: metadata.version: {report.metadata.version} is not known here; expected 2")
    harness = f"GuideLLM {report.metadata.guidellm_version}"
    seed = report.config.spec.seed.value
    return [
        _measured(one, harness, seed, f"{place}: benchmarks.{index}") for index, one in enumerate(report.benchmarks)
    ]


def _measured(benchmark: _Benchmark, harness: str, seed: int | None, place: str) -> Measured:
    name = benchmark.config.backend.model
    if not name:
        raise UserError(f"{place}.config.backend.model: missing; which model was measured is not told")
    successful, cut = benchmark.requests.successful or [], benchmark.requests.incomplete or []
    errored = [_errored(one) for one in benchmark.requests.errored or []]
    timings, origin = _timings([*successful, *errored], benchmark, place)
    unmeasured, notes = _checked(benchmark, successful, place)
    workload, more = _workload(benchmark, successful, place)
    if seed is None:
        more.append("its seed is not told")
    else:
        workload = workload.but(seed=seed)
    totals = benchmark.metrics.request_totals
    if cut:
        sent = len(cut) + totals.successful + totals.errored
        notes.append(
            f"{len(cut)} of {sent} requests were cut off at the end: slow ones may be missing from the figures"
        )
    measurement = Measurement(
        model=ModelSpec(source=ModelSource.EXTERNAL, name=name),
        machine=None,
        workload=workload,
        figures=(),
        unmeasured=every("itl_seconds", _NO_GAPS) | unmeasured,
        precise=None,
        conditions=None,
        requests=totals.successful + totals.errored,
        failed=totals.errored,
        samples_digest=timings_digest(timings),
        harness=harness,
        notes=(f"{harness}, report version 2", *notes, *more),
        started_at=datetime.fromtimestamp(origin, UTC),
        finished_at=datetime.fromtimestamp(max(origin + (one.done or one.sent) for one in timings), UTC),
    )
    return Measured(measurement, timings)


def _errored(request: _Request) -> _Request:
    return request.model_copy(update={"failed": reason(request.info.error)})


def _checked(benchmark: _Benchmark, successful: list[_Request], place: str) -> tuple[dict[str, str], list[str]]:
    """What the requests cannot tell, where the file keeps only some of them; otherwise they must agree with it."""
    counted = [one for one in successful if one.within(benchmark.start_time, benchmark.end_time)]
    metrics = benchmark.metrics
    total = metrics.request_totals.successful
    if len(counted) > total:
        raise UserError(f"{place}.metrics.request_totals: {total} successful are stated, there are {len(counted)}")
    said = metrics.request_latency.successful
    if len(counted) == total:
        values = [one.request_latency for one in counted if one.request_latency is not None]
        check_mean(f"{place}.metrics.request_latency.successful.mean", values, said.mean if said else None)
        return {}, []
    if not counted:
        raise UserError(f"{place}.requests.successful: empty; set sample_size to null to keep the requests")
    unmeasured = {}
    for field, (metric, unit) in _RATES.items():
        statuses: _Statuses | None = getattr(metrics, field)
        if statuses and statuses.successful:
            unmeasured[metric] = stated(TOOL, statuses.successful.mean, unit)
    unmeasured["output_tokens_per_second_per_user"] = "only some requests were kept"
    return unmeasured, [f"the file keeps {len(counted)} of {total} answered requests, drawn at random"]


def _workload(benchmark: _Benchmark, successful: list[_Request], place: str) -> tuple[Workload, list[str]]:
    strategy, slo = benchmark.config.strategy, benchmark.config.slo
    arrival = _SCHEDULED.get(strategy.type_, Arrival.CONCURRENCY)
    concurrency = {"synchronous": 1, "concurrent": strategy.streams}.get(strategy.type_, strategy.max_concurrency)
    if strategy.type_ not in (*_SCHEDULED, "synchronous", "concurrent", "throughput"):
        raise UserError(f"{place}.config.strategy.type_: {strategy.type_} is not known here")
    if arrival is Arrival.CONCURRENCY and concurrency is None:
        raise UserError(f"{place}.config.strategy: no max_concurrency; how many requests ran at once is not told")
    sizes: dict[str, int] = {}
    notes: list[str] = []
    for name, counts in (
        ("prompt", [one.prompt_tokens for one in successful]),
        ("output", [one.output_tokens for one in successful]),
    ):
        size, differing = length(f"{name}s", counts)
        if size is None:
            raise UserError(f"{place}.requests.successful.{name}_tokens: missing in every request")
        sizes[name] = size
        notes += differing
    limits = slo and Limits(
        ttft_seconds=_seconds(slo.ttft_ms), tpot_seconds=_seconds(slo.tpot_ms), e2e_seconds=_seconds(slo.e2el_ms)
    )
    work = Workload(
        arrival=arrival,
        concurrency=concurrency,
        rate=strategy.rate,
        prompt_tokens=sizes["prompt"],
        output_tokens=sizes["output"],
        limits=limits,
    )
    return work, notes


def _seconds(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1e3


def _timings(requests: list[_Request], benchmark: _Benchmark, place: str) -> tuple[tuple[Timing, ...], float]:
    """The requests in the order in which they were due, and the Unix time of the first.

    Where the strategy has a schedule a request is due at its place in it, otherwise when it was sent.
    """
    scheduled = benchmark.config.strategy.type_ in _SCHEDULED
    placed: list[tuple[float, float, _Request]] = []
    for index, one in enumerate(requests):
        sent, targeted = one.sent, one.info.timings.targeted_start
        sent = targeted if sent is None else sent
        if sent is None:
            raise UserError(f"{place}.requests: {index}: info.timings: neither request_start nor targeted_start")
        placed.append((targeted if scheduled and targeted is not None else sent, sent, one))
    if not placed:
        raise UserError(f"{place}.requests: no request was answered or failed; nothing was measured")
    placed.sort(key=lambda each: each[:2])
    origin = placed[0][0]
    told = []
    for number, (due, sent, one) in enumerate(placed):
        times = one.info.timings
        ends = [times.first_token_iteration]
        if times.token_iterations > 1:
            ends.append(times.last_token_iteration)
        told.append(
            Timing(
                request=number,
                due=due - origin,
                sent=sent - origin,
                tokens=tuple(each - origin for each in ends if each is not None),
                done=None if one.ended is None else one.ended - origin,
                input_tokens=one.prompt_tokens,
                output_tokens=one.output_tokens,
                failed=one.failed,
                warmup=not one.within(benchmark.start_time, benchmark.end_time),
            )
        )
    return tuple(told), origin
