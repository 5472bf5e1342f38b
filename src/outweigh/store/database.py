"""The database: found, opened, and brought up to date before anyone reads it.

Not covered: SQLite on a network file system, where its write-ahead log is not safe; several machines
share PostgreSQL instead.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from outweigh.records import UserError
from outweigh.store.home import home

REVISIONS = ("0001", "0002", "0003", "0004")  # oldest first, as in migrations/versions
BUSY_SECONDS = 30
_MIGRATION_SECONDS = 120
_MIGRATION_KEY = 0x6F757477  # any number that nobody else locks in the same PostgreSQL database

# https://sqlite.org/rescode.html: what can go wrong outside the program
_SQLITE_TROUBLE = {
    sqlite3.SQLITE_PERM: "may not be opened: check who owns it",
    sqlite3.SQLITE_BUSY: f"was locked by another process for {BUSY_SECONDS} s: try again",
    sqlite3.SQLITE_READONLY: "cannot be written: check who owns it",
    sqlite3.SQLITE_IOERR: "cannot be read or written: the disk reports an error",
    sqlite3.SQLITE_CORRUPT: "is damaged: restore it from a copy, or move it away to start afresh",
    sqlite3.SQLITE_FULL: "cannot grow: the disk is full",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened: its directory must exist and be writable",
    sqlite3.SQLITE_NOTADB: "is not a database: move it away or set OUTWEIGH_DATABASE_URL",
}


@contextmanager
def opened(url: str | None = None, *, reading: bool = False) -> Iterator[Session]:
    """One transaction on an up-to-date database: committed at the end, rolled back if anything is raised.

    `url` None is OUTWEIGH_DATABASE_URL, else outweigh.db under the home. On SQLite a transaction holds the
    only write lock from its first statement on, so keep it short, and say `reading` where nothing is written.
    """
    where = _address(url)
    with _explained(where):
        engine = _engine(where, os.getpid())
        _bring_up_to_date(engine)
        with Session(engine.execution_options(reading=reading)) as session, session.begin():
            yield session


def _address(url: str | None) -> URL:
    named = url or os.environ.get("OUTWEIGH_DATABASE_URL", "").strip()
    if not named:
        return URL.create("sqlite", database=str(home() / "outweigh.db"))
    try:
        where = make_url(named)
    except ArgumentError as error:
        # The address is not repeated: it may hold a password.
        raise UserError(
            "OUTWEIGH_DATABASE_URL is not a database URL: "
            "write one like sqlite:////path/outweigh.db or postgresql://user@host/name"
        ) from error
    if where.drivername in ("postgres", "postgresql"):
        where = where.set(drivername="postgresql+psycopg")
    if where.get_backend_name() == "sqlite" and where.database in (None, "", ":memory:"):
        raise UserError(f"the database {where} names no file: write sqlite:////path/outweigh.db")
    return where


@lru_cache(maxsize=8)
def _engine(where: URL, _process: int) -> Engine:
    # One for each process: a connection must not be carried over a fork.
    try:
        if where.get_backend_name() != "sqlite":
            return create_engine(where, pool_pre_ping=True)
        engine = create_engine(where)
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        extra = ": pip install 'outweigh[postgres]'" if "psycopg" in str(error) else f" ({error}): install it"
        raise UserError(f"the database {where} needs a driver{extra}") from error
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def _set_up(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    # sqlite3's own transactions leave table changes and savepoints outside; `_begin` takes over.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin(connection: Connection) -> None:
    # A transaction that reads first and writes later would fail at once if another wrote between.
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _bring_up_to_date(engine: Engine) -> None:
    found = _revision(engine)
    if found == REVISIONS[-1]:
        return
    if found is not None and found not in REVISIONS:
        raise UserError(
            f"the database {engine.url} is newer than this program (revision {found}, known up to "
            f"{REVISIONS[-1]}): upgrade Outweigh, or set OUTWEIGH_DATABASE_URL to another",
            code="newer_database",
        )
    with _alone(engine):
        _migrate(engine)


def _revision(engine: Engine) -> str | None:
    with engine.execution_options(reading=True).connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        return None if found is None else str(found)


@contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    if engine.url.get_backend_name() != "sqlite":
        yield  # `_migrate` locks inside its transaction
        return
    lock = FileLock(f"{engine.url.database}.lock", timeout=_MIGRATION_SECONDS)
    try:
        with lock:
            connection = engine.raw_connection()
            try:
                connection.cursor().execute("PRAGMA journal_mode = WAL")  # the file remembers it
            finally:
                connection.close()
            yield
    except Timeout as error:
        raise UserError(
            f"another process is upgrading the database {engine.url} (lock file {lock.lock_file}): wait for it to end"
        ) from error


def _migrate(engine: Engine) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    directory = Path(__file__).parent / "migrations"
    config.set_main_option("script_location", str(directory).replace("%", "%%"))
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_KEY})")
        config.attributes["connection"] = connection
        command.upgrade(config, REVISIONS[-1])


@contextmanager
def _explained(where: URL) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        trouble = _trouble(error)
        if trouble is None:
            raise
        raise UserError(f"the database {where} {trouble}", code="database") from error


def _trouble(error: DBAPIError) -> str | None:
    """What a person can mend, or None: then it is a defect of the program and stays an exception."""
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        return _SQLITE_TROUBLE.get(getattr(cause, "sqlite_errorcode", 0) & 0xFF)
    if isinstance(error, OperationalError):
        return f"does not answer: {str(cause).strip().splitlines()[0]}"
    return None
