"""`outweigh doctor`: what this machine can run, and what is missing."""

from typing import TYPE_CHECKING

import typer

from outweigh.cli.output import AsJson

if TYPE_CHECKING:
    from outweigh.engine.doctor import Check


def doctor(as_json: AsJson = False) -> None:
    """Check the installation, the hardware, the store and the data; exit code 1 if something is missing."""
    from outweigh.cli.output import console, print_json
    from outweigh.engine.doctor import checks

    found = checks()
    if as_json:
        print_json("doctor", {"checks": [vars(each) for each in found]})
    else:
        out = console()
        for each in found:
            out.print(_line(each))
    if any(each.state == "missing" for each in found):
        raise typer.Exit(1)


def _line(check: "Check") -> str:
    sign = {"ok": "[green]✓[/green]", "missing": "[red]✗[/red]", "note": "[yellow]·[/yellow]"}[check.state]
    advice = f" [dim]→ {check.advice}[/dim]" if check.advice else ""
    return f"{sign} {check.name}: {check.found}{advice}"
