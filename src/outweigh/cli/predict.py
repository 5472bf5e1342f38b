"""`outweigh predict`: a score that a model would reach on a benchmark that it has not run."""

from pathlib import Path
from typing import Annotated

import typer

from outweigh.cli.output import AsJson
from outweigh.cli.pages import ReportFile, check_report, write_page


def predict(  # noqa: PLR0913 - each is a flag
    model: Annotated[str, typer.Argument(help="A model of the leaderboard, or any name: then say what its card says.")],
    benchmark: Annotated[str, typer.Option(help="The benchmark to predict, such as leaderboard_gpqa.")],
    leaderboard: Annotated[
        Path | None, typer.Option("--from", help="The leaderboard to learn from: its published csv or csv.gz.")
    ] = None,
    score: Annotated[
        list[str] | None,
        typer.Option(help="A known score, from 0 to 1: leaderboard_bbh=0.41; may be given several times."),
    ] = None,
    parameters: Annotated[float | None, typer.Option(help="How many weights: 7e9.")] = None,
    architecture: Annotated[str | None, typer.Option(help="As in config.json: LlamaForCausalLM.")] = None,
    precision: Annotated[str | None, typer.Option(help="As the leaderboard says it: bfloat16.")] = None,
    kind: Annotated[str | None, typer.Option(help="As the leaderboard says it: pretrained, chatmodels.")] = None,
    license_: Annotated[str | None, typer.Option("--license", help="As on the Hub: apache-2.0.")] = None,
    parent: Annotated[str | None, typer.Option(help="The model that it was made from.")] = None,
    published: Annotated[str | None, typer.Option(help="The day it came out: 2025-01-31.")] = None,
    chat_template: Annotated[
        bool | None, typer.Option("--chat-template/--no-chat-template", help="Asked with its chat template.")
    ] = None,
    report: ReportFile = None,
    as_json: AsJson = False,
) -> None:
    """Predict a score from the model's card and its other scores, with a 90 % interval and what it rests on."""
    from outweigh.cli import predicting
    from outweigh.cli.output import console, print_json

    check_report(report)
    said = {
        "parameters": parameters,
        "architecture": architecture,
        "precision": precision,
        "kind": kind,
        "license": license_,
        "parent": parent,
        "published": published,
        "chat_template": chat_template,
    }
    card = {name: value for name, value in said.items() if value is not None}
    asked, found, measured = predicting.predicted(model, benchmark, leaderboard, (card, score or []))
    if as_json:
        document = {"model": asked.model, "prediction": found.model_dump(mode="json")}
        print_json("prediction", document | {"measured": measured and measured.model_dump(mode="json")})
    else:
        predicting.print_prediction(console(), asked.model, found, measured)
    if report:
        from outweigh.dashboard.prediction_build import prediction_page
        from outweigh.interop.leaderboard_tasks import TITLES

        write_page(prediction_page(found, asked, measured, TITLES), report, quiet=as_json)
