"""Measurements with made-up times, of which the real statistics make their figures."""

import random
from datetime import UTC, datetime, timedelta
from itertools import combinations

from outweigh.dashboard.evidence import Evidence
from outweigh.interop.timing_parquet import timings_digest
from outweigh.records import (
    Arrival,
    Conditions,
    Energy,
    Estimate,
    Footprint,
    Limits,
    Machine,
    Measurement,
    ModelCard,
    ModelFormat,
    ModelSource,
    ModelSpec,
    Noise,
    Pace,
    Precise,
    Precision,
    Run,
    Stopped,
    Timing,
    Versus,
    Workload,
)
from outweigh.stats.precision import look
from outweigh.stats.speed import against, interleaved
from outweigh.stats.timings import summarise

NOW = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
BATCH = Workload(batch_size=1, prompt_tokens=256, output_tokens=32)
NO_COUNTERS = "no processor energy counters under /sys/class/powercap"
NOT_HERE = "the server's machine is not measured from here"
MACHINE = Machine(
    cpu="AMD EPYC 9B14",
    cores=2,
    memory_bytes=16_777_216_000,
    system="Linux 6.1 x86_64",
    software={"outweigh": "0.1.0", "python": "3.11.2", "torch": "2.13.0", "transformers": "5.23.0"},
)
QUIET = Conditions(
    load=0.01,
    steal=0.001,
    frequency_hertz=3.2e9,
    frequency_spread=0.01,
    throttled=False,
    power_mode="governor performance",
    noise=Noise.QUIET,
)
UNSTEADY = QUIET.but(
    load=0.09, noise=Noise.UNSTEADY, reasons=("other processes took 4% of the processor",), busiest=("python", "git")
)


def spec(name="HuggingFaceTB/SmolLM2-135M-Instruct", **changes):
    """A model from the Hub, pinned."""
    known = {"source": ModelSource.HUB, "revision": "12fd25f77366fa6b3b4b768ec3050bf629380bac"}
    known |= {"format": ModelFormat.SAFETENSORS, "precision": Precision.FLOAT32}
    return ModelSpec(name=name, **(known | changes))


def served(name, port=8080):
    """A model behind a server."""
    address = f"http://localhost:{port}/v1#{name}"
    return spec(address, source=ModelSource.ENDPOINT, revision="calm-heron", format=None, precision=None)


SMALL = spec()
OTHER = spec("google/gemma-3-270m", revision="9b0cfec892e2bc2afd938c98eabe4e4a7b1e0ca1")
THIRD = spec("Qwen/Qwen3-0.6B", revision="c1899de289a04d12100db370d81485cdf75e47ca")
SERVED = served("smollm2")


def batches(workload, *, first, gap, spread=0.01, repeats=30, seed=0, slow=()):
    """Repeats of a batch: `first` seconds to the first token, then `gap` a token; `slow` ones take half more."""
    draw = random.Random(seed)
    found, now = [], 0.0
    for repeat in range(repeats):
        pace = (1 + draw.gauss(0, spread)) * (1.5 if repeat in slow else 1.0)
        tokens = tuple(now + (first + gap * place) * pace for place in range(workload.output_tokens))
        told = {"repeat": repeat, "due": now, "sent": now, "tokens": tokens, "done": tokens[-1]}
        told |= {"input_tokens": workload.prompt_tokens, "output_tokens": workload.output_tokens}
        size = workload.batch_size
        found += [Timing(request=repeat * size + number, **told) for number in range(size)]
        now = tokens[-1] + 0.01
    return tuple(found)


def requests(workload, *, first, gap, spread=0.15, count=150, seed=0, fails=0, streams=64):
    """Requests to a server that answers `streams` at a time; the first `fails` of them fail."""
    draw = random.Random(seed)
    free, found, now = [0.0] * (workload.concurrency or streams), [], 0.0
    for number in range(count):
        now = now + draw.expovariate(workload.rate) if workload.rate else min(free)
        start = max(now, min(free))
        wait, pace = first * draw.lognormvariate(0, spread), gap * draw.lognormvariate(0, spread / 3)
        tokens = tuple(start + wait + pace * place for place in range(workload.output_tokens))
        free[free.index(min(free))] = tokens[-1]
        told = {"request": number, "due": now, "sent": now, "input_tokens": workload.prompt_tokens}
        if number < fails:
            found.append(Timing(**told, failed="HTTP 500", done=tokens[0]))
        else:
            found.append(Timing(**told, tokens=tokens, done=tokens[-1], output_tokens=workload.output_tokens))
    return tuple(found)


def figure(metric, value, low, high, method="high-water mark"):
    """One figure of which less is better."""
    known = {"standard_error": None, "count": 30, "method": method, "higher_is_better": False}
    return Estimate(metric=metric, value=value, low=low, high=high, **known)


def guessed(seconds, watts=5.5):
    """An estimate of the processor's energy."""
    value = seconds * watts
    method = (
        "processor: 2.76 W a busy thread above idle, times processor seconds; memory, fans and power supply not in it"
    )
    return Energy(
        source="estimated from power table",
        estimated=True,
        method=method,
        joules=value,
        low=value * 0.44,
        high=value * 1.55,
        idle_watts=1.48,
        seconds=seconds,
        parts={"processor": value},
    )


def counted(seconds, card=180.0, package=40.0, memory=6.0):
    """Counters of a card, a processor and its memory."""
    parts = {"gpu-0": card * seconds, "package-0": package * seconds, "dram-0": memory * seconds}
    value = sum(parts.values())
    return Energy(
        source="RAPL + NVML energy counter",
        estimated=False,
        method="package-0: RAPL counters, ±5%; gpu-0: energy counter of the card, ±5%; idling taken off",
        joules=value,
        low=value * 0.95,
        high=value * 1.05,
        idle_watts=85.0,
        seconds=seconds,
        parts=parts,
    )


def measurement(model, workload, timings, *, peak=1_257_000_000, energy=guessed, **changes):
    """A measurement whose figures come of these times, with the times; `energy` makes its joules of seconds."""
    batched = workload.arrival is Arrival.BATCH
    times = durations(timings) if batched else [each.e2e for each in timings if not each.failed]
    seen = look(times)
    timings = tuple(each.but(warmup=each.repeat < seen.warmups) if batched else each for each in timings)
    found, seconds = summarise(timings, workload), sum(times)
    spent = energy(seconds) if energy and batched else None
    tokens = sum(each.output_tokens or 0 for each in timings if not each.warmup)
    costs = [figure("peak_resident_bytes", float(peak), float(peak), float(peak))] if batched else []
    if spent:
        shares = (each / tokens for each in (spent.joules, spent.low, spent.high))
        costs.append(figure("joules_per_token", *shares, "estimated" if spent.estimated else spent.source))
    missing = {} if spent else {"energy_joules": NO_COUNTERS if batched else NOT_HERE}
    missing |= {} if batched else {"peak_resident_bytes": NOT_HERE}
    fields = {
        "model": model,
        "card": ModelCard(title=model.title, parameters=134_515_008, license="apache-2.0", bytes_on_disk=269_060_552),
        "machine": MACHINE,
        "workload": workload,
        "figures": (*found.figures, *costs),
        "unmeasured": found.unmeasured | missing,
        "precise": Precise(
            wanted=0.01,
            reached=seen.median.reached,
            repeats=len(times),
            warmups=seen.warmups,
            outliers=len(seen.outliers),
            seconds=seconds,
            budget_seconds=60.0,
            stopped=Stopped.NARROW if seen.narrow else Stopped.BUDGET,
        ),
        "conditions": QUIET if batched else None,
        "footprint": _footprint(peak) if batched else None,
        "energy": spent,
        "requests": len(timings),
        "failed": sum(each.failed is not None for each in timings),
        "samples_digest": timings_digest(timings),
        "harness": "outweigh 0.1.0",
        "notes": ("float32 because the processor computes it best",) if batched else (),
        "started_at": NOW,
        "finished_at": NOW + timedelta(seconds=seconds),
    }
    return Measurement(**(fields | changes)), timings


def _footprint(peak):
    parts = {"weights": 0.6, "cache": 0.1, "activation": 0.05, "runtime": 0.2}
    return Footprint(**{f"{name}_bytes": int(peak * share) for name, share in parts.items()})


def durations(timings):
    """Seconds of every repeat."""
    groups = {}
    for each in timings:
        groups.setdefault(each.repeat, []).append(each)
    return [max(each.done for each in group) - group[0].due for _, group in sorted(groups.items())]


def run(*made, name="calm-heron", **fields):
    """A run of measurements with their times, and what the store would hold behind it."""
    whole = Run(name=name, created_at=NOW, measurements=tuple(one for one, _ in made), **fields)
    timings = {one.key: times for one, times in made}
    return whole, Evidence(tuple(_verdicts(whole, timings)), timings)


def _verdicts(whole, timings):
    """Every pair at every workload, as the engine compares them."""
    names = whole.measured
    for one, other in combinations(whole.measurements, 2):
        if one.workload != other.workload or one.model == other.model:
            continue
        if paired := bool(one.interleaved):
            times = [durations([e for e in timings[each.key] if not e.warmup]) for each in (one, other)]
            count = min(map(len, times))
            found = interleaved(times[0][-count:], times[1][-count:])
        else:
            found = against(one.figure("e2e_seconds_p50"), other.figure("e2e_seconds_p50"))
        yield Versus(
            model=names[one.model.fingerprint],
            baseline=names[other.model.fingerprint],
            workload=one.workload,
            metric="e2e_seconds_p50",
            ratio=found.ratio,
            low=found.low,
            high=found.high,
            pace=Pace(found.verdict.value),
            paired=paired,
            method=found.method,
        )


def one_model(**changes):
    """One model at one workload: its energy estimated, two slow repeats, a quiet machine."""
    times = batches(BATCH, first=0.31, gap=0.03, repeats=45, slow=(17, 31))
    return run(measurement(SMALL, BATCH, times, **changes))


def models_in_turns(paces, workloads=(BATCH,), **changes):
    """Models that took turns; `paces` are seconds a token, by model."""
    made = []
    for place, workload in enumerate(workloads):
        scale = (workload.batch_size or 1) ** 0.4 * (workload.prompt_tokens / 256) ** 0.8
        for index, (model, gap) in enumerate(paces.items()):
            first = 0.31 * scale * gap / 0.03
            pace = gap * (workload.batch_size or 1) ** 0.35
            times = batches(workload, first=first, gap=pace, seed=place + int(gap * 1e4))
            others = tuple(each.title for each in paces if each is not model)
            peak = 1_257_000_000 + 735_000_000 * index
            made.append(measurement(model, workload, times, peak=peak, interleaved=others, **changes))
    return run(*made)


def two_models(gap=0.047, models=(SMALL, OTHER), workloads=(BATCH,), **changes):
    """Two models that took turns; the second writes a token in `gap` seconds, the first in 0.03."""
    return models_in_turns(dict(zip(models, (0.03, gap), strict=True)), workloads, **changes)


def a_tie():
    """Two models that cannot be told apart, on an unsteady machine without energy counters."""
    return two_models(0.0301, conditions=UNSTEADY, energy=None)


def growing():
    """Two models at three batch sizes."""
    return two_models(workloads=[BATCH.but(batch_size=size) for size in (1, 2, 4)])


def sweep(models=(SMALL,), prompts=(64, 128, 256, 512), loads=(1, 2, 4, 8), outputs=(16,), **changes):
    """Batch sizes × prompt lengths × answer lengths."""
    made = []
    for index, model in enumerate(models):
        for workload in (
            Workload(batch_size=load, prompt_tokens=prompt, output_tokens=output)
            for load in loads
            for prompt in prompts
            for output in outputs
        ):
            load, prompt = workload.batch_size, workload.prompt_tokens
            first = 0.001 * prompt**0.95 * load**0.9 * (1 + 0.6 * index)
            gap = 0.025 * load**0.3 * (1 + 0.4 * index)
            times = batches(workload, first=first, gap=gap, repeats=24, seed=load * prompt + index)
            turns = tuple(each.title for each in models if each is not model)
            made.append(measurement(model, workload, times, interleaved=turns, **changes))
    return run(*made)


def server(loads=(1, 2, 4, 8, 16), models=(SERVED,), fails=0, limits=None):
    """Servers at several concurrencies, which answer six at a time well."""
    made = []
    for index, model in enumerate(models):
        for load in loads:
            workload = Workload(
                arrival=Arrival.CONCURRENCY, concurrency=load, prompt_tokens=256, output_tokens=64, limits=limits
            )
            crowd = max(1.0, load / 6)
            first = 0.08 * crowd**1.6 * (1 + index)
            gap = 0.012 * (1 + 0.06 * load) * crowd**0.7 * (1 + index / 2)
            times = requests(workload, first=first, gap=gap, seed=load + index, fails=fails)
            made.append(measurement(model, workload, times))
    return run(*made)


def overrun():
    """A server that is asked more than it can answer."""
    workload = Workload(arrival=Arrival.POISSON, rate=8.0, prompt_tokens=64, output_tokens=16)
    return run(measurement(SERVED, workload, requests(workload, first=0.3, gap=0.02, count=200, streams=2)))


def imported():
    """What another tool measured and only summed up: no times, no machine, no conditions."""
    told = {"machine": None, "conditions": None, "footprint": None, "precise": None, "harness": "AIPerf 0.13.0"}
    workload = Workload(arrival=Arrival.CONCURRENCY, concurrency=2)
    model = ModelSpec(source=ModelSource.EXTERNAL, name="org/imported")
    reason = "AIPerf told 1.2 s, without requests and so without an interval"
    one, _ = measurement(model, workload, requests(workload, first=0.1, gap=0.01, count=20), **told)
    return run((one.but(figures=(), unmeasured={"e2e_seconds_p50": reason}), ()))


KINDS = {
    "one": one_model,
    "two in turns": two_models,
    "three": lambda: models_in_turns({SMALL: 0.03, OTHER: 0.047, THIRD: 0.04}),
    "a tie": a_tie,
    "growing": growing,
    "sweep": sweep,
    "sweep of two, counted": lambda: sweep((SMALL, OTHER), (64, 512), (1, 8), energy=counted),
    "sweep of three things": lambda: sweep(prompts=(64, 256), loads=(1, 4), outputs=(16, 64)),
    "prompts alone": lambda: sweep((SMALL, OTHER), (64, 256, 1024), (1,)),
    "server": server,
    "servers with limits": lambda: server(
        (1, 4, 16), (SERVED, served("gemma3", 8081)), fails=3, limits=Limits(ttft_seconds=0.2)
    ),
    "overrun": overrun,
    "imported": imported,
}
