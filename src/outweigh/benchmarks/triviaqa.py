"""TriviaQA without its documents: trivia questions answered from memory.

Joshi et al. 2017, arXiv:1705.03551. Licence Apache-2.0. Follows lm-evaluation-harness 0.4.13
`tasks/triviaqa/default.yaml`, version 3.0, with its quirks: the prompt adds a "?" to questions that already end with
one, the answer ends at a newline, "." or ",", and it is compared with the **raw aliases** (case and punctuation
aside), which is not TriviaQA's official normalisation.

A row: {"question": "Which ...?", "question_id": "tc_2", "answer": {"value": "Onion", "aliases": ["Onion skins", ...]}}
"""

from typing import Any

from outweigh.benchmarks import answers
from outweigh.benchmarks.benchmark import Benchmark, Dataset, Draw, Metric
from outweigh.benchmarks.prompting import Wording
from outweigh.benchmarks.rows import loads
from outweigh.records import Area, Protocol, Sample


def read(position: int, row: dict[str, Any]) -> Sample:
    """A row as a sample."""
    aliases = row["answer"]["aliases"]
    return Sample(
        id=str(position),
        position=position,
        question=row["question"],
        target=tuple(aliases),
        reference=str(aliases),
        details=row,
    )


DATASET = Dataset(
    "mandarjoshi/trivia_qa",
    "rc.nocontext",
    split="validation",
    shots=("train", "validation"),
    license="Apache-2.0",
)

TRIVIAQA = Benchmark(
    id="triviaqa",
    version="3.0",
    title="TriviaQA",
    area=Area.KNOWLEDGE,
    protocol=Protocol.GENERATE,
    metrics=(Metric("exact_match", "remove_whitespace", headline=True),),
    load=loads(DATASET, read),
    ask=answers.asks(
        Wording(question=lambda sample: f"Question: {sample.question}?\nAnswer:"),
        stop=("\n", ".", ","),
    ),
    mark=answers.marks(
        {"remove_whitespace": answers.strip},
        answers.Match(ignore_case=True, ignore_punctuation=True),
    ),
    dataset=DATASET,
    draw=Draw.RANDOM_OTHERS,
    chance=0.0,
    about="Trivia from memory.",
)
