"""What runs may be called, how a free name is made, and which name a person meant."""

import random
import re
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from functools import cache
from typing import Any, cast

from outweigh.records import UserError

NEWEST = ("latest", "-")
_NAME = re.compile(r"\w[\w.-]{0,99}")
_TRIES = 20


def check(name: str) -> None:
    """A UserError unless `name` can stand in a command, a path and an address."""
    if not _NAME.fullmatch(name) or name in NEWEST:
        raise UserError(
            f'{name!r} cannot name a run: use up to 100 letters, digits, ".", "_" and "-", '
            'beginning with a letter or digit, and not "latest"'
        )


def readable(is_taken: Callable[[str], bool]) -> str:
    """A free name of two words, of three or four once those get scarce."""
    for words in (2, 3, 4):
        for _ in range(_TRIES):
            name = _words(words)
            if not is_taken(name):
                return name
    raise UserError("no free name was found for the run: give it one")


def meant(wanted: str, names: Sequence[str]) -> str:
    """The one name that is `wanted` or begins with it; otherwise a UserError with the nearest."""
    if wanted in names:
        return wanted
    begun = sorted(name for name in names if wanted and name.startswith(wanted))
    if len(begun) == 1:
        return begun[0]
    if begun:
        raise UserError(f"{wanted!r} begins the names of several runs: {_several(begun)}")
    raise unknown(wanted, names)


def unknown(wanted: str, names: Sequence[str]) -> UserError:
    """There is no such run; says which come nearest."""
    if not names:
        return UserError(f"there is no run {wanted!r}: there are no runs yet", code="not_found")
    near = get_close_matches(wanted, names, n=3, cutoff=0.5)
    hint = f"did you mean {_several(near)}?" if near else f"there are {_several(sorted(names))}"
    return UserError(f"there is no run {wanted!r}: {hint}", code="not_found")


def _several(names: Sequence[str]) -> str:
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more


def _words(count: int) -> str:
    return str(_generator().generate_slug(count))


@cache
def _generator() -> Any:
    from coolname import RandomGenerator
    from coolname.data import config

    # Its own source of chance: a seeded evaluation must neither repeat names nor be moved on by them.
    return RandomGenerator(cast("Any", config), random.SystemRandom())
