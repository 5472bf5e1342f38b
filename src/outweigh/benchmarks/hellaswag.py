"""HellaSwag: which of four endings continues a described activity.

Zellers et al. 2019, "HellaSwag: Can a Machine Really Finish Your Sentence?", arXiv:1905.07830. Licence MIT. Follows
lm-evaluation-harness 0.4.13 `tasks/hellaswag/`, version 1.0: brackets left by WikiHow are cut out, ctx_b is
capitalised (its first letter up, all others down), and the shots' pool leaves out the sample itself.

A row: {"ind": 0, "activity_label": "Roof shingle removal", "ctx_a": "A man is sitting on a roof.", "ctx_b": "he",
"endings": ["is using wrap ...", ...], "source_id": "activitynet~v_-JhWjGDPHMY", "label": "3"}
"""

import re
from typing import Any

from outweigh.benchmarks import choices
from outweigh.benchmarks.benchmark import Benchmark, Dataset, Draw
from outweigh.benchmarks.prompting import Wording
from outweigh.benchmarks.rows import loads
from outweigh.records import Area, Protocol, Sample

_BRACKETS = re.compile(r"\[.*?\]")


def clean(text: str) -> str:
    """The text without the dataset's bracket marks. Doubled blanks are halved once, not removed."""
    text = text.strip().replace(" [title]", ". ")
    return _BRACKETS.sub("", text).replace("  ", " ")


def read(position: int, row: dict[str, Any]) -> Sample:
    """A row as a sample; its source video or article is the cluster where the row names it."""
    context = row["ctx_a"] + " " + row["ctx_b"].capitalize()
    query = clean(row["activity_label"] + ": " + context)
    endings = [clean(ending) for ending in row["endings"]]
    gold = int(row["label"])
    return Sample(
        id=str(position),
        position=position,
        question=query,
        choices=tuple(endings),
        target=gold,
        reference=str(gold),
        details=row | {"query": query, "choices": endings, "gold": gold},
        cluster=row.get("source_id"),
    )


DATASET = Dataset("Rowan/hellaswag", "default", split="validation", shots=("train", "validation"), license="MIT")

HELLASWAG = Benchmark(
    id="hellaswag",
    version="1.0",
    title="HellaSwag",
    area=Area.REASONING,
    protocol=Protocol.LIKELIHOOD,
    metrics=choices.ACC_AND_NORM,
    load=loads(DATASET, read),
    ask=choices.asks(Wording()),
    mark=choices.marks(choices.ACC_AND_NORM),
    dataset=DATASET,
    draw=Draw.RANDOM_OTHERS,
    chance=0.25,
    about="Everyday activities: which ending follows?",
)
