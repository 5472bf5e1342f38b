"""`outweigh remark`: a run's answers under the present scorers."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from outweigh.cli.output import AsJson

if TYPE_CHECKING:
    from outweigh.engine.remarking import Remarked


def remark(
    run: Annotated[str, typer.Argument(help="A run by name, or `latest`.")],
    as_json: AsJson = False,
) -> None:
    """Mark every answer of a run again, without asking any model; exit code 2 if some could not be marked."""
    from outweigh.cli.output import console, print_json
    from outweigh.engine.remarking import remark as again
    from outweigh.store import runs

    with runs.opened(reading=True) as session:
        name = runs.resolve(session, run)
    found = []
    for each in again(name):
        found.append(each)
        if not as_json:
            style = "yellow" if each.problem else None
            console().print(
                f"{each.result.model} · {each.result.title}: {_told(each)}", markup=False, style=style, soft_wrap=True
            )
    if as_json:
        print_json("remark", {"run": name, "results": [_plain(each) for each in found]})
    elif not found:
        console().print(f"{name} has no results yet.", markup=False)
    if any(each.problem for each in found):
        raise typer.Exit(2)


def _told(each: "Remarked") -> str:
    from outweigh.cli.comparing import interval

    if each.problem:
        return f"not marked: {each.problem}"
    if not each.changed and not each.estimates:
        return "nothing changed"
    told = []
    for old, new in each.estimates:
        named = new or old
        assert named is not None
        metric = named.metric if named.filter == "none" else f"{named.metric},{named.filter}"
        told.append(f"{metric} {interval(old)} → {interval(new)}")
    told.append(f"{each.changed:,} of {each.result.asked:,} samples are marked otherwise")
    if each.others:
        told.append(f"results of other runs from the same answers were updated too: {each.others}")
    return "; ".join(told)


def _plain(each: "Remarked") -> dict[str, Any]:
    return {
        "model": each.result.model,
        "benchmark": each.result.evaluation.benchmark,
        "asked": each.result.asked,
        "changed": each.changed,
        "estimates": [
            {"old": old and old.model_dump(mode="json"), "new": new and new.model_dump(mode="json")}
            for old, new in each.estimates
        ],
        "others": each.others,
        "problem": each.problem,
    }
