"""Outweigh's side: one work, one model, one fresh process. The order and the answer as on the other side."""

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from watch import Watch, matrix_peak

from outweigh.benchmarks.benchmark import Draw
from outweigh.benchmarks.catalogue import benchmarks
from outweigh.benchmarks.prompting import Plain
from outweigh.benchmarks.sources import rows_here
from outweigh.engine.asking import ask
from outweigh.engine.candidates import Candidate, find
from outweigh.engine.config import RunConfig, checked
from outweigh.engine.work import Work, choose
from outweigh.records import Generated, Likelihood, Likelihoods, Transcript


def operations(model: Any) -> float:
    """Floating-point operations of all matrix products for what was computed; attention with what a token may see."""
    module = model.network.module
    head = module.get_output_embeddings()
    linear = (each for each in module.modules() if isinstance(each, torch.nn.Linear) and each is not head)
    body = sum(each.weight.numel() for each in linear)
    network, config = model.network, module.config.get_text_config()
    width = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    attention = 2 * config.num_attention_heads * width  # a pair's score and its share of the values
    counts = ((network.computed, body), (network.read, head.weight.numel()), (network.attended, attention))
    return 2.0 * sum(count * each for count, each in counts)


def opened(order: dict[str, Any]) -> tuple[Candidate, RunConfig]:
    """The order's model, loaded and warm, and how to ask it."""
    config = checked(
        {
            "models": (order["folder"],),
            "num_fewshot": order["shots"],
            "limit": order["limit"],
            "precision": order["dtype"],
            "device": "cpu",
            "mirror": order["mirror"],
        }
    )
    candidate = find(order["folder"], config, Path(order["folder"]), lambda line: None)
    dict(candidate.model().answer([("warm", Likelihood(contexts=("A warm",), continuations=(" start",)))]))
    return candidate, config


def answered(candidate: Candidate, config: RunConfig, name: str, *, first_shots: bool) -> Iterator[Transcript]:
    """Every sample of a benchmark, as it is answered."""
    (benchmark,) = benchmarks(name)
    if first_shots:
        benchmark = replace(benchmark, draw=Draw.FIRST)
    chosen = choose(benchmark, benchmark.load(rows_here(config.mirror)), config, shots=None, limit=None)
    work = Work(chosen, candidate.spec, config, Plain())
    for transcripts, _ in ask(work, chosen.samples, candidate.model, candidate.laps):
        yield from transcripts


def main() -> None:
    """Answer the order."""
    order = json.load(sys.stdin)
    torch.set_num_threads(order["threads"])
    candidate, config = opened(order)
    model: Any = candidate.model()
    peak = matrix_peak(order["dtype"])
    model.network.reset()
    watch, answers = Watch(), {}
    for name in order["data"]:
        answers[name] = found = {}
        with watch:
            transcripts = list(answered(candidate, config, name, first_shots=order["first_shots"]))
        for transcript in transcripts:
            response = transcript.response
            if isinstance(response, Likelihoods):
                said = {"sums": response.sums, "greedy": response.is_greedy}
            else:
                assert isinstance(response, Generated), response
                said = {"text": response.text}
            found[transcript.sample.id] = said
    done = {
        "seconds": watch.seconds,
        "over_bytes": watch.over_bytes,
        "answers": answers,
        "computed": model.network.computed,
        "operations": operations(model),
        "peak": max(peak, matrix_peak(order["dtype"])),
    }
    print(json.dumps(done))


if __name__ == "__main__":
    main()
