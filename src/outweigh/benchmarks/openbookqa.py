"""OpenBookQA: elementary science questions that need a fact and a step of common sense.

Mihaylov et al. 2018, arXiv:1809.02789. Licence Apache-2.0. Follows lm-evaluation-harness 0.4.13
`tasks/openbookqa/openbookqa.yaml`, version 1.0: the context is the bare question stem, with neither "Question:" nor
the fact.

A row: {"id": "8-343", "question_stem": "A person wants to ...", "choices": {"text": ["make more phone calls", ...],
"label": ["A", "B", "C", "D"]}, "answerKey": "B"}
"""

from typing import Any

from outweigh.benchmarks import choices
from outweigh.benchmarks.benchmark import Benchmark, Dataset
from outweigh.benchmarks.prompting import Wording
from outweigh.benchmarks.rows import loads
from outweigh.records import Area, Protocol, Sample


def read(position: int, row: dict[str, Any]) -> Sample:
    """A row as a sample."""
    target = row["choices"]["label"].index(row["answerKey"].lstrip())
    return Sample(
        id=str(position),
        position=position,
        question=row["question_stem"],
        choices=tuple(row["choices"]["text"]),
        target=target,
        reference=str(target),
        details=row,
    )


DATASET = Dataset(
    "allenai/openbookqa",
    "main",
    split="test",
    shots=("train", "validation"),
    license="Apache-2.0",
)

OPENBOOKQA = Benchmark(
    id="openbookqa",
    version="1.0",
    title="OpenBookQA",
    area=Area.REASONING,
    protocol=Protocol.LIKELIHOOD,
    metrics=choices.ACC_AND_NORM,
    load=loads(DATASET, read),
    ask=choices.asks(Wording()),
    mark=choices.marks(choices.ACC_AND_NORM),
    dataset=DATASET,
    chance=0.25,
    about="Elementary science with a step of common sense.",
)
