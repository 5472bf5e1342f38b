"""WinoGrande: which of two names or things fills the blank.

Sakaguchi et al. 2019, arXiv:1907.10641. Licence Apache-2.0 (code) and CC BY (data). Follows lm-evaluation-harness
0.4.13 `tasks/winogrande/`, version 1.0: *partial evaluation* (Trinh and Le 2018, arXiv:1806.02847). Each option is
put in the place of the blank, and what is scored is the text after the blank, which both share.

A row: {"sentence": "Sarah was a much better surgeon than Maria so _ always got the easier cases.", "option1": "Sarah",
"option2": "Maria", "answer": "2"}
"""

from collections.abc import Sequence
from typing import Any

from outweigh.benchmarks import choices
from outweigh.benchmarks.benchmark import Benchmark, Dataset, Draw, Prompting, Turn
from outweigh.benchmarks.prompting import Wording
from outweigh.benchmarks.rows import loads
from outweigh.records import Area, Likelihood, Protocol, Request, Sample


def read(position: int, row: dict[str, Any]) -> Sample:
    """A row as a sample: its choices are the sentence up to the blank with either option in it."""
    before, after = row["sentence"].split("_", maxsplit=1)
    return Sample(
        id=str(position),
        position=position,
        question=row["sentence"],
        choices=(before + row["option1"], before + row["option2"]),
        target={"1": 0, "2": 1}[row["answer"]],
        reference=after.strip(),
        details=row,
    )


WORDING = Wording(
    question=lambda sample: sample.choices[int(str(sample.target))],
    answer=lambda sample: sample.reference,
)


def ask(sample: Sample, shots: Sequence[Sample], prompting: Prompting) -> Request:
    """The likelihood of the rest of the sentence after each option."""
    examples = WORDING.examples(shots)
    delimiter = "" if prompting.chat else WORDING.answer_delimiter
    return Likelihood(
        contexts=tuple(prompting.render([*examples, Turn("user", c)]) for c in sample.choices),
        continuations=(delimiter + sample.reference,) * len(sample.choices),
    )


DATASET = Dataset(
    "allenai/winogrande",
    "winogrande_xl",
    split="validation",
    shots=("train", "validation"),
    license="CC BY",
)

WINOGRANDE = Benchmark(
    id="winogrande",
    version="1.0",
    title="WinoGrande",
    area=Area.REASONING,
    protocol=Protocol.LIKELIHOOD,
    metrics=choices.ACC,
    load=loads(DATASET, read),
    ask=ask,
    mark=choices.marks(choices.ACC),
    dataset=DATASET,
    draw=Draw.RANDOM_OTHERS,
    chance=0.5,
    about="Which of two names or things fills the blank?",
)
