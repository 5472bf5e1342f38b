"""Whose files a person wants imported: an evaluation's logs, a leaderboard's table, or measurements of some tool."""

import os
from enum import StrEnum
from pathlib import Path

from outweigh.interop.measured import json_of
from outweigh.interop.measurement_files import WANTED, Tool, places, recognised, unrecognised
from outweigh.interop.standing_files import WANTED as TABLE
from outweigh.interop.standing_files import is_table
from outweigh.records import UserError

_LOGS = "results_*.json"
_ANY = f"lm-evaluation-harness's logs ({_LOGS} with samples_*.jsonl), {TABLE}, or {WANTED}"


class Format(StrEnum):
    """Whose files they are. Measurements have the names of `Tool`."""

    LM_EVAL = "lm-eval"
    LEADERBOARD = "leaderboard"
    AIPERF = "aiperf"
    GUIDELLM = "guidellm"
    OPTIMUM_BENCHMARK = "optimum-benchmark"

    @property
    def tool(self) -> Tool | None:
        """The tool whose measurements they are; None for an evaluation's logs and a leaderboard's table."""
        return None if self in (Format.LM_EVAL, Format.LEADERBOARD) else Tool(self.value)


def format_of(path: Path) -> Format:
    """Whose files they are, by what they say.

    Raises UserError where nothing is there, nothing of it is known, or it is results of several tools.
    """
    if not os.path.exists(path):  # false, too, where the name is too long to be one
        raise UserError(f"{path}: no such file or folder; expected {_ANY}")
    if is_table(path):
        return Format.LEADERBOARD
    tools = {Format(tool.value) for place in places(path) if (tool := recognised(place))}
    found = sorted(tools | ({Format.LM_EVAL} if _is_log(path) else set()))
    if len(found) > 1:
        raise UserError(f"{path}: has results of {' and of '.join(found)}; say with --format which of them to import")
    if not found:
        raise unrecognised(path, _ANY)
    return found[0]


def _is_log(path: Path) -> bool:
    """Whether lm-evaluation-harness wrote it, by its name or else by what it says."""
    if path.is_dir():
        return any(path.glob(_LOGS)) or any(path.glob(f"*/{_LOGS}"))
    if path.name.endswith(".jsonl.gz") or (path.suffix in (".json", ".jsonl") and path.match("results_*")):
        return True
    try:
        said = json_of(path) if path.suffix in (".json", ".jsonl") else None
    except UserError:
        return path.match("samples_*")
    return isinstance(said, dict) and ({"results", "configs"} <= said.keys() or {"doc_id", "doc"} <= said.keys())
