"""`outweigh report`: a run as one HTML file."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from outweigh.cli.deciding import Asked, DeploymentFile, NeedFile

if TYPE_CHECKING:
    from outweigh.dashboard.decision import Decision
    from outweigh.dashboard.report import ReportSample
    from outweigh.engine.reading import Held
    from outweigh.records import Comparison, Run

_SHOWN = 12


def report(
    runs: Annotated[
        list[str] | None, typer.Argument(metavar="RUN...", help="Default: the latest.", show_default=False)
    ] = None,
    to: Annotated[Path, typer.Option(help="The file to write.")] = Path("report.html"),
    need: NeedFile = None,
    deployment: DeploymentFile = None,
) -> None:
    """Write what a run (or several) found as one HTML file that needs no network: scores, times, memory and energy.

    With a need or a deployment, the page begins with which model to take, how sure that is, and what it costs.
    """
    from outweigh.cli.deciding import decided
    from outweigh.cli.files import check_target
    from outweigh.cli.output import console
    from outweigh.engine import reading

    check_target(to, "report.html")
    asked = Asked(need, deployment).checked()
    names = runs or ["latest"]
    found = [reading.load(name) for name in names]
    held = reading.held(*found)
    report_runs(found, held, to, decided(found, held, asked))
    console().print(f"Report: [bold]{to}[/bold]")


def report_runs(runs: "Sequence[Run]", held: "Held", path: Path, decision: "Decision | None" = None) -> None:
    """Write the report of the runs' results, `held` with their transcripts, and of their measurements, together."""
    from outweigh.insight.columns import columns
    from outweigh.insight.comparison import compare

    comparison = compare(columns(held)) if held else None
    whole = runs[0].but(results=tuple(result for result, _ in held), notes=tuple(n for r in runs for n in r.notes))
    write_report(whole, held, comparison, path, measured=runs, decision=decision)


def write_report(
    run: "Run",
    held: "Held",
    comparison: "Comparison | None",
    path: Path,
    *,
    measured: "Sequence[Run] | None" = None,
    decision: "Decision | None" = None,
) -> None:
    """Write the report whole or not at all. `measured` are the runs whose measurements it shows; default: this one."""
    from dataclasses import replace
    from datetime import UTC, datetime

    from outweigh.cli.files import write_whole
    from outweigh.dashboard.evidence import gathered
    from outweigh.dashboard.report import report_html

    together, evidence = gathered(measured or (run,))
    evidence = replace(evidence, decision=decision)
    run = run.but(measurements=together.measurements)
    disagreements = _disagreements(held, comparison) if comparison else ()
    text = report_html(run, comparison, disagreements, made_at=datetime.now(UTC), evidence=evidence)
    write_whole(path, text.encode())


def _disagreements(held: "Held", comparison: "Comparison") -> "Sequence[ReportSample]":
    from outweigh.dashboard.report import ReportSample
    from outweigh.engine.comparing import Filter, select
    from outweigh.insight.columns import labels

    names = labels([result for result, _ in held])
    found: list[ReportSample] = []
    groups = select(held, Filter(disagree=True))
    per_benchmark: dict[str, int] = {}
    for group in groups:
        benchmark = group[0].result.evaluation.benchmark
        per_benchmark[benchmark] = per_benchmark.get(benchmark, 0) + 1
        if per_benchmark[benchmark] > 3 or len(found) >= _SHOWN:
            continue
        sides = {names[side.result.evaluation.model.fingerprint]: side for side in group}
        ordered = [sides.get(name) for name in comparison.models]
        sample = group[0].transcript.sample
        target = sample.target
        expected = sample.choices[target] if isinstance(target, int) and sample.choices else target
        found.append(
            ReportSample(
                benchmark=group[0].result.title,
                sample_id=sample.id,
                question=sample.question,
                expected=expected
                if isinstance(expected, str)
                else " | ".join(map(str, expected))
                if isinstance(expected, tuple)
                else str(expected),
                answers=tuple(side.answer if side else None for side in ordered),
                right=tuple(_right(side) for side in ordered),
            )
        )
    return found


def _right(side: object) -> bool | None:
    from outweigh.engine.comparing import Side

    if not isinstance(side, Side) or side.score is None:
        return None
    return side.score.value >= 0.5
