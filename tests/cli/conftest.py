"""A command line of this process, with a home of its own."""

import pytest

from measured_files import copied
from outweigh.cli.failures import guarded
from outweigh.cli.main import app, dashed


@pytest.fixture
def call(tmp_path, monkeypatch, capsys):
    """Run a command line: (exit code, standard output, standard error)."""
    monkeypatch.setenv("OUTWEIGH_HOME", str(tmp_path / "home"))

    def told(*arguments):
        capsys.readouterr()
        words = dashed([str(word) for word in arguments])
        code = guarded(lambda: app(args=words, standalone_mode=False), json="--json" in words)
        return code, *capsys.readouterr()

    return told


@pytest.fixture
def said(call):
    """Run a command line that succeeds: its standard output."""

    def told(*arguments):
        code, out, err = call(*arguments)
        assert code == 0, err
        return out

    return told


@pytest.fixture
def refused(call):
    """Run a command line that fails on bad input: its one line."""

    def told(*arguments):
        code, out, err = call(*arguments)
        assert (code, out) == (2, "")
        (line,) = err.splitlines()
        return line

    return told


@pytest.fixture
def files(tmp_path):
    """The other tools' results, free to be damaged."""
    return copied(tmp_path / "measured")


@pytest.fixture
def write(tmp_path):
    """Write a text into a file of its own: its path."""

    def written(name, text):
        (tmp_path / name).write_text(text)
        return tmp_path / name

    return written
