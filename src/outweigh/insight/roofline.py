"""Measured times -> what a machine reaches -> times, memory and energy on a machine that is not at hand.

A step takes an overhead, plus the larger of its arithmetic over the arithmetic a second and its memory traffic over
the bytes a second (Williams, Waterman and Patterson 2009). Prompts are computed in one step and are mostly bound by
arithmetic; every later token reads all weights and the cache and is mostly bound by memory. What this machine reaches
is fitted to measurements; on another machine the same shares of its maker's peaks are taken to be reached.

Not covered: mixtures of experts (all weights count as used), several devices, servers that join requests into batches.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from outweigh.records import Arrival, Footprint, Measurement, Precision, Predicted, UserError, Workload

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from outweigh.insight.datasheets import Datasheet

    Floats = NDArray[np.float64]

LEVEL = 0.9
_BYTES = {Precision.FLOAT32: 4, Precision.BFLOAT16: 2, Precision.FLOAT16: 2}
_FEWEST_MODELS = 3
_METHOD = "roofline fitted to measurements (Williams et al. 2009)"


@dataclass(frozen=True)
class Work:
    """What is computed: a model of so many weights and bytes, and batches of so many prompts and answers.

    `cache_bytes` are what one token leaves in the cache.
    """

    parameters: float
    weight_bytes: float
    cache_bytes: float
    batch: int
    prompt_tokens: int
    output_tokens: int

    def steps(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Operations and bytes of the step that computes the prompts, and of a typical one that writes a token."""
        filled = self.batch * self.prompt_tokens
        context = self.batch * (self.prompt_tokens + self.output_tokens / 2)
        prefill = (2 * self.parameters * filled, self.weight_bytes + self.cache_bytes * filled)
        return prefill, (2 * self.parameters * self.batch, self.weight_bytes + self.cache_bytes * context)


def work_of(measurement: Measurement) -> Work:
    """What a measurement of a model in this process computed. UserError where its size is not known."""
    workload, card, precision = measurement.workload, measurement.card, measurement.model.precision
    if workload.arrival is not Arrival.BATCH or not workload.batch_size:
        raise UserError(f"{measurement.title}: a roofline takes measurements of batches, not of {workload.described}")
    if card is None or not card.parameters or precision is None:
        raise UserError(f"{measurement.title}: its parameters or precision are not known, which a roofline needs")
    return sized(card.parameters, precision, workload, measurement.footprint)


def sized(parameters: float, precision: Precision, workload: Workload, footprint: Footprint | None) -> Work:
    """The work of a model of so many weights; what its tokens leave in the cache is told by its footprint alone."""
    batch, prompt, output = workload.batch_size or 1, workload.prompt_tokens, workload.output_tokens
    return Work(
        parameters=parameters,
        weight_bytes=footprint.weights_bytes if footprint else parameters * _BYTES[precision],
        cache_bytes=footprint.cache_bytes / (batch * (prompt + output)) if footprint else 0.0,
        batch=batch,
        prompt_tokens=prompt,
        output_tokens=output,
    )


@dataclass(frozen=True)
class Roofline:
    """What a machine reaches. `spread` is the typical error of the logarithm of a time of a model that was left out.

    `ranges` are the smallest and largest sizes that were measured.
    """

    operations_per_second: float
    bytes_per_second: float
    step_seconds: float
    spread: float
    models: int
    ranges: dict[str, tuple[float, float]]

    def seconds(self, step: tuple[float, float]) -> float:
        """How long a step of so many operations and bytes takes."""
        operations, traffic = step
        return self.step_seconds + max(operations / self.operations_per_second, traffic / self.bytes_per_second)

    def on(self, here: Datasheet, there: Datasheet) -> Roofline:
        """The same shares of the peaks on another machine; the overhead a step stays."""
        return Roofline(
            self.operations_per_second * there.operations_per_second / here.operations_per_second,
            self.bytes_per_second * there.bytes_per_second / here.bytes_per_second,
            self.step_seconds,
            self.spread,
            self.models,
            self.ranges,
        )


def fitted(measurements: Sequence[Measurement]) -> Roofline:
    """What the measurements' machine reaches. UserError for too few models, or several machines.

    `spread` comes from leaving one model out at a time, so that it holds for models that were not measured.
    """
    import numpy as np

    machines = {each.machine.fingerprint for each in measurements if each.machine is not None}
    if len(machines) > 1:
        raise UserError("the measurements are of several machines: a roofline is fitted to those of one")
    steps, seconds, names = _observed(measurements)
    models = sorted(set(names))
    if len(models) < _FEWEST_MODELS:
        raise UserError(f"a roofline needs measurements of {_FEWEST_MODELS} models at least, not of {len(models)}")
    whole = _fit(steps, seconds)
    missed = []
    for model in models:
        kept = np.array([name != model for name in names])
        found = _fit(steps[kept], seconds[kept])
        missed.append(np.log(seconds[~kept]) - np.log(_times(found, steps[~kept])))
    spread = float(np.sqrt(np.mean([np.mean(error**2) for error in missed])))
    operations, traffic, overhead = (float(np.exp(each)) for each in whole)
    return Roofline(
        operations, traffic, overhead, spread, len(models), _ranges([work_of(each) for each in measurements])
    )


def _observed(measurements: Sequence[Measurement]) -> tuple[Floats, Floats, list[str]]:
    """The steps of all measurements, the seconds that they took, and whose they are."""
    import numpy as np

    steps, seconds, names = [], [], []
    for each in measurements:
        for step, metric in zip(work_of(each).steps(), ("ttft_seconds_p50", "tpot_seconds_p50"), strict=True):
            figure = each.figure(metric)
            if figure is not None and figure.value > 0:
                steps.append(step)
                seconds.append(figure.value)
                names.append(each.model.fingerprint)
    return np.array(steps).reshape(-1, 2), np.array(seconds), names


def _times(logarithms: Floats, steps: Floats) -> Floats:
    import numpy as np

    operations, traffic, overhead = np.exp(logarithms)
    found: Floats = overhead + np.maximum(steps[:, 0] / operations, steps[:, 1] / traffic)
    return found


def _fit(steps: Floats, seconds: Floats) -> Floats:
    """Least absolute-like error of log seconds over the logarithms of the three constants, from several starts."""
    import numpy as np
    from scipy.optimize import least_squares

    best = None
    for share in (0.05, 0.3, 0.7):
        start = np.log(
            [np.median(steps[:, 0] / seconds) / share, np.median(steps[:, 1] / seconds) / share, share * seconds.min()]
        )
        found = least_squares(
            lambda at: np.log(_times(at, steps)) - np.log(seconds), start, loss="soft_l1", f_scale=0.1
        )
        if best is None or found.cost < best.cost:
            best = found
    assert best is not None
    values: Floats = best.x
    return values


def _ranges(works: Sequence[Work]) -> dict[str, tuple[float, float]]:
    sizes = {
        "parameters": [each.parameters for each in works],
        "batch size": [float(each.batch) for each in works],
        "prompt tokens": [float(each.prompt_tokens) for each in works],
        "output tokens": [float(each.output_tokens) for each in works],
    }
    return {name: (min(values), max(values)) for name, values in sizes.items()}


def predicted_times(work: Work, roofline: Roofline, carried: tuple[str, ...] = ()) -> tuple[Predicted, ...]:
    """Seconds to the first token, a token after it, and a whole answer; `carried` says what came from elsewhere."""
    first, later = (roofline.seconds(step) for step in work.steps())
    whole = first + (work.output_tokens - 1) * later
    doubts = (*_outside(work, roofline), *carried)
    return tuple(
        predicted_figure(metric, "s", value, roofline.spread, roofline.models, doubts)
        for metric, value in (("ttft_seconds", first), ("tpot_seconds", later), ("e2e_seconds", whole))
    )


def _outside(work: Work, roofline: Roofline) -> tuple[str, ...]:
    asked = {
        "parameters": work.parameters,
        "batch size": work.batch,
        "prompt tokens": work.prompt_tokens,
        "output tokens": work.output_tokens,
    }
    return tuple(
        f"{name} {value:.4g} is outside what was measured, {low:.4g} to {high:.4g}"
        for name, value in asked.items()
        for low, high in (roofline.ranges[name],)
        if not low <= value <= high
    )


def predicted_figure(
    metric: str, unit: str, value: float, spread: float, models: int, doubts: tuple[str, ...]
) -> Predicted:
    """A figure whose error is a factor: Student's interval around its logarithm, models being what is independent."""
    import numpy as np
    from scipy.special import stdtrit

    reach = float(stdtrit(max(1, models - 1), (1 + LEVEL) / 2)) * spread * (1 + 1 / max(1, models)) ** 0.5
    return Predicted(
        metric=metric,
        unit=unit,
        value=value,
        low=value * float(np.exp(-reach)),
        high=value * float(np.exp(reach)),
        level=LEVEL,
        method=_METHOD,
        basis=(f"measurements of {models} models",),
        out_of_range=doubts,
    )
