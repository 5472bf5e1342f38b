"""`outweigh`: what it reads from the command line, and the one place where errors become lines."""

import os
import sys
from typing import NoReturn

import typer

from outweigh.cli import (
    benchmarks,
    carbon,
    compare,
    cost,
    delete,
    doctor,
    export,
    imports,
    leaderboard,
    measure,
    models,
    pareto,
    predict,
    recommend,
    remark,
    report,
    roi,
    run,
    samples,
    show,
    suites,
)

_SETTINGS = {"auto_envvar_prefix": "OUTWEIGH", "help_option_names": ["-h", "--help"]}

app = typer.Typer(
    name="outweigh",
    help="Which open-weight model outweighs the others for your job, and how sure that answer is.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings=_SETTINGS,
    epilog="Every flag is also an environment variable: OUTWEIGH_<VERB>_<FLAG>, such as OUTWEIGH_RUN_LIMIT=20.",
)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"outweigh {version('outweigh')}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Say the version."),
) -> None:
    pass


app.command("run")(run.run)
app.command("measure")(measure.measure)
app.command("recommend")(recommend.recommend)
app.command("pareto")(pareto.pareto)
app.command("cost")(cost.cost)
app.command("roi")(roi.roi)
app.command("carbon")(carbon.carbon)
app.command("compare")(compare.compare)
app.command("leaderboard")(leaderboard.leaderboard)
app.command("predict")(predict.predict)
app.command("show")(show.show)
app.command("samples")(samples.samples)
app.command("report")(report.report)
app.command("export")(export.export)
app.command("import")(imports.imports)
app.command("remark")(remark.remark)
app.command("delete")(delete.delete)
app.command("doctor")(doctor.doctor)
app.add_typer(models.app, name="models")
app.add_typer(benchmarks.app, name="benchmarks")
app.add_typer(suites.app, name="suites")


def dashed(arguments: list[str]) -> list[str]:
    """The arguments with --num_fewshot written as --num-fewshot: both spellings are accepted."""
    found: list[str] = []
    for place, argument in enumerate(arguments):
        if argument == "--":
            return found + arguments[place:]
        if argument.startswith("--"):
            flag, equals, value = argument.partition("=")
            argument = flag.replace("_", "-") + equals + value
        found.append(argument)
    return found


def main() -> NoReturn:
    """Run the command line; every error ends as one line and an exit code."""
    from outweigh.cli.failures import guarded

    arguments = dashed(sys.argv[1:])
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    sys.exit(guarded(lambda: app(args=arguments, standalone_mode=False), json="--json" in arguments))
