"""Public leaderboards' standings. Functions take a session and never commit: `opened` does, once, at the edge.

Every standing is kept whole, with copies of what people search by. All scores and facts of a table are kept once more
as packed columns, because a leaderboard filters and ranks all models before it shows twenty.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from sqlalchemy import delete as delete_from
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from outweigh.records import Provenance, Scoreboard, Standing, UserError, digest
from outweigh.records.scoreboard import SCORES, TYPES
from outweigh.records.scoreboard import scoreboard as columns_of
from outweigh.store.summary import Keeping, Kept
from outweigh.store.tables import ColumnRow, ProvenanceRow, StandingRow

_SEARCHED = (
    "model",
    "parameters",
    "license",
    "precision",
    "architecture",
    "parent",
    "kind",
    "published",
    "submitted",
    "merged",
    "mixture_of_experts",
    "flagged",
    "official",
    "available",
    "adapter",
)
_AT_ONCE = 1000  # places named in one statement


def keep(session: Session, provenance: Provenance, standings: Sequence[Standing]) -> Kept:
    """Keep a table, whole; the same table again changes nothing, and another one of that name takes its place.

    UserError for a table without models, and for one that was read before the one that is held.
    """
    if not standings:
        raise UserError(f"{provenance.name}: the table has no models; nothing was kept")
    texts = [each.model_dump_json(exclude_defaults=True) for each in standings]
    content = digest("\n".join([provenance.fingerprint, *sorted(TYPES), *texts]))
    held = session.scalar(select(ProvenanceRow).where(ProvenanceRow.name == provenance.name))
    if held is not None:
        if held.content == content:
            return _kept(held)
        if held.read_at > provenance.read_at:
            raise UserError(
                f"{provenance.name}: the table of {provenance.read_at} is older than the one that is held "
                f"({held.read_at}); nothing was changed"
            )
        _remove(session, held)
    row = _inserted(session, provenance, content, columns_of(standings))
    session.execute(
        insert(StandingRow),
        [
            {name: getattr(each, name) for name in _SEARCHED}
            | {"provenance_id": row.id, "position": position, "record": text}
            for position, (each, text) in enumerate(zip(standings, texts, strict=True))
        ],
    )
    return _kept(row).but(change=Keeping.ADDED if held is None else Keeping.REPLACED)


def provenances(session: Session) -> list[Kept]:
    """Every table that is held, by name."""
    return [_kept(row) for row in session.scalars(select(ProvenanceRow).order_by(ProvenanceRow.name))]


def read(session: Session, provenance: str) -> list[Standing]:
    """Every standing of a table, in its order. A UserError names the tables there are if there is none of that name."""
    rows = select(StandingRow.record).where(StandingRow.provenance_id == _get(session, provenance).id)
    return [_standing(text) for text in session.scalars(rows.order_by(StandingRow.position))]


def scoreboard(session: Session, provenance: str) -> Scoreboard:
    """All scores and facts of a table as columns, in the order of `read`, without reading any standing."""
    import numpy as np

    row = _get(session, provenance)
    found: dict[str, Any] = {}
    for name, packed in session.execute(
        select(ColumnRow.name, ColumnRow.packed).where(ColumnRow.provenance_id == row.id)
    ):
        shape = (row.standings, len(row.benchmarks)) if name in SCORES else (row.standings,)
        found[name] = np.frombuffer(packed, TYPES[name]).reshape(shape)
    if set(found) != set(TYPES):
        raise UserError(f"the store holds {provenance} as another version of Outweigh kept it: import its table again")
    words = {name: tuple(said) for name, said in row.words.items()}
    return Scoreboard(tuple(row.benchmarks), tuple(row.metrics), words, found)


def rows(session: Session, provenance: str, places: Sequence[int]) -> list[Standing]:
    """The standings at these places of a table, in the order asked for."""
    held = _get(session, provenance).id
    found: dict[int, Standing] = {}
    for start in range(0, len(places), _AT_ONCE):
        some = [int(place) for place in places[start : start + _AT_ONCE]]
        wanted = select(StandingRow.position, StandingRow.record).where(
            StandingRow.provenance_id == held, StandingRow.position.in_(some)
        )
        found |= {position: _standing(text) for position, text in session.execute(wanted)}
    return [found[int(place)] for place in places]


def of_model(session: Session, model: str) -> list[Standing]:
    """What every table says of the model of this name, a table after the other."""
    wanted = (
        select(StandingRow.record)
        .join(ProvenanceRow, ProvenanceRow.id == StandingRow.provenance_id)
        .where(StandingRow.model == model)
        .order_by(ProvenanceRow.name, StandingRow.position)
    )
    return [_standing(text) for text in session.scalars(wanted)]


def like(session: Session, model: str, most: int = 3) -> list[str]:
    """Names of models that hold this one's last part, or come near it; the shortest first."""
    part = model.rsplit("/", maxsplit=1)[-1]
    holding = select(StandingRow.model).where(StandingRow.model.icontains(part, autoescape=True)).distinct()
    found = sorted(session.scalars(holding), key=len)[:most] if part else []
    return found or get_close_matches(model, session.scalars(select(StandingRow.model).distinct()).all(), most, 0.6)


def _inserted(session: Session, provenance: Provenance, content: str, board: Scoreboard) -> ProvenanceRow:
    row = ProvenanceRow(
        **{name: getattr(provenance, name) for name in Provenance.model_fields},
        content=content,
        standings=len(board),
        benchmarks=list(board.benchmarks),
        metrics=list(board.metrics),
        words={name: list(said) for name, said in board.words.items()},
        created_at=datetime.now(UTC),
    )
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        raise UserError(f"{provenance.name}: another process is keeping this table: try again") from error
    packed = [
        {"provenance_id": row.id, "name": name, "packed": column.astype(TYPES[name]).tobytes()}
        for name, column in board.columns.items()
    ]
    session.execute(insert(ColumnRow), packed)
    return row


def _remove(session: Session, held: ProvenanceRow) -> None:
    for table in (StandingRow, ColumnRow):
        session.execute(delete_from(table).where(table.provenance_id == held.id))
    session.delete(held)
    session.flush()


def _get(session: Session, name: str) -> ProvenanceRow:
    row = session.scalar(select(ProvenanceRow).where(ProvenanceRow.name == name))
    if row is None:
        known = session.scalars(select(ProvenanceRow.name).order_by(ProvenanceRow.name)).all()
        there = f"there are {', '.join(known)}" if known else "none was imported yet: outweigh import FILE.csv"
        raise UserError(f"there is no table {name!r} of a public leaderboard: {there}", code="not_found")
    return row


def _kept(row: ProvenanceRow) -> Kept:
    provenance = Provenance(name=row.name, protocol=row.protocol, address=row.address, read_at=row.read_at)
    return Kept(provenance=provenance, standings=row.standings, benchmarks=tuple(row.benchmarks))


def _standing(text: str) -> Standing:
    try:
        return Standing.model_validate_json(text)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise UserError(
            f"the store holds a standing that this version of Outweigh cannot read (at {where}): import its table again"
        ) from error
