"""The scores of many models as columns, so that thousands are filtered and ranked at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from outweigh.records.standings import Standing

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

_Z = 1.959963984540054  # two-sided 95 % of the normal distribution
SCORES = ("values", "errors", "normalized")
NUMBERS = ("parameters", "named_parameters")
WORDS = ("license", "precision", "architecture", "kind", "parent")
FLAGS = ("merged", "mixture_of_experts", "flagged", "official", "available", "adapter", "packed")
DAYS = ("published", "submitted")
# Little-endian wherever they are read: they are kept as bytes.
TYPES = {
    **dict.fromkeys((*SCORES, *NUMBERS), "<f8"),
    **dict.fromkeys((*WORDS, *DAYS), "<i4"),
    **dict.fromkeys(FLAGS, "i1"),
}


@dataclass(frozen=True)
class Scoreboard:
    """Standings under one protocol: row i of every column is standing i. More is better in all of them.

    `values`, `errors` and `normalized` have a column a benchmark, NaN where there is no score. An error is the
    interval's half-width over 1.96: unlike a standard error it knows of clusters, and is not 0 where all was right.
    Numbers are NaN, words and flags -1, days 0 where they are not known; words count in `words`, days as
    `date.toordinal` does.
    """

    benchmarks: tuple[str, ...]
    metrics: tuple[str, ...]
    words: Mapping[str, tuple[str, ...]]
    columns: Mapping[str, NDArray[Any]]

    def __len__(self) -> int:
        return len(self.columns["values"])

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.columns[name]

    def is_word(self, name: str, wanted: str) -> Bools:
        """Which models have this word; case does not count."""
        import numpy as np

        folded = wanted.casefold()
        codes = [place for place, word in enumerate(self.words[name]) if word.casefold() == folded]
        return np.isin(self.columns[name], codes)

    def joined(self, other: Scoreboard) -> Scoreboard:
        """These models and then the others, with this scoreboard's benchmarks; others' further scores are left out."""
        import numpy as np

        places = [other.benchmarks.index(name) if name in other.benchmarks else -1 for name in self.benchmarks]
        columns = {}
        for name, column in self.columns.items():
            added = other.columns[name]
            if name in SCORES:
                absent = np.full((len(added), 1), np.nan)
                added = np.hstack([added, absent])[:, places]
            elif name in WORDS:
                added = np.where(added < 0, added, added + len(self.words[name]))
            columns[name] = np.concatenate([column, added.astype(TYPES[name])])
        words = {name: (*said, *other.words[name]) for name, said in self.words.items()}
        return Scoreboard(self.benchmarks, self.metrics, words, columns)


def scoreboard(standings: Sequence[Standing]) -> Scoreboard:
    """The columns of standings of one protocol, benchmarks in the order in which they first come."""
    import numpy as np

    kinds: dict[str, str] = {}
    for each in standings:
        for name, estimate in each.scores.items():
            kinds.setdefault(name, estimate.metric)
    words, columns = {}, {}
    for name in WORDS:
        words[name], columns[name] = _coded(getattr(each, name) for each in standings)
    for name in NUMBERS:
        columns[name] = np.array([_or_nan(getattr(each, name)) for each in standings], TYPES[name])
    for name in FLAGS:
        known = (getattr(each, name) for each in standings)
        columns[name] = np.array([-1 if flag is None else flag for flag in known], TYPES[name])
    for name in DAYS:
        days = (getattr(each, name) for each in standings)
        columns[name] = np.array([day.toordinal() if day else 0 for day in days], TYPES[name])
    return Scoreboard(tuple(kinds), tuple(kinds.values()), words, columns | _scores(standings, tuple(kinds)))


def _scores(standings: Sequence[Standing], benchmarks: Sequence[str]) -> dict[str, NDArray[Any]]:
    import numpy as np

    shape = (len(standings), len(benchmarks))
    found = {name: np.full(shape, np.nan, TYPES[name]) for name in SCORES}
    for row, each in enumerate(standings):
        for place, name in enumerate(benchmarks):
            if estimate := each.scores.get(name):
                found["values"][row, place] = estimate.value
                found["errors"][row, place] = (estimate.high - estimate.low) / (2 * _Z)
            found["normalized"][row, place] = _or_nan(each.normalized.get(name))
    return found


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value


def _coded(said: Iterable[str | None]) -> tuple[tuple[str, ...], NDArray[Any]]:
    import numpy as np

    places: dict[str, int] = {}
    codes = [-1 if word is None else places.setdefault(word, len(places)) for word in said]
    return tuple(places), np.array(codes, TYPES["license"])
