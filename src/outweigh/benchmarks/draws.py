"""Few-shot draws: the standard's own, as a function of (seed, position in the full data set).

lm-evaluation-harness 0.4.13 (`api/samplers.py`) draws with one `random.Random(seed)` that advances from sample to
sample, so its shots change with limits, order and the number of devices. The same draws are reproduced here by
replaying that generator over the full data set once; a sample's shots then depend on nothing but the seed and its
position.
"""

from collections.abc import Sequence
from random import Random

from outweigh.benchmarks.benchmark import Draw
from outweigh.records import Sample, UserError


class Shots:
    """The shots of every sample of one evaluation, drawn once."""

    def __init__(self, draw: Draw, samples: Sequence[Sample], pool: Sequence[Sample], count: int, seed: int) -> None:
        need = count + (draw is Draw.RANDOM_OTHERS and count > 0)
        if need > len(pool):
            raise UserError(
                f"--num-fewshot {count} needs {need} examples, but the pool has {len(pool)}: ask for fewer shots"
            )
        self._draw, self._samples, self._pool, self._count = draw, samples, pool, count
        self._random = Random(seed)
        self._drawn: list[tuple[int, ...]] = []

    def of(self, sample: Sample) -> list[Sample]:
        """The shots of one sample, the same whatever was asked for before."""
        if self._count == 0:
            return []
        if self._draw is Draw.FIRST:
            return list(self._pool[: self._count])
        while len(self._drawn) <= sample.position:
            self._drawn.append(self._next(self._samples[len(self._drawn)]))
        return [self._pool[index] for index in self._drawn[sample.position]]

    def _next(self, sample: Sample) -> tuple[int, ...]:
        everything = range(len(self._pool))
        if self._draw is Draw.RANDOM:
            return tuple(self._random.sample(everything, self._count))
        drawn = self._random.sample(everything, self._count + 1)
        others = [index for index in drawn if self._pool[index].details != sample.details]
        if len(others) >= self._count:
            return tuple(others[: self._count])
        rest = [index for index in everything if self._pool[index].details != sample.details]
        return tuple(self._random.sample(rest, self._count))
