"""`outweigh carbon`: what a deployment emits."""

from pathlib import Path
from typing import Annotated

import typer

from outweigh.cli.costing import Runs
from outweigh.cli.output import AsJson
from outweigh.cli.pages import ReportFile, check_report, write_page


def carbon(
    deployment: Annotated[Path, typer.Argument(help="A TOML file: hardware, place with its grid, load and horizon.")],
    runs: Runs = None,
    report: ReportFile = None,
    as_json: AsJson = False,
) -> None:
    """Say what a deployment emits: running its machines in their region, making them, and a million tokens."""
    from outweigh.cli import costing
    from outweigh.cli.output import console, print_json
    from outweigh.insight import emissions

    check_report(report)
    plan, notes = costing.planned(deployment, runs or (), None, scored=False)
    found = emissions.carbon(plan.deployment)
    found = found.but(notes=(*found.notes, *notes))
    if as_json:
        print_json("carbon", {"carbon": found.model_dump(mode="json")})
    else:
        costing.print_carbon(console(), found)
    if report:
        from outweigh.dashboard.carbon_build import carbon_page

        write_page(carbon_page(found, plan.deployment), report, quiet=as_json)
