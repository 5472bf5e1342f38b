"""Whether a recommendation is as sure as it says, on a real leaderboard.

    python benchmarks/recommendation.py --leaderboard open_llm_leaderboard_v2.csv.gz [--needs 2000] [--json]

Needs are drawn at random: weights over the benchmarks, a limit on parameters or licences in some, and 4 to 40 models.
Of each model `outweigh.insight.recommendation.recommend` is told what few samples say of some benchmarks: binomial
draws from the published scores, which count as the truth. It never sees a published score, another need's models or
anything learnt from the leaderboard: its population are the noisy scores of the need's own models. Printed are how
often the recommended model is truly the best against the stated confidence (expected calibration error of ten bins of
equal width), and the regret against two plain rankings of the same scores, with paired 95 % intervals.
"""

import argparse
import json
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from outweigh.insight.recommendation import recommend
from outweigh.interop.open_llm_leaderboard import read_leaderboard
from outweigh.records import Candidate, Need, Objective, Standing, UserError

SAMPLES = (20, 50, 100, 200, 400)
MODELS = (4, 40)
WORLDS = 1024
BINS = 10
LICENCES = (("apache-2.0",), ("apache-2.0", "mit"), ("apache-2.0", "mit", "llama3.1", "gemma"))
SIZES = (3e9, 8.5e9, 15e9, 35e9)


@dataclass(frozen=True)
class Outcome:
    """One need: the confidence in the recommended model, whether it is the best, and what each choice forgoes."""

    models: int
    left: int
    confidence: float
    best: bool
    stated_regret: float
    regret: float
    regret_of_means: float
    regret_of_weighted_means: float


def standings(path: Path) -> tuple[tuple[str, ...], list[Standing]]:
    """Benchmarks, and the first evaluation of each model that has a score on all of them."""
    _, found = read_leaderboard(path)
    names = tuple(max((each.scores for each in found), key=len))
    whole = [each for each in found if len(each.scores) == len(names)]
    return names, list({each.model: each for each in reversed(whole)}.values())


def seen(truth: Standing, names: Sequence[str], counts: Sequence[int], missing: Sequence[bool], rng: Any) -> Candidate:
    """What few samples say of a model, with Wilson's intervals."""
    from statsmodels.stats.proportion import proportion_confint

    right = rng.binomial(counts, [min(max(truth.scores[name].value, 0.0), 1.0) for name in names])
    lows, highs = proportion_confint(right, np.array(counts), method="wilson")
    scores = {}
    for name, count, value, low, high, left_out in zip(
        names, counts, right / counts, lows, highs, missing, strict=True
    ):
        if not left_out:
            ends = {"low": min(low, value), "high": max(high, value)}
            scores[name] = Objective(value=value, **ends, count=count, source="wilson")
    return Candidate(title=truth.model, parameters=truth.parameters, license=truth.license, scores=scores)


def weights(names: Sequence[str], rng: Any) -> dict[str, float]:
    """Dirichlet weights on all benchmarks, or equal ones on a few."""
    if rng.random() < 0.6:
        return dict(zip(names, rng.dirichlet(np.ones(len(names))).tolist(), strict=True))
    return dict.fromkeys(rng.choice(names, int(rng.integers(1, 4)), replace=False).tolist(), 1.0)


def limits(rng: Any) -> dict[str, Any]:
    """None, or the most parameters, or licences, or both."""
    found: dict[str, Any] = {}
    if rng.random() < 0.4:
        found["max_parameters"] = float(rng.choice(SIZES))
    if rng.random() < 0.2:
        found["licences"] = LICENCES[int(rng.integers(len(LICENCES)))]
    return found


def drawn(names: Sequence[str], table: Sequence[Standing], rng: Any) -> tuple[list[Standing], list[Candidate], Need]:
    """Models with their true scores, what is told of them, and a need."""
    count = int(rng.integers(MODELS[0], MODELS[1] + 1))
    truths = [table[place] for place in rng.choice(len(table), count, replace=False)]
    counts = rng.choice(SAMPLES, len(names)).tolist()
    missing = rng.random((count, len(names))) < rng.uniform(0, 0.6)
    missing[np.arange(count), rng.integers(len(names), size=count)] = False  # each was asked something
    told = [seen(each, names, counts, row, rng) for each, row in zip(truths, missing, strict=True)]
    return truths, told, Need.model_validate({"weights": weights(names, rng), "limits": limits(rng)})


def outcome(names: Sequence[str], table: Sequence[Standing], seed: int) -> Outcome | None:
    """One need; None where it has a benchmark that no model was asked, or at most one model keeps the limits."""
    rng = np.random.default_rng(seed)
    truths, told, need = drawn(names, table, rng)
    try:
        found = recommend(told, need, worlds=WORLDS, seed=seed)
    except UserError:
        return None
    if len(found.ranked) < 2 or found.regret is None:
        return None
    left = {each.model for each in found.ranked}
    worth = {each.model: true_worth(each, need) for each in truths if each.model in left}
    most = max(worth.values())
    first = found.ranked[0]
    return Outcome(
        models=len(told),
        left=len(left),
        confidence=first.confidence,
        best=worth[first.model] >= most - 1e-12,
        stated_regret=found.regret.value,
        regret=most - worth[first.model],
        regret_of_means=most - worth[plain([each for each in told if each.title in left], dict.fromkeys(names, 1.0))],
        regret_of_weighted_means=most - worth[plain([each for each in told if each.title in left], need.weights)],
    )


def true_worth(truth: Standing, need: Need) -> float:
    """The weighted mean of published scores."""
    total = sum(need.weights.values())
    return sum(weight * truth.scores[name].value for name, weight in need.weights.items()) / total


def plain(told: Sequence[Candidate], weighed: dict[str, float]) -> str:
    """The model with the highest weighted mean of the scores that are there."""

    def mean(each: Candidate) -> float:
        there = {name: weight for name, weight in weighed.items() if name in each.scores and weight > 0}
        total = sum(there.values())
        return sum(weight * each.scores[name].value for name, weight in there.items()) / total if total else -1.0

    return max(told, key=mean).title


_TABLE: tuple[tuple[str, ...], list[Standing]] | None = None


def outcomes(path: Path, seeds: Sequence[int]) -> list[Outcome]:
    """The needs of these seeds, in a process of its own."""
    global _TABLE
    _TABLE = _TABLE or standings(path)
    found = [outcome(*_TABLE, seed) for seed in seeds]
    return [each for each in found if each is not None]


def reliability(confidence: Any, best: Any) -> tuple[float, list[dict[str, float]]]:
    """The expected calibration error, and what its bins hold."""
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    rows = []
    for place in range(BINS):
        inside = bins == place
        if inside.any():
            said, was, count = confidence[inside].mean(), best[inside].mean(), int(inside.sum())
            error = float(np.sqrt(max(was * (1 - was), 1 / (4 * count)) / count))
            rows.append({"from": place / BINS, "needs": count, "stated": said, "was_best": was, "error": error})
    gap = sum(abs(row["stated"] - row["was_best"]) * row["needs"] for row in rows) / len(confidence)
    return float(gap), rows


def by_chance(confidence: Any) -> float:
    """The calibration error that these confidences would have on average if each were exactly right."""
    rng = np.random.default_rng(1)
    return float(np.mean([reliability(confidence, rng.random(len(confidence)) < confidence)[0] for _ in range(200)]))


def paired(ours: Sequence[float], theirs: Sequence[float]) -> tuple[float, float, float]:
    """The mean of ours less theirs, and its 95 % interval."""
    gaps = np.array(ours) - np.array(theirs)
    reach = 1.96 * gaps.std(ddof=1) / np.sqrt(len(gaps))
    return float(gaps.mean()), float(gaps.mean() - reach), float(gaps.mean() + reach)


def summary(found: Sequence[Outcome]) -> dict[str, Any]:
    """Everything that is printed."""
    confidence = np.array([each.confidence for each in found])
    gap, rows = reliability(confidence, np.array([each.best for each in found], dtype=float))
    ours = [each.regret for each in found]
    rankings = {
        "mean of what is there": [each.regret_of_means for each in found],
        "weighted mean of what is there": [each.regret_of_weighted_means for each in found],
    }
    return {
        "needs": len(found),
        "calibration_error": gap,
        "calibration_error_by_chance": by_chance(confidence),
        "mean_confidence": float(confidence.mean()),
        "was_best": float(np.mean([each.best for each in found])),
        "regret": float(np.mean(ours)),
        "stated_regret": float(np.mean([each.stated_regret for each in found])),
        "against": {
            name: {"regret": float(np.mean(theirs)), "difference": paired(ours, theirs)}
            for name, theirs in rankings.items()
        },
        "bins": rows,
    }


def show(told: dict[str, Any]) -> None:
    """Two tables."""
    print(
        f"{told['needs']:,} needs: stated confidence {told['mean_confidence']:.1%}, was best {told['was_best']:.1%}, "
        f"expected calibration error {told['calibration_error']:.4f} (by chance alone about "
        f"{told['calibration_error_by_chance']:.4f})\n"
    )
    print("| stated | needs | mean stated | was best |\n|---|---|---|---|")
    for row in told["bins"]:
        span = f"{row['from']:.1f} to {row['from'] + 1 / BINS:.1f}"
        print(f"| {span} | {row['needs']} | {row['stated']:.3f} | {row['was_best']:.3f} ± {1.96 * row['error']:.3f} |")
    print("\n| choice | mean regret, points | recommended less this [95 %] |\n|---|---|---|")
    print(f"| recommended (stated: {100 * told['stated_regret']:.2f}) | {100 * told['regret']:.2f} | |")
    for name, each in told["against"].items():
        value, low, high = (100 * end for end in each["difference"])
        print(f"| {name} | {100 * each['regret']:.2f} | {value:+.2f} [{low:+.2f}, {high:+.2f}] |")


def main() -> None:
    """Draw needs until enough were answered, on as many processes as asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--leaderboard", type=Path, required=True)
    parser.add_argument("--needs", type=int, default=2000)
    parser.add_argument("--quick", action="store_true", help="300 needs")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--outcomes", type=Path, help="also write every need's outcome to this file")
    asked = parser.parse_args()
    needs = 300 if asked.quick else asked.needs
    found: list[Outcome] = []
    first, step = asked.seed * 1_000_000, 50
    with ProcessPoolExecutor(asked.processes) as pool:
        while len(found) < needs:
            more = -(-(needs - len(found)) // step) + 1
            starts = [first + step * place for place in range(more)]
            parts = pool.map(outcomes, [asked.leaderboard] * more, [range(each, each + step) for each in starts])
            found += [each for part in parts for each in part]
            first += step * more
    found = found[:needs]
    if asked.outcomes:
        asked.outcomes.write_text("".join(json.dumps(asdict(each)) + "\n" for each in found))
    told = summary(found)
    print(json.dumps(told)) if asked.json else show(told)


if __name__ == "__main__":
    main()
