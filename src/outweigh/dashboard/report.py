"""The report of a run, or the page of a verb: one HTML file that needs nothing else, no network and no script."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from outweigh.dashboard.evidence import NOTHING, Evidence
from outweigh.dashboard.report_build import page
from outweigh.dashboard.report_samples import ReportSample
from outweigh.dashboard.verb_page import VerbPage
from outweigh.dashboard.words import day, unbroken
from outweigh.records import Comparison, Run

if TYPE_CHECKING:
    import jinja2

__all__ = ["Evidence", "ReportSample", "report_html", "verb_html"]


def report_html(
    run: Run,
    comparison: Comparison | None,
    disagreements: Sequence[ReportSample] = (),
    *,
    made_at: datetime,
    commands: Sequence[str] = (),
    evidence: Evidence = NOTHING,
) -> str:
    """The report as one HTML document.

    `comparison` is None for a run that only measured; `evidence` stands behind the measurements. `commands` are shown
    under "Reproduce"; without them the command is put together from the run. Raises UserError if a sample has not one
    answer and one mark for each model, or if there is nothing to report.
    """
    template = _environment().get_template("report.html")
    return template.render(page=page(run, comparison, disagreements, made_at, commands, evidence))


def verb_html(page: VerbPage, *, made_at: datetime) -> str:
    """The page of a verb as one HTML document."""
    return _environment().get_template("verb.html").render(page=replace(page, made_at=day(made_at)))


def _environment() -> "jinja2.Environment":
    """Templates that escape everything and refuse names that they do not know."""
    from importlib.resources import files

    import jinja2
    from markupsafe import Markup

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("outweigh.dashboard", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["unbroken"] = unbroken
    static = files("outweigh.dashboard") / "static"
    environment.globals["style"] = Markup((static / "report.css").read_text("utf-8"))
    environment.globals["logo"] = Markup((static / "logo.svg").read_text("utf-8"))
    return environment
