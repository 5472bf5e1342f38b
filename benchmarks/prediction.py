"""How well scores are predicted for models of families that were never seen, on a real leaderboard.

    python benchmarks/prediction.py --leaderboard open_llm_leaderboard.csv[.gz] [--scale shown] [--json]

Families of fine-tunes, merges and re-uploads (`outweigh.insight.families`) are dealt whole into folds, the largest
first. For each benchmark of the table each fold is predicted by `Predictor`, the same code as `outweigh predict`,
which learns from the other folds alone and makes its intervals from these alone too.

(a) The other scores and the card are known: mean absolute error at least 25 % below a ridge regression on the other
scores and log parameters. (b) The card alone is known: at least 20 % below the best of the mean, the models nearest
by size and a line on log parameters. (c) 90 % intervals hold 88 to 92 % of the scores. Baselines learn from the same
rows, and are cut to 0-100 like the predictions.

Points are those that the leaderboard shows: version 2 rescaled from chance to best, version 1 percent.
OUTWEIGH_LEADERBOARD names the table where the flag does not.
"""

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from outweigh.insight.baselines import plain, ridge
from outweigh.insight.blending import deal
from outweigh.insight.families import families
from outweigh.insight.learners import Inputs
from outweigh.insight.prediction import Predictor, score_columns
from outweigh.insight.traits import traits
from outweigh.interop.open_llm_leaderboard import read_leaderboard
from outweigh.records import Scale, Standing, UserError

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
GAIN = {"scores": 0.25, "card": 0.20}
COVERED = (0.88, 0.92)
DRAWS = 2000


@dataclass(frozen=True)
class Line:
    """One benchmark and what was known. Errors are mean absolute ones in points, `gain` a share of the baseline's.

    `gain_low` and `gain_high` hold 95 % of gains over other draws of families (cluster bootstrap). `gain_told` is what
    the gain would be if each family's median error were known beforehand, which no model of new families can know.
    """

    benchmark: str
    known: str
    rows: int
    error: float
    baseline: str
    baseline_error: float
    gain: float
    gain_low: float
    gain_high: float
    gain_told: float
    wanted_gain: float
    covered: float
    width: float
    seconds: float

    @property
    def gained(self) -> bool:
        """Whether the error is as far below the baseline's as wanted."""
        return self.gain >= self.wanted_gain

    @property
    def holds(self) -> bool:
        """Whether the intervals hold as many scores as they should."""
        return COVERED[0] <= self.covered <= COVERED[1]


@dataclass(frozen=True)
class Table:
    """The rows that are predicted, their families, and the fold of each."""

    standings: Sequence[Standing]
    kin: Sequence[str]
    folds: NDArray[np.int64]
    benchmarks: tuple[str, ...]
    scale: Scale


@dataclass(frozen=True)
class Guesses:
    """What is true of one benchmark's rows, and what was predicted; `plainly` by each baseline."""

    truth: Floats
    value: Floats
    low: Floats
    high: Floats
    plainly: dict[str, Floats]


def guessed(table: Table, benchmark: str, known: tuple[str, ...]) -> Guesses:
    """Predict every fold from the others."""
    truth = score_columns(table.standings, (benchmark,), table.scale)[:, 0]
    cards = traits(table.standings)
    none = cards[:, :0]
    inputs = Inputs(score_columns(table.standings, known, table.scale), cards, none, none.astype(np.int64))
    there = ~np.isnan(truth)
    value, low, high = (np.full(len(truth), np.nan) for _ in range(3))
    plainly: dict[str, Floats] = {}
    for fold in range(table.folds.max() + 1):
        inside = np.flatnonzero((table.folds == fold) & there)
        outside = np.flatnonzero((table.folds != fold) & there)
        if len(inside) == 0:
            continue
        predictor = Predictor(
            [table.standings[row] for row in outside],
            benchmark,
            known,
            scale=table.scale,
            kin=[table.kin[row] for row in outside],
        )
        asked = [table.standings[row] for row in inside]
        value[inside], low[inside], high[inside] = predictor.values(asked)
        here, target = inputs.at(outside), truth[outside]
        made = {"ridge": ridge(here, target, inputs.at(inside))} if known else plain(here, target, inputs.at(inside))
        for name, guess in made.items():
            plainly.setdefault(name, np.full(len(truth), np.nan))[inside] = np.clip(guess, 0.0, 100.0)
    return Guesses(truth, value, low, high, plainly)


def predicted(table: Table, benchmark: str, known: tuple[str, ...]) -> Line:
    """How far the predictions of one benchmark are off, and a baseline's."""
    began = time.monotonic()
    found = guessed(table, benchmark, known)
    there = ~np.isnan(found.truth)
    truth = found.truth[there]
    plainly = {name: np.abs(guess[there] - truth) for name, guess in found.plainly.items()}
    best = min(plainly, key=lambda name: float(plainly[name].mean()))
    baseline = float(plainly[best].mean())
    kin = np.unique([table.kin[row] for row in np.flatnonzero(there)], return_inverse=True)[1]
    left = truth - found.value[there]
    error = float(np.abs(left).mean())
    low, high = gains(np.abs(left), plainly[best], kin)
    return Line(
        benchmark=benchmark,
        known="scores" if known else "card",
        rows=len(truth),
        error=error,
        baseline=best,
        baseline_error=baseline,
        gain=1 - error / baseline,
        gain_low=low,
        gain_high=high,
        gain_told=1 - float(np.abs(left - middles(left, kin)).mean()) / baseline,
        wanted_gain=GAIN["scores" if known else "card"],
        covered=float(((found.low[there] <= truth) & (truth <= found.high[there])).mean()),
        width=float((found.high - found.low)[there].mean()),
        seconds=time.monotonic() - began,
    )


def gains(errors: Floats, plain_errors: Floats, kin: Codes) -> tuple[float, float]:
    """The middle 95 % of gains where whole families are drawn again, with replacement."""
    ours, theirs = (np.bincount(kin, weights=each) for each in (errors, plain_errors))
    drawn = np.random.default_rng(1234).multinomial(len(ours), np.full(len(ours), 1 / len(ours)), size=DRAWS)
    low, high = np.quantile(1 - (drawn @ ours) / (drawn @ theirs), [0.025, 0.975])
    return float(low), float(high)


def middles(left: Floats, kin: Codes) -> Floats:
    """For each row the median of its family."""
    return np.array([np.median(left[kin == family]) for family in range(kin.max() + 1)])[kin]


def read(path: Path, scale: Scale, folds: int) -> Table:
    """The table with families and folds."""
    _, standings = read_leaderboard(path)
    kin = families(standings)
    codes = np.unique(kin, return_inverse=True)[1]
    if not len(codes) or codes.max() == 0:
        raise UserError(f"{path}: its models are all of one family: nothing can be left out and predicted")
    benchmarks = tuple(dict.fromkeys(name for standing in standings for name in standing.scores))
    return Table(standings, kin, deal(codes, folds), benchmarks, scale)


def show(line: Line) -> None:
    """One row of the table."""
    print(
        f"{line.benchmark:24s} {line.known:7s} {line.error:7.2f} {line.baseline_error:7.2f}  {line.baseline:23s}"
        f" {line.gain:6.1%} {'yes' if line.gained else 'NO':4s} {line.gain_low:6.1%} to {line.gain_high:5.1%}"
        f" {line.gain_told:6.1%}  {line.covered:6.1%} {'yes' if line.holds else 'NO':4s}"
        f" {line.width:6.1f} {line.seconds:6.0f}",
        flush=True,
    )


def head(table: Table, path: Path) -> None:
    """What is predicted, and how the families came out."""
    sizes = Counter(table.kin).most_common()
    print(f"{path.name}: {len(table.standings)} rows, {len(sizes)} families in {table.folds.max() + 1} folds;", end=" ")
    print("the largest: " + ", ".join(f"{name} {count}" for name, count in sizes[:5]))
    print(
        f"scale: {table.scale.value}; wanted: gain of 25 % with the other scores, 20 % with the card, 88-92 % covered"
    )
    print(
        f"{'benchmark':24s} known     error   plain  {'which':23s}   gain      {'95 %':16s} told   covered      width"
        " seconds"
    )


def lines(table: Table, only: str | None) -> Iterator[Line]:
    """All benchmarks, or one, each with the other scores known and with the card alone."""
    for benchmark in [only] if only else table.benchmarks:
        others = tuple(name for name in table.benchmarks if name != benchmark)
        for known in (others, ()):
            yield predicted(table, benchmark, known)


def run(asked: argparse.Namespace, path: Path) -> None:
    """Print the table, or one JSON object a line."""
    table = read(path, asked.scale, asked.folds)
    if asked.json:
        for line in lines(table, asked.only):
            print(json.dumps({**asdict(line), "gained": line.gained, "holds": line.holds}), flush=True)
        return
    head(table, path)
    shown = []
    for line in lines(table, asked.only):
        show(line)
        shown.append(line)
    gained, held = sum(line.gained for line in shown), sum(line.holds for line in shown)
    print(f"{gained} of {len(shown)} gains as wanted, {held} of {len(shown)} coverages within 88-92 %")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--leaderboard", type=Path, default=os.environ.get("OUTWEIGH_LEADERBOARD"))
    parser.add_argument("--folds", type=int, default=20)
    parser.add_argument("--scale", type=Scale, choices=list(Scale), default=Scale.SHOWN)
    parser.add_argument("--only", help="one benchmark alone")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    if asked.leaderboard is None:
        sys.exit("prediction.py: no leaderboard: give its csv or csv.gz with --leaderboard, or in OUTWEIGH_LEADERBOARD")
    try:
        run(asked, Path(asked.leaderboard))
    except UserError as error:
        sys.exit(f"prediction.py: {error}")


if __name__ == "__main__":
    main()
