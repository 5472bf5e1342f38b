"""Which models of a scoreboard a person wants ranked, and why others are left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from outweigh.insight.series import named_base, plain_name
from outweigh.insight.sizes import disputed, sizes
from outweigh.records import Filters, Scoreboard, UserError

if TYPE_CHECKING:
    from outweigh.records.scoreboard import Bools, Floats


@dataclass(frozen=True)
class Narrowed:
    """Which models are left, and how many each reason took that a person did not ask for."""

    kept: Bools
    left_out: dict[str, int]


def narrowed(board: Scoreboard, filters: Filters, own: int = 0, families: Sequence[str] | None = None) -> Narrowed:
    """The models that pass all filters; the last `own` are one's own and need not be official.

    UserError for limits that contradict each other, and for a word that no model has.
    """
    import numpy as np

    _check(filters)
    kept = _worded(board, filters, own, families)
    left_out: dict[str, int] = {}

    def leave(which: Bools, why: str) -> None:
        nonlocal kept
        if count := int((kept & which).sum()):
            left_out[why] = count
        kept = kept & ~which

    if filters.since is not None:
        day = np.where(board["published"] > 0, board["published"], board["submitted"])
        kept = kept & ((day == 0) | (day >= filters.since.toordinal()))
        leave(day == 0, "of unknown date")
    if filters.min_parameters is not None or filters.max_parameters is not None:
        size, named = sizes(board)
        unsure = disputed(board)
        inside = _inside(size, filters) & (~unsure | np.isnan(named) | _inside(named, filters))
        kept = kept & (inside | np.isnan(size) | unsure)
        leave(np.isnan(size), "of unknown size")
        leave(unsure & ~(inside & ~np.isnan(named)), "whose size is disputed and may lie outside")
    if not filters.flagged:
        leave(board["flagged"] == 1, "flagged by the leaderboard")
    if not filters.unavailable:
        leave(board["available"] == 0, "no longer to be had")
    return Narrowed(kept, left_out)


def _inside(size: Floats, filters: Filters) -> Bools:
    import numpy as np

    least = -np.inf if filters.min_parameters is None else filters.min_parameters
    most = np.inf if filters.max_parameters is None else filters.max_parameters
    return np.asarray((size >= least) & (size <= most))


def _worded(board: Scoreboard, filters: Filters, own: int, families: Sequence[str] | None) -> Bools:
    """Which models have the words that are asked for."""
    import numpy as np

    kept = np.ones(len(board), bool)
    if filters.licenses:
        kept &= np.any([_word(board, "license", word) for word in filters.licenses], axis=0)
    for name in ("precision", "architecture"):
        if wanted := getattr(filters, name):
            kept &= _word(board, name, wanted)
    if filters.family:
        kept &= _of_family(filters.family, families or ())
    if filters.official:
        kept &= (board["official"] == 1) | (np.arange(len(board)) >= len(board) - own)
    return kept


def _word(board: Scoreboard, name: str, wanted: str) -> Bools:
    found = board.is_word(name, wanted)
    if not found.any():
        raise unknown(f"--{name}", wanted, board.words[name])
    return found


def _of_family(wanted: str, families: Sequence[str]) -> Bools:
    """The models of the family that is called so, or that a base's name on the Hub speaks of."""
    import numpy as np

    called = {wanted.casefold(), plain_name(wanted), named_base(wanted) or ""}
    found = np.array([family.casefold() in called for family in families], bool)
    if not found.any():
        raise unknown("--family", wanted, tuple(dict.fromkeys(families)))
    return found


def unknown(flag: str, wanted: str, known: Sequence[str]) -> UserError:
    """There is no such word in the table; says which there are, the nearest first."""
    near = get_close_matches(wanted, known, 3, 0.4)
    rest = [word for word in known if word not in near]
    shown = [*near, *rest][:8]
    more = f" and {len(known) - len(shown)} more" if len(known) > len(shown) else ""
    told = f"there are {', '.join(shown)}{more}" if shown else "this table says none of any model"
    return UserError(f"{flag} {wanted!r}: no model of this table has it; {told}")


def _check(filters: Filters) -> None:
    least, most = filters.min_parameters, filters.max_parameters
    for flag, size in (("--min-size", least), ("--max-size", most)):
        if size is not None and not 0 < size < 1e15:
            raise UserError(f"{flag}: a size is above 0, in billions of parameters or with a unit, such as 7 or 135M")
    if least is not None and most is not None and least > most:
        raise UserError(f"--min-size {least / 1e9:g} is above --max-size {most / 1e9:g}: no model can be both")
