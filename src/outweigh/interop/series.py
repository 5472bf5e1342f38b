"""Measurements as the metric families that monitoring tools know: named, labelled, with a unit.

One family stands for a quantity and one for each end of its 95 % interval: a label for the bound would make the sum or
mean over it nonsense, which Prometheus advises against (https://prometheus.io/docs/practices/naming/). The unit comes
last, in base units, and the bound before it, as node_exporter writes `node_hwmon_temp_crit_celsius`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from outweigh.records import ChatTemplate, Measurement, ModelSource, UserError

PREFIX = "outweigh"
_QUANTILES = {"p50": "0.5", "p90": "0.9", "p95": "0.95", "p99": "0.99"}
_BOUNDS = {"": "", "low": ", low end of the 95 % interval", "high": ", high end of the 95 % interval"}


@dataclass(frozen=True)
class Quantity:
    """A metric as Outweigh names it; `unit` ends its exported name."""

    metric: str
    unit: str
    what: str


QUANTITIES = (
    Quantity("ttft_seconds", "seconds", "Time from when a request was due to its first token"),
    Quantity("itl_seconds", "seconds", "Gap between two tokens of a request"),
    Quantity("tpot_seconds", "seconds", "Time for each output token of a request after the first"),
    Quantity("e2e_seconds", "seconds", "Time from when a request was due to its end"),
    Quantity("prompt_tokens_per_second", "tokens_per_second", "Prompt tokens read a second"),
    Quantity("output_tokens_per_second", "tokens_per_second", "Output tokens written a second"),
    Quantity(
        "output_tokens_per_second_per_user", "tokens_per_second_per_user", "Output tokens a second that a user sees"
    ),
    Quantity("requests_per_second", "requests_per_second", "Requests answered a second"),
    Quantity("goodput_requests_per_second", "requests_per_second", "Requests a second that kept the given limits"),
    Quantity("peak_resident_bytes", "bytes", "Most memory that the process held"),
    Quantity("peak_device_bytes", "bytes", "Most memory that was held on the accelerator"),
    Quantity("cpu_seconds", "seconds", "Processor time that the process took"),
    Quantity("cpu_utilisation", "ratio", "Processors in use, on average: 1 is one core"),
    Quantity("gpu_utilisation", "ratio", "Share of the time in which the accelerator worked"),
    Quantity("energy_joules", "joules", "Energy that the work took above idle"),
    Quantity("joules_per_token", "joules_per_token", "Energy for each output token"),
    Quantity("joules_per_request", "joules_per_request", "Energy for each request"),
)


@dataclass(frozen=True)
class Sample:
    """One number with its labels, true at a moment."""

    labels: dict[str, str]
    value: float
    at: datetime


@dataclass(frozen=True)
class Family:
    """All samples of one name. Each is a gauge: a measurement is over, so nothing in it counts on."""

    name: str
    unit: str
    what: str
    samples: tuple[Sample, ...]


def labels(measurement: Measurement) -> dict[str, str]:
    """What tells this measurement from another; what is not known, and what is as usual, has no label.

    `endpoint` is a server's address, `tool` who measured if it was not Outweigh.
    """
    model, work, machine = measurement.model, measurement.workload, measurement.machine
    tool = measurement.harness.partition(" ")[0]
    named = {
        "model": measurement.title,
        "revision": model.revision[:12] if model.revision else None,
        "precision": model.precision,
        "quantization": model.quantization,
        "adapter": model.adapter,
        "chat_template": "on" if model.chat_template is ChatTemplate.ON else None,
        "endpoint": model.name.partition("#")[0] if model.source is ModelSource.ENDPOINT else None,
        "arrival": work.arrival,
        "batch_size": work.batch_size,
        "concurrency": work.concurrency,
        "rate": work.rate,
        "prompt_tokens": work.prompt_tokens,
        "output_tokens": work.output_tokens,
        "trace": work.trace[:12] if work.trace else None,
        "tool": tool if tool != PREFIX else None,
        "cpu": machine.cpu if machine else None,
        "accelerator": ", ".join(one.name for one in machine.accelerators) if machine else None,
    }
    return {name: str(value) for name, value in named.items() if value not in (None, "")}


def families(measurements: Sequence[Measurement]) -> list[Family]:
    """Every figure with its bounds, the requests and the time of measuring, by name.

    Raises UserError where two measurements have equal labels: one number would hide the other.
    """
    check_distinct(measurements)
    found: dict[str, Family] = {}
    for measurement in measurements:
        for one in (*_figures(measurement), *_counts(measurement)):
            earlier = found.get(one.name)
            found[one.name] = one if earlier is None else _joined(earlier, one)
    return list(found.values())


def check_distinct(measurements: Sequence[Measurement]) -> None:
    """Raises UserError where two measurements cannot be told apart by their labels."""
    seen: set[tuple[tuple[str, str], ...]] = set()
    for measurement in measurements:
        key = tuple(labels(measurement).items())
        if key in seen:
            told = ", ".join(f"{name} {value}" for name, value in key)
            raise UserError(f"two measurements of {told}: one series holds one of them; keep them in runs of their own")
        seen.add(key)


def energy_labels(measurement: Measurement) -> dict[str, str]:
    """Where the joules come from, which stands beside every figure of energy."""
    energy = measurement.energy
    return {"energy_source": energy.source, "estimated": str(energy.estimated).lower()} if energy else {}


def _joined(earlier: Family, later: Family) -> Family:
    return Family(earlier.name, earlier.unit, earlier.what, earlier.samples + later.samples)


def _figures(measurement: Measurement) -> Iterator[Family]:
    common, at = labels(measurement), measurement.finished_at
    for figure in measurement.figures:
        base, _, statistic = figure.metric.rpartition("_")
        quantile = _QUANTILES.get(statistic)
        mean = statistic == "mean"
        metric = base if quantile or mean else figure.metric
        quantity = next((one for one in QUANTITIES if one.metric == metric), Quantity(metric, "", metric))
        told = common | ({"quantile": quantile} if quantile else {})
        if "joules" in metric:
            told |= energy_labels(measurement)
        for bound, value in (("", figure.value), ("low", figure.low), ("high", figure.high)):
            what = f"{quantity.what}{', mean' if mean else ''}{_BOUNDS[bound]}."
            yield Family(_name(quantity, mean, bound), quantity.unit, what, (Sample(told, value, at),))


def _name(quantity: Quantity, mean: bool, bound: str) -> str:
    stem = quantity.metric.removesuffix(quantity.unit).strip("_")
    return "_".join(word for word in (PREFIX, stem, "mean" if mean else "", bound, quantity.unit) if word)


def _counts(measurement: Measurement) -> Iterator[Family]:
    common, at = labels(measurement), measurement.finished_at
    told = (
        ("requests", "", "Requests that were sent.", measurement.requests),
        ("failed_requests", "", "Requests that were never answered.", measurement.failed),
        ("measured_timestamp_seconds", "seconds", "When the measurement ended, in Unix time.", at.timestamp()),
    )
    for name, unit, what, value in told:
        yield Family(f"{PREFIX}_{name}", unit, what, (Sample(common, float(value), at),))
