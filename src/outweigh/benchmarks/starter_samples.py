"""How the starter benchmarks make their samples: from a seed, so that nobody can have trained on them.

A generator is `Random` seeded with a text, and uses `random`, `randrange`, `sample` and `shuffle` on ordered sequences alone:
Python keeps those stable between versions, so one seed is one set of samples everywhere. Shots are drawn before the samples, from a
generator of their own, and no sample repeats one of them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeVar

from outweigh.benchmarks.benchmark import Loaded, Rows
from outweigh.records import Sample, UserError, canonical_json, digest

SEED = 20_261
COUNT = 60
RUNGS = 4
POOL = 12
_TRIES = 2_000

Item = TypeVar("Item")


@dataclass(frozen=True)
class Draft:
    """One question before it has a place: the right answer, the wrong ones, and what marking needs beside them."""

    kind: str
    question: str
    target: str
    others: tuple[str, ...] = ()
    details: dict[str, Any] = field(default_factory=dict)


Make = Callable[[Random, int, int], Draft]


@dataclass(frozen=True)
class Series:
    """The samples that `make(random, rung, lot)` yields.

    Rungs go 1 to 4 and round again, so any limit meets each of them. `lot` counts 0 to `lots` - 1 the same way; where `lots` has
    no factor in common with 4, every rung meets every lot equally often.
    """

    name: str
    make: Make
    lots: int

    def samples(self, seed: int, count: int) -> tuple[Sample, ...]:
        """The first `count` samples of a seed; fewer is a prefix of more."""
        return self.loaded(seed, count).samples

    def loaded(self, seed: int, count: int) -> Loaded:
        """Samples and shots with a digest of both."""
        seen: set[tuple[str, str]] = set()
        pool = tuple(self._draw(f"{self.name}/{seed}/shots", POOL, seen))
        samples = tuple(self._draw(f"{self.name}/{seed}/samples", count, seen))
        written = [[sample.model_dump(mode="json") for sample in part] for part in (samples, pool)]
        return Loaded(samples, pool, digest(canonical_json(written)), (f"generated from seed {seed}",))

    def load(self, _rows: Rows) -> Loaded:
        """The samples that are evaluated; no rows are read."""
        return self.loaded(SEED, COUNT)

    def _draw(self, stream: str, count: int, seen: set[tuple[str, str]]) -> Iterator[Sample]:
        random = Random(stream)
        places = _places(Random(f"{stream}/places"))
        for position in range(count):
            draft = self._new(random, position, seen)
            yield _sample(draft, position, next(places), random)

    def _new(self, random: Random, position: int, seen: set[tuple[str, str]]) -> Draft:
        for _ in range(_TRIES):
            draft = self.make(random, position % RUNGS + 1, position % self.lots)
            if (draft.question, draft.target) not in seen:
                seen.add((draft.question, draft.target))
                return draft
        raise UserError(f"{self.name} has no {position + 1} different samples: ask for fewer")


def _places(random: Random) -> Iterator[int]:
    """Where the right answer stands among four: a fresh Latin square over (row, rung) for every 16 samples."""
    while True:
        rows, rungs = shuffled(random, range(4)), shuffled(random, range(4))
        yield from ((row + rung) % 4 for row in rows for rung in rungs)


def _sample(draft: Draft, position: int, place: int, random: Random) -> Sample:
    details = {"rung": position % RUNGS + 1, "kind": draft.kind, **draft.details}
    common = {"id": str(position), "position": position, "question": draft.question, "details": details}
    if not draft.others:
        return Sample(**common, target=draft.target, reference=draft.target)
    choices = shuffled(random, draft.others)
    choices.insert(place, draft.target)
    return Sample(**common, choices=tuple(choices), target=place, reference=str(place))


def pick(random: Random, items: Sequence[Item]) -> Item:
    """One of `items`, each as likely."""
    return items[random.randrange(len(items))]


def shuffled(random: Random, items: Sequence[Item]) -> list[Item]:
    """All of `items` in a new order."""
    order = list(items)
    random.shuffle(order)
    return order
