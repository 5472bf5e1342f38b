"""What running a model costs: the work that was measured, its raw times, and what came of it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import Field

from outweigh.records.base import Record, canonical_json, digest
from outweigh.records.machine import Machine
from outweigh.records.models import ModelCard, ModelSpec
from outweigh.records.results import Estimate
from outweigh.records.usage import Energy


class Arrival(StrEnum):
    """When requests come."""

    BATCH = "batch"  # a whole batch at once, the next when it is done: a model in this process
    CONCURRENCY = "concurrency"  # closed loop: a fixed number under way, a new one as soon as one is done
    CONSTANT = "constant"  # open loop: evenly spaced, whether or not answers keep up
    POISSON = "poisson"  # open loop: exponential gaps
    TRACE = "trace"  # open loop: the times of a recorded trace


class Limits(Record):
    """What a request must keep to count as good, in seconds; None does not count."""

    ttft_seconds: float | None = None
    tpot_seconds: float | None = None
    e2e_seconds: float | None = None


class Workload(Record):
    """What is asked for while measuring.

    `prompt_tokens` and `output_tokens` are per request; every request writes exactly `output_tokens` where the model
    can be told so. `batch_size` belongs to `batch`, `concurrency` to the closed loop, `rate` (requests a second) to
    the open one, where `concurrency` caps what is under way. `trace` is the SHA-256 of a replayed trace.
    """

    arrival: Arrival = Arrival.BATCH
    batch_size: int | None = Field(default=None, gt=0)
    concurrency: int | None = Field(default=None, gt=0)
    rate: float | None = Field(default=None, gt=0)
    prompt_tokens: int = Field(default=256, gt=0)
    output_tokens: int = Field(default=64, gt=0)
    trace: str | None = None
    limits: Limits | None = None
    seed: int = 1234

    @property
    def described(self) -> str:
        """In a few words: how requests come × (prompt tokens + output tokens)."""
        how = {
            Arrival.BATCH: f"batch {self.batch_size}",
            Arrival.CONCURRENCY: f"{self.concurrency} at a time",
            Arrival.TRACE: "trace, on average 1",
        }.get(self.arrival, f"{self.arrival} {self.rate:g}/s" if self.rate else self.arrival.value)
        return f"{how} × ({self.prompt_tokens} + {self.output_tokens})"

    @property
    def load(self) -> float | None:
        """How much is asked at once: the batch size, the concurrency or the rate; None for a trace."""
        return self.rate or self.concurrency or self.batch_size


class Timing(Record):
    """One request as it went, in seconds of one monotonic clock from the start of the measurement.

    `due` is when the request should have been sent: latencies count from there, so that a stalled sender hides
    nothing. `tokens` are the times at which tokens arrived; `counts` says how many came each time where it was not
    one. Where nobody knows how many, as in some imported requests, there are fewer `tokens` than `output_tokens` and no
    `counts`. A request that failed has a reason and may have no times after `sent`. `start` numbers the starts of the
    model's process, where that is ours.
    """

    request: int
    repeat: int = 0
    due: float
    sent: float
    tokens: tuple[float, ...] = ()
    counts: tuple[int, ...] | None = None
    done: float | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    failed: str | None = None
    warmup: bool = False
    start: int = 0

    def identity(self) -> dict[str, Any]:
        """Every field but a `start` of 0: times of one start are older than further starts."""
        return self.model_dump(mode="json", exclude=None if self.start else {"start"})

    @property
    def ttft(self) -> float | None:
        """Seconds from when it was due to its first token."""
        return self.tokens[0] - self.due if self.tokens else None

    @property
    def e2e(self) -> float | None:
        """Seconds from when it was due to its end."""
        return None if self.done is None else self.done - self.due

    @property
    def tpot(self) -> float | None:
        """Seconds per output token after the first: (last token - first token) / (tokens - 1)."""
        written = self.output_tokens or 0
        return (self.tokens[-1] - self.tokens[0]) / (written - 1) if written > 1 and len(self.tokens) > 1 else None


class Noise(StrEnum):
    """How far a machine's own unrest lets its times be trusted."""

    QUIET = "quiet"
    UNSTEADY = "unsteady"
    NOISY = "noisy"


class Conditions(Record):
    """What the machine was doing meanwhile. None is "cannot be read here"."""

    load: float | None = None  # cores that other processes kept busy, on average
    steal: float | None = None  # share of processor time that the hypervisor gave to others
    frequency_hertz: float | None = None
    frequency_spread: float | None = None  # (highest - lowest) / mean
    temperature_celsius: float | None = None
    throttled: bool | None = None
    power_mode: str | None = None
    busiest: tuple[str, ...] = ()  # other processes that took processor time, the busiest first
    noise: Noise
    reasons: tuple[str, ...] = ()


class Stopped(StrEnum):
    """Why a measurement took no more repeats."""

    NARROW = "narrow"  # the interval of the median is as narrow as wanted
    BUDGET = "budget"  # the time was up
    FIXED = "fixed"  # as many as were asked for
    INTERRUPTED = "interrupted"  # by Ctrl-C; a run that goes on takes the measurement anew


class Precise(Record):
    """How a measurement came to its number of repeats.

    `reached` is the half-width of the 95 % interval of the median over the median; `wanted` is what was asked for.
    `starts` are the starts of the model's process that the repeats come from: with fewer than three no interval holds
    what another start would show. A server's process is not ours, and its starts are not known: it has 1.
    """

    wanted: float
    reached: float | None
    repeats: int
    warmups: int
    outliers: int
    seconds: float
    budget_seconds: float | None
    stopped: Stopped
    starts: int = 1


class Footprint(Record):
    """Memory in bytes that a model needs for a workload, from its headers alone."""

    weights_bytes: int
    cache_bytes: int
    activation_bytes: int
    runtime_bytes: int

    @property
    def total_bytes(self) -> int:
        """All parts together."""
        return self.weights_bytes + self.cache_bytes + self.activation_bytes + self.runtime_bytes


def measurement_key(model: ModelSpec, workload: Workload) -> str:
    """Names what is measured: the model and the workload."""
    return digest(canonical_json([model.fingerprint, workload.fingerprint]))


class Measurement(Record):
    """What one model took for one workload on one machine.

    Every figure is an estimate whose metric carries its unit; `unmeasured` says why a figure is not there.
    `interleaved` names the models that took turns with this one, repeat by repeat. `machine`, `precise` and
    `conditions` are None where they are not known: in what another tool measured and did not tell, or at a server.
    """

    model: ModelSpec
    card: ModelCard | None = None
    machine: Machine | None
    workload: Workload
    figures: tuple[Estimate, ...]
    unmeasured: dict[str, str] = Field(default_factory=dict)
    precise: Precise | None
    conditions: Conditions | None
    footprint: Footprint | None = None
    energy: Energy | None = None
    requests: int
    failed: int = 0
    interleaved: tuple[str, ...] = ()
    samples_digest: str
    harness: str
    notes: tuple[str, ...] = ()
    started_at: datetime
    finished_at: datetime

    @property
    def key(self) -> str:
        """See `measurement_key`."""
        return measurement_key(self.model, self.workload)

    @property
    def title(self) -> str:
        """What people call the model."""
        return self.card.title if self.card else self.model.title

    def figure(self, metric: str) -> Estimate | None:
        """One figure; None where it was not measured."""
        return next((each for each in self.figures if each.metric == metric), None)


class Pace(StrEnum):
    """What two measurements say of each other."""

    FASTER = "faster"
    SLOWER = "slower"
    NO_EVIDENCE = "no evidence"


class Versus(Record):
    """One measurement against another of the same workload: the ratio of their median times, below 1 is faster; bounds
    are None where there were too few repeats for any.

    `baseline` names the other model, with its run where that is another one. `paired` says that both took turns.
    """

    model: str
    baseline: str
    workload: Workload
    metric: str
    ratio: float
    low: float | None
    high: float | None
    pace: Pace
    paired: bool
    method: str
