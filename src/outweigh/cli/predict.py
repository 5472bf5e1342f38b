"""`outweigh predict`: a score on a benchmark that was not run, or what a model takes on hardware not at hand."""

from pathlib import Path
from typing import Annotated, Any

import typer

from outweigh.cli.output import AsJson
from outweigh.cli.pages import ReportFile, check_report, write_page


def predict(  # noqa: PLR0913 - each is a flag
    model: Annotated[str, typer.Argument(help="A model of the leaderboard, or any name: then say what its card says.")],
    benchmark: Annotated[str | None, typer.Option(help="The benchmark to predict, such as leaderboard_gpqa.")] = None,
    hardware: Annotated[
        str | None,
        typer.Option(help="Predict time, memory and energy instead: on `here`, or on a device such as h100-sxm."),
    ] = None,
    measured_on: Annotated[
        str | None, typer.Option(help="For --hardware: the device that the runs were measured on, such as l4.")
    ] = None,
    run: Annotated[
        list[str] | None,
        typer.Option(help="For --hardware: a run of `outweigh measure`; may be given several times. Default: latest."),
    ] = None,
    batch_size: Annotated[int, typer.Option(help="For --hardware: sequences at once.", min=1)] = 1,
    prompt_tokens: Annotated[int, typer.Option(help="For --hardware: the length of each prompt.", min=1)] = 256,
    output_tokens: Annotated[int, typer.Option(help="For --hardware: the length of each answer.", min=1)] = 32,
    source: Annotated[
        str | None,
        typer.Option(
            "--from",
            envvar="OUTWEIGH_PREDICT_FROM",
            help="The table to learn from: an imported one, by its name, or a csv. Default: the only one.",
        ),
    ] = None,
    score: Annotated[
        list[str] | None,
        typer.Option(help="A known score, from 0 to 1: leaderboard_bbh=0.41; may be given several times."),
    ] = None,
    parameters: Annotated[str | None, typer.Option(help="How many weights: 7B, 7e9.")] = None,
    architecture: Annotated[str | None, typer.Option(help="As in config.json: LlamaForCausalLM.")] = None,
    precision: Annotated[str | None, typer.Option(help="As the leaderboard says it: bfloat16.")] = None,
    kind: Annotated[str | None, typer.Option(help="As the leaderboard says it: pretrained, chatmodels.")] = None,
    license: Annotated[str | None, typer.Option(help="As on the Hub: apache-2.0.")] = None,
    parent: Annotated[str | None, typer.Option(help="The model that it was made from.")] = None,
    published: Annotated[str | None, typer.Option(help="The day it came out: 2025-01-31.")] = None,
    chat_template: Annotated[
        bool | None, typer.Option("--chat-template/--no-chat-template", help="Asked with its chat template.")
    ] = None,
    report: ReportFile = None,
    as_json: AsJson = False,
) -> None:
    """Predict a score from the model's card and its other scores, or its time, memory and energy on other hardware."""
    from outweigh.cli.quantities import count, day
    from outweigh.records import UserError

    check_report(report)
    size = count(parameters, "parameters") if parameters else None
    card = {
        "parameters": size,
        "architecture": architecture,
        "precision": precision,
        "kind": kind,
        "license": license,
        "parent": parent,
        "published": day(published, "published") if published else None,
        "chat_template": chat_template,
    }
    if (benchmark is None) == (hardware is None):
        raise UserError(
            "predict one thing: a score with --benchmark NAME, or time, memory and energy with --hardware NAME"
        )
    if benchmark is not None:
        _score(model, benchmark, source, (card, score or []), (report, as_json))
    elif report is not None:
        raise UserError("--report draws a predicted score: it does not go with --hardware")
    else:
        work = (batch_size, prompt_tokens, output_tokens)
        _elsewhere(model, (hardware or "", measured_on), run or ["latest"], work, (size, precision), as_json)


def _score(
    model: str,
    benchmark: str,
    source: str | None,
    told: tuple[dict[str, Any], list[str]],
    shown: tuple[Path | None, bool],
) -> None:
    from outweigh.cli import predicting
    from outweigh.cli.output import console, print_json

    (card, scores), (report, as_json) = told, shown
    card = {name: value for name, value in card.items() if value is not None}
    made = predicting.predicted(model, benchmark, source, (card, scores))
    if as_json:
        measured = made.measured and made.measured.model_dump(mode="json")
        table = {"provenance": made.provenance.model_dump(mode="json"), "rows": made.rows}
        document = {"model": made.asked.model, "prediction": made.found.model_dump(mode="json")}
        print_json("prediction", document | table | {"measured": measured})
    else:
        predicting.print_prediction(console(), made)
    if report:
        from outweigh.dashboard.prediction_build import prediction_page
        from outweigh.interop.leaderboard_tasks import TITLES

        write_page(prediction_page(made.found, made.asked, made.measured, TITLES), report, quiet=as_json)


def _elsewhere(
    model: str,
    devices: tuple[str, str | None],
    runs: list[str],
    work: tuple[int, int, int],
    size: tuple[float | None, str | None],
    as_json: bool,
) -> None:
    from outweigh.cli import elsewhere
    from outweigh.cli.output import console, print_json

    found = elsewhere.predicted(model, devices, runs, work, size)
    if as_json:
        figures = [each.model_dump(mode="json") for each in found.figures]
        document = {"model": found.title, "hardware": found.device, "predictions": figures, "notes": found.notes}
        print_json("prediction", document)
        return
    elsewhere.print_elsewhere(console(), found)
