"""How fast a leaderboard answers, and how much of it hangs on which samples and models happened to be there.

    python benchmarks/leaderboard.py --query [--models 100000] [--repeats 30]
    python benchmarks/leaderboard.py --stability open_llm_leaderboard_v2.csv.gz [--draws 20]

`--query` keeps made standings in a new SQLite database and asks it as `outweigh leaderboard` does, every time in a new
transaction. `--stability` drops a tenth of the samples of every benchmark (of the right and wrong answers that a
published share stands for; for each model others, which is harsher than the same for all), or a tenth of the models,
and prints what moved.
"""

import argparse
import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from pathlib import Path
from time import perf_counter

import numpy as np

from outweigh.insight.leaderboard import Entries, Order, leaderboard
from outweigh.insight.narrowing import narrowed
from outweigh.interop.standing_files import read_standings
from outweigh.records import Estimate, Filters, Leaderboard, Provenance, Scoreboard, Standing, scoreboard
from outweigh.stats import aggregates
from outweigh.stats.ranks import factors, rank_ranges, tied_for_first
from outweigh.store import standings
from outweigh.store.database import opened

BENCHMARKS = tuple(f"benchmark_{number}" for number in range(6))
TABLE = Provenance(name="made", protocol="made", address="", read_at=date(2026, 11, 28))
LICENSES = ("apache-2.0", "mit", "llama3.1", "gemma", "other", None)
SMALL = Filters(max_parameters=8e9, licenses=("apache-2.0", "mit"))
DROPPED = 0.1
SEED = 1234
Z = 1.959963984540054


@dataclass(frozen=True)
class Timed:
    """Milliseconds of one question: the median of calls, and the interval that holds the true one with 95 %."""

    question: str
    models: int
    median: float
    low: float
    high: float
    calls: int


@dataclass(frozen=True)
class Moved:
    """What moved when a tenth was dropped: a mean over draws, and the middle 95 % of them."""

    dropped: str
    what: str
    mean: float
    low: float
    high: float
    draws: int


def made(count: int) -> list[Standing]:
    """Models of six benchmarks, whose strengths and sizes go together."""
    rng = np.random.default_rng(SEED)
    strength = rng.normal(0, 1, count)
    scores = 1 / (1 + np.exp(-(strength[:, None] + rng.normal(0, 0.5, (count, len(BENCHMARKS))))))
    sizes = np.exp(rng.normal(22.5, 1, count) + 0.5 * strength)
    return [
        Standing(
            provenance=TABLE.name,
            model=f"owner-{place % 997}/model-{place}",
            precision="bfloat16",
            architecture=f"Architecture{place % 11}",
            license=LICENSES[place % len(LICENSES)],
            parameters=float(sizes[place]),
            available=place % 3 != 0,
            scores={name: _estimate(float(score)) for name, score in zip(BENCHMARKS, scores[place], strict=True)},
        )
        for place in range(count)
    ]


def _estimate(value: float, count: int = 1000) -> Estimate:
    half = Z * float(_error(np.array(value), np.array(count)))
    return Estimate(
        metric="acc",
        value=value,
        low=max(0.0, value - half),
        high=min(1.0, value + half),
        standard_error=half / Z,
        count=count,
        method="made",
        headline=True,
    )


def query(count: int, repeats: int) -> Iterator[Timed]:
    """How long the database and the ranking take together."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/made.db"
        with opened(url) as session:
            standings.keep(session, TABLE, made(count))
        questions: dict[str, Callable[[], object]] = {
            "columns alone": partial(_board, url),
            "filtered, ranked by mean, 20 shown": partial(_listed, url, SMALL),
            "all, ranked by mean, 20 shown": partial(_listed, url, Filters(unavailable=True)),
            "filtered, with every average and what it changes": partial(_ranked, url, SMALL),
            "all, with every average and what it changes": partial(_ranked, url, Filters(unavailable=True)),
        }
        for question, ask in questions.items():
            yield _timed(question, count, ask, repeats)


def _timed(question: str, count: int, ask: Callable[[], object], repeats: int) -> Timed:
    ask()  # imports, and the operating system's own copy of the file
    times = []
    for _ in range(repeats):
        start = perf_counter()
        ask()
        times.append(1e3 * (perf_counter() - start))
    ordered = np.sort(times)
    reach = Z * np.sqrt(repeats) / 2  # of ranks around the middle: the binomial's normal limit
    low, high = int(max(0, np.floor(repeats / 2 - reach))), int(min(repeats - 1, np.ceil(repeats / 2 + reach)))
    return Timed(question, count, float(np.median(ordered)), float(ordered[low]), float(ordered[high]), repeats)


def _board(url: str) -> Scoreboard:
    with opened(url, reading=True) as session:
        return standings.scoreboard(session, TABLE.name)


def _rows(url: str, rows: Sequence[int]) -> list[Standing]:
    with opened(url, reading=True) as session:
        return standings.rows(session, TABLE.name, rows)


def _listed(url: str, filters: Filters) -> list[Standing]:
    """The first twenty with their ranges and the band, and nothing more."""
    board = _board(url)
    kept = np.flatnonzero(narrowed(board, filters).kept)
    score = aggregates.mean(board["values"][kept], board["errors"][kept])
    first = np.argpartition(-score.values, 20)[:20]
    first = first[np.argsort(-score.values[first], kind="stable")]
    reach = factors(score.errors)
    rank_ranges(score.values, score.errors, first, reach)
    tied_for_first(score.values, score.errors, reach)
    return _rows(url, [int(row) for row in kept[first]])


def _ranked(url: str, filters: Filters) -> Leaderboard:
    return leaderboard(Entries(_board(url), partial(_rows, url), TABLE), filters, Order())


def stability(path: Path, draws: int) -> Iterator[Moved]:
    """What moves on a real table."""
    _, read = read_standings(path)
    board = scoreboard(read)
    counts = np.array([[each.scores[name].count for name in board.benchmarks] for each in read])
    before = _tiers(board["values"], board["errors"])
    rng = np.random.default_rng(SEED)
    for dropped, draw in (("samples", _fewer_samples), ("models", _fewer_models)):
        found = [draw(board, counts, before, rng) for _ in range(draws)]
        for what in found[0]:
            values = np.array([each[what] for each in found])
            low, high = np.nanpercentile(values, (2.5, 97.5))
            seen = int((~np.isnan(values)).sum())
            yield Moved(dropped, what, float(np.nanmean(values)), float(low), float(high), seen)


@dataclass(frozen=True)
class Tiers:
    """Who is tied for first, every model's range, and for every two models whether one is surely ahead of the other."""

    leader: int
    tied: frozenset[int]
    lows: np.ndarray
    highs: np.ndarray
    ahead: np.ndarray


def _tiers(values: np.ndarray, errors: np.ndarray) -> Tiers:
    score = aggregates.mean(values, errors)
    reach = factors(score.errors)
    lows, highs = rank_ranges(score.values, score.errors, np.arange(len(values)), reach)
    sure = reach[:, None] * np.hypot(score.errors[:, None], score.errors)
    gaps = score.values[:, None] - score.values
    tied = tied_for_first(score.values, score.errors, reach)
    return Tiers(
        int(tied[0]),
        frozenset(tied.tolist()),
        lows,
        highs,
        (gaps > sure).astype(np.int8) - (gaps < -sure),
    )


def _fewer_samples(board: Scoreboard, counts: np.ndarray, before: Tiers, rng: np.random.Generator) -> dict[str, float]:
    right = np.round(board["values"] * counts).astype(np.int64)
    left = np.round((1 - DROPPED) * counts).astype(np.int64)
    values = rng.hypergeometric(right, counts - right, left) / left
    return _moved(before, _tiers(values, _error(values, left)), np.arange(len(values)))


def _fewer_models(board: Scoreboard, _: np.ndarray, before: Tiers, rng: np.random.Generator) -> dict[str, float]:
    count = len(board)
    kept = np.sort(rng.choice(count, round((1 - DROPPED) * count), replace=False))
    return _moved(before, _tiers(board["values"][kept], board["errors"][kept]), kept)


def _moved(before: Tiers, after: Tiers, kept: np.ndarray) -> dict[str, float]:
    """Shares: of models that enter or leave the band, of pairs with another verdict, of all ranks that ends move by."""
    tied = {int(kept[place]) for place in after.tied}
    held = before.tied & set(kept.tolist())
    either = tied | held
    old = (before.lows[kept] - 1) / len(before.lows), before.highs[kept] / len(before.lows)
    new = (after.lows - 1) / len(after.lows), after.highs / len(after.lows)
    ends = np.mean([np.abs(old[0] - new[0]).mean(), np.abs(old[1] - new[1]).mean()])
    band = len(tied ^ held) / len(either)
    return {
        "models that enter or leave the band, of all models": len(tied ^ held) / len(kept),
        "models that enter or leave the band, of those in it before or after": band,
        "the same, where the leader was not dropped": band if before.leader in kept else float("nan"),
        "pairs of models with another verdict": float((before.ahead[np.ix_(kept, kept)] != after.ahead).mean()),
        "ends of rank ranges, as a share of all ranks": float(ends),
    }


def _error(values: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Half of Wilson's interval over 1.96."""
    return np.asarray(np.sqrt(values * (1 - values) / counts + Z**2 / (4 * counts**2)) / (1 + Z**2 / counts))


def main() -> None:
    """Print two tables, or one JSON object a line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--query", action="store_true")
    parser.add_argument("--models", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=30)
    parser.add_argument("--stability", type=Path, metavar="TABLE")
    parser.add_argument("--draws", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    if not asked.query and asked.stability is None:
        parser.error("say --query, or --stability with a table")
    if asked.query and not asked.json:
        print("| question | models | median, ms | 95 % | calls |\n|---|---|---|---|---|")
    for each in query(asked.models, asked.repeats) if asked.query else ():
        cells = (
            each.question,
            f"{each.models:,}",
            f"{each.median:.1f}",
            f"{each.low:.1f} to {each.high:.1f}",
            each.calls,
        )
        print(json.dumps(asdict(each)) if asked.json else "| " + " | ".join(map(str, cells)) + " |", flush=True)
    if asked.stability and not asked.json:
        print("| a tenth of the | what moves | mean | middle 95 % of draws | draws |\n|---|---|---|---|---|")
    for one in stability(asked.stability, asked.draws) if asked.stability else ():
        span = f"{one.low:.2%} to {one.high:.2%}"
        told = (one.dropped, one.what, f"{one.mean:.2%}", span, one.draws)
        print(json.dumps(asdict(one)) if asked.json else "| " + " | ".join(map(str, told)) + " |", flush=True)


if __name__ == "__main__":
    main()
