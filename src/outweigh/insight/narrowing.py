"""Which models of a scoreboard a person wants ranked, and why others are left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from outweigh.records import Filters, Scoreboard, Standing, UserError

if TYPE_CHECKING:
    from outweigh.records.scoreboard import Bools, Floats

PACKED = ("4bit", "8bit", "int4", "int8", "gptq", "awq", "nf4", "bnb")
_APART = 1.6  # sizes of file and name that differ by this factor contradict each other
_WHOLE = 1e9  # a size told in whole billions may be almost one more


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


def sizes(board: Scoreboard) -> tuple[Floats, Floats]:
    """Parameters as the files tell, or else the name; and as the name tells. NaN where neither does."""
    import numpy as np

    named = board["named_parameters"]
    return np.where(np.isnan(board["parameters"]), named, board["parameters"]), named


def disputed(board: Scoreboard) -> Bools:
    """Whose files' size cannot be trusted: packed weights, or another size in the name."""
    import numpy as np

    files, named = board["parameters"], board["named_parameters"]
    packed = np.isin(board["precision"], [place for place, word in enumerate(board.words["precision"]) if packs(word)])
    return np.asarray((packed & ~np.isnan(files)) | contradict(files, named))


def dispute(standing: Standing) -> str | None:
    """Why a model's size cannot be trusted, in words; None where it can."""
    files, named = standing.parameters, standing.named_parameters
    if files is None:
        return None
    if named is not None and bool(contradict(files, named)):
        return f"size disputed: {files / 1e9:.3g} B in the files, {named / 1e9:.3g} B in the name"
    if packs(standing.precision or ""):
        return f"size disputed: {files / 1e9:.3g} B counted in packed files ({standing.precision})"
    return None


def packs(precision: str) -> bool:
    """Whether weights of this precision are packed, so that files show fewer parameters than there are."""
    return any(mark in precision.casefold() for mark in PACKED)


def contradict(files: Floats | float, named: Floats | float) -> Bools:
    """Whether two sizes cannot be the same; one told in whole billions may have been cut."""
    import numpy as np

    files, named = np.asarray(files, float), np.asarray(named, float)
    ratio = files / named
    apart = (ratio > _APART) | (ratio < 1 / _APART)
    cut = (files % _WHOLE == 0) & (named >= files) & (named < files + _WHOLE)
    return np.asarray(apart & ~cut)


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
    import numpy as np

    folded = wanted.casefold()
    found = np.array([family.casefold() == folded for family in families], bool)
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
