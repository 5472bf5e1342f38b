"""Measurements of a run: the record in the database, the raw times as an artifact beside it."""

import json
from datetime import UTC, datetime

from pydantic import ValidationError
from sqlalchemy import delete as delete_from
from sqlalchemy import select
from sqlalchemy.orm import Session

from outweigh.records import Measurement, UserError
from outweigh.store.artifacts import Artifacts
from outweigh.store.tables import MeasurementRow, RunRow


def add(session: Session, run: str, measurement: Measurement) -> None:
    """Put the measurement into the run; one of the same model and workload is replaced."""
    run_id = session.scalars(select(RunRow.id).where(RunRow.name == run)).one()
    key = measurement.key
    session.execute(delete_from(MeasurementRow).where(MeasurementRow.run_id == run_id, MeasurementRow.key == key))
    session.add(
        MeasurementRow(
            run_id=run_id,
            key=key,
            model_title=measurement.title,
            record=json.loads(measurement.model_dump_json()),
            created_at=datetime.now(UTC),
        )
    )


def of_run(session: Session, run_id: int) -> tuple[Measurement, ...]:
    """All measurements of a run in the order they came."""
    rows = session.scalars(
        select(MeasurementRow.record).where(MeasurementRow.run_id == run_id).order_by(MeasurementRow.id)
    )
    try:
        return tuple(Measurement.model_validate(record) for record in rows)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise UserError(
            f"the store holds a measurement that this version of Outweigh cannot read (at {where}): "
            "use the version that wrote it"
        ) from error


def keep_timings(artifacts: Artifacts, run: str, key: str, parquet: bytes) -> None:
    """Keep the raw times of one measurement."""
    artifacts.write_bytes(f"{_folder(run)}/{key}.parquet", parquet)


def timings(artifacts: Artifacts, run: str, key: str) -> bytes:
    """The raw times of one measurement as they were kept; a UserError with the code "not_found" if there are none."""
    return artifacts.read_bytes(f"{_folder(run)}/{key}.parquet")


def forget_timings(artifacts: Artifacts, run: str) -> None:
    """Remove the raw times of a run that is gone; nothing there is fine."""
    artifacts.delete(_folder(run))


def _folder(run: str) -> str:
    return f"measurements/{run}"
