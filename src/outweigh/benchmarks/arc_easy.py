"""ARC-Easy: grade-school science questions that simple retrieval can answer.

Clark et al. 2018, "Think you have Solved Question Answering?", arXiv:1803.05457. Licence CC BY-SA 4.0. Follows
lm-evaluation-harness 0.4.13 `tasks/arc/arc_easy.yaml`, version 1.0: the choices are scored as whole texts, no letters
are shown, and `acc_norm` divides by characters.

A row: {"id": "MCAS_2000_4_6", "question": "Which of these is a ...", "choices": {"text": ["...", ...],
"label": ["A", "B", "C", "D"]}, "answerKey": "B"}. Labels may be 1 to 4, and a row may have 3 or 5 choices.
"""

from typing import Any

from outweigh.benchmarks import choices
from outweigh.benchmarks.benchmark import Benchmark, Dataset
from outweigh.benchmarks.prompting import Wording
from outweigh.benchmarks.rows import loads
from outweigh.records import Area, Protocol, Sample


def read(position: int, row: dict[str, Any]) -> Sample:
    """A row of either ARC set as a sample."""
    target = row["choices"]["label"].index(row["answerKey"])
    return Sample(
        id=str(position),
        position=position,
        question=row["question"],
        choices=tuple(row["choices"]["text"]),
        target=target,
        reference=str(target),
        details=row,
    )


WORDING = Wording(question=lambda sample: f"Question: {sample.question}\nAnswer:")

DATASET = Dataset(
    "allenai/ai2_arc",
    "ARC-Easy",
    split="test",
    shots=("train", "validation"),
    license="CC BY-SA 4.0",
)

ARC_EASY = Benchmark(
    id="arc_easy",
    version="1.0",
    title="ARC-Easy",
    area=Area.REASONING,
    protocol=Protocol.LIKELIHOOD,
    metrics=choices.ACC_AND_NORM,
    load=loads(DATASET, read),
    ask=choices.asks(WORDING),
    mark=choices.marks(choices.ACC_AND_NORM),
    dataset=DATASET,
    chance=0.25,
    about="Grade-school science questions, the easier part.",
)
