"""Results of NVIDIA's AIPerf (`profile_export_aiperf.json`, `profile_export.jsonl`) as a measurement.

Shape: aiperf 0.13.0, `common/models/export_models.py` (JsonExportData, schema 1.4) and `config/`. AIPerf's
`inter_token_latency` is one number a request, which is `tpot_seconds` here; its `inter_chunk_latency` is
`itl_seconds`. Not covered: its telemetry of GPUs and servers, its accuracy results, sweeps of several loads.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import Field

from outweigh.interop.aiperf_records import TOOL, Line, lines, one_token_a_chunk, timings
from outweigh.interop.measured import Fields, Measured, check_mean, every, form_of, json_of, length, stated, stated_all
from outweigh.interop.timing_parquet import timings_digest
from outweigh.records import (
    Arrival,
    Limits,
    Measurement,
    ModelSource,
    ModelSpec,
    Timing,
    UserError,
    Workload,
    digest,
)

_SUMMARY = "profile_export_aiperf.json"
_RECORDS = "profile_export.jsonl"
_ARRIVALS = {
    "concurrency": Arrival.CONCURRENCY,
    "poisson": Arrival.POISSON,
    "constant": Arrival.CONSTANT,
    "fixed_schedule": Arrival.TRACE,
}
_LATENCIES = {
    "time_to_first_token": "ttft_seconds",
    "inter_chunk_latency": "itl_seconds",
    "inter_token_latency": "tpot_seconds",
    "request_latency": "e2e_seconds",
}
_RATES = {
    "output_token_throughput": ("output_tokens_per_second", "tokens/s"),
    "output_token_throughput_per_user": ("output_tokens_per_second_per_user", "tokens/s"),
    "request_throughput": ("requests_per_second", "requests/s"),
    "goodput": ("goodput_requests_per_second", "requests/s"),
}
_LIMITS = {
    "time_to_first_token": "ttft_seconds",
    "inter_token_latency": "tpot_seconds",
    "request_latency": "e2e_seconds",
}


class _Metric(Fields):
    unit: str
    avg: float | None = None
    p50: float | None = None
    p90: float | None = None
    p95: float | None = None
    p99: float | None = None


class _Model(Fields):
    name: str


class _Models(Fields):
    items: list[_Model] = Field(min_length=1)


class _Phase(Fields):
    name: str
    kind: str | None = None
    type: str
    concurrency: int | None = None
    rate: float | None = None


class _Config(Fields):
    models: _Models
    phases: list[_Phase]
    slos: dict[str, float] = Field(default_factory=dict)


class _RunInfo(Fields):
    random_seed: int | None = None


class _Summary(Fields):
    schema_version: str
    aiperf_version: str
    input_config: _Config
    run_info: _RunInfo = _RunInfo()
    is_complete: bool = True
    incomplete_reason: str | None = None
    was_cancelled: bool = False
    start_time: datetime
    end_time: datetime


def read_aiperf(path: Path) -> Measured:
    """One run: a folder of artifacts, its summary, or its records beside the summary.

    With records the timings tell every figure. Without them nothing can be estimated: what AIPerf states goes to
    `unmeasured`. Raises UserError where a file is missing, of another version, or contradicts the other.
    """
    place, records = _files(path)
    content = json_of(place)
    summary = form_of(_Summary, content, str(place), TOOL)
    if not summary.schema_version.startswith("1."):
        raise UserError(f"{place}: schema_version: {summary.schema_version} is not known here; expected 1.4")
    metrics = _metrics(content, place)
    phase = _phase(summary, place)
    notes = [f"AIPerf {summary.aiperf_version}, schema {summary.schema_version}"]
    if summary.was_cancelled or not summary.is_complete:
        notes.append(f"the run ended early: {summary.incomplete_reason or 'it was cancelled'}")
    found = lines(records) if records else []
    if found:
        _check(found, metrics, place)
    open_loop = phase.type != "concurrency"
    told = timings(found, open_loop=open_loop) if found else ()
    workload, more = _workload(summary, phase, metrics, found, place)
    started, finished, dated = _times(summary, found, told, open_loop)
    return Measured(
        Measurement(
            model=ModelSpec(source=ModelSource.EXTERNAL, name=_model(summary, place)),
            machine=None,
            workload=workload,
            figures=(),
            unmeasured=_unmeasured(metrics, found) | _unlimited(summary, metrics),
            precise=None,
            conditions=None,
            requests=_count(metrics, "request_count") + _count(metrics, "error_request_count"),
            failed=_count(metrics, "error_request_count"),
            samples_digest=timings_digest(told) if told else digest(place.read_text(encoding="utf-8")),
            harness=f"AIPerf {summary.aiperf_version}",
            notes=(*notes, *more, *dated),
            started_at=started,
            finished_at=finished,
        ),
        told,
    )


def _files(path: Path) -> tuple[Path, Path | None]:
    """The summary, and the records beside it if they are there."""
    if path.is_dir():
        path = path / _SUMMARY
    if path.suffix == ".jsonl":
        beside = path.with_name(_SUMMARY) if path.name == _RECORDS else path.with_suffix(".json")
        if not beside.is_file():
            raise UserError(f"{path}: no {beside.name} beside it, which names the model and the load")
        return beside, path
    beside = path.with_name(_RECORDS) if path.name == _SUMMARY else path.with_suffix(".jsonl")
    return path, beside if beside.is_file() else None


def _metrics(content: Any, place: Path) -> dict[str, _Metric]:
    """Every metric of the summary; latencies are milliseconds."""
    tagged = {tag: value for tag, value in content.items() if isinstance(value, dict) and "unit" in value}
    found = {tag: form_of(_Metric, value, f"{place}: {tag}", TOOL) for tag, value in tagged.items()}
    for tag in _LATENCIES:
        if tag in found and found[tag].unit != "ms":
            raise UserError(f"{place}: {tag}.unit: expected ms, it is {found[tag].unit}")
    return found


def _model(summary: _Summary, place: Path) -> str:
    names = [item.name for item in summary.input_config.models.items]
    if len(names) > 1:
        raise UserError(f"{place}: input_config.models: {len(names)} models in one result; a measurement is of one")
    return names[0]


def _phase(summary: _Summary, place: Path) -> _Phase:
    phases = [one for one in summary.input_config.phases if (one.kind or one.name) == "profiling"]
    if len(phases) != 1:
        raise UserError(f"{place}: input_config.phases: {len(phases)} profiling phases; a measurement is of one load")
    if phases[0].type not in _ARRIVALS:
        known = ", ".join(_ARRIVALS)
        raise UserError(f"{place}: input_config.phases: arrivals of type {phases[0].type}; known are {known}")
    if phases[0].type in ("poisson", "constant") and phases[0].rate is None:
        raise UserError(f"{place}: input_config.phases: no rate; a measurement is of one load, not of a series")
    return phases[0]


def _workload(
    summary: _Summary, phase: _Phase, metrics: dict[str, _Metric], found: list[Line], place: Path
) -> tuple[Workload, list[str]]:
    sizes: dict[str, int] = {}
    notes: list[str] = []
    for name, tag in (("prompt", "input_sequence_length"), ("output", "output_sequence_length")):
        median = metrics[tag].p50 if tag in metrics else None
        told, differing = length(f"{name}s", [line.count(tag) for line in found if line.measured])
        size = told or (round(median) if median else None)
        if not size:
            raise UserError(f"{place}: {tag}: missing; how many tokens the {name}s had is not told")
        sizes[name] = size
        notes += differing
    arrival = _ARRIVALS[phase.type]
    # AIPerf leaves out what was not set; its own default is one request at a time
    concurrency = phase.concurrency or (1 if arrival is Arrival.CONCURRENCY else None)
    if arrival is Arrival.TRACE:
        notes.append("which trace was replayed is not told")
    seed = summary.run_info.random_seed
    if seed is None:
        notes.append("its seed is not told")
    work = Workload(
        arrival=arrival,
        concurrency=concurrency,
        rate=phase.rate,
        prompt_tokens=sizes["prompt"],
        output_tokens=sizes["output"],
        limits=_limits(summary),
        **({} if seed is None else {"seed": seed}),
    )
    return work, notes


def _limits(summary: _Summary) -> Limits | None:
    slos = summary.input_config.slos
    if not slos or not slos.keys() <= _LIMITS.keys():
        return None
    return Limits(**{_LIMITS[name]: milliseconds / 1e3 for name, milliseconds in slos.items()})


def _unlimited(summary: _Summary, metrics: dict[str, _Metric]) -> dict[str, str]:
    """Why there is no goodput where a limit is of a kind that Outweigh does not know."""
    other = sorted(summary.input_config.slos.keys() - _LIMITS.keys())
    said = metrics.get("goodput")
    if not other:
        return {}
    told = f"; AIPerf states {said.avg:.6g} requests/s" if said and said.avg is not None else ""
    return {"goodput_requests_per_second": f"limits on {', '.join(other)} are not known here{told}"}


def _unmeasured(metrics: dict[str, _Metric], found: list[Line]) -> dict[str, str]:
    if found:
        why = "chunks carried several tokens each: the gaps between them are not those between tokens"
        return {} if one_token_a_chunk(found) else every("itl_seconds", why)
    unmeasured: dict[str, str] = {}
    for tag, stem in _LATENCIES.items():
        if tag in metrics:
            said = metrics[tag]
            values = {"p50": said.p50, "p90": said.p90, "p95": said.p95, "p99": said.p99, "mean": said.avg}
            seconds = {name: None if value is None else value / 1e3 for name, value in values.items()}
            unmeasured |= stated_all(TOOL, stem, seconds, "s")
    for tag, (metric, unit) in _RATES.items():
        average = metrics[tag].avg if tag in metrics else None
        if average is not None:
            unmeasured[metric] = stated(TOOL, average, unit)
    return unmeasured


def _check(found: list[Line], metrics: dict[str, _Metric], place: Path) -> None:
    """The summary is of these records."""
    measured = [line for line in found if line.measured]
    if len(measured) != _count(metrics, "request_count"):
        said = _count(metrics, "request_count")
        raise UserError(f"{place}: request_count: {said} is stated, the records have {len(measured)} answered requests")
    for tag in ("time_to_first_token", "inter_token_latency", "request_latency"):
        values = [value for line in measured if (value := line.number_of(tag)) is not None]
        check_mean(f"{place}: {tag}.avg", values, metrics[tag].avg if tag in metrics else None)


def _count(metrics: dict[str, _Metric], tag: str) -> int:
    """A number of requests. AIPerf leaves out the errors where there were none."""
    said = metrics[tag].avg if tag in metrics else None
    return int(said) if said else 0


def _times(
    summary: _Summary, found: list[Line], told: tuple[Timing, ...], open_loop: bool
) -> tuple[datetime, datetime, list[str]]:
    """Start and end; records have the time of day in UTC, the summary has local time without its zone."""
    if not found:
        note = ["AIPerf writes local times without their zone; they are read as UTC"]
        return summary.start_time.replace(tzinfo=UTC), summary.end_time.replace(tzinfo=UTC), note
    first = min(
        line.metadata.credit_issued_ns
        if open_loop and line.metadata.credit_issued_ns is not None
        else line.metadata.request_start_ns
        for line in found
    )
    started = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=first // 1000)
    return started, started + timedelta(seconds=max(one.done or one.sent for one in told)), []
