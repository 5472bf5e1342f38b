"""Measurements and results of models that were never run, with whatever a test changes in them."""

from datetime import UTC, datetime

from outweigh.insight.roofline import Work
from outweigh.records import (
    Accelerator,
    Arrival,
    Energy,
    Estimate,
    Evaluation,
    Footprint,
    Machine,
    Measurement,
    ModelCard,
    ModelSource,
    ModelSpec,
    Precision,
    Protocol,
    Result,
    Workload,
)

OPERATIONS, TRAFFIC, OVERHEAD = 2e11, 2e10, 0.002  # what the machine of `timed` reaches
WHEN = datetime(2026, 3, 1, tzinfo=UTC)
CARD = Accelerator(name="NVIDIA A100", kind="cuda")
MACHINE = Machine(cpu="x", cores=8, memory_bytes=1 << 36, system="Linux", accelerators=(CARD, CARD))


def figure(metric, value, spread=0.1):
    return Estimate(
        metric=metric,
        value=value,
        low=value * (1 - spread),
        high=value * (1 + spread),
        standard_error=None,
        count=50,
        method="test",
    )


def spec(name, **changes):
    fields = {"source": ModelSource.HUB, "revision": "0" * 40, "precision": Precision.BFLOAT16}
    return ModelSpec(name=name, **(fields | changes))


def measured(model="org/small", slots=8, seconds=2.0, tokens=(300, 100), **changes):
    fields = {
        "model": model if isinstance(model, ModelSpec) else spec(model),
        "machine": MACHINE,
        "workload": Workload(
            arrival=Arrival.CONCURRENCY, concurrency=slots, prompt_tokens=tokens[0], output_tokens=tokens[1]
        ),
        "figures": (
            figure("e2e_seconds_mean", seconds),
            figure("ttft_seconds_mean", 0.2),
            figure("tpot_seconds_mean", 0.01),
            figure("joules_per_request", 90.0),
            figure("joules_per_token", 0.9),
        ),
        "precise": None,
        "conditions": None,
        "requests": 100,
        "samples_digest": "0" * 64,
        "harness": "outweigh",
        "started_at": WHEN,
        "finished_at": WHEN,
    }
    return Measurement(**(fields | changes))


def scored(model="org/small", score=0.8, benchmark="gsm8k", spread=0.05):
    return Result(
        evaluation=Evaluation(model=spec(model), benchmark=benchmark, version="1", protocol=Protocol.GENERATE, shots=0),
        title=benchmark,
        estimates=(figure("exact_match", score, spread),),
        asked=100,
        samples_digest="0" * 64,
        harness="outweigh",
        started_at=WHEN,
        finished_at=WHEN,
    )


def timed(name, parameters, batch=1, prompt=256, output=32, noise=1.0, **changes):
    """A measurement of a machine that reaches just these constants."""
    tokens = batch * (prompt + output)
    footprint = Footprint(
        weights_bytes=int(2 * parameters), cache_bytes=1000 * tokens, activation_bytes=0, runtime_bytes=0
    )
    work = Work(parameters, 2 * parameters, 1000, batch, prompt, output)
    first, later = (OVERHEAD + max(done / OPERATIONS, read / TRAFFIC) for done, read in work.steps())
    known = {
        "model": spec(name),
        "card": ModelCard(title=name, parameters=int(parameters)),
        "workload": Workload(batch_size=batch, prompt_tokens=prompt, output_tokens=output),
        "footprint": footprint,
        "figures": (
            figure("ttft_seconds_p50", first * noise),
            figure("tpot_seconds_p50", later * noise),
            figure("peak_resident_bytes", 1.2 * footprint.total_bytes),
        ),
        "energy": Energy(
            source="counter", estimated=False, method="t", joules=50, low=49, high=51, idle_watts=None, seconds=1
        ),
    }
    return measured(**(known | changes))
