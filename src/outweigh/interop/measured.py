"""What passes between Outweigh and another tool's file of a measurement, and how such files are read."""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median_low
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from outweigh.records import Measurement, Timing, UserError

_LONGEST = 200  # characters of a reason
STATISTICS = ("p50", "p90", "p95", "p99", "mean")


@dataclass(frozen=True)
class Measured:
    """One measurement of another tool, and its requests where the file has them.

    The measurement has no figures yet: an interval is a matter of statistics. Whoever has those estimates every figure
    from `timings`, but for what `measurement.unmeasured` names: of those the timings do not tell the truth.
    """

    measurement: Measurement
    timings: tuple[Timing, ...]


class Fields(BaseModel):
    """The fields of a file that are read. Others may stand beside them."""

    model_config = ConfigDict(frozen=True, extra="ignore", protected_namespaces=())


Form = TypeVar("Form", bound=Fields)


def json_of(path: Path) -> Any:
    """What a JSON file says, or the first line of a file of JSON lines. Raises UserError in one line."""
    try:
        text = path.read_text(encoding="utf-8")
        return json.loads(text.partition("\n")[0] if path.suffix == ".jsonl" else text)
    except json.JSONDecodeError as error:
        raise UserError(f"{path}:{error.lineno}: not JSON: {error.msg} at column {error.colno}") from None
    except UnicodeDecodeError:
        raise UserError(f"{path}: not text, so not JSON") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror or error}") from None


def form_of(form: type[Form], value: object, place: str, tool: str) -> Form:
    """`value` as `form`; UserError naming the place and the first field that is missing or of another kind."""
    try:
        return form.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "content"
        raise UserError(f"{place}: {field}: {first['msg'].lower()}; expected as {tool} writes it") from None


def stated(tool: str, value: float, unit: str, raw: str = "times") -> str:
    """Why a figure is not there that the file states without the raw numbers it is made of."""
    return f"{tool} states {value:.6g} {unit}; imported without raw {raw}: no interval"


def stated_all(tool: str, stem: str, values: Mapping[str, float | None], unit: str) -> dict[str, str]:
    """`stated` for each statistic of a metric that the file has, by the metric's whole name."""
    return {f"{stem}_{name}": stated(tool, value, unit) for name, value in values.items() if value is not None}


def every(stem: str, why: str) -> dict[str, str]:
    """One reason for all statistics of a metric."""
    return {f"{stem}_{name}": why for name in STATISTICS}


def check_mean(place: str, values: Iterable[float], said: float | None) -> None:
    """Raises UserError where a file's mean is not that of its own requests."""
    found = list(values)
    if said is None or not found:
        return
    counted = math.fsum(found) / len(found)
    if not math.isclose(said, counted, rel_tol=1e-6, abs_tol=1e-9):
        raise UserError(f"{place}: {said} is stated, its requests give {counted}; take the files of one run")


def length(name: str, counts: Iterable[int | None]) -> tuple[int | None, list[str]]:
    """The one length of all requests; where they differ their median, and a note that says so. None: none is told."""
    found = [count for count in counts if count]
    if not found:
        return None, []
    note = f"{name} of {min(found)} to {max(found)} tokens: the workload gives their median"
    return median_low(found), [] if min(found) == max(found) else [note]


def reason(text: str | None) -> str:
    """Why a request failed, on one line and not longer than one: servers answer with whole pages."""
    words = " ".join((text or "").split())
    return words if 0 < len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…" if words else "failed without a reason"
