"""What names betray."""

from datetime import date

import pytest

from outweigh.insight.series import likely_series, named_base, plain_name, series_of


@pytest.mark.parametrize(
    ("name", "base"),
    [
        ("meta-llama/Meta-Llama-3.1-8B-Instruct", "llama-3 8b"),
        ("meta-llama/Meta-Llama-3-8B", "llama-3 8b"),
        ("meta-llama/Llama-3.2-1B", "llama-3 1b"),
        ("meta-llama/Llama-2-13b-hf", "llama-2 13b"),
        ("openlm-research/open_llama_3b", "open-llama 3b"),
        ("Qwen/Qwen2.5-0.5B-Instruct", "qwen-2.5 0.5b"),
        ("Qwen/Qwen2-7B", "qwen-2 7b"),
        ("Qwen/Qwen-1.5B", "qwen 1.5b"),
        ("deepseek-ai/DeepSeek-R1-Distill-Llama-8B", "llama 8b"),
        ("deepseek-ai/DeepSeek-R1-Distill-Qwen-14B", "qwen 14b"),
        ("google/gemma-2-9b-it", "gemma-2 9b"),
        ("google/gemma-2b", "gemma 2b"),
        ("microsoft/phi-4", None),
        ("mistralai/Mistral-7B-v0.1", "mistral 7b"),
        ("mistralai/Mixtral-8x7B-v0.1", "mixtral 8x7b"),
        ("someone/Beyonder-4x7B", "mistral 7b"),
        ("someone/Llama-3-8B-to-14B-upscaled", None),
        ("HuggingFaceTB/SmolLM2-135M", "smollm-2 0.135b"),
    ],
)
def test_series_and_size(name, base):
    assert named_base(name) == base


def test_a_name_with_two_series_tells_none():
    assert series_of("me/Qwen2.5-7B-Llama-3-mix") is None


def test_forms_of_upload_are_no_part_of_a_name():
    assert plain_name("unsloth/Llama-3-8B-bnb-4bit") == plain_name("meta/llama_3-8b") == "llama-3-8b"
    assert plain_name("me/thing (Merge)") == "thing"


@pytest.mark.parametrize(
    ("names", "parameters", "series"),
    [
        (("a/Llama-3.2-Tune", None), 7.24e9, "llama-3"),  # a name counts before a shape
        (("a/Aspire", "b/Qwen2.5-7B"), None, "qwen-2.5"),
        (("a/Qwen-Tune", "b/gemma-2-2b"), 494e6, "gemma-2"),  # a vague name counts after a parent's
        (("a/Qwen-Tune", None), 494e6, "qwen-2.5"),  # and after a shape
        (("a/Qwen-Tune", None), None, "qwen"),
        (("a/Aspire", "Removed"), 3.213e9, "llama-3"),
        (("a/Aspire", None), 5e9, None),
    ],
)
def test_the_likely_series(names, parameters, series):
    assert likely_series(names, parameters, date(2024, 12, 1)) == series
