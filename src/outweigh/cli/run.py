"""`outweigh run`: models × benchmarks, and the comparison at the end."""

from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from outweigh.cli.deciding import Asked, DeploymentFile, NeedFile
from outweigh.cli.output import AsJson
from outweigh.cli.pages import ReportFile, check_report

if TYPE_CHECKING:
    from rich.console import Console

    from outweigh.dashboard.decision import Decision
    from outweigh.records import Run, Versus


class PrecisionName(StrEnum):
    """What --precision may be."""

    float32 = "float32"
    bfloat16 = "bfloat16"
    float16 = "float16"


class _Protocol(StrEnum):
    letter = "letter"


class _Template(StrEnum):
    on = "on"
    off = "off"
    auto = "auto"


_Models = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="MODEL...",
        help="org/name\\[@revision] on the Hub, a path, package:NAME, or http://host:port/v1#model for a server.",
        show_default=False,
    ),
]


def run(  # noqa: PLR0913 - each is a flag
    models: _Models = None,
    suite: Annotated[str | None, typer.Option(help="A suite (`outweigh suites list`). Default: starter.")] = None,
    benchmark: Annotated[
        list[str] | None, typer.Option(help="A benchmark or group such as mmlu; may be repeated.")
    ] = None,
    config: Annotated[Path | None, typer.Option(help="A TOML file with any of these settings.")] = None,
    name: Annotated[str | None, typer.Option(help="What to call the run. Default: a readable name.")] = None,
    num_fewshot: Annotated[int | None, typer.Option(help="Examples in the prompt.")] = None,
    protocol: Annotated[
        _Protocol | None,
        typer.Option(help="Let models name the letter of their choice, where likelihoods would be compared."),
    ] = None,
    limit: Annotated[
        float | None, typer.Option(help="Only the first N samples of each benchmark, or a share below 1.")
    ] = None,
    until_decided: Annotated[
        bool, typer.Option("--until-decided", help="Ask in random order, and only until the models are told apart.")
    ] = False,
    until_halfwidth: Annotated[
        float | None, typer.Option(help="Ask only until every interval is ± this share or less, such as 0.02.")
    ] = None,
    batch_size: Annotated[str | None, typer.Option(help="Samples a batch, or auto.")] = None,
    device: Annotated[str | None, typer.Option(help="cpu, cuda, cuda:1, mps, or auto.")] = None,
    precision: Annotated[PrecisionName | None, typer.Option(help="Default: what the hardware does best.")] = None,
    seed: Annotated[
        str | None, typer.Option(help="Seed of the few-shot draw (1234); of four numbers the fourth counts.")
    ] = None,
    apply_chat_template: Annotated[
        bool, typer.Option("--apply-chat-template", help="Ask through the model's chat template.")
    ] = False,
    chat_template: Annotated[_Template | None, typer.Option(help="The same, or auto: where a model has one.")] = None,
    temperature: Annotated[float | None, typer.Option(help="Sampling instead of greedy decoding.")] = None,
    top_p: Annotated[float | None, typer.Option(help="Nucleus of the sampling.")] = None,
    max_tokens: Annotated[int | None, typer.Option(help="Longest generated answer, in tokens.")] = None,
    mirror: Annotated[
        str | None, typer.Option(envvar="OUTWEIGH_MIRROR", help="Directory with the benchmarks' data.")
    ] = None,
    no_cache: Annotated[
        bool,
        typer.Option(
            "--no-cache",
            help="Ask even what another evaluation asked this model in the same words, and keep nothing for others. "
            "What this very evaluation was answered before still counts; `outweigh delete` makes it ask afresh.",
        ),
    ] = False,
    measure: Annotated[
        bool,
        typer.Option("--measure", help="Then measure the models too, at the lengths of the run's own requests."),
    ] = False,
    measure_budget: Annotated[
        str | None, typer.Option(help="Longest time to measure one model: 60s (the default), 5m, 1h.")
    ] = None,
    gguf_file: Annotated[str | None, typer.Option(help="Which GGUF file of a repository.")] = None,
    allow_pickle: Annotated[
        bool, typer.Option("--allow-pickle", help="Load pickled weights, which can run code.")
    ] = False,
    trust_remote_code: Annotated[
        bool, typer.Option("--trust-remote-code", help="Run code that the model's repository brings.")
    ] = False,
    need: NeedFile = None,
    deployment: DeploymentFile = None,
    report: ReportFile = None,
    as_json: AsJson = False,
) -> None:
    """Run benchmarks on models, then compare them. Run the same command again to go on after a stop."""
    template = chat_template.value if chat_template else "on" if apply_chat_template else None
    run_models(
        {
            "models": tuple(models or ()),
            "suite": suite,
            "benchmarks": tuple(benchmark or ()),
            "name": name,
            "num_fewshot": num_fewshot,
            "protocol": protocol.value if protocol else None,
            "limit": limit,
            "until_decided": until_decided or None,
            "until_halfwidth": until_halfwidth,
            "batch_size": None if batch_size == "auto" else batch_size,
            "device": device,
            "precision": precision.value if precision else None,
            "seed": _seed(seed),
            "chat_template": template,
            "temperature": temperature,
            "top_p": top_p,
            "max_tokens": max_tokens,
            "mirror": mirror,
            "no_cache": no_cache or None,
            "measure": measure or None,
            "measure_budget": measure_budget,
            "gguf_file": gguf_file,
            "allow_pickle": allow_pickle or None,
            "trust_remote_code": trust_remote_code or None,
        },
        config,
        Asked(need, deployment),
        report=report,
        as_json=as_json,
    )


def _seed(text: str | None) -> str | None:
    return text.split(",")[-1].strip() if text else None


def run_models(flags: dict[str, Any], file: Path | None, asked: Asked, *, report: Path | None, as_json: bool) -> None:
    """Ask, compare, measure and decide as the flags and the file say."""
    from outweigh.cli.comparing import print_comparison, print_next_steps
    from outweigh.cli.deciding import decided, decision_json
    from outweigh.cli.failures import resumable
    from outweigh.cli.output import console, print_json
    from outweigh.cli.progress import Bar
    from outweigh.cli.report import write_report
    from outweigh.engine import adaptive, reading, watching
    from outweigh.engine import run as plain
    from outweigh.engine.config import checked, from_toml
    from outweigh.engine.rounds import savings
    from outweigh.insight.columns import columns
    from outweigh.insight.comparison import compare

    values = from_toml(file) if file else {}
    values |= {key: value for key, value in flags.items() if value is not None and value != ()}
    asked.checked()
    check_report(report)
    with resumable(), Bar(console(stderr=True)) as bar:
        settings = checked(values)
        prepared = plain.prepare(settings, bar)
        name = (adaptive if settings.adaptive else plain).run(prepared, bar)
    run = reading.load(name)
    held = reading.held(run)
    comparison = compare(columns(held))
    verdicts = watching.within(run)
    decision = decided([run], held, asked)
    if as_json:
        saved = [asdict(each) | {"unasked": each.unasked} for each in savings(run)] if settings.adaptive else None
        versus = [each.model_dump(mode="json") for each in verdicts] if run.measurements else None
        more = {name: found for name, found in (("savings", saved), ("versus", versus)) if found is not None}
        shown = {"run": run.model_dump(mode="json"), **more, "comparison": comparison.model_dump(mode="json")}
        print_json("run", shown | decision_json(decision))
    else:
        out = console()
        out.print(f"{bar.closing()} The run is called [bold]{name}[/bold].")
        for saving in savings(run):
            out.print(str(saving), markup=False)
        print_comparison(out, comparison)
        _print_costs(out, run, verdicts, decision, measured=bool(run.measurements or settings.measure))
    if report:
        write_report(run, held, comparison, report, decision=decision)
    if not as_json:
        print_next_steps(console(), name, report)


def _print_costs(
    out: "Console", run: "Run", verdicts: "tuple[Versus, ...]", decision: "Decision | None", *, measured: bool
) -> None:
    """What asking took and what was measured after it, where it was `measured`; then what follows from all of it."""
    from outweigh.cli.deciding import print_decision
    from outweigh.cli.measured import print_measurements, print_usage, print_versus
    from outweigh.cli.output import Remarks

    remarks = Remarks(out)
    if measured:
        out.print()
        print_usage(out, run, remarks)
        out.print()
        print_measurements(out, run, remarks)
        print_versus(out, verdicts)
        remarks.add(run.notes, "Note: ")
    if decision:
        print_decision(out, decision, remarks)
