"""`--report` of verbs that answer one question: the answer as one HTML file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from outweigh.dashboard.verb_page import VerbPage

ReportFile = Annotated[Path | None, typer.Option(help="Also write the HTML report to this file.")]


def check_report(path: Path | None) -> None:
    """Refuse a file that cannot be written, before any work is done."""
    from outweigh.cli.files import check_target

    if path is not None:
        check_target(path, "report.html")


def write_page(page: "VerbPage", path: Path, *, quiet: bool) -> None:
    """Write the page whole or not at all, and say where it is unless `quiet`."""
    from datetime import UTC, datetime

    from outweigh.cli.files import write_whole
    from outweigh.cli.output import console
    from outweigh.dashboard.report import verb_html

    write_whole(path, verb_html(page, made_at=datetime.now(UTC)).encode())
    if not quiet:
        console().print(f"Report: [bold]{path}[/bold]")
