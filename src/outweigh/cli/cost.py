"""`outweigh cost`: what a deployment costs."""

from pathlib import Path
from typing import Annotated

import typer

from outweigh.cli.costing import Benchmark, Runs
from outweigh.cli.output import AsJson
from outweigh.cli.pages import ReportFile, check_report, write_page


def cost(
    deployment: Annotated[Path, typer.Argument(help="A TOML file: hardware, place, load, limit and horizon.")],
    runs: Runs = None,
    benchmark: Benchmark = None,
    margin: Annotated[
        float, typer.Option(help="Accuracy that an alternative may lose and still count as equal.")
    ] = 0.01,
    report: ReportFile = None,
    as_json: AsJson = False,
) -> None:
    """Say what a deployment costs, a million tokens and a correct answer of it, and what would save money."""
    from outweigh.cli import costing
    from outweigh.cli.output import console, print_json
    from outweigh.insight.savings import savings

    check_report(report)
    plan, notes = costing.planned(deployment, runs or (), benchmark)
    found = costing.costed(plan, notes)
    advice = savings(plan, margin=margin)
    if as_json:
        shown = [each.model_dump(mode="json") for each in advice]
        inputs = plan.deployment.model_dump(mode="json")
        print_json("cost", {"deployment": inputs, "cost": found.model_dump(mode="json"), "savings": shown})
    else:
        costing.print_cost(console(), found)
        costing.print_savings(console(), advice, plan.deployment.currency)
    if report:
        from outweigh.dashboard.cost_build import cost_verb_page

        page = cost_verb_page(costing.cost_plan(plan, found, advice), plan.deployment)
        write_page(page, report, quiet=as_json)
