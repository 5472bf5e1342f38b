"""`outweigh leaderboard --history MODEL`: one model's results over time, in each table that has it."""

from typing import TYPE_CHECKING

from outweigh.cli.output import table

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from outweigh.records import Estimate, History, Result, Standing


def show(model: str, as_json: bool, report: "Path | None" = None) -> None:
    """Print a model's results in the order of their dates. UserError with near names where no table has it."""
    from outweigh.cli.output import console, print_json
    from outweigh.insight.leaderboard_history import history
    from outweigh.records import UserError
    from outweigh.store import runs, standings
    from outweigh.store.database import opened

    if report is not None:
        raise UserError("--report does not go with --history: leave out one")
    with opened(reading=True) as session:
        found = standings.of_model(session, model)
        own = runs.results(session, model=model)
        if not found and not own:
            near = standings.like(session, model)
            hint = f"did you mean {' or '.join(near)}?" if near else "outweigh leaderboard --all names all models"
            raise UserError(f"--history {model}: no table and no run has this model; {hint}")
    made = history(model, [*found, *_own(own)])
    if as_json:
        print_json("history", {"histories": [each.model_dump(mode="json") for each in made]})
        return
    for each in made:
        _print(console(), each)


def _own(results: "list[Result]") -> "list[Standing]":
    """One standing a day of own results."""
    from outweigh.insight.own_standings import own_table

    days: dict[object, list[Result]] = {}
    for each in results:
        days.setdefault(each.finished_at.date(), []).append(each)
    return [standing for held in days.values() for standing in own_table(held).standings]


def _print(out: "Console", history: "History") -> None:
    from outweigh.cli.comparing import interval
    from outweigh.records import RATING

    out.print(f"{history.model} · {history.table}", style="bold", markup=False)
    made = table("date", "revision", "precision", "benchmarks", "mean [95 %]", "change [95 %]", right=(3, 4, 5))
    for each in history.moments:
        standing = each.standing
        rating = each.mean is not None and each.mean.metric == RATING
        made.add_row(
            str(standing.submitted or standing.published or "–"),
            (standing.revision or "–")[:8],
            standing.precision or "–",
            str(len(standing.scores)),
            _points(each.mean, 1.0) if rating else interval(each.mean),
            _points(each.change, 1.0 if rating else 100.0, "+"),
        )
    out.print(made)


def _points(found: "Estimate | None", scale: float, sign: str = "") -> str:
    if found is None:
        return "–"
    value, low, high = (f"{scale * end:{sign}.1f}" for end in (found.value, found.low, found.high))
    return f"{value} [{low}, {high}]"
