"""`outweigh compare`: the models of one or several runs, paired on the same samples."""

from typing import Annotated

import typer

from outweigh.cli.output import AsJson


def compare(
    runs: Annotated[
        list[str] | None,
        typer.Argument(metavar="RUN...", help="Runs by name. Default: the latest.", show_default=False),
    ] = None,
    pairs: Annotated[bool, typer.Option("--pairs", help="Show every pair, however many models there are.")] = False,
    as_json: AsJson = False,
) -> None:
    """Compare all models of these runs: differences with intervals, adjusted p-values, ties said to be ties."""
    from outweigh.cli.comparing import print_comparison
    from outweigh.cli.output import console, print_json
    from outweigh.engine import reading
    from outweigh.insight.columns import columns
    from outweigh.insight.comparison import compare as compare_columns

    held = [each for name in runs or ["latest"] for each in reading.held(reading.load(name))]
    comparison = compare_columns(columns(held))
    if as_json:
        print_json("comparison", {"comparison": comparison.model_dump(mode="json")})
    else:
        print_comparison(console(), comparison, pairs=pairs)
