"""Results of Hugging Face's optimum-benchmark (`benchmark.json`, or report and config) as a measurement.

Shape: optimum-benchmark 0.6.0, `benchmark/`, `trackers/` and `scenarios/inference/`. A value is one call on a whole
batch. Only text generation is read. Not covered: image and embedding tasks, training.
"""

import math
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path
from typing import Any

from pydantic import Field

from outweigh.interop.measured import Fields, Measured, check_mean, every, form_of, json_of, stated, stated_all
from outweigh.interop.timing_parquet import timings_digest
from outweigh.records import (
    Accelerator,
    Arrival,
    Machine,
    Measurement,
    ModelSource,
    ModelSpec,
    Precision,
    Timing,
    UserError,
    Workload,
)

TOOL = "optimum-benchmark"
_WHOLE, _REPORT, _CONFIG = "benchmark.json", "benchmark_report.json", "benchmark_config.json"
_NO_TOKENS = "this backend was timed without single tokens"
_APART = "prefill was timed in other calls than generation"
_JOULES = 3.6e6  # in a kilowatt-hour


class _Latency(Fields):
    unit: str
    values: list[float]
    mean: float
    p50: float
    p90: float
    p95: float
    p99: float


class _Memory(Fields):
    unit: str
    max_ram: float | None = None
    max_process_vram: float | None = None
    max_allocated: float | None = None


class _Energy(Fields):
    unit: str
    total: float


class _Throughput(Fields):
    unit: str
    value: float


class _Target(Fields):
    latency: _Latency | None = None
    throughput: _Throughput | None = None
    memory: _Memory | None = None
    energy: _Energy | None = None


class _Text(Fields):
    generate: _Target
    prefill: _Target
    decode: _Target | None = None
    per_token: _Target | None = None


class _Backend(Fields):
    name: str
    version: str | None = None
    model: str
    device: str | None = None
    torch_dtype: str | None = None
    model_kwargs: dict[str, Any] = Field(default_factory=dict)
    seed: int


class _Shapes(Fields):
    batch_size: int
    sequence_length: int


class _Generation(Fields):
    max_new_tokens: int | None = None
    num_beams: int = 1  # what the tool itself takes where the config says nothing


class _Scenario(Fields):
    input_shapes: _Shapes
    generate_kwargs: _Generation = _Generation()


class _Environment(Fields):
    cpu: str
    cpu_count: int
    cpu_ram_mb: float
    platform: str
    gpu: list[str] = Field(default_factory=list)
    optimum_benchmark_version: str
    transformers_version: str | None = None


class _Config(Fields):
    backend: _Backend
    scenario: _Scenario
    environment: _Environment


def read_optimum_benchmark(path: Path) -> Measured:
    """One benchmark: a folder of results, `benchmark.json`, or the report beside its config.

    Where single tokens were timed, every call gives the times of all its tokens, once for each request of the batch;
    calls are laid end to end, for the time between them is not told. Raises UserError where a field is missing or a
    mean is not that of its values.
    """
    place, report, config = _parts(path)
    text, setting = form_of(_Text, report, f"{place}: report", TOOL), form_of(_Config, config, f"{place}: config", TOOL)
    if setting.scenario.generate_kwargs.num_beams != 1:
        raise UserError(f"{place}: config.scenario.generate_kwargs.num_beams: expected 1; beams are not requests")
    for name in ("generate", "prefill"):
        _check(getattr(text, name).latency, f"{place}: report.{name}.latency")
    generated = text.generate.latency
    if generated is None:
        raise UserError(f"{place}: report.generate.latency: missing; nothing was timed")
    written = _written(text, setting, place)
    timings, unmeasured = _timings(text, generated, setting.scenario.input_shapes, written)
    finished = datetime.fromtimestamp(place.stat().st_mtime, UTC)
    harness = f"{TOOL} {setting.environment.optimum_benchmark_version}"
    shapes = setting.scenario.input_shapes
    measurement = Measurement(
        model=_model(setting.backend),
        machine=_machine(setting),
        workload=Workload(
            arrival=Arrival.BATCH,
            batch_size=shapes.batch_size,
            prompt_tokens=shapes.sequence_length,
            output_tokens=written,
            seed=setting.backend.seed,
        ),
        figures=(),
        unmeasured=unmeasured | _resources(text, place),
        precise=None,
        conditions=None,
        requests=len(timings),
        samples_digest=timings_digest(timings),
        harness=harness,
        notes=(
            f"{harness}, backend {setting.backend.name} {setting.backend.version or ''}".rstrip(),
            "dated by the file; the time between calls is not told",
        ),
        started_at=finished,
        finished_at=finished,
    )
    return Measured(measurement, timings)


def _parts(path: Path) -> tuple[Path, Any, Any]:
    """The file that was read, its report and its config."""
    if path.is_dir():
        path = next((each for each in (path / _WHOLE, path / _REPORT) if each.is_file()), path / _WHOLE)
    content = json_of(path)
    if isinstance(content, dict) and {"report", "config"} <= content.keys():
        return path, content["report"], content["config"]
    if path.name == _CONFIG:
        raise UserError(f"{path}: the config alone; name {_WHOLE} or {_REPORT}")
    beside = path.with_name(_CONFIG)
    if not beside.is_file():
        raise UserError(f"{path}: no {_CONFIG} beside it, which names the model and the batch")
    return path, content, json_of(beside)


def _check(latency: _Latency | None, place: str) -> None:
    if latency is None:
        return
    if latency.unit != "s":
        raise UserError(f"{place}.unit: expected s, it is {latency.unit}")
    check_mean(f"{place}.mean", latency.values, latency.mean)


def _written(text: _Text, setting: _Config, place: Path) -> int:
    """Tokens that each request wrote: as configured, or as the stated speed of decoding has them.

    A config that leaves the number to the tool does not record it, but decoding's throughput is
    batch x (tokens - 1) over its mean time (`scenarios/inference/scenario.py`, atomic_decode_volume).
    """
    configured = setting.scenario.generate_kwargs.max_new_tokens
    if configured is not None:
        return configured
    decode = text.decode
    if decode and decode.latency and decode.throughput:
        after_first = decode.throughput.value * decode.latency.mean / setting.scenario.input_shapes.batch_size
        if after_first >= 1 and math.isclose(after_first, round(after_first), rel_tol=1e-6):
            return round(after_first) + 1
    raise UserError(f"{place}: config.scenario.generate_kwargs.max_new_tokens: missing; output length is not told")


def _timings(
    text: _Text, generated: _Latency, shapes: _Shapes, written: int
) -> tuple[tuple[Timing, ...], dict[str, str]]:
    """The requests, and what they cannot tell."""
    calls = len(generated.values)
    prefill, per_token = text.prefill.latency, text.per_token.latency if text.per_token else None
    unmeasured: dict[str, str] = {}
    firsts: list[float | None] = [None] * calls
    gaps: list[list[float]] | None = None
    if per_token and prefill and len(prefill.values) == calls:
        firsts = list(prefill.values)
        gaps = token_gaps(per_token.values, calls, written)
        if gaps is None:
            unmeasured |= every("itl_seconds", "report.per_token does not fit the calls and their tokens")
    else:
        unmeasured |= every("itl_seconds", _NO_TOKENS)
        unmeasured |= _apart(text, prefill)
    told, start = [], 0.0
    for repeat, (seconds, first) in enumerate(zip(generated.values, firsts, strict=True)):
        tokens: tuple[float, ...] = ()
        if first is not None:
            tokens = tuple(accumulate(gaps[repeat] if gaps else (), initial=start + first))
            tokens = tokens if gaps or written == 1 else (*tokens, start + seconds)
        for row in range(shapes.batch_size):
            told.append(
                Timing(
                    request=repeat * shapes.batch_size + row,
                    repeat=repeat,
                    due=start,
                    sent=start,
                    tokens=tokens,
                    done=start + seconds,
                    input_tokens=shapes.sequence_length,
                    output_tokens=written,
                )
            )
        start += seconds
    return tuple(told), unmeasured


def token_gaps(values: list[float], calls: int, written: int) -> list[list[float]] | None:
    """The gaps between the tokens of each call, in seconds; None where `values` are something else.

    In 0.6.0 (`trackers/latency.py`, PerTokenLatencySessionTrackerLogitsProcessor.track) every call appends the gaps of
    all calls so far, those from one call to the next among them, so its own percentiles are of no use. The last and
    longest stretch has each gap once; all others must be its beginnings.
    """
    each = written - 1
    if each < 1:
        return None
    if len(values) == calls * each:
        return [values[call * each : (call + 1) * each] for call in range(calls)]
    lengths = [call * written - 1 for call in range(1, calls + 1)]
    if len(values) != sum(lengths):
        return None
    whole = values[-lengths[-1] :]
    start = 0
    for one in lengths:
        if values[start : start + one] != whole[:one]:
            return None
        start += one
    return [whole[call * written : call * written + each] for call in range(calls)]


def _apart(text: _Text, prefill: _Latency | None) -> dict[str, str]:
    """What is stated of the first tokens and those after it, where no single call has both."""
    unmeasured = every("ttft_seconds", _APART) | every("tpot_seconds", _APART)
    if prefill:
        said = {name: getattr(prefill, name) for name in ("p50", "p90", "p95", "p99", "mean")}
        for metric, why in stated_all(TOOL, "ttft_seconds", said, "s").items():
            unmeasured[metric] = f"{_APART}: {why}"
    return unmeasured


def _resources(text: _Text, place: Path) -> dict[str, str]:
    """Memory and energy, which are single numbers."""
    found: dict[str, str] = {}
    memories = [each.memory for each in (text.generate, text.prefill) if each.memory]
    if any(memory.unit != "MB" for memory in memories):
        raise UserError(f"{place}: report: memory.unit: expected MB")
    for metric, values in (
        ("peak_resident_bytes", [memory.max_ram for memory in memories]),
        ("peak_device_bytes", [memory.max_process_vram for memory in memories]),
    ):
        if told := [value for value in values if value is not None]:
            found[metric] = stated(TOOL, max(told) * 1e6, "bytes", raw="values")
    if energy := text.generate.energy:
        if energy.unit != "kWh":
            raise UserError(f"{place}: report.generate.energy.unit: expected kWh, it is {energy.unit}")
        found["energy_joules"] = stated(TOOL, energy.total * _JOULES, "J a call", raw="values")
    return found


def _model(backend: _Backend) -> ModelSpec:
    known = {each.value for each in Precision}
    revision = backend.model_kwargs.get("revision")
    return ModelSpec(
        source=ModelSource.EXTERNAL,
        name=backend.model,
        revision=str(revision) if revision else None,
        precision=Precision(backend.torch_dtype) if backend.torch_dtype in known else None,
    )


def _machine(setting: _Config) -> Machine:
    told = setting.environment
    software = {TOOL: told.optimum_benchmark_version, setting.backend.name: setting.backend.version}
    software["transformers"] = told.transformers_version
    return Machine(
        cpu=told.cpu.strip(),
        cores=told.cpu_count,
        memory_bytes=round(told.cpu_ram_mb * 1e6),
        system=told.platform,
        accelerators=tuple(Accelerator(name=name.strip(), kind=setting.backend.device or "gpu") for name in told.gpu),
        software={name: version for name, version in software.items() if version},
    )
