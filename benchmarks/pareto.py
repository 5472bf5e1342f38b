"""How long an exact Pareto front of many models takes, on one core.

    python benchmarks/pareto.py [--models 100000] [--objectives 5] [--repeats 3] [--json]

Four kinds of tables: independent objectives, objectives that go together, few distinct values (ties), and a sphere, on
which every model is on the front: the worst case.
"""

import argparse
import json
from dataclasses import asdict, dataclass
from statistics import median
from time import perf_counter

import numpy as np

from outweigh.insight.pareto import front


@dataclass(frozen=True)
class Took:
    """One kind of table: models on its front, and the median time."""

    kind: str
    models: int
    objectives: int
    on_front: int
    seconds: float


def table(kind: str, models: int, objectives: int) -> np.ndarray:
    """Models × objectives."""
    rng = np.random.default_rng(1)
    match kind:
        case "independent":
            return rng.random((models, objectives))
        case "correlated":
            return rng.standard_normal((models, 1)) + 0.5 * rng.standard_normal((models, objectives))
        case "20 distinct values":
            return rng.integers(0, 20, (models, objectives)).astype(float)
        case _:
            ball = np.abs(rng.standard_normal((models, objectives)))
            return ball / np.linalg.norm(ball, axis=1, keepdims=True)


def took(kind: str, models: int, objectives: int, repeats: int) -> Took:
    """The median of some repeats."""
    values, seconds, found = table(kind, models, objectives), [], np.zeros(0)
    for _ in range(repeats):
        start = perf_counter()
        found = front(values, [True] * objectives)
        seconds.append(perf_counter() - start)
    return Took(kind, models, objectives, int(found.sum()), median(seconds))


def main() -> None:
    """Print one table, or one JSON object a line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=int, default=100_000)
    parser.add_argument("--objectives", type=int, default=5)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    if not asked.json:
        print("| table | models | objectives | on the front | seconds |\n|---|---|---|---|---|")
    for kind in ("independent", "correlated", "20 distinct values", "sphere"):
        each = took(kind, asked.models, asked.objectives, asked.repeats)
        print(
            json.dumps(asdict(each))
            if asked.json
            else f"| {each.kind} | {each.models:,} | {each.objectives} | {each.on_front:,} | {each.seconds:.2f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
