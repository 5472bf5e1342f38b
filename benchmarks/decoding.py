"""Where the seconds of writing answers go, and the least that this machine allows for each part of it.

    python benchmarks/decoding.py --mirror DIR [--model smollm2] [--work gsm8k_first] [--threads N] [--json]

A part cannot take less than its operations at the rate of `torch.mm`, nor less than reading every weight once at the
rate at which this machine reads memory: with few sequences left, a step is all reading. `floor` is the larger of the
two, summed over the part's steps.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent / "sides"))
BUCKETS = (1, 2, 4, 8, 16, 24, 32)


@dataclass
class Part:
    """Steps that are alike, together. `operations` are floating-point, `floor` the least seconds that they can take."""

    name: str
    steps: int = 0
    tokens: int = 0
    seconds: float = 0.0
    operations: float = 0.0
    floor: float = 0.0


@dataclass(frozen=True)
class Machine:
    """Operations and bytes a second."""

    operations: float
    read: float


def read_rate() -> float:
    """Bytes a second that a sum over a gigabyte reads: the best of ten."""
    import torch

    values = torch.ones(1 << 28)
    best = float("inf")
    for _ in range(10):
        begun = time.perf_counter()
        values.sum()
        best = min(best, time.perf_counter() - begun)
    return values.numel() * values.element_size() / best


class Profile:
    """Times every pack and every step of a network."""

    def __init__(self, model: Any, machine: Machine) -> None:
        from outweigh_side import operations

        self.parts: dict[str, Part] = {}
        self._model, self._machine, self._operations = model, machine, operations
        parameters = {id(each): each.numel() * each.element_size() for each in model.network.module.parameters()}
        self._weights = sum(parameters.values())
        self._walk, self._step = model.network.walk, model.network.step
        model.network.walk, model.network.step = self.walk, self.step

    def _timed(self, name: Callable[[int], str], work: Callable[[], Any]) -> Any:
        network = self._model.network
        tokens, done = network.computed, self._operations(self._model)
        begun = time.perf_counter()
        found = work()
        seconds = time.perf_counter() - begun
        count = network.computed - tokens
        if count:
            part = self.parts.setdefault(name(count), Part(name(count)))
            made = self._operations(self._model) - done
            part.steps, part.tokens, part.seconds = part.steps + 1, part.tokens + count, part.seconds + seconds
            part.operations += made
            part.floor += max(made / self._machine.operations, self._weights / self._machine.read)
        return found

    def walk(self, *given: Any, **flags: Any) -> Iterator[Any]:
        """Packs, each a part of filling."""
        packs = self._walk(*given, **flags)
        while (pack := self._timed(lambda _: "fill", lambda: next(packs, None))) is not None:
            yield pack

    def step(self, *given: Any) -> Any:
        """One more token for all."""
        return self._timed(
            lambda rows: f"step of up to {next((each for each in BUCKETS if rows <= each), rows)}",
            lambda: self._step(*given),
        )


def profiled(given: argparse.Namespace) -> tuple[Machine, list[Part]]:
    """One work answered, and the parts of it; what is between packs and steps comes last."""
    import torch
    from watch import matrix_peak

    sys.path.insert(0, str(Path(__file__).parent))
    from outweigh_side import answered, opened

    from engine import WORKS, weights

    torch.set_num_threads(given.threads)
    work = next(each for each in WORKS if each.name == given.work)
    order = {"folder": weights(given.model), "shots": work.shots, "limit": work.limit, "dtype": "float32"}
    candidate, config = opened({**order, "mirror": given.mirror, "threads": given.threads})
    machine = Machine(matrix_peak("float32"), read_rate())
    profile = Profile(candidate.model(), machine)
    begun = time.perf_counter()
    for name in work.data:
        list(answered(candidate, config, name, first_shots=work.first_shots))
    rest = time.perf_counter() - begun - sum(part.seconds for part in profile.parts.values())
    return machine, [*sorted(profile.parts.values(), key=lambda part: -part.seconds), Part("between", seconds=rest)]


def main() -> None:
    """Print the table, or one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mirror", default=os.environ.get("OUTWEIGH_MIRROR"), help="directory with the data")
    parser.add_argument("--model", default="smollm2")
    parser.add_argument("--work", default="gsm8k_first", choices=["gsm8k", "gsm8k_first"])
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if not given.mirror:
        parser.error("--mirror, or OUTWEIGH_MIRROR, must name the directory with the benchmarks' data")
    machine, parts = profiled(given)
    if given.json:
        print(json.dumps({"machine": asdict(machine), "parts": [asdict(part) for part in parts]}, indent=2))
        return
    seconds, floor = sum(part.seconds for part in parts), sum(part.floor for part in parts)
    made = sum(part.operations for part in parts)
    print(f"torch.mm {machine.operations / 1e9:.0f} GFLOP/s, memory read at {machine.read / 1e9:.1f} GB/s")
    print("| part | times | tokens | seconds | floor | of torch.mm |\n|---|---|---|---|---|---|")
    for part in parts:
        share = part.operations / machine.operations / part.seconds
        print(f"| {part.name} | {part.steps} | {part.tokens} | {part.seconds:.2f} | {part.floor:.2f} | {share:.0%} |")
    print(
        f"All: {seconds:.1f} s, {made / machine.operations / seconds:.0%} of torch.mm's rate; at the floor it would be "
        f"{floor:.1f} s and {made / machine.operations / floor:.0%}."
    )


if __name__ == "__main__":
    main()
