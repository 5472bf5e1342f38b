"""`outweigh export`: a run as another tool's files."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from outweigh.cli.output import AsJson

if TYPE_CHECKING:
    from outweigh.records import Estimate, Result


class _Format(StrEnum):
    lm_eval = "lm-eval"


def export(
    run: Annotated[str, typer.Argument(help="A run by name, or `latest`.")],
    to: Annotated[Path, typer.Option(help="The directory to write into.")],
    format: Annotated[_Format, typer.Option(help="Whose files to write.")] = _Format.lm_eval,
    as_json: AsJson = False,
) -> None:
    """Write results_*.json and samples_<task>_*.jsonl as lm-evaluation-harness does."""
    from datetime import UTC, datetime

    from outweigh.cli.output import console, print_json
    from outweigh.engine import reading
    from outweigh.insight.columns import labels
    from outweigh.interop.lm_eval_write import write
    from outweigh.interop.logged import Logged
    from outweigh.records.errors import UserError

    if to.exists() and not to.is_dir():
        raise UserError(f"--to {to}: is a file; give a directory")
    held = reading.held(reading.load(run))
    names = labels([result for result, _ in held])
    files: list[Path] = []
    for fingerprint in names:
        mine = [Logged(r, tuple(t)) for r, t in held if r.evaluation.model.fingerprint == fingerprint]
        files += write(mine, to, groups=_groups([each.result for each in mine]), when=datetime.now(UTC))
    if as_json:
        print_json("export", {"files": [str(path) for path in files]})
    else:
        for path in files:
            console().print(str(path), markup=False)


def _groups(results: "list[Result]") -> "dict[str, Estimate]":
    from outweigh.benchmarks.catalogue import GROUPS
    from outweigh.insight.groups import pooled

    by_id = {result.evaluation.benchmark: result for result in results}
    found = {}
    for name, members in GROUPS.items():
        if any(member not in by_id for member in members):
            continue
        estimate = pooled([by_id[member].headline for member in members])
        if estimate is not None:
            found[name] = estimate
    return found
