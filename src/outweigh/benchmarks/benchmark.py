"""What a benchmark is: samples, one way of asking, one way of marking."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from typing import Protocol as Interface

from outweigh.records import Area, Protocol, Request, Response, Sample, Score


@dataclass(frozen=True)
class Dataset:
    """Where the rows are on the Hub, and in a mirror.

    `shots` names the splits that few-shot examples may come from; the first that exists is taken.
    """

    repository: str
    config: str
    split: str
    shots: tuple[str, ...] = ()
    license: str = "unknown"


@dataclass(frozen=True)
class Metric:
    """A column of scores, estimated by its mean. `binary` scores are 0 or 1 and get Wilson's interval.

    No score lies outside `bounds`.
    """

    name: str
    filter: str = "none"
    headline: bool = False
    binary: bool = True
    bounds: tuple[float, float] = (0.0, 1.0)


class Draw(StrEnum):
    """How few-shot examples are drawn from the pool."""

    RANDOM = "random"  # n of the pool
    RANDOM_OTHERS = "random_others"  # n + 1 of the pool, then the sample itself is left out
    FIRST = "first"  # the first n, the same for every sample


@dataclass(frozen=True)
class Turn:
    """One message of a prompt. `delimiter` follows it in plain text and vanishes in a chat."""

    role: str
    content: str
    delimiter: str = ""


class Prompting(Interface):
    """How turns become the text that a model reads."""

    @property
    def chat(self) -> bool:
        """True under a chat template: a continuation then has no leading delimiter."""
        ...

    def render(self, turns: Sequence[Turn]) -> str:
        """One text, ready to be continued."""
        ...


class Rows(Interface):
    """Where rows come from: a mirror directory, or the Hub."""

    def split(self, dataset: Dataset, split: str) -> list[dict[str, Any]] | None:
        """Every row in order; None if the data set has no such split."""
        ...


@dataclass(frozen=True)
class Loaded:
    """The samples of a benchmark in their own order, the pool of shots, and a digest of both."""

    samples: tuple[Sample, ...]
    pool: tuple[Sample, ...]
    digest: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Benchmark:
    """A named, versioned set of samples with one way of asking and one way of marking.

    `ask` takes the sample, its shots and the prompting; `mark` never sees a failed response and returns one
    score for each of `metrics`. `shots_fixed` benchmarks carry their examples in the prompt, so a number of
    shots asked for on the command line does not reach them, as in lm-evaluation-harness.
    """

    id: str
    version: str
    title: str
    area: Area
    protocol: Protocol
    metrics: tuple[Metric, ...]
    load: Callable[[Rows], Loaded]
    ask: Callable[[Sample, Sequence[Sample], Prompting], Request]
    mark: Callable[[Sample, Response], tuple[Score, ...]]
    dataset: Dataset | None = None
    draw: Draw = Draw.RANDOM
    shots: int = 0
    shots_fixed: bool = False
    chance: float | None = None
    group: str | None = None
    about: str = ""

    @property
    def headline(self) -> Metric:
        """The metric that stands for the benchmark in a table."""
        return next(metric for metric in self.metrics if metric.headline)
