"""NQ-open: questions that people asked a search engine, answered from memory.

Kwiatkowski et al. 2019 (Natural Questions), Lee et al. 2019, arXiv:1906.00300. Licence CC BY-SA 3.0. Follows
lm-evaluation-harness 0.4.13 `tasks/nq_open/nq_open.yaml`, version 4.0: shots are parted by one newline only, the
prompt adds a "?", the answer ends at a newline, "." or ",", and articles, case and punctuation do not count.

A row: {"question": "when was the last time anyone was on the moon", "answer": ["14 December 1972 UTC", "December
1972"]}
"""

from typing import Any

from outweigh.benchmarks import answers
from outweigh.benchmarks.benchmark import Benchmark, Dataset, Draw, Metric
from outweigh.benchmarks.prompting import Wording
from outweigh.benchmarks.rows import loads
from outweigh.records import Area, Protocol, Sample


def read(position: int, row: dict[str, Any]) -> Sample:
    """A row as a sample."""
    return Sample(
        id=str(position),
        position=position,
        question=row["question"],
        target=tuple(row["answer"]),
        reference=str(row["answer"]),
        details=row,
    )


DATASET = Dataset(
    "google-research-datasets/nq_open",
    "nq_open",
    split="validation",
    shots=("train", "validation"),
    license="CC BY-SA 3.0",
)

NQ_OPEN = Benchmark(
    id="nq_open",
    version="4.0",
    title="NQ-open",
    area=Area.KNOWLEDGE,
    protocol=Protocol.GENERATE,
    metrics=(Metric("exact_match", "remove_whitespace", headline=True),),
    load=loads(DATASET, read),
    ask=answers.asks(
        Wording(
            description="Answer these questions:\n\n",
            question=lambda sample: f"Q: {sample.question}?\nA:",
            shot_delimiter="\n",
        ),
        stop=("\n", ".", ","),
    ),
    mark=answers.marks(
        {"remove_whitespace": answers.strip},
        answers.Match(
            ignore=(r"\b(?:The |the |An |A |The |a |an )",),
            ignore_case=True,
            ignore_punctuation=True,
        ),
    ),
    dataset=DATASET,
    draw=Draw.RANDOM_OTHERS,
    chance=0.0,
    about="Search-engine questions from memory.",
)
