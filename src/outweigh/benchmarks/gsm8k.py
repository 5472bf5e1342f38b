"""GSM8K: grade-school word problems whose answers need several steps of arithmetic.

Cobbe et al. 2021, "Training Verifiers to Solve Math Word Problems", arXiv:2110.14168. Licence MIT. Follows
lm-evaluation-harness 0.4.13 `tasks/gsm8k/gsm8k.yaml`, version 3.0: 5 shots with their whole rationale; `strict-match`
reads the first "#### number", `flexible-extract` the last number of any kind; commas, dollar signs and a closing full
stop do not count.

A row: {"question": "Janet's ducks lay 16 eggs per day. ...", "answer": "Janet sells 16 - 3 - 4 = <<16-3-4=9>>9 duck
eggs a day.\\n ... #### 18"}
"""

from typing import Any

from outweigh.benchmarks import answers
from outweigh.benchmarks.benchmark import Benchmark, Dataset, Metric
from outweigh.benchmarks.prompting import Wording
from outweigh.benchmarks.rows import loads
from outweigh.records import Area, Protocol, Sample


def read(position: int, row: dict[str, Any]) -> Sample:
    """A row as a sample."""
    return Sample(
        id=str(position),
        position=position,
        question=row["question"],
        target=row["answer"],
        reference=row["answer"],
        details=row,
    )


DATASET = Dataset("openai/gsm8k", "main", split="test", shots=("train",), license="MIT")

GSM8K = Benchmark(
    id="gsm8k",
    version="3.0",
    title="GSM8K",
    area=Area.REASONING,
    protocol=Protocol.GENERATE,
    metrics=(
        Metric("exact_match", "strict-match", headline=True),
        Metric("exact_match", "flexible-extract"),
    ),
    load=loads(DATASET, read),
    ask=answers.asks(
        Wording(question=lambda sample: f"Question: {sample.question}\nAnswer:"),
        stop=("Question:", "</s>", "<|im_end|>"),
    ),
    mark=answers.marks(
        {
            "strict-match": answers.Find(r"#### (\-?[0-9\.\,]+)"),
            "flexible-extract": answers.Find(r"(-?[$0-9.,]{2,})|(-?[0-9]+)", index=-1),
        },
        answers.Match(ignore=(",", r"\$", r"(?s).*#### ", r"\.$"), ignore_case=True),
    ),
    dataset=DATASET,
    shots=5,
    chance=0.0,
    about="Grade-school word problems in several steps.",
)
