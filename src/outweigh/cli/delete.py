"""`outweigh delete`: a run, and what is only its own."""

from typing import Annotated

import typer

from outweigh.cli.output import AsJson


def delete(
    run: Annotated[str, typer.Argument(help="A run by name.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Delete a run with the results and answers that no other run shares."""
    from outweigh.cli.output import console, print_json
    from outweigh.store import measurements, responses, runs
    from outweigh.store.artifacts import Artifacts
    from outweigh.store.journal import Journal

    with runs.opened(reading=True) as session:
        run = runs.resolve(session, run)
    if not yes and not as_json:
        typer.confirm(f"Delete the run {run} and the answers that only it has?", abort=True, err=True)
    with runs.opened() as session:
        gone = runs.delete(session, run)
        responses.forget(session, gone.works)
        journals = [Journal(Artifacts.default(), work) for work in gone.works]
        for journal in journals:
            with journal.lock(timeout_seconds=1.0):
                pass  # one that is being written stops the deletion before anything is gone
    for journal in journals:
        journal.delete()
    measurements.forget_timings(Artifacts.default(), gone.name)
    if as_json:
        print_json("deleted", {"deleted": gone.model_dump(mode="json")})
    else:
        told = f"{gone.results} results and {len(gone.works)} journals were only its own"
        told += f", with {gone.measurements} measurements" if gone.measurements else ""
        console().print(f"Deleted {run}: {told}.")
