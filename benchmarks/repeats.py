"""Whether measurements are right and repeat: of a server whose times are known, and of real models measured again.

    python benchmarks/repeats.py --known
    python benchmarks/repeats.py --again MODEL ... [--pairs 20] [--budget 20s]

Both run `outweigh measure` as a user does, each time in a fresh process. `--known` asks a server that spends a known
time on each answer in a busy loop, and prints how far the medians are from it. `--again` measures each model twice a
pair, one after the other, and prints how many pairs of intervals of the median overlap.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).parent
KNOWN = ((0.05, 0.005, 11), (0.2, 0.01, 21), (0.5, 0.05, 11))  # seconds to the first token, between two, tokens
METRICS = ("ttft_seconds_p50", "tpot_seconds_p50", "e2e_seconds_p50")


@dataclass(frozen=True)
class Known:
    """One figure of a server whose times are known. Seconds; `error` is a share of the truth."""

    metric: str
    truth: float
    value: float
    low: float
    high: float
    error: float
    repeats: int
    stopped: str


@dataclass(frozen=True)
class Again:
    """One model measured many times. `half_width` is the median of the intervals', as a share of the median.

    `starts` are how many starts a measurement had, and how many measurements had so many.
    `apart` are the ratios of the medians of the pairs that do not overlap.
    """

    model: str
    metric: str
    pairs: int
    overlapping: int
    half_width: float
    spread: float
    starts: dict[int, int]
    noise: dict[str, int]
    apart: tuple[float, ...]


def measured(*flags: str) -> dict[str, Any]:
    """What `outweigh measure` says: the one measurement of a fresh home. The cache of models is the user's own."""
    from outweigh.store.home import home

    with tempfile.TemporaryDirectory() as folder:
        cache = home() / "cache"
        cache.mkdir(parents=True, exist_ok=True)
        (Path(folder) / "cache").symlink_to(cache)
        done = subprocess.run(
            [sys.executable, "-m", "outweigh", "measure", *flags, "--json"],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "OUTWEIGH_HOME": folder},
        )
    if done.returncode:
        sys.exit(f"outweigh measure failed:\n{done.stderr[-2000:]}")
    (found,) = json.loads(done.stdout)["run"]["measurements"]
    return dict(found)


def figures(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The figures by their names."""
    return {each["metric"]: each for each in found["figures"]}


@contextmanager
def busy(first: float, gap: float) -> Iterator[str]:
    """The address of a server of known times."""
    program = [sys.executable, str(HERE / "sides" / "busy_server.py"), str(first), str(gap)]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None and server.stdout is not None
        yield f"http://127.0.0.1:{int(server.stdout.readline())}/v1#busy"
        server.stdin.close()


def known() -> Iterator[Known]:
    """Every metric of every server."""
    for first, gap, tokens in KNOWN:
        truth = dict(zip(METRICS, (first, gap, first + gap * (tokens - 1)), strict=True))
        with busy(first, gap) as address:
            found = measured(address, "--output-tokens", str(tokens), "--prompt-tokens", "64", "--budget", "60s")
        for metric, seconds in truth.items():
            said = figures(found)[metric]
            yield Known(
                metric=metric,
                truth=seconds,
                value=said["value"],
                low=said["low"],
                high=said["high"],
                error=said["value"] / seconds - 1,
                repeats=found["precise"]["repeats"],
                stopped=found["precise"]["stopped"],
            )


def again(model: str, pairs: int, flags: list[str]) -> Again:
    """Pairs of measurements of one model."""
    metric = METRICS[-1]
    found = [measured(model, *flags) for _ in range(2 * pairs)]
    said = [figures(each)[metric] for each in found]
    both = list(zip(said[::2], said[1::2], strict=True))
    apart = [(a, b) for a, b in both if a["low"] > b["high"] or b["low"] > a["high"]]
    values = [each["value"] for each in said]
    noises = [each["conditions"]["noise"] for each in found]
    starts = [each["precise"]["starts"] for each in found]
    return Again(
        model=model,
        metric=metric,
        pairs=pairs,
        overlapping=pairs - len(apart),
        half_width=median((each["high"] - each["low"]) / 2 / each["value"] for each in said),
        spread=max(values) / min(values) - 1,
        starts={count: starts.count(count) for count in sorted(set(starts))},
        noise={name: noises.count(name) for name in sorted(set(noises))},
        apart=tuple(a["value"] / b["value"] for a, b in apart),
    )


def main() -> None:
    """Print one table, or one JSON object a line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--known", action="store_true")
    parser.add_argument("--again", nargs="+", default=[], metavar="MODEL")
    parser.add_argument("--pairs", type=int, default=20)
    parser.add_argument("--budget", default="20s")
    parser.add_argument("--prompt-tokens", default="64")
    parser.add_argument("--output-tokens", default="16")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    if not asked.known and not asked.again:
        parser.error("say --known, or --again with models")
    flags = ["--budget", asked.budget, "--prompt-tokens", asked.prompt_tokens, "--output-tokens", asked.output_tokens]
    if not asked.json and asked.known:
        print("| metric | truth, ms | median, ms | 95 % | error | requests | stopped |\n|---|---|---|---|---|---|---|")
    for each in known() if asked.known else ():
        print(
            json.dumps(asdict(each))
            if asked.json
            else f"| {each.metric} | {1e3 * each.truth:.0f} | {1e3 * each.value:.2f} | "
            f"{1e3 * each.low:.2f} to {1e3 * each.high:.2f} | {each.error:+.2%} | {each.repeats} | {each.stopped} |",
            flush=True,
        )
    if not asked.json and asked.again:
        print("| model | pairs | overlapping | half-width | largest over smallest | starts | noise | apart |")
        print("|---|---|---|---|---|---|---|---|")
    for model in asked.again:
        one = again(model, asked.pairs, flags)
        print(
            json.dumps(asdict(one))
            if asked.json
            else f"| {model} | {one.pairs} | {one.overlapping} | ± {one.half_width:.1%} | +{one.spread:.1%} | "
            f"{', '.join(f'{starts} in {count}' for starts, count in one.starts.items())} | "
            f"{', '.join(f'{count} {name}' for name, count in one.noise.items())} | "
            f"{', '.join(f'{ratio:.3f}' for ratio in one.apart) or 'none'} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
