"""`outweigh leaderboard`: models of a public table, or one's own, in order, with how sure the order is."""

from typing import TYPE_CHECKING, Annotated

import typer

from outweigh.cli.output import AsJson
from outweigh.cli.pages import ReportFile, check_report, write_page
from outweigh.cli.quantities import SIZE, day, parameters

if TYPE_CHECKING:
    from outweigh.records import Area


def leaderboard(  # noqa: PLR0913 - each is a flag
    source: Annotated[
        str | None,
        typer.Option(
            "--from",
            envvar="OUTWEIGH_LEADERBOARD_FROM",
            help="A table that was imported, by its name, or `own`. Default: the only one.",
        ),
    ] = None,
    min_size: Annotated[str | None, typer.Option(help=f"Smallest model, {SIZE}.")] = None,
    max_size: Annotated[str | None, typer.Option(help=f"Largest model, {SIZE}.")] = None,
    license: Annotated[list[str] | None, typer.Option(help="A licence such as apache-2.0; may be repeated.")] = None,
    precision: Annotated[str | None, typer.Option(help="The precision that it was asked in, such as bfloat16.")] = None,
    family: Annotated[str | None, typer.Option(help="Models of one base, such as Qwen/Qwen2.5-7B.")] = None,
    architecture: Annotated[str | None, typer.Option(help="Such as LlamaForCausalLM.")] = None,
    area: Annotated[str | None, typer.Option(help="Benchmarks of one area only, such as reasoning.")] = None,
    since: Annotated[str | None, typer.Option(help="Published (else submitted) on this day or later.")] = None,
    official: Annotated[bool, typer.Option("--official", help="Official providers' models, and yours.")] = False,
    flagged: Annotated[bool, typer.Option("--flagged", help="Also models that the leaderboard flagged.")] = False,
    unavailable: Annotated[
        bool, typer.Option("--unavailable", help="Also models that are no longer to be had.")
    ] = False,
    hardware: Annotated[str | None, typer.Option(help="Of own results: those made on this processor or GPU.")] = None,
    sort: Annotated[str, typer.Option(help="mean, win-rate, z, or a benchmark.")] = "mean",
    by_family: Annotated[bool, typer.Option("--by-family", help="Only the best model of each family.")] = False,
    limit: Annotated[int, typer.Option(help="How many to show; your own are shown in any case.")] = 20,
    everything: Annotated[bool, typer.Option("--all", envvar="OUTWEIGH_LEADERBOARD_ALL", help="Show all.")] = False,
    all_benchmarks: Annotated[
        bool, typer.Option("--all-benchmarks", help="Of own results: also what not every model was asked.")
    ] = False,
    history: Annotated[str | None, typer.Option(help="One model's results over time instead.")] = None,
    report: ReportFile = None,
    as_json: AsJson = False,
) -> None:
    """Rank models: scores with intervals, the ranks that each may truly have, and who is tied for first."""
    from outweigh.cli import leaderboard_history, ranking
    from outweigh.cli.leaderboard_table import print_leaderboard
    from outweigh.cli.output import console, print_json
    from outweigh.insight.leaderboard import Order
    from outweigh.insight.leaderboard import leaderboard as ranked
    from outweigh.records import Filters, UserError

    check_report(report)
    if history is not None:
        leaderboard_history.show(history, as_json, report)
        return
    filters = Filters(
        min_parameters=_parameters("min-size", min_size),
        max_parameters=_parameters("max-size", max_size),
        licenses=tuple(license or ()),
        precision=precision,
        architecture=architecture,
        family=family,
        area=_area(area),
        since=day(since, "since") if since else None,
        official=official,
        flagged=flagged,
        unavailable=unavailable,
    )
    table = ranking.chosen(source)
    if table == ranking.OWN:
        entries, notes = ranking.own_entries(hardware, all_benchmarks)
    elif hardware is not None:
        raise UserError(f"--hardware: {table} does not say on what its models ran; it goes with --from own")
    else:
        entries, notes = ranking.public_entries(table)
    if family or by_family:
        entries = ranking.with_families(entries)
    board = ranked(entries, filters, Order(by=sort, limit=None if everything else limit, by_family=by_family))
    board = board.but(notes=(*notes, *board.notes))
    if as_json:
        print_json("leaderboard", {"leaderboard": board.model_dump(mode="json")})
    else:
        print_leaderboard(console(), board)
    if report:
        from outweigh.dashboard.leaderboard_build import leaderboard_page

        page = leaderboard_page(board, filters, by_family=by_family, hardware=hardware)
        write_page(page, report, quiet=as_json)


def _parameters(flag: str, said: str | None) -> float | None:
    return None if said is None else parameters(said, flag)


def _area(said: str | None) -> "Area | None":
    from outweigh.records import Area, UserError

    if said is None:
        return None
    try:
        return Area(said.casefold())
    except ValueError as error:
        raise UserError(f"--area {said}: there are {', '.join(Area)}") from error
