"""What a measurement is asked to do: the flags of `outweigh measure`."""

import re
from itertools import product
from typing import Any

from pydantic import Field, ValidationError

from outweigh.engine.config import line
from outweigh.records import Arrival, Limits, Precision, Record, UserError, Workload

_SECONDS = {"": 1.0, "s": 1.0, "sec": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]*)")


class MeasureConfig(Record):
    """Everything that can be asked of a measurement.

    Lists make a sweep: every batch size (or concurrency, or rate) with every prompt and output length. A budget is
    for one model and one workload. `within` is the wanted half-width of the 95 % interval of the median, as a share.
    """

    models: tuple[str, ...] = ()
    batch_sizes: tuple[int, ...] = (1,)
    prompt_tokens: tuple[int, ...] = (256,)
    output_tokens: tuple[int, ...] = (32,)
    concurrency: tuple[int, ...] = ()
    rates: tuple[float, ...] = ()
    arrival: Arrival | None = None
    trace: str | None = None
    limits: Limits | None = None
    within: float = Field(default=0.01, gt=0, lt=1)
    budget_seconds: float = Field(default=60.0, gt=0)
    repeats: int | None = Field(default=None, ge=1)
    threads: int | None = Field(default=None, ge=1)
    seed: int = 1234
    device: str | None = None
    precision: Precision | None = None
    gguf_file: str | None = None
    allow_pickle: bool = False
    trust_remote_code: bool = False
    name: str | None = None

    def settings(self) -> dict[str, Any]:
        """What two runs of one name must share."""
        return {"measure": self.model_dump(mode="json", exclude={"name", "budget_seconds"})}

    @property
    def workloads(self) -> tuple[Workload, ...]:
        """Every point of the sweep for models in a process of ours, the lightest first."""
        sizes = product(sorted(set(self.batch_sizes)), sorted(set(self.prompt_tokens)), sorted(set(self.output_tokens)))
        return tuple(
            Workload(batch_size=batch, prompt_tokens=read, output_tokens=written, seed=self.seed)
            for batch, read, written in sizes
        )


def checked(values: dict[str, Any]) -> MeasureConfig:
    """A config from plain values; a wrong one is named in one line."""
    try:
        return MeasureConfig(**values)
    except ValidationError as error:
        raise UserError(f"cannot measure with {line(error)}") from error


def seconds(text: str) -> float:
    """ "60", "60s", "5m" or "1h" in seconds."""
    match = _DURATION.fullmatch(text.strip().lower())
    if not match or match[2] not in _SECONDS or float(match[1]) == 0:
        raise UserError(f"--budget {text}: not a time; write 60s, 5m or 1h")
    return float(match[1]) * _SECONDS[match[2]]


def numbers(flag: str, text: str) -> tuple[int, ...]:
    """ "1,2,4" as numbers."""
    try:
        found = tuple(int(part) for part in text.split(","))
    except ValueError:
        found = ()
    if not found or min(found) < 1:
        raise UserError(f"--{flag} {text}: not whole numbers above 0; write one, or several for a sweep: 1,2,4")
    return found
