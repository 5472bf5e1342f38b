"""`outweigh delete`: a run, and what is only its own."""

from typing import Annotated

import typer

from outweigh.cli.output import AsJson


def delete(
    run: Annotated[str, typer.Argument(help="A run by its full name.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Delete a run with the results and answers that no other run shares."""
    from outweigh.cli.output import console, print_json
    from outweigh.store import runs
    from outweigh.store.artifacts import Artifacts
    from outweigh.store.journal import Journal

    with runs.opened(reading=True) as session:
        runs.load(session, run)
    if not yes and not as_json:
        typer.confirm(f"Delete the run {run} and the answers that only it has?", abort=True, err=True)
    with runs.opened() as session:
        gone = runs.delete(session, run)
    for work in gone.works:
        Journal(Artifacts.default(), work).delete()
    if as_json:
        print_json("deleted", {"deleted": gone.model_dump(mode="json")})
    else:
        console().print(f"Deleted {run}: {gone.results} results and {len(gone.works)} journals were only its own.")
