"""`outweigh compare`: the models of one or several runs, paired on the same samples; or models, asked first."""

from pathlib import Path
from typing import Annotated

import typer

from outweigh.cli.deciding import Asked, DeploymentFile, NeedFile
from outweigh.cli.output import AsJson
from outweigh.cli.pages import ReportFile, check_report


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
    need: NeedFile = None,
    deployment: DeploymentFile = None,
    report: ReportFile = None,
    as_json: AsJson = False,
) -> None:
    """Compare all models of these runs: differences with intervals, adjusted p-values, ties said to be ties."""
    asked = Asked(need, deployment).checked()
    check_report(report)
    names = runs or ["latest"]
    if models := _models(names, measure=measure):
        from outweigh.cli.run import run_models

        flags = {"models": tuple(models), "measure": measure or None}
        run_models(flags, None, asked, report=report, as_json=as_json)
    else:
        _compare(names, asked, report, pairs=pairs, as_json=as_json)


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


def _compare(names: list[str], asked: Asked, report: Path | None, *, pairs: bool, as_json: bool) -> None:
    from outweigh.cli.comparing import print_comparison
    from outweigh.cli.deciding import decided, decision_json, print_decision
    from outweigh.cli.output import console, print_json
    from outweigh.cli.report import report_runs
    from outweigh.engine import reading
    from outweigh.insight.columns import columns
    from outweigh.insight.comparison import compare as compare_columns

    found = [reading.load(name) for name in names]
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
