"""Runs and their results. Functions take a session and never commit: `opened` does, once, at the edge."""

import json
import math
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import delete as delete_from
from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from outweigh.records import Result, Run, UserError, canonical_json, digest
from outweigh.store import measurements, naming
from outweigh.store.database import opened
from outweigh.store.summary import Deleted, RunStatus, RunSummary
from outweigh.store.tables import MeasurementRow, ResultRow, RunResultRow, RunRow, RunWorkRow, Table

__all__ = [
    "add_result",
    "begin",
    "claim",
    "delete",
    "find_result",
    "finish",
    "generated_name",
    "listing",
    "load",
    "of_work",
    "opened",
    "replace_result",
    "resolve",
    "results",
]


def begin(session: Session, name: str | None, suite: str | None, config: Mapping[str, object]) -> str:
    """The name of a run that is now running: a new one, or the one of that name, suite and config.

    `config` holds JSON values. A name taken by a run with other settings is a UserError.
    """
    if name is None:
        while True:  # again only if another process takes the same free name at the same moment
            row = _new(generated_name(session), suite, config)
            if _inserted(session, row):
                return row.name
    naming.check(name)
    row = _new(name, suite, config)
    if _find(session, name) is None and _inserted(session, row):
        return name
    held = _get(session, name)
    if held.settings != row.settings:
        raise _taken(session, held, row)
    held.status = RunStatus.RUNNING
    return name


def generated_name(session: Session) -> str:
    """A readable name that no run has."""
    return naming.readable(lambda name: _find(session, name) is not None)


def claim(session: Session, run: str, work: str) -> None:
    """Say, before there is a result, that the run uses this journal: deleting another run then spares it."""
    key = (_get(session, run).id, work)
    if session.get(RunWorkRow, key) is None:
        _inserted(session, RunWorkRow(run_id=key[0], work=work))


def add_result(session: Session, run: str, result: Result) -> None:
    """Put the result into the run, once.

    A later result of the same evaluation replaces the earlier one in every run: both come from the same journal, and
    the later one from at least as many answers.
    """
    row = _get(session, run)
    claim(session, run, result.evaluation.work)
    columns = _columns(result)
    held = _find_result(session, columns["evaluation"])
    if held is None:
        _inserted(session, ResultRow(created_at=datetime.now(UTC), **columns))
        held = _find_result(session, columns["evaluation"])
        assert held is not None  # this process or another has just inserted it
    for column, value in columns.items():
        setattr(held, column, value)
    if session.get(RunResultRow, (row.id, held.id)) is None:
        of_run = select(func.max(RunResultRow.position)).where(RunResultRow.run_id == row.id)
        last = session.scalar(of_run)
        position = 0 if last is None else last + 1
        _inserted(session, RunResultRow(run_id=row.id, result_id=held.id, position=position))


def find_result(session: Session, evaluation_fingerprint: str) -> Result | None:
    """The result of an evaluation, whichever run made it."""
    row = _find_result(session, evaluation_fingerprint)
    return None if row is None else _result(row.record)


def of_work(session: Session, work: str) -> list[Result]:
    """Every result from one journal, whichever run holds it: they differ in their limits."""
    rows = session.scalars(select(ResultRow.record).where(ResultRow.work == work).order_by(ResultRow.id))
    return [_result(record) for record in rows]


def results(session: Session, *, model: str | None = None, benchmarks: Collection[str] | None = None) -> list[Result]:
    """Every result of every run, the oldest first; of one model (its name or title, in any case, or what `outweigh run`
    takes), or of some benchmarks alone.
    """
    wanted = select(ResultRow.record).order_by(ResultRow.id)
    if model is not None:
        meant = (model.lower(), model.removeprefix("package:").partition("@")[0].lower())
        named = (func.lower(each).in_(meant) for each in (ResultRow.model_name, ResultRow.model_title))
        wanted = wanted.where(or_(*named))
    if benchmarks is not None:
        wanted = wanted.where(ResultRow.benchmark.in_(sorted(benchmarks)))
    return [_result(record) for record in session.scalars(wanted)]


def replace_result(session: Session, result: Result) -> None:
    """Put the result where another of the same evaluation stands, in every run; nothing where there is none."""
    columns = _columns(result)
    held = _find_result(session, columns["evaluation"])
    for column, value in columns.items() if held is not None else ():
        setattr(held, column, value)


def resolve(session: Session, name: str) -> str:
    """The full name of the run that is meant by its name, a unique beginning of it, `latest` or `-`."""
    names = session.scalars(select(RunRow.name).order_by(*_NEWEST_FIRST)).all()
    if name in naming.NEWEST and names:
        return names[0]
    return naming.meant(name, names)


def load(session: Session, name: str) -> Run:
    """The run that is meant (as in `resolve`) with all its results, in the order they came."""
    row = _get(session, resolve(session, name))
    records = session.scalars(
        select(ResultRow.record)
        .join(RunResultRow, RunResultRow.result_id == ResultRow.id)
        .where(RunResultRow.run_id == row.id)
        .order_by(RunResultRow.position, ResultRow.id)
    )
    return Run(
        name=row.name,
        created_at=row.created_at,
        suite=row.suite,
        results=tuple(_result(record) for record in records),
        measurements=measurements.of_run(session, row.id),
        notes=tuple(row.notes),
    )


def listing(session: Session) -> list[RunSummary]:
    """Every run, the newest first, without loading any result."""
    held: dict[int, list[tuple[str, str]]] = {}
    for run_id, model, benchmark in session.execute(
        select(RunResultRow.run_id, ResultRow.model_title, ResultRow.benchmark)
        .join(ResultRow, RunResultRow.result_id == ResultRow.id)
        .order_by(RunResultRow.position, ResultRow.id)
    ):
        held.setdefault(run_id, []).append((model, benchmark))
    measured: dict[int, list[str]] = {}
    for run_id, model in session.execute(
        select(MeasurementRow.run_id, MeasurementRow.model_title).order_by(MeasurementRow.id)
    ):
        measured.setdefault(run_id, []).append(model)
    return [
        RunSummary(
            name=row.name,
            created_at=row.created_at,
            status=RunStatus(row.status),
            suite=row.suite,
            models=tuple(dict.fromkeys([*(m for m, _ in held.get(row.id, [])), *measured.get(row.id, [])])),
            benchmarks=tuple(dict.fromkeys(benchmark for _, benchmark in held.get(row.id, []))),
            results=len(held.get(row.id, [])),
            measurements=len(measured.get(row.id, [])),
        )
        for row in session.scalars(select(RunRow).order_by(*_NEWEST_FIRST))
    ]


def finish(session: Session, run: str, status: RunStatus, notes: Sequence[str] = ()) -> None:
    """Say how the run ended; notes are added to those it has, each once."""
    row = _get(session, run)
    row.status = RunStatus(status)
    row.notes = list(dict.fromkeys((*row.notes, *notes)))


def delete(session: Session, name: str) -> Deleted:
    """Remove the run of exactly this name and the results that only it holds.

    The caller removes the journals in `works`, once the transaction is committed, so that nothing
    names what is gone.
    """
    row = _get(session, name)
    works = _own(session, RunWorkRow, "work", row.id)
    results = _own(session, RunResultRow, "result_id", row.id)
    for link in (RunResultRow, RunWorkRow):
        session.execute(delete_from(link).where(link.run_id == row.id))
    of_run = MeasurementRow.run_id == row.id
    measured = session.scalar(select(func.count()).select_from(MeasurementRow).where(of_run)) or 0
    session.execute(delete_from(MeasurementRow).where(of_run))
    session.execute(delete_from(ResultRow).where(ResultRow.id.in_(results)))
    session.delete(row)
    session.flush()
    return Deleted(name=name, results=len(results), measurements=measured, works=tuple(works))


_NEWEST_FIRST = (RunRow.created_at.desc(), RunRow.id.desc())


def _new(name: str, suite: str | None, config: Mapping[str, object]) -> RunRow:
    text = canonical_json(config)
    return RunRow(
        name=name,
        created_at=datetime.now(UTC),
        suite=suite,
        status=RunStatus.RUNNING,
        config=json.loads(text),
        settings=digest(canonical_json([suite, text])),
        notes=[],
        schema_version=Run.schema_version,
    )


def _inserted(session: Session, row: Table) -> bool:
    """False if another process has inserted the same unique value first; the transaction goes on either way."""
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return False
    return True


def _find(session: Session, name: str) -> RunRow | None:
    return session.scalar(select(RunRow).where(RunRow.name == name))


def _get(session: Session, name: str) -> RunRow:
    row = _find(session, name)
    if row is None:
        raise naming.unknown(name, session.scalars(select(RunRow.name)).all())
    return row


def _find_result(session: Session, evaluation: str) -> ResultRow | None:
    return session.scalar(select(ResultRow).where(ResultRow.evaluation == evaluation))


def _columns(result: Result) -> dict[str, Any]:
    evaluation = result.evaluation
    headline = result.headline
    value = None if headline is None else headline.value
    text = json.dumps(result.model_dump(mode="json"), ensure_ascii=False)
    return {
        "evaluation": evaluation.fingerprint,
        "work": evaluation.work,
        "model_title": result.model,
        "model_name": evaluation.model.name,
        "benchmark": evaluation.benchmark,
        "version": evaluation.version,
        "shots": evaluation.shots,
        "area": result.area,
        "headline": value if value is not None and math.isfinite(value) else None,
        # NaN and Infinity are no JSON; as text they survive, and the record reads them back as numbers.
        "record": json.loads(text, parse_constant=str),
    }


def _result(record: dict[str, Any]) -> Result:
    try:
        return Result.model_validate(record)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise UserError(
            f"the store holds a result that this version of Outweigh cannot read (at {where}): "
            "use the version that wrote it"
        ) from error


def _own(session: Session, link: type[RunResultRow] | type[RunWorkRow], column: str, run_id: int) -> list[Any]:
    """What the run links to and no other run does."""
    other = aliased(link)
    value = getattr(link, column)
    elsewhere = select(getattr(other, column)).where(getattr(other, column) == value, other.run_id != run_id)
    mine = select(value).where(link.run_id == run_id, ~elsewhere.exists()).order_by(value)
    return list(session.scalars(mine))


def _taken(session: Session, held: RunRow, wanted: RunRow) -> UserError:
    count = session.scalar(select(func.count()).select_from(RunResultRow).where(RunResultRow.run_id == held.id))
    old, new = held.config, wanted.config
    differs = [key for key in sorted(old.keys() | new.keys()) if old.get(key) != new.get(key)]
    if held.suite != wanted.suite:
        differs.insert(0, "suite")
    suite = f"suite {held.suite}, " if held.suite else ""
    return UserError(
        f'the name "{held.name}" is taken by a run of {held.created_at:%Y-%m-%d %H:%M} UTC '
        f"({suite}{held.status}, {count} results) with other settings ({', '.join(differs)}): "
        "give this run another name, or the same settings to go on with that one",
        code="taken",
    )
