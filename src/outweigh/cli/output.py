"""What goes to standard output: tables for people, one JSON document for programs."""

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console
    from rich.table import Table

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of a table.")]


def console(*, stderr: bool = False) -> "Console":
    """A Rich console; plain and unwrapped where nobody looks."""
    from rich.console import Console

    found = Console(stderr=stderr, highlight=False)
    if not found.is_terminal:
        found = Console(stderr=stderr, highlight=False, width=160)
    return found


def print_json(kind: str, value: dict[str, Any]) -> None:
    """One JSON document on standard output, with its schema named."""
    document = {"schema": f"outweigh.{kind}/1", **value}
    sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def table(*headers: str, right: tuple[int, ...] = ()) -> "Table":
    """A light table; `right` are the columns of numbers."""
    from rich.table import Table

    made = Table(box=None, padding=(0, 2, 0, 0))
    made.header_style = "bold underline"
    for place, header in enumerate(headers):
        made.add_column(header, justify="right" if place in right else "left", overflow="fold")
    return made


def percent(value: float) -> str:
    """A share as a percentage with one decimal."""
    return f"{100 * value:.1f}"


class Remarks:
    """What a reader should know, below the tables: each line once, however many of the tables it belongs to."""

    def __init__(self, out: "Console") -> None:
        self._out = out
        self._said: set[str] = set()

    def add(self, lines: "Iterable[str]", start: str = "") -> None:
        """Print those lines that were not printed yet; `start` stands before each."""
        for line in lines:
            if line not in self._said:
                self._said.add(line)
                self._out.print(f"{start}{line}", style="dim", markup=False)
