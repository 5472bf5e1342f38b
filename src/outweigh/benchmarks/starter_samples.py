"""How the starter benchmarks make their samples: from a seed, so that nobody can have trained on them.

A generator is a `Random` seeded with a text that asks only for `random`, `randrange`, `sample` and `shuffle`
over ordered sequences: Python keeps those stable from version to version, so one seed is one set of samples
everywhere. Shots have a generator of their own and are drawn first, so no sample repeats a shot and fewer
samples are a prefix of more.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from random import Random
from typing import Any, TypeVar

from outweigh.benchmarks.benchmark import Loaded, Rows
from outweigh.records import Sample, UserError, canonical_json, digest

SEED = 20_261
COUNT = 60
CLIMB = (1, 2, 3, 4)
SHOTS = 12
_TRIES = 2_000

NAMES = (
    *("Anna", "Eva", "Hugo", "Ida", "Ivo", "Kofi", "Lena", "Maya", "Mira", "Nina"),
    *("Noah", "Olga", "Omar", "Paul", "Ravi", "Rosa", "Sami", "Tara", "Tom", "Yusuf"),
)

Item = TypeVar("Item")


@dataclass(frozen=True)
class Draft:
    """One question before it has a place: its right answer, the three wrong ones, and what marking needs besides."""

    kind: str
    question: str
    target: str
    others: tuple[str, ...] = ()
    details: dict[str, Any] = field(default_factory=dict)


Kind = Callable[[Random], Draft]


@dataclass(frozen=True)
class Ladder:
    """Four rungs from easy to hard, each with one or more kinds of question.

    Samples climb 1, 2, 3, 4 and begin again, so any limit meets every rung. The kinds of a rung take turns by
    position: have 1, 3 or 5 of them, for a number that shares a factor with four would leave some out. `shown`
    are the rungs that shots come from, in turn.
    """

    name: str
    rungs: tuple[tuple[Kind, ...], ...]
    shown: tuple[int, ...] = CLIMB

    def drawn(self, seed: int, count: int) -> tuple[tuple[Sample, ...], tuple[Sample, ...]]:
        """`count` samples, and the shots that go with them."""
        seen: set[str] = set()
        shots = tuple(self._draw(f"{self.name}/{seed}/shots", islice(cycle(self.shown), SHOTS), seen))
        seen.update(shot.reference for shot in shots if not shot.choices)
        samples = self._draw(f"{self.name}/{seed}/samples", islice(cycle(CLIMB), count), seen)
        return tuple(samples), shots

    def generate(self, seed: int, count: int) -> tuple[Sample, ...]:
        """The first `count` samples of a seed."""
        return self.drawn(seed, count)[0]

    def load(self, _rows: Rows) -> Loaded:
        """The samples of the standard seed; no rows are read."""
        return sealed(*self.drawn(SEED, COUNT), SEED)

    def _draw(self, stream: str, rungs: Iterable[int], seen: set[str]) -> Iterator[Sample]:
        random, places = Random(stream), _places(Random(f"{stream}/places"))
        for position, rung in enumerate(rungs):
            yield _sample(self._new(random, rung, position, seen), (rung, position, next(places)), random)

    def _new(self, random: Random, rung: int, position: int, seen: set[str]) -> Draft:
        kinds = self.rungs[rung - 1]
        for _ in range(_TRIES):
            draft = kinds[position % len(kinds)](random)
            if draft.question not in seen and draft.target not in seen:
                seen.add(draft.question)
                return draft
        raise UserError(f"{self.name} has only {position} different samples: ask for no more than that")


def sealed(samples: Sequence[Sample], shots: Sequence[Sample], seed: int) -> Loaded:
    """Samples and shots with the digest of their canonical JSON."""
    written = [[sample.model_dump(mode="json") for sample in part] for part in (samples, shots)]
    return Loaded(tuple(samples), tuple(shots), digest(canonical_json(written)), (f"generated from seed {seed}",))


def _places(random: Random) -> Iterator[int]:
    """Where the right answer stands among four: a fresh Latin square over rows and rungs for every 16 samples."""
    while True:
        rows, rungs = shuffled(random, range(4)), shuffled(random, range(4))
        yield from ((row + rung) % 4 for row in rows for rung in rungs)


def _sample(draft: Draft, where: tuple[int, int, int], random: Random) -> Sample:
    rung, position, place = where
    choices = shuffled(random, draft.others)
    if draft.others:
        choices.insert(place, draft.target)
    return Sample(
        id=str(position),
        position=position,
        question=draft.question,
        choices=tuple(choices),
        target=place if choices else draft.target,
        reference=str(place) if choices else draft.target,
        details={"rung": rung, "kind": draft.kind, **draft.details},
    )


def pick(random: Random, items: Sequence[Item]) -> Item:
    """One of `items`, each as likely."""
    return items[random.randrange(len(items))]


def shuffled(random: Random, items: Sequence[Item]) -> list[Item]:
    """All of `items` in a new order."""
    order = list(items)
    random.shuffle(order)
    return order


def without(items: Sequence[Item], *left_out: Item) -> tuple[Item, ...]:
    """`items` less those that are left out."""
    return tuple(item for item in items if item not in left_out)


def neighbours(random: Random, number: int) -> tuple[str, ...]:
    """Three wrong numbers beside a right one, whose rank among the four is uniform."""
    start = number - random.randrange(4)
    return without(tuple(str(start + step) for step in range(4)), str(number))
