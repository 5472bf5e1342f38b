"""`outweigh pareto`: who is not dominated, and how likely that is."""

from typing import Annotated

import typer

from outweigh.cli.output import AsJson
from outweigh.cli.pages import ReportFile, check_report, write_page
from outweigh.cli.recommend import DeploymentFile, Leaderboard, NeedFile, Runs, Weights


def pareto(  # noqa: PLR0913 - each is a flag
    runs: Runs = None,
    need: NeedFile = None,
    weight: Weights = None,
    deployment: DeploymentFile = None,
    leaderboard: Leaderboard = None,
    seed: Annotated[int, typer.Option(help="Seed of the worlds.", min=0)] = 1234,
    report: ReportFile = None,
    as_json: AsJson = False,
) -> None:
    """Show the Pareto front of the need's goals and limited costs: each model's probability of being on it."""
    from outweigh.cli import recommended, recommending
    from outweigh.cli.output import console, print_json
    from outweigh.cli.quantities import named
    from outweigh.insight.trade import trade

    check_report(report)
    flags = {"weights": named(weight or [], "weight", "reasoning=2"), "limits": {}}
    wanted = recommending.need(need, flags, interview=False)
    found = recommending.candidates(runs or [], wanted, leaderboard, deployment)
    front = trade(found.candidates, found.need, seed=seed)
    front = front.but(notes=(*front.notes, *found.notes))
    if as_json:
        print_json("pareto", {"pareto": front.model_dump(mode="json")})
    else:
        recommended.print_front(console(), front)
    if report:
        from outweigh.dashboard.pareto_build import front_page

        write_page(front_page(front, found.currency), report, quiet=as_json)
