"""What a measurement is asked to do: the flags of `outweigh measure`, and who is told how it goes."""

import re
from collections.abc import Callable
from itertools import product
from statistics import fmean
from typing import Any, Protocol, Self, TypeVar

from pydantic import Field, ValidationError, model_validator

from outweigh.engine.arrivals import Trace
from outweigh.engine.config import line
from outweigh.records import Arrival, Limits, Precision, Record, UserError, Workload

_SECONDS = {"": 1.0, "ms": 0.001, "s": 1.0, "sec": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]*)")


class Reporter(Protocol):
    """Who is told how a measurement goes."""

    def say(self, line: str) -> None:
        """Something worth a line."""
        ...

    def begin(self, what: str, budget_seconds: float) -> None:
        """A point of the sweep starts."""
        ...

    def advance(self, seconds: float, repeats: int, reached: float | None) -> None:
        """Another round or request is done; `reached` is the widest interval's half-width over its median."""
        ...


class MeasureConfig(Record):
    """Everything that can be asked of a measurement.

    Lists make a sweep: every batch size (or concurrency, or rate) with every prompt and output length. A budget is
    for one model and one workload. Batch sizes are for models in a process of ours; concurrency, rates (requests a
    second), a trace, limits, `chat` and the timeout are for models behind servers, which are asked one request at a
    time where neither of the first three is given. `repeats` counts batches, or requests to a server. `within` is the
    wanted half-width of the 95 % interval of the median, as a share.
    """

    models: tuple[str, ...] = ()
    batch_sizes: tuple[int, ...] = (1,)
    prompt_tokens: tuple[int, ...] = (256,)
    output_tokens: tuple[int, ...] = (32,)
    concurrency: tuple[int, ...] = ()
    rates: tuple[float, ...] = ()
    arrival: Arrival = Arrival.POISSON
    trace: str | None = None
    limits: Limits | None = None
    chat: bool = False
    timeout_seconds: float = Field(default=600.0, gt=0)
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

    @model_validator(mode="after")
    def _one_kind_of_load(self) -> Self:
        given = [name for name in ("concurrency", "rates", "trace") if getattr(self, name)]
        if len(given) > 1:
            raise ValueError(f"{' and '.join(given)}: one kind of load at a time")
        return self

    @property
    def for_servers(self) -> tuple[str, ...]:
        """The flags that were given and mean something for servers only."""
        given = {
            "--concurrency": self.concurrency, "--rate": self.rates, "--trace": self.trace, "--ttft-limit, "
            "--tpot-limit or --e2e-limit": self.limits, "--apply-chat-template": self.chat,
        }  # fmt: skip
        return tuple(flag for flag, value in given.items() if value)

    def loads(self, trace: Trace | None) -> tuple[Workload, ...]:
        """Every load for models behind servers, the lightest first. `trace` is the one that the config names."""
        common = {"limits": self.limits, "seed": self.seed}
        if trace is not None:
            read, written = (
                max(1, round(fmean(getattr(each, name) for each in trace.arrivals)))
                for name in ("prompt_tokens", "output_tokens")
            )
            replayed = {"arrival": Arrival.TRACE, "trace": trace.digest}
            return (Workload(prompt_tokens=read, output_tokens=written, **replayed, **common),)
        sizes = product(sorted(set(self.prompt_tokens)), sorted(set(self.output_tokens)))
        open_loop = [{"arrival": self.arrival, "rate": rate} for rate in sorted(set(self.rates))]
        closed = [
            {"arrival": Arrival.CONCURRENCY, "concurrency": most} for most in sorted(set(self.concurrency or (1,)))
        ]
        return tuple(
            Workload(prompt_tokens=read, output_tokens=written, **how, **common)
            for (read, written), how in product(sizes, open_loop or closed)
        )

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


def seconds(text: str, flag: str = "budget") -> float:
    """ "60", "60s", "500ms", "5m" or "1h" in seconds."""
    match = _DURATION.fullmatch(text.strip().lower())
    if not match or match[2] not in _SECONDS or float(match[1]) == 0:
        raise UserError(f"--{flag} {text}: not a time; write 500ms, 60s, 5m or 1h")
    return float(match[1]) * _SECONDS[match[2]]


def numbers(flag: str, text: str) -> tuple[int, ...]:
    """ "1,2,4" as numbers."""
    return tuple(_each(flag, text, int, 1, "whole numbers above 0; write one, or several for a sweep: 1,2,4"))


def rates(flag: str, text: str) -> tuple[float, ...]:
    """ "0.5,2" as requests a second."""
    return tuple(_each(flag, text, float, 1e-6, "requests a second; write one, or several for a sweep: 0.5,1,2"))


T = TypeVar("T", int, float)


def _each(flag: str, text: str, kind: Callable[[str], T], least: float, expected: str) -> list[T]:
    try:
        found = [kind(part) for part in text.split(",")]
    except ValueError:
        found = []
    if not found or not all(least <= each < float("inf") for each in found):
        raise UserError(f"--{flag} {text}: not {expected}")
    return found
