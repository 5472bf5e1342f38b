"""`outweigh roi`: what switching to another deployment returns."""

from pathlib import Path
from typing import Annotated

import typer

from outweigh.cli.costing import Benchmark, Runs
from outweigh.cli.output import AsJson
from outweigh.cli.pages import ReportFile, check_report, write_page


def roi(
    current: Annotated[Path, typer.Argument(help="The deployment of today, a TOML file; kind = hosted for an API.")],
    new: Annotated[Path, typer.Argument(help="The one to switch to, with \\[switch]: what moving costs.")],
    runs: Runs = None,
    benchmark: Benchmark = None,
    report: ReportFile = None,
    as_json: AsJson = False,
) -> None:
    """Say what switching returns: net present value, payback, internal rate, and the volume that breaks even."""
    from datetime import UTC, datetime

    from outweigh.cli import costing
    from outweigh.cli.output import console, print_json
    from outweigh.insight.switching import switch

    check_report(report)
    (before, told), (after, more) = (costing.planned(path, runs or (), benchmark) for path in (current, new))
    found = switch(before.deployment, after.deployment, today=datetime.now(UTC).date())
    found = found.but(notes=(*found.notes, *dict.fromkeys((*told, *more))))
    if as_json:
        print_json("roi", {"return": found.model_dump(mode="json")})
    else:
        costing.print_return(console(), found)
    if report:
        from outweigh.dashboard.return_build import return_page

        write_page(return_page(found, before.deployment, after.deployment), report, quiet=as_json)
