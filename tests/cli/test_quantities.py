"""Sizes and counts are read as people write them."""

import pytest

from outweigh.cli.quantities import count, named, parameters, size
from outweigh.records import UserError


@pytest.mark.parametrize(
    ("text", "found"), [("8GB", 8e9), ("7.5GiB", 7.5 * 2**30), ("8e9", 8e9), ("512 mb", 512e6), ("100", 100)]
)
def test_sizes_are_bytes(text, found):
    assert size(text, "max-memory") == found


@pytest.mark.parametrize(("text", "found"), [("8B", 8e9), ("500M", 5e8), ("7e9", 7e9), ("1.5b", 1.5e9)])
def test_counts_are_numbers(text, found):
    assert count(text, "max-parameters") == found


@pytest.mark.parametrize(("text", "found"), [("7", 7e9), ("0.5B", 5e8), (".5", 5e8), ("135M", 135e6), ("8 b", 8e9)])
def test_parameters_are_billions_unless_a_unit_says_otherwise(text, found):
    assert parameters(text, "max-size") == found


@pytest.mark.parametrize("text", ["-3", "big", "0", "7GB", ""])
def test_another_size_of_a_model_is_refused(text):
    with pytest.raises(UserError, match=r"--max-size .*: a size is a number above 0, in billions of parameters"):
        parameters(text, "max-size")


@pytest.mark.parametrize("text", ["8s", "-8GB", "0GB", "GB", "", "8 GB RAM", "nan"])
def test_another_unit_is_refused(text):
    with pytest.raises(UserError, match=r"--max-memory .*not bytes"):
        size(text, "max-memory")


def test_names_come_with_numbers():
    assert named(["a=2", "b c = 0.5"], "weight", "x=1") == {"a": 2, "b c": 0.5}
    for wrong in ("a", "=2", "a=", "a=b"):
        with pytest.raises(UserError, match="write a name and a number"):
            named([wrong], "weight", "x=1")
