"""The tables. A change here needs a migration; a test compares the two."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Utc(TypeDecorator[datetime]):
    """An aware time, kept in UTC. SQLite forgets the zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Into UTC; a naive time would be read as the machine's own zone, so it is refused."""
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Always aware, always UTC."""
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class Table(DeclarativeBase):
    """The base of every table: constraints get the names that the migrations use."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: Utc, str: String, float: Double}  # noqa: RUF012 - SQLAlchemy reads it from the class


class RunRow(Table):
    """One run. `settings` is the fingerprint of suite and config: an equal one may be continued."""

    __tablename__ = "runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(index=True)
    suite: Mapped[str | None]
    status: Mapped[str]
    config: Mapped[dict[str, Any]] = mapped_column(JSON)
    settings: Mapped[str] = mapped_column(String(64))
    notes: Mapped[list[str]] = mapped_column(JSON)
    schema_version: Mapped[int]


class ResultRow(Table):
    """One result, whole in `record`; the other columns are copies to search by."""

    __tablename__ = "results"

    id: Mapped[int] = mapped_column(primary_key=True)
    evaluation: Mapped[str] = mapped_column(String(64), unique=True)
    work: Mapped[str] = mapped_column(String(64), index=True)
    model_title: Mapped[str] = mapped_column(index=True)
    model_name: Mapped[str] = mapped_column(index=True)
    benchmark: Mapped[str] = mapped_column(index=True)
    version: Mapped[str]
    shots: Mapped[int]
    area: Mapped[str | None] = mapped_column(index=True)
    headline: Mapped[float | None]
    record: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime]


class RunResultRow(Table):
    """Which results a run holds, in the order they came. A result may belong to many runs."""

    __tablename__ = "run_results"

    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)
    result_id: Mapped[int] = mapped_column(ForeignKey("results.id"), primary_key=True, index=True)
    position: Mapped[int]


class RunWorkRow(Table):
    """Which journals a run claims, whether or not they have led to a result yet."""

    __tablename__ = "run_works"

    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)
    work: Mapped[str] = mapped_column(String(64), primary_key=True, index=True)


class ResponseRow(Table):
    """One answer by who was asked what: the fingerprints of model and request. `work` is the journal that it came to.

    The response is text: no JSON column keeps an infinite log-likelihood.
    """

    __tablename__ = "responses"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - SQLAlchemy reads it from the class

    model: Mapped[str] = mapped_column(String(64), primary_key=True)
    request: Mapped[str] = mapped_column(String(64), primary_key=True)
    work: Mapped[str] = mapped_column(String(64))
    response: Mapped[str] = mapped_column(Text)


class MeasurementRow(Table):
    """One measurement of a run, whole in `record`. `key` is the fingerprint of model and workload, once a run."""

    __tablename__ = "measurements"
    __table_args__ = (UniqueConstraint("run_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(64))
    model_title: Mapped[str] = mapped_column(index=True)
    record: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime]


class ProvenanceRow(Table):
    """One published table of standings. `content` is a digest of all of it; `words` name the codes of its columns."""

    __tablename__ = "provenances"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    protocol: Mapped[str]
    address: Mapped[str]
    read_at: Mapped[date]
    content: Mapped[str] = mapped_column(String(64))
    standings: Mapped[int]
    benchmarks: Mapped[list[str]] = mapped_column(JSON)
    metrics: Mapped[list[str]] = mapped_column(JSON)
    words: Mapped[dict[str, list[str]]] = mapped_column(JSON)
    created_at: Mapped[datetime]


class StandingRow(Table):
    """One standing, whole in `record`; the other columns are copies to search by.

    The record is text, not JSON: thousands are read at once, and text is what pydantic reads fastest.
    """

    __tablename__ = "standings"

    provenance_id: Mapped[int] = mapped_column(ForeignKey("provenances.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    model: Mapped[str] = mapped_column(index=True)
    parameters: Mapped[float | None]
    license: Mapped[str | None]
    precision: Mapped[str | None]
    architecture: Mapped[str | None]
    parent: Mapped[str | None] = mapped_column(index=True)
    kind: Mapped[str | None]
    published: Mapped[date | None]
    submitted: Mapped[date | None]
    merged: Mapped[bool]
    mixture_of_experts: Mapped[bool]
    flagged: Mapped[bool]
    official: Mapped[bool]
    available: Mapped[bool | None]
    adapter: Mapped[bool]
    record: Mapped[str] = mapped_column(Text)


class ColumnRow(Table):
    """One column of a table of standings, packed: the bytes of an array that holds all of its models in order."""

    __tablename__ = "standing_columns"

    provenance_id: Mapped[int] = mapped_column(ForeignKey("provenances.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    packed: Mapped[bytes] = mapped_column(LargeBinary)
