"""True scores of many models from noisy and missing ones: what the models have in common says what one may be.

Each model's scores, over the benchmarks, are taken as drawn from one population: a multivariate Student distribution
around a line in a covariate, such as the logarithm of the parameters, with covariances between benchmarks. Population
and scores are drawn together by Gibbs sampling from the models at hand alone (empirical Bayes: Efron and Morris 1975;
Gelman et al. 2013, chapters 15 and 17). So the best of many noisy scores is drawn towards the others as far as noise
explains it, and a missing score is as uncertain as those that are there leave it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from outweigh.stats.units import Floats

    Ints = NDArray[np.int64]

CHAINS = 32
SWEEPS = 8
TAILS = 8.0  # degrees of freedom of the population: a few models lie far out
_SETTLING = 2  # draws of a model's tail weight before its scores count
_PSEUDO = 3.0  # models' worth of belief in the prior covariance, beyond one for each benchmark
_CORRELATION = 0.5  # between two benchmarks, before anything is seen
_LEAST = 1.0  # spread between models, as a share of the errors, below which the prior does not go
_FITTED = 4000  # models that the population is learnt from at most, drawn at random
_CELLS = 150_000  # chains × models that are computed at once


@dataclass(frozen=True)
class Scores:
    """Models × benchmarks: what was seen, NaN where nothing was, and its standard errors; a covariate of each model.

    Unknown covariates are NaN.
    """

    seen: Floats
    errors: Floats
    covariate: Floats

    def of(self, rows: Ints) -> Scores:
        """Some models of these."""
        return Scores(self.seen[rows], self.errors[rows], self.covariate[rows])


@dataclass
class Population:
    """Lines (chains × 2 × benchmarks) and precision matrices: what is believed of all models, once a chain."""

    lines: Floats
    precisions: Floats
    middle: float
    spread: float

    def design(self, covariate: Floats) -> Floats:
        """A column of ones and one of standardised covariates; unknown ones count as the mean."""
        import numpy as np

        column = np.where(np.isfinite(covariate), (covariate - self.middle) / self.spread, 0.0)
        return np.column_stack([np.ones(len(column)), column])


def fitted(scores: Scores, rng: np.random.Generator) -> Population:
    """The population of these models, drawn once a chain."""
    import numpy as np

    if len(scores.seen) > _FITTED:
        scores = scores.of(np.sort(rng.choice(len(scores.seen), _FITTED, replace=False)))
    prior = _prior(scores)
    found = _start(scores, prior)
    design = found.design(scores.covariate)
    tails = np.ones((len(found.lines), len(design)))
    for _ in range(SWEEPS):
        truth = _truths(scores, design, found, tails, rng)
        _learn(truth, design, prior, found, tails, rng)
        tails = _tails(truth, design, found, rng)
    return found


def draws(scores: Scores, found: Population, count: int, rng: np.random.Generator) -> Floats:
    """True scores of these models in `count` worlds: worlds × models × benchmarks, in single precision."""
    import numpy as np

    design, chains = found.design(scores.covariate), len(found.lines)
    made = np.empty((count, *scores.seen.shape), dtype=np.float32)
    step = max(1, _CELLS // max(len(design), 1))
    for first in range(0, chains, step):
        part = Population(found.lines[first : first + step], found.precisions[first : first + step], 0.0, 1.0)
        tails = np.ones((len(part.lines), len(design)))
        for _ in range(_SETTLING):
            tails = _tails(_truths(scores, design, part, tails, rng), design, part, rng)
        mean, root = _posterior(scores, design, part, tails)
        for place in range(len(part.lines)):
            worlds = np.arange(first + place, count, chains)
            noise = rng.standard_normal((len(worlds), *mean.shape[1:]))
            made[worlds] = mean[place] + np.einsum("mij,wmj->wmi", root[place], noise)
    return made


def _prior(scores: Scores) -> Floats:
    """The covariance that is believed before: equal correlations, spreads as wide as the noise leaves over.

    Scores of few models may differ by less than their noise would make them by chance. That is no proof that the models
    are equal, so the spread is believed to be at least as wide as the errors are.
    """
    import numpy as np

    there = np.isfinite(scores.seen)
    left = []
    for place in np.flatnonzero(there.sum(axis=0) > 1):
        rows = there[:, place]
        left.append(scores.seen[rows, place].var(ddof=1) - np.mean(scores.errors[rows, place] ** 2))
    noise = float(np.mean(scores.errors[there] ** 2)) if there.any() else 1.0
    spread = max(float(np.mean(left)) if left else noise, _LEAST**2 * noise, 1e-12)
    widths = there.shape[1]
    return np.asarray(spread * ((1 - _CORRELATION) * np.eye(widths) + _CORRELATION))


def _start(scores: Scores, prior: Floats) -> Population:
    """All chains at the column means and the prior covariance."""
    import numpy as np

    models, widths = scores.seen.shape
    chains = max(4, min(CHAINS, _CELLS // max(models, 1)))
    there = np.isfinite(scores.seen)
    means = np.where(there, scores.seen, 0).sum(axis=0) / np.maximum(there.sum(axis=0), 1)
    seen = there.any(axis=0)
    means[~seen] = means[seen].mean() if seen.any() else 0.0
    known = scores.covariate[np.isfinite(scores.covariate)]
    varied = len(known) > 2 and np.ptp(known) > 0
    lines = np.zeros((chains, 2, widths))
    lines[:, 0] = means
    return Population(
        lines=lines,
        precisions=np.broadcast_to(np.linalg.inv(prior), (chains, widths, widths)).copy(),
        middle=float(known.mean()) if len(known) else 0.0,
        spread=float(known.std()) if varied else 1.0,
    )


def _posterior(scores: Scores, design: Floats, found: Population, tails: Floats) -> tuple[Floats, Floats]:
    """Mean and root of the covariance of every model's true scores, given the population: chains × models × …"""
    import numpy as np

    there = np.isfinite(scores.seen)
    weight = np.where(there, 1 / np.where(there, scores.errors, 1) ** 2, 0)
    own = tails[:, :, None, None] * found.precisions[:, None]
    pull = np.einsum("cmij,cmj->cmi", own, design @ found.lines) + weight * np.where(there, scores.seen, 0)
    precision = own + weight[None, :, :, None] * np.eye(weight.shape[1])
    # The root of the precision, not of its inverse: it holds for scores known to any number of digits.
    root = np.linalg.inv(np.linalg.cholesky(precision)).swapaxes(2, 3)
    return np.einsum("cmij,cmkj,cmk->cmi", root, root, pull, optimize=True), root


def _truths(scores: Scores, design: Floats, found: Population, tails: Floats, rng: np.random.Generator) -> Floats:
    """One draw of all true scores a chain: chains × models × benchmarks."""
    import numpy as np

    mean, root = _posterior(scores, design, found, tails)
    return np.asarray(mean + np.einsum("cmij,cmj->cmi", root, rng.standard_normal(mean.shape)))


def _tails(truth: Floats, design: Floats, found: Population, rng: np.random.Generator) -> Floats:
    """How far out each model may lie: the weights that make a normal distribution a Student's."""
    import numpy as np

    away = truth - design @ found.lines
    far = np.einsum("cmi,cij,cmj->cm", away, found.precisions, away)
    return np.asarray(rng.gamma((TAILS + truth.shape[2]) / 2, 1, far.shape) / ((TAILS + far) / 2))


def _learn(
    truth: Floats, design: Floats, prior: Floats, found: Population, tails: Floats, rng: np.random.Generator
) -> None:
    """New lines and precision matrices given the true scores."""
    import numpy as np

    widths = truth.shape[2]
    weighted = tails[:, :, None] * design
    inverse = np.linalg.inv(np.einsum("cmi,mj->cij", weighted, design) + np.diag([1e-9, 1.0]))
    lines = inverse @ np.einsum("cmi,cmj->cij", weighted, truth)
    away = truth - design @ lines
    scatter = np.einsum("cm,cmi,cmj->cij", tails, away, away)
    scatter += lines[:, 1, :, None] * lines[:, 1, None, :]  # the slope's own prior is part of the fit
    belief = _PSEUDO + widths
    found.precisions = _wishart(np.linalg.inv(scatter + belief * prior), belief + truth.shape[1], rng)
    roots = np.linalg.cholesky(np.linalg.inv(found.precisions))
    noise = rng.standard_normal(lines.shape)
    found.lines = lines + np.linalg.cholesky(inverse) @ noise @ roots.transpose(0, 2, 1)


def _wishart(scales: Floats, freedom: float, rng: np.random.Generator) -> Floats:
    """One Wishart matrix for each scale, by Bartlett's decomposition (1933)."""
    import numpy as np

    count, widths, _ = scales.shape
    lower = np.tril(rng.standard_normal((count, widths, widths)), -1)
    turn = np.arange(widths)
    lower[:, turn, turn] = np.sqrt(rng.chisquare(freedom - turn, (count, widths)))
    root = np.linalg.cholesky(scales) @ lower
    return np.asarray(root @ root.transpose(0, 2, 1))
