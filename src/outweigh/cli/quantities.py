"""Sizes, counts and days as people write them on the command line."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

_NUMBER = re.compile(r"((?:\d+(?:\.\d+)?|\.\d+)(?:e\d+)?)\s*([A-Za-z]*)")
_BYTES = {
    "": 1.0, "b": 1.0, "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12, "kib": 2.0**10, "mib": 2.0**20, "gib": 2.0**30,
    "tib": 2.0**40,
}  # fmt: skip
_COUNTS = {"": 1.0, "k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12}
_BILLIONS = {"": 1e9, "m": 1e6, "b": 1e9}
SIZE = "in billions of parameters, or with a unit: 7, 0.5B, 135M"


def size(text: str, flag: str) -> float:
    """ "8GB" (10⁹ each), "8GiB" (2³⁰ each) or a plain number, in bytes."""
    return _number(text, flag, _BYTES, "not bytes; write 8GB, 7.5GiB or 8e9")


def count(text: str, flag: str) -> float:
    """ "7B", "500M" or "7e9"."""
    return _number(text, flag, _COUNTS, "not a count; write 8e9 or 8B")


def parameters(text: str, flag: str) -> float:
    """ "7" (billions), "0.5B" or "135M"."""
    return _number(text, flag, _BILLIONS, f"a size is a number above 0, {SIZE}")


def day(text: str, flag: str) -> "date":
    """ "2024-06-30"."""
    from datetime import date

    from outweigh.records.errors import UserError

    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UserError(f"--{flag} {text}: expected a day such as 2024-06-30") from error


def named(given: list[str], flag: str, example: str) -> dict[str, float]:
    """ "reasoning=2" as a name and a number, several of them."""
    from outweigh.records.errors import UserError

    found = {}
    for each in given:
        name, equals, value = each.partition("=")
        try:
            found[name.strip()] = float(value)
        except ValueError:
            equals = ""
        if not (name.strip() and equals):
            raise UserError(f"--{flag} {each}: write a name and a number, such as {example}")
    return found


def _number(text: str, flag: str, units: dict[str, float], trouble: str) -> float:
    from outweigh.records.errors import UserError

    match = _NUMBER.fullmatch(text.strip())
    if not match or match[2].lower() not in units or float(match[1]) == 0:
        raise UserError(f"--{flag} {text}: {trouble}")
    return float(match[1]) * units[match[2].lower()]
