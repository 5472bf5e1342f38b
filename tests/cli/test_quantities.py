"""Sizes and counts are read as people write them."""

import pytest

from outweigh.cli.quantities import count, named, size
from outweigh.records import UserError


@pytest.mark.parametrize(
    ("text", "found"), [("8GB", 8e9), ("7.5GiB", 7.5 * 2**30), ("8e9", 8e9), ("512 mb", 512e6), ("100", 100)]
)
def test_sizes_are_bytes(text, found):
    assert size(text, "max-memory") == found


@pytest.mark.parametrize(("text", "found"), [("8B", 8e9), ("500M", 5e8), ("7e9", 7e9), ("1.5b", 1.5e9)])
def test_counts_are_numbers(text, found):
    assert count(text, "max-parameters") == found


@pytest.mark.parametrize("text", ["8s", "-8GB", "0GB", "GB", "", "8 GB RAM", "nan"])
def test_another_unit_is_refused(text):
    with pytest.raises(UserError, match=r"--max-memory .*not bytes"):
        size(text, "max-memory")


def test_names_come_with_numbers():
    assert named(["a=2", "b c = 0.5"], "weight", "x=1") == {"a": 2, "b c": 0.5}
    for wrong in ("a", "=2", "a=", "a=b"):
        with pytest.raises(UserError, match="write a name and a number"):
            named([wrong], "weight", "x=1")
