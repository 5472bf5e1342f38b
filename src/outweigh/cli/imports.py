"""`outweigh import`: another tool's files as a run."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from outweigh.cli.output import AsJson


class _Format(StrEnum):
    lm_eval = "lm-eval"


def imports(
    source: Annotated[Path, typer.Argument(help="A folder, a results_*.json, or a samples_*.jsonl.")],
    format: Annotated[_Format, typer.Option(help="Whose files they are.")] = _Format.lm_eval,
    name: Annotated[str | None, typer.Option(help="What to call the run. Default: a readable name.")] = None,
    as_json: AsJson = False,
) -> None:
    """Read lm-evaluation-harness's logs into a run, with their protocol and the harness's version on record."""
    from outweigh.cli.output import console, print_json
    from outweigh.engine.adopting import adopt
    from outweigh.interop.lm_eval_read import read
    from outweigh.store import runs
    from outweigh.store.artifacts import Artifacts
    from outweigh.store.journal import Journal
    from outweigh.store.summary import RunStatus

    logged = read(source)
    with runs.opened() as session:
        run = runs.begin(session, name, None, {"imported": str(source.resolve()), "format": format.value})
    for each in logged:
        work = each.result.evaluation.work
        with runs.opened() as session:
            runs.claim(session, run, work)
        journal = Journal(Artifacts.default(), work)
        with journal.lock():
            known = journal.answered()
            journal.append([t for t in each.transcripts if t.sample.id not in known], 0.0)
        with runs.opened() as session:
            runs.add_result(session, run, adopt(each.result, each.transcripts))
    with runs.opened() as session:
        runs.finish(session, run, RunStatus.FINISHED)
    if as_json:
        print_json("import", {"run": run, "results": [each.result.model_dump(mode="json") for each in logged]})
    else:
        samples = sum(len(each.transcripts) for each in logged)
        results = "1 result" if len(logged) == 1 else f"{len(logged)} results"
        console().print(f"Imported {results} with {samples} samples as [bold]{run}[/bold].")
