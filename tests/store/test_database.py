"""Opening the database: made, upgraded and refused."""

import sqlite3
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest
import sqlalchemy
from alembic import op
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from filelock import FileLock

from outweigh.records import Result, UserError
from outweigh.store import database, responses, runs
from outweigh.store.database import REVISIONS, opened
from outweigh.store.tables import Table

SCRIPTS = Path(database.__file__).parent / "migrations"


def test_the_first_opening_makes_every_table(url: str) -> None:
    with opened(url) as session:
        found = set(sqlalchemy.inspect(session.connection()).get_table_names())
    assert found == {"alembic_version", *Table.metadata.tables}


def test_the_migrations_lead_to_the_tables_that_the_code_declares(url: str) -> None:
    with opened(url) as session:
        context = MigrationContext.configure(session.connection())
        assert compare_metadata(context, Table.metadata) == []


def test_an_up_to_date_database_is_not_migrated_again(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(url):
        pass

    def fail(_: object) -> None:
        raise AssertionError("migrated twice")

    monkeypatch.setattr(database, "_migrate", fail)
    with opened(url) as session:
        assert runs.listing(session) == []


def test_an_up_to_date_database_opens_without_alembic(script: Callable[..., str]) -> None:
    code = """
import sys
from outweigh.store.database import opened
with opened() as session:
    pass
print("alembic" in sys.modules)
"""
    assert [script(code).strip(), script(code).strip()] == ["True", "False"]


def test_a_migration_that_breaks_off_leaves_nothing(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr(op, "create_index", fail)
        with pytest.raises(RuntimeError, match="power cut"), opened(url):
            pass
    engine = sqlalchemy.create_engine(url)
    assert "runs" not in sqlalchemy.inspect(engine).get_table_names()
    engine.dispose()
    with opened(url) as session:
        assert runs.listing(session) == []


def test_a_database_of_the_first_version_is_upgraded_with_all_that_it_holds(
    url: str, monkeypatch: pytest.MonkeyPatch, make_result: Callable[..., Result]
) -> None:
    record = (Path(__file__).parent / "written_by_0_1_0" / "result.json").read_text()
    with monkeypatch.context() as patch:
        patch.setattr(database, "REVISIONS", ("0001",))
        with opened(url) as session:
            runs.begin(session, "old", None, {})
            runs.add_result(session, "old", make_result())
            session.execute(sqlalchemy.text("UPDATE results SET record = :record"), {"record": record})
    assert "responses" not in sqlalchemy.inspect(sqlalchemy.create_engine(url)).get_table_names()
    with opened(url) as session:
        (result,) = runs.load(session, "old").results
        assert (result.asked, result.failed, result.cached, result.usage.seconds) == (3, 1, 0, 1.0)
        assert responses.count(session) == 0


def test_a_newer_database_is_refused(url: str) -> None:
    with opened(url) as session:
        session.execute(sqlalchemy.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(UserError, match=r"newer than this program \(revision 9999, known up to .*upgrade"), opened(url):
        pass


def test_every_migration_is_in_the_package_and_known() -> None:
    packed = {path.name for path in files("outweigh.store").joinpath("migrations/versions").iterdir()}
    known = [script.revision for script in ScriptDirectory(SCRIPTS).walk_revisions()]
    assert tuple(reversed(known)) == REVISIONS
    assert {name[1:5] for name in packed if name.startswith("r")} == set(REVISIONS)
    assert files("outweigh.store").joinpath("migrations/env.py").is_file()


def test_what_is_raised_rolls_everything_back(url: str) -> None:
    def break_off() -> None:
        with opened(url) as session:
            runs.begin(session, "mine", None, {})
            raise KeyError

    with pytest.raises(KeyError):
        break_off()
    with opened(url) as session:
        assert runs.listing(session) == []


def test_sqlite_writes_ahead_and_enforces_references(own_home: Path) -> None:
    with opened() as session:
        assert session.execute(sqlalchemy.text("PRAGMA journal_mode")).scalar() == "wal"
        assert session.execute(sqlalchemy.text("PRAGMA foreign_keys")).scalar() == 1
    assert (own_home / "outweigh.db").is_file()


def test_the_environment_may_name_another_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTWEIGH_DATABASE_URL", f"sqlite:///{tmp_path}/other.db")
    with opened():
        pass
    assert (tmp_path / "other.db").is_file()


def test_several_processes_may_open_a_new_database_at_once(own_home: Path, script: Callable[..., str]) -> None:
    code = """
import os, sys, pathlib
from outweigh.store.database import opened
from outweigh.store import runs
import alembic.command, coolname
homes, children = 4, 6
for number in range(homes):
    os.environ["OUTWEIGH_HOME"] = str(pathlib.Path(sys.argv[1]) / str(number))
    gate, open_gate = os.pipe()
    pids = []
    for _ in range(children):
        pid = os.fork()
        if pid == 0:
            os.close(open_gate)
            os.read(gate, 1)  # returns for all at once when the last writer closes
            try:
                with opened() as session:
                    own = runs.begin(session, None, "suite", {})
                with opened() as session:
                    shared = runs.begin(session, "shared", "suite", {})
                os.write(1, f"{number} {own} {shared}\\n".encode())
                os._exit(0)
            except BaseException as error:
                os.write(2, f"{error!r}\\n".encode())
                os._exit(1)
        pids.append(pid)
    os.close(gate)
    os.close(open_gate)
    assert all(os.waitpid(pid, 0)[1] == 0 for pid in pids)
"""
    lines = [line.split() for line in script(code, str(own_home)).splitlines()]
    assert len(lines) == 24
    assert len({(number, own) for number, own, _ in lines}) == 24
    assert {shared for _, _, shared in lines} == {"shared"}
    for number in range(4):
        with opened(f"sqlite:///{own_home}/{number}/outweigh.db") as session:
            assert len(runs.listing(session)) == 7


def test_a_connection_is_not_carried_over_a_fork(script: Callable[..., str]) -> None:
    code = """
import os
from outweigh.store.database import opened
from outweigh.store import runs
with opened() as session:
    runs.begin(session, "parent", None, {})
    own = session.connection().connection.dbapi_connection
for name in ("one", "two"):
    pid = os.fork()
    if pid == 0:
        with opened() as session:
            carried = session.connection().connection.dbapi_connection is own
            runs.begin(session, name, None, {})
        os._exit(int(carried))
    assert os.waitpid(pid, 0)[1] == 0
with opened() as session:
    print(*sorted(run.name for run in runs.listing(session)))
"""
    assert script(code).split() == ["one", "parent", "two"]


def test_an_upgrade_waits_for_the_one_that_is_going_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_MIGRATION_SECONDS", 0)
    url = f"sqlite:///{tmp_path}/own.db"
    with (
        FileLock(tmp_path / "own.db.lock"),
        pytest.raises(UserError, match=r"is upgrading .*own\.db\.lock"),
        opened(url),
    ):
        pass
    with opened(url) as session:
        assert runs.listing(session) == []


def test_trouble_with_the_file_is_explained_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("this is no database, and is long enough to be seen as none" * 20)
    for address, words in {
        f"sqlite:///{tmp_path}/text.db": "is not a database",
        f"sqlite:///{tmp_path}/missing/own.db": "directory must exist",
        "sqlite://": "names no file",
        "nonsense": "is not a database URL",
        "nonsense://host/name": "needs a driver",
    }.items():
        with pytest.raises(UserError) as caught, opened(address):
            pass
        assert words in str(caught.value)
        assert "\n" not in str(caught.value)


def test_without_the_driver_it_is_said_how_to_install_it(script: Callable[..., str]) -> None:
    code = """
import sys
sys.modules["psycopg"] = None
from outweigh.records import UserError
from outweigh.store.database import opened
for address in ("postgresql://host/name", "postgres://host/name"):
    try:
        with opened(address):
            pass
    except UserError as error:
        print(error)
"""
    lines = script(code).splitlines()
    assert len(lines) == 2
    assert all(line.endswith("needs a driver: pip install 'outweigh[postgres]'") for line in lines)


def test_a_server_that_is_not_there_is_one_line() -> None:
    with pytest.raises(UserError, match=r"does not answer: .*") as caught, opened("postgresql://me@127.0.0.1:9/name"):
        pass
    assert "\n" not in str(caught.value)


def test_a_password_is_never_shown() -> None:
    with pytest.raises(UserError) as caught, opened("postgresql+nothing://me:secret@host/name"):
        pass
    assert "secret" not in str(caught.value)
    with pytest.raises(UserError) as caught, opened("postgresql//me:secret@host/name"):
        pass
    assert "secret" not in str(caught.value)


def test_a_database_locked_too_long_is_explained(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if not url.startswith("sqlite"):
        pytest.skip("PostgreSQL locks rows, not the database")
    monkeypatch.setattr(database, "BUSY_SECONDS", 0)
    with opened(url):
        pass
    other = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(UserError, match="locked by another process"), opened(url) as session:
        runs.begin(session, "mine", None, {})
    with opened(url, reading=True) as session:
        assert runs.listing(session) == []  # reading goes on meanwhile
    other.close()


def test_a_defect_of_the_program_stays_an_exception(url: str) -> None:
    with pytest.raises(sqlalchemy.exc.DBAPIError), opened(url) as session:
        session.execute(sqlalchemy.text("SELECT nothing FROM nowhere"))


def test_a_full_disk_is_explained(small_disk: Path) -> None:
    with opened(f"sqlite:///{small_disk}/own.db") as session:
        runs.begin(session, "kept", None, {})
    with pytest.raises(UserError, match="disk is full"), opened(f"sqlite:///{small_disk}/own.db") as session:
        runs.begin(session, "large", None, {"a": "x" * 2_000_000})
    with opened(f"sqlite:///{small_disk}/own.db") as session:
        assert [run.name for run in runs.listing(session)] == ["kept"]
