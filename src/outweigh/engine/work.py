"""One evaluation, ready to be asked: its samples, its shots, its requests."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from outweigh.benchmarks.benchmark import Benchmark, Loaded, Prompting
from outweigh.benchmarks.draws import Shots
from outweigh.engine.config import RunConfig
from outweigh.records import (
    Decoding,
    Evaluation,
    Generate,
    ModelSpec,
    Protocol,
    Request,
    Sample,
    UserError,
)


@dataclass(frozen=True)
class Chosen:
    """A benchmark of a run with its data and settings, before any model is known."""

    benchmark: Benchmark
    loaded: Loaded
    shots: int
    limit: int | None

    @property
    def samples(self) -> Sequence[Sample]:
        """The samples that are asked."""
        return self.loaded.samples[: self.limit]


def choose(
    benchmark: Benchmark, loaded: Loaded, config: RunConfig, *, shots: int | None, limit: float | None
) -> Chosen:
    """Settle shots and limit: the command line first, then the suite, then the benchmark's own.

    Raises UserError for more shots than the pool has.
    """
    asked = config.num_fewshot if config.num_fewshot is not None else shots
    count = benchmark.shots if asked is None or benchmark.shots_fixed else asked
    wanted = config.limit if config.limit is not None else limit
    total = len(loaded.samples)
    if wanted is not None and wanted < 1:
        wanted = math.ceil(total * wanted)
    if wanted is not None and wanted != int(wanted):
        raise UserError(f"--limit {wanted}: give a whole number of samples, or a share below 1")
    chosen = None if wanted is None or wanted >= total else int(wanted)
    try:
        Shots(benchmark.draw, loaded.samples, loaded.pool, count, config.seed)
    except UserError as error:
        raise UserError(f"{benchmark.id}: {error}") from error
    return Chosen(benchmark, loaded, count, chosen)


class Work:
    """One evaluation: the requests of each sample, the same in any order, batch or shard."""

    def __init__(self, chosen: Chosen, spec: ModelSpec, config: RunConfig, prompting: Prompting) -> None:
        self.chosen, self._prompting = chosen, prompting
        benchmark, loaded = chosen.benchmark, chosen.loaded
        self._shots = Shots(benchmark.draw, loaded.samples, loaded.pool, chosen.shots, config.seed)
        overrides = {"temperature": config.temperature, "top_p": config.top_p, "max_tokens": config.max_tokens}
        self._overrides = {name: value for name, value in overrides.items() if value is not None}
        if self._overrides:
            self._overrides["seed"] = config.sampling_seed
        generates = benchmark.protocol is not Protocol.LIKELIHOOD
        decoding = self._decoding(loaded.samples[0]) if generates else None
        self.evaluation = Evaluation(
            model=spec,
            benchmark=benchmark.id,
            version=benchmark.version,
            protocol=benchmark.protocol,
            shots=chosen.shots,
            seed=config.seed,
            limit=chosen.limit,
            decoding=decoding,
            data=loaded.digest,
        )

    def _decoding(self, sample: Sample) -> Decoding:
        request = self.request(sample)
        assert isinstance(request, Generate)
        return request.decoding

    def request(self, sample: Sample) -> Request:
        """What is asked for one sample: a function of the evaluation and the sample alone."""
        request = self.chosen.benchmark.ask(sample, self._shots.of(sample), self._prompting)
        if isinstance(request, Generate) and self._overrides:
            return request.but(decoding=request.decoding.but(**self._overrides))
        return request
