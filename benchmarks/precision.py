"""Whether measurements keep their word, simulated: repeat times as machines make them, and what is said of them.

python benchmarks/precision.py --simulate [--measurements 2000] [--most 700] [--json]
"""

import argparse
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import takewhile
from typing import Any

import numpy as np

from outweigh.stats.precision import LEAST, WANTED, Look, look, looks

Noise = Callable[[Any, int], Any]


def alike(phi: float) -> Noise:
    """Neighbours with correlation `phi`, of spread 1."""

    def noise(rng: Any, count: int) -> Any:
        from scipy.signal import lfilter

        shocks = rng.normal(size=count) * np.sqrt(1 - phi**2)
        shocks[0] = rng.normal()
        return lfilter([1.0], [1.0, -phi], shocks)

    return noise


def heavy(rng: Any, count: int) -> Any:
    """Student's t with two degrees of freedom: no finite variance."""
    return rng.standard_t(2, size=count)


def skewed(rng: Any, count: int) -> Any:
    """Now and then another process: one repeat in twenty takes up to many spreads longer. Its median is moved to 0."""
    spikes = (rng.random(count) < 0.05) * rng.exponential(20, count)
    return rng.normal(size=count) + spikes - 0.0659


def drifting(rng: Any, count: int) -> Any:
    """A slow wave, half a spread high and 200 repeats long, under noise of spread 1."""
    return rng.normal(size=count) + 0.5 * np.sin(2 * np.pi * (np.arange(count) / 200 + rng.random()))


def warming(rng: Any, count: int) -> Any:
    """Ten spreads slow at first, gone with a time constant of eight repeats."""
    return rng.normal(size=count) + 10 * np.exp(-np.arange(count) / 8)


NOISES: tuple[tuple[str, Noise], ...] = (
    ("independent", alike(0.0)),
    ("phi 0.5", alike(0.5)),
    ("phi 0.8", alike(0.8)),
    ("heavy tails", heavy),
    ("spikes", skewed),
    ("slow drift", drifting),
    ("warm-up", warming),
)
SPREADS = (0.003, 0.01, 0.03)


@dataclass(frozen=True)
class Line:
    """Many measurements of one kind, of which the true median is 1.

    `covered` and `narrow_covered` are shares whose interval holds it, of all with an interval and of those that stopped
    because it was narrow; `overlapping` counts pairs, `repeats` is the median number of them.
    """

    noise: str
    spread: float
    covered: float
    overlapping: float
    narrow: float
    narrow_covered: float
    without: float
    repeats: float


def measured(times: Any, least: int = LEAST) -> Look:
    """A measurement that stops at the first look that is narrow, or when there are no more times."""
    for count in takewhile(lambda size: size < len(times), looks(least)):
        found = look(times[:count], wanted=WANTED, least=least)
        if found.narrow:
            return found
    return look(times, wanted=WANTED, least=least)


def simulate(name: str, noise: Noise, spread: float, measurements: int, most: int) -> Line:
    """Measure many times, each with at most `most` repeats."""
    rng = np.random.default_rng([round(1000 * spread), *name.encode()])
    found = [measured(np.exp(spread * noise(rng, most))) for _ in range(measurements)]
    known = [each for each in found if each.median.low is not None]
    held = [each.median.low <= 1 <= each.median.high for each in known]
    narrow = [is_held for each, is_held in zip(known, held, strict=True) if each.narrow]
    pairs = list(zip(known[::2], known[1::2], strict=False))
    return Line(
        noise=name,
        spread=spread,
        covered=float(np.mean(held)),
        overlapping=float(np.mean([a.median.low <= b.median.high and b.median.low <= a.median.high for a, b in pairs])),
        narrow=len(narrow) / measurements,
        narrow_covered=float(np.mean(narrow)) if narrow else float("nan"),
        without=1 - len(known) / measurements,
        repeats=float(np.median([each.median.count + each.warmups for each in found])),
    )


def table(measurements: int, most: int) -> Iterator[Line]:
    """Every noise at every spread."""
    for name, noise in NOISES:
        for spread in SPREADS:
            yield simulate(name, noise, spread, measurements, most)


def main() -> None:
    """Print the table, or one JSON object a line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--simulate", action="store_true", required=True)
    parser.add_argument("--measurements", type=int, default=2000)
    parser.add_argument("--most", type=int, default=700, help="repeats that the budget allows")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    if not asked.json:
        print("noise        spread  covered  overlap  narrow  covered if narrow  no interval  repeats")
    for line in table(asked.measurements, asked.most):
        if asked.json:
            print(json.dumps(asdict(line)), flush=True)
            continue
        print(
            f"{line.noise:12s} {line.spread:5.1%} {line.covered:8.1%} {line.overlapping:8.1%} {line.narrow:7.0%}"
            f" {line.narrow_covered:18.1%} {line.without:12.1%} {line.repeats:8.0f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
