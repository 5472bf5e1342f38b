"""What `outweigh leaderboard` ranks: a public table that was imported with one's own models in it, or these alone."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from outweigh.records import UserError

if TYPE_CHECKING:
    from outweigh.insight.leaderboard import Entries
    from outweigh.records import Result, Standing

OWN = "own"
Notes = list[str]


def chosen(source: str | None) -> str:
    """The table that is meant: the one that is named, or the only one there is. UserError where that is not clear."""
    from outweigh.cli import tables
    from outweigh.store import runs, standings
    from outweigh.store.database import opened

    if source is not None:
        return source
    with opened(reading=True) as session:
        held = [each.provenance.name for each in standings.provenances(session)]
        if not held and not runs.listing(session):
            raise UserError(
                "nothing to rank yet: import a leaderboard's table (outweigh import FILE.csv), or run models "
                "(outweigh run MODEL MODEL)"
            )
    return tables.only(held, besides=(OWN,)) or OWN


def own_entries(hardware: str | None, every: bool) -> "tuple[Entries, Notes]":
    """All results of all runs, as a table of their own."""
    from outweigh.insight.leaderboard import Entries
    from outweigh.insight.own_standings import own_table
    from outweigh.records import scoreboard
    from outweigh.store import runs
    from outweigh.store.database import opened

    with opened(reading=True) as session:
        results = _on(runs.results(session), hardware)
    if not results:
        raise UserError("--from own: no run has a result yet: outweigh run MODEL MODEL")
    table = own_table(results, shared=not every)
    made = Entries(
        board=scoreboard(table.standings),
        fetch=lambda rows: [table.standings[row] for row in rows],
        titles=table.titles,
        areas=table.areas,
        own=len(table.standings),
    )
    return made, list(table.notes)


def public_entries(source: str) -> "tuple[Entries, Notes]":
    """A public table; one's own models stand in it where they were asked in the same way, else it is said why not."""
    from outweigh.insight.leaderboard import Entries
    from outweigh.insight.own_standings import entrants
    from outweigh.interop import leaderboard_tasks as tasks
    from outweigh.records import scoreboard
    from outweigh.store import runs, standings
    from outweigh.store.database import opened

    asked = tasks.ASKED.get(source, {})
    with opened(reading=True) as session:
        board = standings.scoreboard(session, source)
        provenance = next(each.provenance for each in standings.provenances(session) if each.provenance.name == source)
        results = runs.results(session, benchmarks=[task for how in asked.values() for task in how.tasks])
        runs_there = any(each.results for each in runs.listing(session))
    own, refused = entrants(results, asked, source)
    count = len(board)

    def fetch(rows: Sequence[int]) -> "list[Standing]":
        with opened(reading=True) as session:
            public = iter(standings.rows(session, source, [row for row in rows if row < count]))
        return [next(public) if row < count else own[row - count] for row in rows]

    made = Entries(
        board=board.joined(scoreboard(own)) if own else board,
        fetch=fetch,
        provenance=provenance,
        titles=tasks.TITLES,
        areas=tasks.AREAS,
        own=len(own),
    )
    return made, _why_not(source, own, refused) if runs_there else []


def with_families(entries: "Entries") -> "Entries":
    """The same with a family for each model. It reads every standing."""
    from dataclasses import replace

    from outweigh.insight.families import families

    return replace(entries, families=families(entries.fetch(range(len(entries.board)))))


def _on(results: "list[Result]", hardware: str | None) -> "list[Result]":
    """The results that were made on hardware of this name, or part of a name."""
    if hardware is None:
        return results
    found = [each for each in results if any(hardware.casefold() in name.casefold() for name in _hardware(each))]
    if results and not found:
        known = sorted({name for each in results for name in _hardware(each)})
        there = f"there are {', '.join(known)}" if known else "no result says its hardware"
        raise UserError(f"--hardware {hardware!r}: no result was made on it; {there}")
    return found


def _hardware(result: "Result") -> list[str]:
    machine = result.machine
    return [] if machine is None else [each.name for each in machine.accelerators] or [machine.cpu]


def _why_not(source: str, own: "list[Standing]", refused: list[str]) -> Notes:
    """Why one's own models, or some of their scores, do not stand in a public table."""
    from outweigh.interop import leaderboard_tasks as tasks

    if source in tasks.CLOSED:
        return [f"Your own models do not stand here: {tasks.CLOSED[source]}."]
    if not own and not refused:
        asked = tasks.ASKED.get(source, {})
        how = f" To ask it: {tasks.HOW[source]}." if source in tasks.HOW else ""
        return [f"Your own models do not stand here: none was asked {' or '.join(asked) or 'as this table was'}.{how}"]
    return [f"Your own {each}." for each in refused]
