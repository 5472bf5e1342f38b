"""Measurements as InfluxDB line protocol, which VictoriaMetrics, Telegraf and QuestDB read too.

Written by hand: the client libraries bring an HTTP stack for forty lines. Rules and escapes:
https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/
"""

import math
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from outweigh.interop.series import PREFIX, check_distinct, labels
from outweigh.records import Measurement

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def influx_lines(measurements: Sequence[Measurement]) -> str:
    """One line a measurement: `outweigh,TAGS FIELDS NANOSECONDS`, stamped with the end of the measurement.

    Tags are what labels it. Each figure is three fields, `METRIC`, `METRIC_low` and `METRIC_high`; `requests` and
    `failed` are whole numbers; the source of the energy is text. A bound that is not finite has no field, for the
    protocol knows none. Raises UserError where two measurements have equal tags.
    """
    check_distinct(measurements)
    return "".join(_line(measurement) for measurement in measurements)


def _line(measurement: Measurement) -> str:
    told = {name: _key(value) for name, value in sorted(labels(measurement).items())}
    tags = "".join(f",{name}={value}" for name, value in told.items() if value)
    fields = ",".join(f"{_key(name)}={value}" for name, value in _fields(measurement).items())
    nanoseconds = (measurement.finished_at - _EPOCH) // _MICROSECOND * 1000
    return f"{PREFIX}{tags} {fields} {nanoseconds}\n"


def _fields(measurement: Measurement) -> dict[str, str]:
    numbers = {
        f"{figure.metric}{suffix}": value
        for figure in measurement.figures
        for suffix, value in (("", figure.value), ("_low", figure.low), ("_high", figure.high))
    }
    fields = {name: repr(float(value)) for name, value in numbers.items() if math.isfinite(value)}
    fields |= {"requests": f"{measurement.requests}i", "failed": f"{measurement.failed}i"}
    if measurement.energy:
        fields["energy_source"] = _text(measurement.energy.source)
        fields["energy_estimated"] = str(measurement.energy.estimated).lower()
    return fields


def _key(text: str) -> str:
    r"""A tag or field key, or a tag's value. Neither may hold a line's end or end in a backslash."""
    return re.sub(r"([,= ])", r"\\\1", " ".join(text.split())).rstrip("\\")


def _text(value: str) -> str:
    """A text field's value, in quotes."""
    escaped = " ".join(value.split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
