"""Linear layers in float32 on a processor: `outweigh.models.linear` against torch's own, in turns.

python benchmarks/linear.py [--threads 2] [--json]
"""

import argparse
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

LAYERS = {  # width, words
    "SmolLM2-135M, attention": (576, 576),
    "SmolLM2-135M, up": (576, 1536),
    "SmolLM2-135M, down": (1536, 576),
    "Gemma-3-270M, up": (640, 2048),
    "7B shape, up": (4096, 11008),
}
ROWS = (384, 24, 1)  # a pack, slots, one sequence that grows


@dataclass(frozen=True)
class Line:
    """One layer for so many rows; billions of operations a second, medians of the turns."""

    layer: str
    rows: int
    torch: float
    ours: float
    largest_change: float


def rate(call: Callable[[Any, Any], Any], inputs: Any, weight: Any, seconds: float) -> float:
    """Operations a second of as many calls as take about so long."""
    count, begun = 0, time.perf_counter()
    while (spent := time.perf_counter() - begun) < seconds:
        call(inputs, weight)
        count += 1
    return 2 * count * inputs.shape[0] * weight.numel() / spent


def lines(turns: int, seconds: float) -> Iterator[Line]:
    """Every layer at every number of rows."""
    import torch

    from outweigh.models.linear import linear

    own = torch.nn.functional.linear
    for name, (width, words) in LAYERS.items():
        weight = torch.randn(words, width)
        for rows in ROWS:
            inputs = torch.randn(rows, width)
            pairs = [
                (rate(own, inputs, weight, seconds), rate(linear, inputs, weight, seconds)) for _ in range(turns + 1)
            ][1:]
            change = float((own(inputs, weight) - linear(inputs, weight)).abs().max())
            theirs, ours = (median(side) / 1e9 for side in zip(*pairs, strict=True))
            yield Line(name, rows, theirs, ours, change)


def main() -> None:
    """Print the table, or one JSON object a line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.1)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    import torch

    torch.set_num_threads(asked.threads)
    with torch.inference_mode():
        if not asked.json:
            print("| layer | rows | torch, GFLOP/s | Outweigh, GFLOP/s | ratio | largest change |")
            print("|---|---|---|---|---|---|")
        for each in lines(asked.turns, asked.seconds):
            print(
                json.dumps(asdict(each))
                if asked.json
                else f"| {each.layer} | {each.rows} | {each.torch:.0f} | {each.ours:.0f} | "
                f"{each.ours / each.torch:.2f}× | {each.largest_change:.0e} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
