"""The value of information: which evaluation that is not there yet would most lower the expected regret.

The knowledge gradient (Frazier, Powell and Dayanik 2008): asking a model `samples` more of a benchmark moves what it
is expected to be worth by a normal amount of known size, from the covariance of the two in the worlds. What is gained
is how much the best expected worth grows on average.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from outweigh.insight.beliefs import Beliefs
from outweigh.records import Known, NextEvaluation

if TYPE_CHECKING:
    from outweigh.stats.units import Floats

_TOLD = 5
_MODELS = 50  # of those worth most
_WORTHWHILE = 1e-6


@dataclass(frozen=True)
class _Question:
    model: int
    column: int
    samples: int


def next_evaluations(
    beliefs: Beliefs, worth: Floats, left: Sequence[int], commands: Mapping[str, str]
) -> tuple[NextEvaluation, ...]:
    """The most telling evaluations, the best first; `worth` is worlds × candidates, `left` who keeps the limits.

    `commands` are what to run, by benchmark, with MODEL for the model and LIMIT for the samples.
    """
    means = worth[:, left].mean(axis=0)
    order = [left[place] for place in (-means).argsort()]
    if len(order) < 2:
        return ()
    best, second = (float(worth[:, place].mean()) for place in order[:2])
    found = []
    for each in _questions(beliefs, order[:_MODELS]):
        own = float(worth[:, each.model].mean())
        gap = own - (second if each.model == order[0] else best)
        gain, change = _gain(gap, _moved(beliefs, worth, each))
        if gain > _WORTHWHILE:
            found.append(_told(beliefs, each, gain, change, commands))
    return tuple(sorted(found, key=lambda each: -each.lowers_regret)[:_TOLD])


def _questions(beliefs: Beliefs, models: Sequence[int]) -> Iterator[_Question]:
    """What could be asked: what nobody asked of a model, or the samples that were left out."""
    sizes = [_size(beliefs, name) for name in beliefs.benchmarks]
    for model in models:
        for column, name in enumerate(beliefs.benchmarks):
            score = beliefs.candidates[model].scores.get(name)
            asked = 0 if score is None or score.known is Known.PREDICTED else score.count
            if asked is not None and asked < sizes[column]:
                yield _Question(model, column, sizes[column] - asked)


def _size(beliefs: Beliefs, name: str) -> int:
    """How many samples a benchmark has; where that is not known, as many as others were typically asked."""
    scores = [each.scores[name] for each in beliefs.candidates if name in each.scores]
    pools = [each.pool for each in scores if each.pool]
    counts = [each.count for each in scores if each.count]
    return max(pools) if pools else round(median(counts)) if counts else 0


def _variance(beliefs: Beliefs, name: str) -> float:
    """What one sample's score varies by, typically; that of a fair coin where no errors are known."""
    scores = [each.scores[name] for each in beliefs.candidates if name in each.scores]
    found = [each.error**2 * each.count for each in scores if each.count and each.known is Known.MEASURED]
    return median(found) if found else 0.25


def _moved(beliefs: Beliefs, worth: Floats, asked: _Question) -> float:
    """The standard deviation of how far the model's expected worth moves."""
    import numpy as np

    score = beliefs.scores[:, asked.model, asked.column].astype(float)
    noise = _variance(beliefs, beliefs.benchmarks[asked.column]) / asked.samples
    own = worth[:, asked.model].astype(float)
    together = float(np.mean((score - score.mean()) * (own - own.mean())))
    total = float(score.var()) + noise
    return abs(together) / float(np.sqrt(total)) if total > 0 else 0.0


def _gain(gap: float, moved: float) -> tuple[float, float]:
    """How much the best expected worth grows on average, and how likely another model becomes the best."""
    from scipy.stats import norm

    if moved <= 0:
        return 0.0, 0.0
    far = -abs(gap) / moved
    return float(moved * (far * norm.cdf(far) + norm.pdf(far))), float(norm.cdf(far))


def _told(
    beliefs: Beliefs, asked: _Question, gain: float, change: float, commands: Mapping[str, str]
) -> NextEvaluation:
    candidate, benchmark = beliefs.candidates[asked.model], beliefs.benchmarks[asked.column]
    command = commands.get(benchmark)
    score = candidate.scores.get(benchmark)
    total = asked.samples + (score.count or 0 if score and score.known is not Known.PREDICTED else 0)
    told = (command or "").replace("LIMIT", str(total)).replace("MODEL", candidate.reference or "")
    return NextEvaluation(
        model=candidate.title,
        benchmark=benchmark,
        samples=asked.samples,
        lowers_regret=gain,
        changes_answer=change,
        command=told if command and candidate.reference else None,
    )
