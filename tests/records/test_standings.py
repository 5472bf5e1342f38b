"""What a standing says of its model by the model's name."""

import pytest

from outweigh.records import Standing


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("Qwen/Qwen2.5-0.5B-Instruct", 0.5e9),
        ("HuggingFaceTB/SmolLM2-135M", 135e6),
        ("mistralai/Mixtral-8x7B-v0.1", 56e9),
        ("Qwen/Qwen1.5-MoE-A2.7B", None),
        ("unsloth/llama-3-8b-bnb-4bit", 8e9),
        ("org/upscaled-7B-to-12B", None),
        ("org/7b-and-7B", 7e9),
        ("microsoft/phi-2", None),
        ("70b-labs/small-3B", 3e9),
        ("org/v0.3.2b", None),
        ("org/Qwen2.5-14B-Instruct-1M", 14e9),
        ("org/small-1_78B", None),
        ("org/llama32_3B_en", 3e9),
    ],
)
def test_the_size_that_a_name_speaks_of(name, size):
    assert Standing(provenance="board", model=name).named_parameters == size
