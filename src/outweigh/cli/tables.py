"""Which published leaderboard a flag means: one that was imported, by its name, or a csv. Never several mixed."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from outweigh.records import UserError

if TYPE_CHECKING:
    from outweigh.records import Provenance, Standing


def only(held: Sequence[str], *, besides: Sequence[str] = ()) -> str | None:
    """The only table that is held, None where there is none. UserError where there are several.

    `besides` is what else may be said.
    """
    if len(held) > 1:
        names = " or ".join([*held, *besides])
        raise UserError(f"several tables are held, and they are never mixed: say --from {names}")
    return held[0] if held else None


def read(source: str) -> "tuple[Provenance, list[Standing]]":
    """A whole table: the imported one of this name, else that of a csv or csv.gz. UserError where it is neither."""
    from outweigh.interop.standing_files import read_standings
    from outweigh.store import standings
    from outweigh.store.database import opened

    path = Path(source)
    if path.name.lower().endswith((".csv", ".csv.gz")):
        return read_standings(path)
    with opened(reading=True) as session:
        held = {each.provenance.name: each.provenance for each in standings.provenances(session)}
        if source in held or not path.exists():
            found = standings.read(session, source)
            return held[source], found
    return read_standings(path)


def shares(source: str) -> "tuple[Provenance, list[Standing]]":
    """A whole table as in `read`. UserError where its scores are ratings, which are no shares of right answers."""
    from outweigh.records import RATING

    provenance, found = read(source)
    if any(score.metric == RATING for each in found for score in each.scores.values()):
        raise UserError(f"{provenance.name}: its scores are ratings in points; expected shares of right answers")
    return provenance, found


def learnt_from(source: str | None) -> "tuple[Provenance, list[Standing]]":
    """The table that predictions are learnt from: the one that is said, or the only one that was imported."""
    from outweigh.store import standings
    from outweigh.store.database import opened

    if source is not None:
        return read(source)
    with opened(reading=True) as session:
        name = only([each.provenance.name for each in standings.provenances(session)])
    if name is None:
        raise UserError(
            "nothing to learn from yet: import a leaderboard's table (outweigh import FILE.csv), or give its csv or "
            "csv.gz with --from"
        )
    return read(name)
