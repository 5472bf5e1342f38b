"""`outweigh measure`: what models cost to run here."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from outweigh.cli.output import AsJson
from outweigh.cli.pages import ReportFile, check_report
from outweigh.cli.run import PrecisionName


class OpenArrival(StrEnum):
    """How requests come at a rate."""

    poisson = "poisson"
    constant = "constant"


def measure(  # noqa: PLR0913 - each is a flag
    models: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="MODEL...",
            help="org/name\\[@revision] on the Hub, a path, package:NAME, or a server's http://host:port/v1#model.",
            show_default=False,
        ),
    ] = None,
    batch_size: Annotated[str, typer.Option(help="Sequences at once; several for a sweep: 1,2,4,8.")] = "1",
    prompt_tokens: Annotated[str, typer.Option(help="Length of each prompt; several for a sweep.")] = "256",
    output_tokens: Annotated[str, typer.Option(help="Length of each answer; several for a sweep.")] = "32",
    concurrency: Annotated[
        str | None, typer.Option(help="Servers: requests under way at a time, several for a sweep. Default: 1.")
    ] = None,
    rate: Annotated[
        str | None, typer.Option(help="Servers: requests a second, whether or not answers keep up; or a sweep.")
    ] = None,
    arrival: Annotated[OpenArrival, typer.Option(help="Servers: how requests at a rate come.")] = OpenArrival.poisson,
    trace: Annotated[
        str | None, typer.Option(help="Servers: JSON lines with timestamp, input_length and output_length to replay.")
    ] = None,
    ttft_limit: Annotated[str | None, typer.Option(help="Goodput: longest time to the first token: 500ms.")] = None,
    tpot_limit: Annotated[str | None, typer.Option(help="Goodput: longest time per further token.")] = None,
    e2e_limit: Annotated[str | None, typer.Option(help="Goodput: longest time for a whole answer.")] = None,
    apply_chat_template: Annotated[
        bool, typer.Option("--apply-chat-template", help="Servers: ask /chat/completions.")
    ] = False,
    timeout: Annotated[str, typer.Option(help="Servers: longest time for one request.")] = "10m",
    budget: Annotated[str, typer.Option(help="Longest time for one model at one point: 60s, 5m, 1h.")] = "60s",
    within: Annotated[
        float, typer.Option(help="Stop when the median's 95 % interval is ± this share of it or less.")
    ] = 0.01,
    repeats: Annotated[
        int | None, typer.Option(help="Exactly this many repeats instead, warm-up included.", min=1)
    ] = None,
    against: Annotated[str | None, typer.Option(help="An earlier run to hold this one against.")] = None,
    report: ReportFile = None,
    threads: Annotated[int | None, typer.Option(help="Processor threads. Default: torch's own choice.", min=1)] = None,
    seed: Annotated[int, typer.Option(help="Seed of the prompts.")] = 1234,
    name: Annotated[str | None, typer.Option(help="What to call the run. Default: a readable name.")] = None,
    device: Annotated[str | None, typer.Option(help="cpu, cuda, cuda:1, mps, or auto.")] = None,
    precision: Annotated[PrecisionName | None, typer.Option(help="Default: what the hardware does best.")] = None,
    gguf_file: Annotated[str | None, typer.Option(help="Which GGUF file of a repository.")] = None,
    allow_pickle: Annotated[
        bool, typer.Option("--allow-pickle", help="Load pickled weights, which can run code.")
    ] = False,
    trust_remote_code: Annotated[
        bool, typer.Option("--trust-remote-code", help="Run code that the model's repository brings.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Measure seconds, tokens, bytes and joules until the figures are sure; several models take turns."""
    from outweigh.engine.measure_config import numbers, rates, seconds

    limits = {"ttft": ttft_limit, "tpot": tpot_limit, "e2e": e2e_limit}
    kept = {f"{name}_seconds": seconds(text, f"{name}-limit") for name, text in limits.items() if text}
    _measure(
        {
            "models": tuple(models or ()),
            "batch_sizes": numbers("batch-size", batch_size),
            "prompt_tokens": numbers("prompt-tokens", prompt_tokens),
            "output_tokens": numbers("output-tokens", output_tokens),
            "concurrency": numbers("concurrency", concurrency) if concurrency else (),
            "rates": rates("rate", rate) if rate else (),
            "arrival": arrival.value,
            "trace": trace,
            "limits": kept or None,
            "chat": apply_chat_template,
            "timeout_seconds": seconds(timeout, "timeout"),
            "budget_seconds": seconds(budget),
            "within": within,
            "repeats": repeats,
            "threads": threads,
            "seed": seed,
            "name": name,
            "device": device,
            "precision": precision.value if precision else None,
            "gguf_file": gguf_file,
            "allow_pickle": allow_pickle,
            "trust_remote_code": trust_remote_code,
        },
        against,
        report,
        as_json,
    )


def _measure(flags: dict[str, Any], against: str | None, report: Path | None, as_json: bool) -> None:
    from outweigh.cli.failures import resumable
    from outweigh.cli.measured import print_measurements, print_versus
    from outweigh.cli.output import console, print_json
    from outweigh.cli.progress import MeasureBar
    from outweigh.cli.report import report_runs
    from outweigh.engine import measuring, reading, watching
    from outweigh.engine.measure_config import checked
    from outweigh.records.errors import UserError

    check_report(report)
    earlier = reading.load(against) if against else None
    if earlier and not earlier.measurements:
        raise UserError(f"--against {against}: the run {earlier.name} has no measurements; name one that has")
    with resumable(), MeasureBar(console(stderr=True)) as bar:
        prepared = measuring.prepare(checked(flags), bar)
        name = measuring.measure(prepared, bar)
    run = reading.load(name)
    verdicts = watching.within(run) + (watching.versus_earlier(run, earlier) if earlier else ())
    unmatched = watching.unmatched(run, earlier) if earlier else ()
    if as_json:
        versus = [each.model_dump(mode="json") for each in verdicts]
        print_json("measurement", {"run": run.model_dump(mode="json"), "versus": versus, "unmatched": unmatched})
    else:
        out = console()
        print_measurements(out, run)
        print_versus(out, verdicts)
        for line in unmatched:
            out.print(line, markup=False)
        for note in run.notes:
            out.print(f"Note: {note}", style="dim", markup=False)
        again = f"`outweigh show {name}`, `outweigh report {name}`, `outweigh measure … --against {name}`"
        out.print(f"The run is called [bold]{name}[/bold]: {again}.")
    if report:
        report_runs([run], reading.held(run), report)
    if report and not as_json:
        console().print(f"Report: [bold]{report}[/bold]")
