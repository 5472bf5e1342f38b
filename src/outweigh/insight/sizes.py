"""How large a model is: what its files and its name say, and when what the files say is not to be trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from outweigh.records import Scoreboard, Standing

if TYPE_CHECKING:
    from outweigh.records.scoreboard import Bools, Floats

_APART = 1.6  # sizes of file and name that differ by this factor contradict each other
_WHOLE = 1e9  # a size told in whole billions may be almost one more


def sizes(board: Scoreboard) -> tuple[Floats, Floats]:
    """Parameters as the files tell, or else the name; and as the name tells. NaN where neither does."""
    import numpy as np

    named = board["named_parameters"]
    return np.where(np.isnan(board["parameters"]), named, board["parameters"]), named


def disputed(board: Scoreboard) -> Bools:
    """Whose files' size cannot be trusted: packed weights, or another size in the name."""
    import numpy as np

    files, named, mixed = board["parameters"], board["named_parameters"], board["mixture_of_experts"] == 1
    packed = (board["packed"] == 1) & ~np.isnan(files)
    return np.asarray(packed | contradict(files, named, mixed))


def dispute(standing: Standing) -> str | None:
    """Why a model's size cannot be trusted, in words; None where it can."""
    files, named = standing.parameters, standing.named_parameters
    if files is None:
        return None
    if named is not None and bool(contradict(files, named, standing.mixture_of_experts)):
        return f"size disputed: {files / 1e9:.3g} B in the files, {named / 1e9:.3g} B in the name"
    return f"size disputed: {files / 1e9:.3g} B counted in packed files" if standing.packed else None


def contradict(files: Floats | float, named: Floats | float, mixed: Bools | bool) -> Bools:
    """Whether two sizes cannot be the same.

    One told in whole billions may have been cut, and a mixture of experts may be named by a single one of them.
    """
    import numpy as np

    files, named = np.asarray(files, float), np.asarray(named, float)
    ratio = files / named
    apart = (ratio > _APART) | (ratio < 1 / _APART)
    cut = (files % _WHOLE == 0) & (named >= files) & (named < files + _WHOLE)
    expert = np.asarray(mixed) & (named < files)
    return np.asarray(apart & ~cut & ~expert)
