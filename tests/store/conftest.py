"""A store of its own for every test, and records to put into it."""

import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from outweigh.records import (
    Area,
    Estimate,
    Evaluation,
    Failed,
    Finish,
    Generate,
    Generated,
    ModelSource,
    ModelSpec,
    Protocol,
    Result,
    Sample,
    Score,
    Transcript,
)
from postgres_server import programs, server


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "home"
    monkeypatch.setenv("OUTWEIGH_HOME", str(home))
    monkeypatch.delenv("OUTWEIGH_DATABASE_URL", raising=False)
    monkeypatch.delenv("OUTWEIGH_ARTIFACTS", raising=False)
    return home


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A server whose user may create databases: the one that is named, else one that is started here."""
    if named := os.environ.get("OUTWEIGH_TEST_POSTGRES"):
        yield named
    elif (where := programs()) is None:
        pytest.skip("no PostgreSQL: install its server, or name one in OUTWEIGH_TEST_POSTGRES")
    else:
        with server(where) as url:
            yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database, once for each kind that is at hand."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'own.db'}"
        return
    import sqlalchemy

    named = sqlalchemy.make_url(request.getfixturevalue("postgres"))
    name = f"outweigh_{uuid.uuid4().hex[:12]}"
    admin = sqlalchemy.create_engine(named.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    yield named.set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    admin.dispose()


@pytest.fixture
def script() -> Callable[..., str]:
    """Run Python in a process of its own and give what it printed."""

    def run(code: str, *arguments: str) -> str:
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments], env=environment, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture
def make_result() -> Callable[..., Result]:
    def make(
        model: str = "org/small", benchmark: str = "arc_easy", limit: int | None = None, value: float = 0.5
    ) -> Result:
        now = datetime(2025, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)
        return Result(
            evaluation=Evaluation(
                model=ModelSpec(source=ModelSource.HUB, name=model, revision="0" * 40),
                benchmark=benchmark,
                version="1",
                protocol=Protocol.LIKELIHOOD,
                shots=5,
                limit=limit,
            ),
            title=benchmark.upper(),
            area=Area.REASONING,
            estimates=(
                Estimate(
                    metric="acc",
                    value=value,
                    low=0.1,
                    high=0.9,
                    standard_error=1 / 3,
                    count=10,
                    method="wilson",
                    headline=True,
                ),
            ),
            asked=10,
            samples_digest="d",
            harness="test",
            started_at=now,
            finished_at=now,
        )

    return make


@pytest.fixture
def make_transcript() -> Callable[..., Transcript]:
    def make(name: str, text: str = "4", retryable: bool | None = None) -> Transcript:
        """`retryable` None is an answer; otherwise a failure."""
        response = (
            Generated(text=text, finish=Finish.STOP, tokens=2)
            if retryable is None
            else Failed(stage="model", message="out of memory", retryable=retryable)
        )
        scores = (Score(sample_id=name, metric="exact_match", value=1.0, answer=text),) if retryable is None else ()
        return Transcript(
            sample=Sample(id=name, position=int(name) if name.isdigit() else 0, question="2 + 2?", target="4"),
            request=Generate(prompt="Q: 2 + 2?\nA:"),
            response=response,
            scores=scores,
            seconds=0.25,
            input_tokens=7,
            output_tokens=2,
        )

    return make


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no small file system can be mounted here")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)
