"""What adaptive stopping costs and saves, simulated: false decisions between equal models, samples asked of others.

python benchmarks/adaptive.py [--pool 1319] [--discordance 0.3] [--runs 300] [--equal-runs 2000] [--json]
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import takewhile
from math import ceil

import numpy as np

from outweigh.engine.adaptive import FIRST, GROWTH
from outweigh.stats.power import ALPHA
from outweigh.stats.sequential import GAPS, Draws, evidence

GAPS_IN_POINTS = (2, 5, 10, 20)


@dataclass(frozen=True)
class Line:
    """Many simulated runs of two models with one true gap. `wrong` counts decisions for the worse model.

    Where the models are equal every decision is wrong. `mean_asked` and `most_asked` (the 90th percentile) are samples
    a model; `saved` is the share of the pool that need not be asked; `mean_gap_points` what was observed on average.
    """

    gap_points: int
    runs: int
    decided: float
    wrong: float
    mean_asked: float
    most_asked: float
    saved: float
    mean_gap_points: float


def looks(pool: int) -> list[int]:
    """The sizes at which a run looks."""
    sizes = [FIRST]
    while sizes[-1] < pool:
        sizes.append(ceil(sizes[-1] * GROWTH))
    return [*takewhile(lambda size: size < pool, sizes), pool]


def simulate(gap: float, discordance: float, pool: int, runs: int) -> Line:
    """Right-or-wrong answers: on a `discordance` of the samples one model alone is right."""
    rng = np.random.default_rng(round(1000 * gap))
    shares = [(discordance + gap) / 2, (discordance - gap) / 2, 1 - discordance]
    asked, seen, decided, wrong = [], [], 0, 0
    places = np.array(looks(pool))
    for _ in range(runs):
        differences = rng.choice([1.0, -1.0, 0.0], pool, p=shares)
        wealth = evidence(Draws((1 + differences) / 2, np.ones(pool), 1), 0.5, GAPS)
        reached = np.maximum.accumulate(wealth)[places - 1] > -np.log(ALPHA)
        stop = int(places[reached.argmax()]) if reached.any() else pool
        asked.append(stop)
        seen.append(differences[:stop].mean())
        decided += bool(reached.any())
        wrong += bool(reached.any()) and (gap == 0 or differences[:stop].sum() < 0)
    return Line(
        gap_points=round(100 * gap),
        runs=runs,
        decided=decided / runs,
        wrong=wrong / runs,
        mean_asked=float(np.mean(asked)),
        most_asked=float(np.quantile(asked, 0.9)),
        saved=1 - float(np.mean(asked)) / pool,
        mean_gap_points=100 * float(np.mean(seen)),
    )


def measure(discordance: float, pool: int, runs: int, equal_runs: int) -> Iterator[Line]:
    """Equal models first, then every gap that this discordance allows."""
    yield simulate(0.0, discordance, pool, equal_runs)
    for points in GAPS_IN_POINTS:
        if points / 100 <= discordance:
            yield simulate(points / 100, discordance, pool, runs)


def main() -> None:
    """Print the table, or one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pool", type=int, default=1319)
    parser.add_argument("--discordance", type=float, default=0.3)
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--equal-runs", type=int, default=2000)
    parser.add_argument("--json", action="store_true")
    flags = parser.parse_args()
    found = measure(flags.discordance, flags.pool, flags.runs, flags.equal_runs)
    if flags.json:
        print(json.dumps([asdict(line) for line in found], indent=2))
        return
    print(f"{flags.pool:,} samples, {flags.discordance:.0%} right in one model alone; looks: {looks(flags.pool)}")
    heads = (
        "true gap, points",
        "runs",
        "decided",
        "wrongly",
        "asked, mean",
        "asked, 9 in 10 at most",
        "not asked",
        "seen gap",
    )
    print(f"| {' | '.join(heads)} |\n{'|---' * len(heads)}|")
    for each in found:
        print(
            f"| {each.gap_points} | {each.runs:,} | {each.decided:.1%} | {each.wrong:.1%} | {each.mean_asked:,.0f} | "
            f"{each.most_asked:,.0f} | {each.saved:.0%} | {each.mean_gap_points:.1f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
