"""`outweigh suites`: named lists of benchmarks."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from outweigh.cli.output import AsJson

if TYPE_CHECKING:
    from outweigh.benchmarks.catalogue import Suite

app = typer.Typer(no_args_is_help=True, help="Look at suites.")


def _plain(suite: "Suite") -> dict[str, Any]:
    entries = [{"benchmark": e.name, "shots": e.shots, "limit": e.limit} for e in suite.entries]
    return {"id": suite.id, "about": suite.about, "entries": entries}


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """Every suite."""
    from outweigh.benchmarks.catalogue import SUITES
    from outweigh.cli.output import console, print_json, table

    if as_json:
        print_json("suites", {"suites": [_plain(each) for each in SUITES]})
        return
    made = table("suite", "benchmarks", "what it is", right=(1,))
    for each in SUITES:
        made.add_row(each.id, str(len(each.entries)), each.about)
    console().print(made)


@app.command("show")
def show(name: Annotated[str, typer.Argument(help="A suite.")], as_json: AsJson = False) -> None:
    """One suite with its settings."""
    from outweigh.benchmarks.catalogue import suite
    from outweigh.cli.output import console, print_json, table

    found = suite(name)
    if as_json:
        print_json("suite", _plain(found))
        return
    made = table("benchmark", "shots", "samples", right=(1, 2))
    for each in found.entries:
        shots = "its own" if each.shots is None else str(each.shots)
        made.add_row(each.name, shots, "all" if each.limit is None else f"first {each.limit}")
    console().print(found.about)
    console().print(made)
