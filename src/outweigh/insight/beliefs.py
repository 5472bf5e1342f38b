"""What may be true of candidates: every score and cost in many worlds, drawn together.

Scores that are shares are taken to the angle asin √p, on which their error hardly depends on p, and learnt as one
population (`population.py`). Predicted scores are worlds of their own already: they are drawn from their interval and
teach the population nothing, for they were learnt from such a population themselves. Costs are drawn from their
intervals, each by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from outweigh.insight import population
from outweigh.records import Area, Candidate, CostName, Known, Objective, UserError

if TYPE_CHECKING:
    import numpy as np

    from outweigh.stats.units import Floats

WORLDS = 2048
SEED = 1234
_FEWEST = 128
_NUMBERS = 20_000_000  # worlds × models × benchmarks at most
_NORMAL = 1.959963984540054  # two-sided 95 % of the normal distribution
_LEAST = 1e-6  # of the spread of a score: no error is below it


@dataclass(frozen=True)
class Beliefs:
    """Worlds of candidates.

    `scores` is worlds × candidates × benchmarks, `costs` worlds × candidates with NaN where a cost is not known.
    """

    candidates: tuple[Candidate, ...]
    benchmarks: tuple[str, ...]
    areas: Mapping[str, Area | None]
    scores: Floats
    costs: Mapping[CostName, Floats]

    @property
    def worlds(self) -> int:
        """How many there are."""
        return int(self.scores.shape[0])

    def members(self, name: str) -> tuple[int, ...]:
        """The columns of a benchmark, or of all benchmarks of an area. UserError where it is neither."""
        if name in self.benchmarks:
            return (self.benchmarks.index(name),)
        found = tuple(place for place, each in enumerate(self.benchmarks) if self.areas[each] == name)
        if not found:
            raise UserError(self._unknown(name))
        return found

    def _unknown(self, name: str) -> str:
        from difflib import get_close_matches

        there = sorted({str(area) for area in self.areas.values() if area})
        if name in list(Area):
            return f"no candidate has a score in the area {name}; there are {', '.join(there) or 'no areas'}"
        known = [*there, *self.benchmarks, *CostName]
        near = get_close_matches(name, known, 1, 0.5)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
        return f"unknown area or benchmark {name!r}; {hint}"


def believed(candidates: Sequence[Candidate], *, worlds: int | None = None, seed: int = SEED) -> Beliefs:
    """Worlds of these candidates. UserError where there is none, or no score at all."""
    import numpy as np

    if not candidates:
        raise UserError("no candidates: name runs that asked models, or a leaderboard")
    benchmarks = tuple(dict.fromkeys(name for each in candidates for name in each.scores))
    if not benchmarks:
        raise UserError("no candidate has a score: nothing can be recommended")
    count = worlds or _enough(len(candidates) * len(benchmarks))
    rng = np.random.default_rng(seed)
    scores = np.concatenate(
        [_scores(candidates, names, count, rng) for names in _kinds(candidates, benchmarks)], axis=2
    )
    names = [name for kind in _kinds(candidates, benchmarks) for name in kind]
    return Beliefs(
        candidates=tuple(candidates),
        benchmarks=tuple(names),
        areas={name: _area(candidates, name) for name in names},
        scores=scores,
        costs={cost: drawn for cost in CostName if (drawn := _costs(candidates, cost, count, rng)) is not None},
    )


def _enough(numbers: int) -> int:
    return max(_FEWEST, min(WORLDS, _NUMBERS // max(numbers, 1)))


def _kinds(candidates: Sequence[Candidate], benchmarks: Sequence[str]) -> list[tuple[str, ...]]:
    """Benchmarks whose scores are shares, and others: each kind is a population of its own."""
    shares = tuple(name for name in benchmarks if all(_share(each.scores.get(name)) for each in candidates))
    others = tuple(name for name in benchmarks if name not in shares)
    return [kind for kind in (shares, others) if kind]


def _share(found: Objective | None) -> bool:
    return found is None or 0 <= found.value <= 1


def _area(candidates: Sequence[Candidate], name: str) -> Area | None:
    return next((each.scores[name].area for each in candidates if name in each.scores), None)


def _scores(candidates: Sequence[Candidate], names: Sequence[str], count: int, rng: np.random.Generator) -> Floats:
    """True scores on benchmarks of one kind: worlds × candidates × benchmarks."""
    import numpy as np

    shares = all(_share(each.scores.get(name)) for each in candidates for name in names)
    seen, errors = _seen(candidates, names, as_angles=shares)
    middle, width = _scale(seen)
    sizes = np.array([np.log10(each.parameters) if each.parameters else np.nan for each in candidates])
    known = population.Scores((seen - middle) / width, np.maximum(errors / width, _LEAST), sizes)
    found = population.draws(known, population.fitted(known, rng), count, rng)
    found *= width.astype(np.float32)
    found += middle.astype(np.float32)
    if shares:
        np.sin(np.clip(found, 0, np.pi / 2, out=found), out=found)
        found *= found
    _predict(found, candidates, names, rng)
    return found


def _seen(candidates: Sequence[Candidate], names: Sequence[str], *, as_angles: bool) -> tuple[Floats, Floats]:
    """What was measured, on the scale on which it is learnt, and its errors there; NaN where it was not."""
    import numpy as np

    seen = np.full((len(candidates), len(names)), np.nan)
    errors = np.full_like(seen, np.nan)
    for row, each in enumerate(candidates):
        for column, name in enumerate(names):
            score = each.scores.get(name)
            if score is not None and score.known is not Known.PREDICTED:
                low, high = score.ends
                seen[row, column], errors[row, column] = score.value, (high - low) / (2 * _NORMAL)
                if as_angles:
                    ends = np.arcsin(np.sqrt(np.clip((low, high), 0, 1)))
                    seen[row, column], errors[row, column] = _angle(score.value, float(ends[1] - ends[0]))
                errors[row, column] *= np.sqrt(1 - score.shared)
    return seen, errors


def _angle(value: float, width: float) -> tuple[float, float]:
    """asin √p and its error by an interval's width on that scale, corrected near 0 and 1 as by Anscombe (1948)."""
    import numpy as np

    error = width / (2 * _NORMAL)
    count = 1 / (4 * error**2) if error > 0 else np.inf
    share = (value * count + 3 / 8) / (count + 3 / 4) if np.isfinite(count) else value
    return float(np.arcsin(np.sqrt(share))), error


def _scale(seen: Floats) -> tuple[Floats, Floats]:
    """A middle and a width for each column: those of what was seen."""
    import numpy as np

    there = np.isfinite(seen)
    counts = there.sum(axis=0)
    middle = np.where(there, seen, 0).sum(axis=0) / np.maximum(counts, 1)
    square = np.where(there, (seen - middle) ** 2, 0).sum(axis=0) / np.maximum(counts - 1, 1)
    common = float(np.sqrt(square[counts > 1].mean())) if (counts > 1).any() else 0.0
    width = np.sqrt(square)
    return middle, np.where((counts > 2) & (width > 0), width, common or 1.0)


def _predict(found: Floats, candidates: Sequence[Candidate], names: Sequence[str], rng: np.random.Generator) -> None:
    """Predicted scores in place of those that the population would give."""
    for row, each in enumerate(candidates):
        for column, name in enumerate(names):
            score = each.scores.get(name)
            if score is not None and score.known is Known.PREDICTED:
                found[:, row, column] = _spread(score, len(found), rng)


def _costs(candidates: Sequence[Candidate], cost: CostName, count: int, rng: np.random.Generator) -> Floats | None:
    """A cost in every world; None where nobody's is known."""
    import numpy as np

    if not any(cost in each.costs for each in candidates):
        return None
    made = np.full((count, len(candidates)), np.nan)
    for row, each in enumerate(candidates):
        if (found := each.costs.get(cost)) is not None:
            made[:, row] = np.maximum(_spread(found, count, rng), 0)
    return made


def _spread(found: Objective, count: int, rng: np.random.Generator) -> Floats:
    """Normal to each side of the value, so that the ends are its 95 % interval."""
    import numpy as np

    low, high = found.ends
    score = rng.standard_normal(count) / _NORMAL
    return np.asarray(found.value + np.where(score < 0, score * (found.value - low), score * (high - found.value)))
