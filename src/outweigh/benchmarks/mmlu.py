"""MMLU: 57 school, university and professional subjects, four choices each.

Hendrycks et al. 2020, "Measuring Massive Multitask Language Understanding", arXiv:2009.03300. Licence MIT. Follows
lm-evaluation-harness 0.4.13 `tasks/mmlu/default/`, version 1.0 (the group: 2): the choices are listed with letters
and the likelihood of " A" to " D" is compared; shots are the first of the subject's dev split; the group's score
weights subjects by their size. The description's wording is the paper's.

A row: {"question": "A lesion causing ...", "subject": "anatomy", "choices": ["...", "...", "...", "..."], "answer": 0}
"""

from typing import Any

from outweigh.benchmarks import choices
from outweigh.benchmarks.benchmark import Benchmark, Dataset, Draw
from outweigh.benchmarks.prompting import Wording
from outweigh.benchmarks.rows import loads
from outweigh.records import Area, Protocol, Sample, digest

SUBJECTS = {
    "stem": """abstract_algebra anatomy astronomy college_biology college_chemistry college_computer_science
        college_mathematics college_physics computer_security conceptual_physics electrical_engineering
        elementary_mathematics high_school_biology high_school_chemistry high_school_computer_science
        high_school_mathematics high_school_physics high_school_statistics machine_learning""".split(),
    "humanities": """formal_logic high_school_european_history high_school_us_history high_school_world_history
        international_law jurisprudence logical_fallacies moral_disputes moral_scenarios philosophy prehistory
        professional_law world_religions""".split(),
    "social_sciences": """econometrics high_school_geography high_school_government_and_politics
        high_school_macroeconomics high_school_microeconomics high_school_psychology human_sexuality
        professional_psychology public_relations security_studies sociology us_foreign_policy""".split(),
    "other": """business_ethics clinical_knowledge college_medicine global_facts human_aging management marketing
        medical_genetics miscellaneous nutrition professional_accounting professional_medicine virology""".split(),
}

_LETTERS = ("A", "B", "C", "D")
_PASSAGE = "This question refers to the following information."


def read(position: int, row: dict[str, Any]) -> Sample:
    """A row as a sample whose choices are the letters; history questions on one passage form a cluster."""
    question = row["question"].strip()
    listed = [f"{letter}. {text}" for letter, text in zip(_LETTERS, row["choices"], strict=True)]
    passage, _, last = question.rpartition("\n")
    return Sample(
        id=str(position),
        position=position,
        question="\n".join([question, *listed, "Answer:"]),
        choices=_LETTERS,
        target=int(row["answer"]),
        reference=str(row["answer"]),
        details=row,
        cluster=digest(passage)[:16] if last and question.startswith(_PASSAGE) else None,
    )


def subject(name: str) -> Benchmark:
    """The benchmark of one subject, such as `anatomy`: id `mmlu_anatomy`."""
    spoken = name.replace("_", " ")
    dataset = Dataset("cais/mmlu", name, split="test", shots=("dev",), license="MIT")
    description = f"The following are multiple choice questions (with answers) about {spoken}.\n\n"
    wording = Wording(description=description)
    return Benchmark(
        id=f"mmlu_{name}",
        version="1.0",
        title=f"MMLU {spoken}",
        area=Area.KNOWLEDGE,
        protocol=Protocol.LIKELIHOOD,
        metrics=choices.ACC,
        load=loads(dataset, read),
        ask=choices.asks(wording),
        mark=choices.marks(choices.ACC),
        dataset=dataset,
        draw=Draw.FIRST,
        chance=0.25,
        group="mmlu",
        about=f"School to professional knowledge: {spoken}.",
    )


MMLU = tuple(subject(name) for names in SUBJECTS.values() for name in sorted(names))
