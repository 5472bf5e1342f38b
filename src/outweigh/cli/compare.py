"""`outweigh compare`: the models of one or several runs, paired on the same samples; or models, asked first."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from outweigh.cli.deciding import Asked, DeploymentFile, NeedFile
from outweigh.cli.output import AsJson
from outweigh.cli.pages import ReportFile, check_report

if TYPE_CHECKING:
    from outweigh.records import Run


def compare(  # noqa: PLR0913 - each is a flag
    runs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="RUN|MODEL...",
            help="Runs by name (default: the latest), or models, which the starter suite is run on first.",
            show_default=False,
        ),
    ] = None,
    pairs: Annotated[bool, typer.Option("--pairs", help="Show every pair, however many models there are.")] = False,
    measure: Annotated[bool, typer.Option("--measure", help="Of models: also measure what they cost to run.")] = False,
    leaderboard: Annotated[
        str | None, typer.Option(help="An imported leaderboard, or a csv: its MODELs by what it published, unpaired.")
    ] = None,
    need: NeedFile = None,
    deployment: DeploymentFile = None,
    report: ReportFile = None,
    as_json: AsJson = False,
) -> None:
    """Compare all models of these runs: differences with intervals, adjusted p-values, ties said to be ties."""
    asked = Asked(need, deployment).checked()
    check_report(report)
    names = runs or ["latest"]
    if leaderboard is not None:
        _refuse(leaderboard, measure=measure, need=need, deployment=deployment, report=report)
        _compare([_published(leaderboard, runs or [])], asked, None, pairs=pairs, as_json=as_json)
    elif models := _models(names, measure=measure):
        from outweigh.cli.run import run_models

        flags = {"models": tuple(models), "measure": measure or None}
        run_models(flags, None, asked, report=report, as_json=as_json)
    else:
        from outweigh.engine import reading

        _compare([reading.load(name) for name in names], asked, report, pairs=pairs, as_json=as_json)


def _refuse(leaderboard: str, **given: object) -> None:
    """UserError for what tells of models that were run here."""
    from outweigh.records import UserError

    for name, value in given.items():
        if value:
            raise UserError(f"--{name} does not go with --leaderboard {leaderboard}, whose models were not run here")


def _published(source: str, models: list[str]) -> "Run":
    """What a leaderboard says of these models, as a run without answers. UserError, with near names, for others."""
    from datetime import UTC, datetime
    from difflib import get_close_matches

    from outweigh.cli import tables
    from outweigh.insight import published
    from outweigh.interop.leaderboard_tasks import AREAS, TITLES
    from outweigh.records import Run, UserError

    provenance, table = tables.shares(source)
    rows = [each for model in models for each in table if each.model.lower() == model.lower()]
    for model in models:
        if model.lower() not in {each.model.lower() for each in rows}:
            near = get_close_matches(model, {each.model for each in table}, 3, 0.6)
            hint = f"; did you mean {' or '.join(near)}?" if near else ""
            raise UserError(f"{model}: not a model of {provenance.name}{hint}")
    if not models:
        raise UserError(f"--leaderboard {source}: name the models to compare, as `outweigh leaderboard` shows them")
    found = published.results(rows, provenance, TITLES, AREAS)
    return Run(name=provenance.name, created_at=datetime.now(UTC), results=tuple(found))


def _models(names: list[str], *, measure: bool) -> list[str]:
    """The names, where they are those of models; none where they are those of runs. UserError for some of each."""
    from outweigh.records import UserError

    models = [name for name in names if "/" in name or ":" in name]
    runs = [name for name in names if name not in models]
    if models and runs:
        raise UserError(f"{models[0]} is a model and {runs[0]} the name of a run: compare runs, or compare models")
    if runs and measure:
        raise UserError("--measure goes with models, and these are runs: name the models instead")
    return models


def _compare(found: "list[Run]", asked: Asked, report: Path | None, *, pairs: bool, as_json: bool) -> None:
    from outweigh.cli.comparing import print_comparison
    from outweigh.cli.deciding import decided, decision_json, print_decision
    from outweigh.cli.output import console, print_json
    from outweigh.cli.report import report_runs
    from outweigh.engine import reading
    from outweigh.insight.columns import columns
    from outweigh.insight.comparison import compare as compare_columns

    held = reading.held(*found)
    comparison = compare_columns(columns(held))
    decision = decided(found, held, asked)
    if as_json:
        print_json("comparison", {"comparison": comparison.model_dump(mode="json")} | decision_json(decision))
    else:
        print_comparison(console(), comparison, pairs=pairs)
        if decision:
            print_decision(console(), decision)
    if report:
        report_runs(found, held, report, decision)
        if not as_json:
            console().print(f"Report: [bold]{report}[/bold]")
