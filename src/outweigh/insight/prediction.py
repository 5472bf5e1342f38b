"""A model's score on a benchmark that it has not run, from its card and any of its other scores.

What is learnt comes from one leaderboard and holds for its protocol alone. See `docs/prediction.md`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from outweigh.insight.blending import FOLDS, LEVEL, Learned, Part, learn
from outweigh.insight.families import families
from outweigh.insight.kernel import CARD_ALONE, WITH_SCORES, kernel
from outweigh.insight.learners import Floats, Inputs, trees
from outweigh.insight.range import Range
from outweigh.insight.traits import groups, traits, vocabulary, words
from outweigh.records import RATING, Predicted, Scale, Standing, UserError

_FEWEST = 100  # rows: below that whole families left out leave nothing to learn from
_CARD = ("parameters", "architecture", "precision", "kind", "license", "parent", "published", "generation", "likes")
_UNIT = {Scale.RAW: "percent", Scale.SHOWN: "points"}
_METHOD = (
    "kernel regression of absolute errors; where scores are known, also with a random effect a family, and boosted "
    f"trees; conformal interval over {FOLDS} folds of whole families"
)


class Predictor:
    """Predicts one benchmark from the scores on `known`, which may be none, and the card."""

    def __init__(
        self,
        standings: Sequence[Standing],
        benchmark: str,
        known: Sequence[str],
        *,
        scale: Scale = Scale.RAW,
        kin: Sequence[str] | None = None,
    ) -> None:
        """Learn from a leaderboard's rows; `kin` are their families where these are known already.

        UserError where the rows do not know the benchmark, or are too few.
        """
        self.benchmark, self.known, self.scale = benchmark, tuple(known), scale
        target = score_columns(standings, (benchmark,), scale)[:, 0]
        rows: list[int] = np.flatnonzero(~np.isnan(target)).tolist()
        check(standings, benchmark, self.known, len(rows))
        names = families(standings) if kin is None else kin
        codes = np.unique([names[row] for row in rows], return_inverse=True)[1]
        self._vocabulary = vocabulary([standings[row] for row in rows], [names[row] for row in rows])
        inputs = self._inputs([standings[row] for row in rows])
        if codes.max() == 0:
            raise UserError(
                f"{benchmark} cannot be predicted: its models are all of one family, and it takes two families"
            )
        self._learned: Learned = learn(inputs, target[np.array(rows)], codes, parts(self.known), (0.0, 100.0))
        self._range = Range([standings[row] for row in rows], inputs, self.known)

    def _inputs(self, standings: Sequence[Standing]) -> Inputs:
        return Inputs(
            score_columns(standings, self.known, self.scale),
            traits(standings),
            words(standings, self._vocabulary),
            groups(standings),
        )

    def values(self, standings: Sequence[Standing]) -> tuple[Floats, Floats, Floats]:
        """Values, and the lower and upper ends of their 90 % intervals, a row a model."""
        return self._learned.predict(self._inputs(standings))

    def predict(self, standings: Sequence[Standing]) -> list[Predicted]:
        """One record a model, with what it is based on and in what the model is unlike those learnt from."""
        inputs = self._inputs(standings)
        found = zip(*self._learned.predict(inputs), strict=True)
        return [
            Predicted(
                metric=self.benchmark,
                unit=_UNIT[self.scale],
                value=float(value),
                low=float(low),
                high=float(high),
                level=LEVEL,
                method=_METHOD,
                basis=basis(standing, self.known, inputs.scores[row]),
                out_of_range=self._range.outside(standing, inputs.at(np.array([row]))),
            )
            for row, (standing, (value, low, high)) in enumerate(zip(standings, found, strict=True))
        ]


def parts(known: Sequence[str]) -> tuple[Part, ...]:
    """What is blended. The card alone is best left to the kernel: trees and family effects made it worse.

    The shares are fixed: fitted ones swung with the families that were left out, between 0 and 0.8 for one learner.
    """
    if not known:
        return (Part(kernel(CARD_ALONE), 1.0),)
    return (Part(kernel(WITH_SCORES), 0.7), Part(trees, 0.3))


def check(standings: Sequence[Standing], benchmark: str, known: Sequence[str], rows: int) -> None:
    """Refuse what cannot be learnt, in one line."""
    there = sorted({name for standing in standings for name in standing.scores})
    for name in (benchmark, *known):
        if name not in there:
            raise UserError(f"{name} is no benchmark of this leaderboard: it has {', '.join(there) or 'none'}")
    rated = {name for each in standings for name, score in each.scores.items() if score.metric == RATING}
    if rating := next((name for name in (benchmark, *known) if name in rated), None):
        raise UserError(f"{rating} is a rating in points, and only shares of right answers can be predicted")
    if benchmark in known:
        raise UserError(f"the score on {benchmark} is known: ask for another benchmark, or leave that score out")
    if rows < _FEWEST:
        raise UserError(f"{benchmark}: {rows} models have a score on it, and at least {_FEWEST} are needed to predict")


def score_columns(standings: Sequence[Standing], benchmarks: Sequence[str], scale: Scale) -> Floats:
    """A row a standing and a column a benchmark, in percent or in the points that the leaderboard shows."""
    found = np.full((len(standings), len(benchmarks)), np.nan)
    for row, standing in enumerate(standings):
        for column, name in enumerate(benchmarks):
            if scale is Scale.SHOWN and name in standing.normalized:
                found[row, column] = standing.normalized[name]
            elif scale is Scale.RAW and name in standing.scores:
                found[row, column] = 100 * standing.scores[name].value
    return found


def basis(standing: Standing, known: Sequence[str], scores: Floats) -> tuple[str, ...]:
    """What of the model was known and used: scores (a row of them, in the order of `known`), its card, its name."""
    told = [name for name, score in zip(known, scores, strict=True) if not np.isnan(score)]
    return (*told, *(field for field in _CARD if getattr(standing, field) is not None), "name")
