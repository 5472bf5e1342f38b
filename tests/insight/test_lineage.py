"""Models that were made from one another."""

import pytest

from outweigh.insight.comparison import compare
from outweigh.records import ModelCard, StepKind

RIGHT, WRONG = "1" * 20, "0" * 20


def column(make, name, answers, *, parent=None, tags=(), title=None, **model):
    card = ModelCard(title=title or name.split("/")[-1], parent=parent, tags=tags)
    return [make("arc", answers, card=card, model={"name": name, **model})]


def test_a_fine_tune_and_what_it_changed(make):
    found = compare(
        {
            "Tuned": column(make, "us/Tuned", RIGHT, parent="org/Base"),
            "Base": column(make, "org/Base", WRONG),
            "Other": column(make, "org/Other", WRONG),
        }
    )
    (step,) = found.lineage
    assert (step.parent, step.child, step.kinds) == ("Base", "Tuned", (StepKind.TUNED,))
    assert step.change.value == pytest.approx(1.0)
    assert (step.better, step.worse, step.ties) == (("ARC",), (), 0)


def test_the_step_is_seen_from_the_child_wherever_it_stands(make):
    found = compare(
        {"Base": column(make, "org/Base", RIGHT), "Tuned": column(make, "us/Tuned", WRONG, parent="org/Base")}
    )
    (step,) = found.lineage
    assert step.change.value == pytest.approx(-1.0)
    assert (step.change.wins, step.change.losses) == (0, 20)
    assert step.worse == ("ARC",)


@pytest.mark.parametrize(
    ("child", "kinds"),
    [
        ({"name": "us/Mix", "parent": "org/Base", "tags": ("mergekit",)}, (StepKind.MERGED,)),
        ({"name": "org/Base", "adapter": "us/lora"}, (StepKind.ADAPTED,)),
        ({"name": "us/Base-GGUF", "parent": "org/Base", "quantization": "Q4_K_M"}, (StepKind.QUANTIZED,)),
        ({"name": "org/Base", "quantization": "gptq-4bit"}, (StepKind.QUANTIZED,)),
        (
            {"name": "us/Tuned-GGUF", "parent": "org/Base", "quantization": "Q4_K_M"},
            (StepKind.TUNED, StepKind.QUANTIZED),
        ),
        ({"name": "us/Alone"}, None),
        ({"name": "us/Alone", "parent": "org/Unknown"}, None),
    ],
)
def test_kinds_of_steps(make, child, kinds):
    found = compare({"Base": column(make, "org/Base", "11110"), "Child": column(make, answers="11010", **child)})
    assert [step.kinds for step in found.lineage] == ([kinds] if kinds else [])


def test_a_chain_has_a_step_for_each_link(make):
    found = compare(
        {
            "Base": column(make, "org/Base", "11110"),
            "Tuned": column(make, "us/Tuned", "11110", parent="org/Base"),
            "Packed": column(make, "them/Tuned-AWQ", "11100", parent="us/Tuned", quantization="awq-4bit"),
        }
    )
    assert [(step.parent, step.child, step.kinds) for step in found.lineage] == [
        ("Base", "Tuned", (StepKind.TUNED,)),
        ("Tuned", "Packed", (StepKind.QUANTIZED,)),
    ]
    assert all(step.ties == 1 for step in found.lineage)
