"""Measurements as Prometheus reads them: text 0.0.4, OpenMetrics text, and JSON.

Text 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/) has no timestamps: the Pushgateway and
node_exporter's textfile collector, by which a job that has ended reaches Prometheus, refuse them;
`outweigh_measured_timestamp_seconds` says when. OpenMetrics 1.0 text has them, as backfilling with
`promtool tsdb create-blocks-from openmetrics` wants.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from outweigh.interop.series import Family, families
from outweigh.records import Measurement

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry, Metric

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def prometheus_text(measurements: Sequence[Measurement]) -> str:
    """The measurements in text exposition format 0.0.4, without timestamps.

    Raises UserError where two measurements have equal labels, as the two other functions do.
    """
    from prometheus_client.exposition import generate_latest

    content: bytes = generate_latest(_registry(families(measurements), stamped=False))
    return content.decode()


def openmetrics_text(measurements: Sequence[Measurement]) -> str:
    """The measurements as OpenMetrics 1.0 text, each number stamped with the end of its measurement."""
    from prometheus_client.openmetrics.exposition import generate_latest

    content: bytes = generate_latest(_registry(families(measurements), stamped=True))
    return content.decode()


def openmetrics_json(measurements: Sequence[Measurement]) -> str:
    """The measurements as JSON, in the shape of prom2json.

    OpenMetrics defines text and protobuf only. This is what Prometheus's own tool writes
    (https://github.com/prometheus/prom2json, `prom2json.go`: Family and Metric): a list of
    `{"name", "help", "type": "GAUGE", "metrics": [{"labels", "timestamp_ms", "value"}]}`, in which numbers are text,
    because JSON has no infinity. The unit is the end of the name.
    """
    from prometheus_client.utils import floatToGoString

    listed = [
        {
            "name": family.name,
            "help": family.what,
            "type": "GAUGE",
            "metrics": [
                {
                    "labels": sample.labels,
                    "timestamp_ms": str((sample.at - _EPOCH) // timedelta(milliseconds=1)),
                    "value": floatToGoString(sample.value),
                }
                for sample in family.samples
            ],
        }
        for family in families(measurements)
    ]
    return json.dumps(listed, indent=2, ensure_ascii=False) + "\n"


def _registry(found: Sequence[Family], *, stamped: bool) -> "CollectorRegistry":
    from prometheus_client import CollectorRegistry
    from prometheus_client.registry import Collector

    class Measured(Collector):
        def collect(self) -> Iterator["Metric"]:
            return (_metric(family, stamped) for family in found)

    registry = CollectorRegistry(auto_describe=False)
    registry.register(Measured())
    return registry


def _metric(family: Family, stamped: bool) -> "Metric":
    from prometheus_client import Metric
    from prometheus_client.samples import Timestamp

    metric = Metric(family.name, family.what, "gauge", family.unit)
    for sample in family.samples:
        since = sample.at - _EPOCH
        at = Timestamp(since.days * 86400 + since.seconds, since.microseconds * 1000) if stamped else None
        metric.add_sample(family.name, sample.labels, sample.value, at)
    return metric
