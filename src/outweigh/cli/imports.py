"""`outweigh import`: another tool's files as a run, or a leaderboard's table as standings."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from outweigh.cli.output import AsJson

if TYPE_CHECKING:
    from outweigh.interop.recognising import Format


class _Format(StrEnum):
    lm_eval = "lm-eval"
    leaderboard = "leaderboard"
    aiperf = "aiperf"
    guidellm = "guidellm"
    optimum_benchmark = "optimum-benchmark"


def imports(
    source: Annotated[Path, typer.Argument(help="A file or folder that another tool wrote.")],
    format: Annotated[
        _Format | None,
        typer.Option(help="Whose files they are. Default: what they say themselves.", show_default=False),
    ] = None,
    name: Annotated[str | None, typer.Option(help="What to call the run. Default: a readable name.")] = None,
    as_json: AsJson = False,
) -> None:
    """Read other tools' files: results of lm-evaluation-harness, tables of public leaderboards, measurements.

    Results, and measurements of AIPerf, GuideLLM or optimum-benchmark, become a run; a csv of the Open LLM Leaderboard
    or of LMArena becomes a table that `outweigh leaderboard` ranks.
    """
    from outweigh.interop.recognising import Format, format_of

    found = Format(format.value) if format else format_of(source)
    if found is Format.LM_EVAL:
        _results(source, name, as_json)
    elif found is Format.LEADERBOARD:
        _standings(source, name, as_json)
    else:
        _measurements(source, found, name, as_json)


def _results(source: Path, name: str | None, as_json: bool) -> None:
    from outweigh.cli.output import console, print_json
    from outweigh.engine.adopting import adopt
    from outweigh.interop.lm_eval_read import read
    from outweigh.store import runs
    from outweigh.store.artifacts import Artifacts
    from outweigh.store.journal import Journal
    from outweigh.store.summary import RunStatus

    logged = read(source)
    results = [adopt(each) for each in logged]
    with runs.opened() as session:
        run = runs.begin(session, name, None, {"imported": str(source.resolve()), "format": "lm-eval"})
    for each, result in zip(logged, results, strict=True):
        work = each.result.evaluation.work
        with runs.opened() as session:
            runs.claim(session, run, work)
        journal = Journal(Artifacts.default(), work)
        with journal.lock():
            known = journal.answered()
            journal.append([t for t in each.transcripts if t.sample.id not in known], 0.0)
        with runs.opened() as session:
            runs.add_result(session, run, result)
    with runs.opened() as session:
        runs.finish(session, run, RunStatus.FINISHED)
    if as_json:
        print_json("import", {"run": run, "results": [each.model_dump(mode="json") for each in results]})
    else:
        samples = sum(len(each.transcripts) for each in logged)
        count = "1 result" if len(logged) == 1 else f"{len(logged)} results"
        console().print(f"Imported {count} with {samples} samples as [bold]{run}[/bold].")


def _measurements(source: Path, format: "Format", name: str | None, as_json: bool) -> None:
    from outweigh.cli.output import console, print_json
    from outweigh.engine.adopting import estimated
    from outweigh.interop.measurement_files import read_measurements
    from outweigh.interop.timing_parquet import timing_bytes
    from outweigh.store import measurements, runs
    from outweigh.store.artifacts import Artifacts
    from outweigh.store.summary import RunStatus

    read = read_measurements(source, format.tool)
    found = [estimated(each) for each in read]
    artifacts = Artifacts.default()
    settings = {"imported": str(source.resolve()), "format": format.value, "times": [m.samples_digest for m in found]}
    with runs.opened() as session:
        run = runs.begin(session, name, None, settings)
        for measurement, each in zip(found, read, strict=True):
            if each.timings:
                measurements.keep_timings(artifacts, run, measurement.key, timing_bytes(each.timings))
            measurements.add(session, run, measurement)
        runs.finish(session, run, RunStatus.FINISHED)
    if as_json:
        print_json("import", {"run": run, "measurements": [each.model_dump(mode="json") for each in found]})
    else:
        count = "1 measurement" if len(found) == 1 else f"{len(found)} measurements"
        tools = " and ".join(dict.fromkeys(each.harness for each in found))
        requests = sum(each.requests for each in found)
        console().print(f"Imported {count} of {tools} with {requests:,} requests as [bold]{run}[/bold].")


def _standings(source: Path, name: str | None, as_json: bool) -> None:
    from outweigh.cli.output import console, print_json
    from outweigh.interop.standing_files import read_standings
    from outweigh.records import UserError
    from outweigh.store import standings
    from outweigh.store.database import opened
    from outweigh.store.summary import Keeping

    if name is not None:
        raise UserError(f"--name {name}: a leaderboard's table goes by its own name; leave --name out")
    provenance, read = read_standings(source)
    with opened() as session:
        kept = standings.keep(session, provenance, read)
    models = len({each.model for each in read})
    if as_json:
        print_json("import", kept.model_dump(mode="json") | {"models": models})
        return
    held = {Keeping.UNCHANGED: "Held already, nothing added", Keeping.REPLACED: "Replaced with"}
    rows = "" if models == kept.standings else f" in {kept.standings:,} evaluations"
    out = console()
    out.print(
        f"{held.get(kept.change, 'Imported')}: {provenance.name}, {models:,} models{rows} on "
        f"{len(kept.benchmarks)} {'benchmark' if len(kept.benchmarks) == 1 else 'benchmarks'}, read on "
        f"{provenance.read_at}; protocol: {provenance.protocol}.",
        markup=False,
    )
    out.print(f"Next: outweigh leaderboard --from {provenance.name}", markup=False)
