"""Bytes by key, on disk and elsewhere."""

import errno
import os
import uuid
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outweigh.records import UserError
from outweigh.store.artifacts import Artifacts


@pytest.fixture(params=["local", "memory"])
def artifacts(request: pytest.FixtureRequest, tmp_path: Path) -> Artifacts:
    return Artifacts(str(tmp_path / "kept") if request.param == "local" else f"memory://{uuid.uuid4().hex}")


def test_what_is_written_is_read(artifacts: Artifacts) -> None:
    artifacts.write_bytes("a/b/one", b"1")
    artifacts.write_bytes("a/b/one", b"again")
    artifacts.write_bytes("a/two", b"")
    assert artifacts.read_bytes("a/b/one") == b"again"
    assert artifacts.read_bytes("a/two") == b""
    assert artifacts.list() == ("a/b/one", "a/two")
    assert artifacts.exists("a/two")
    assert artifacts.exists("a/b")
    assert not artifacts.exists("a/three")


def test_a_prefix_is_a_whole_folder_and_never_part_of_a_name(artifacts: Artifacts) -> None:
    for key in ("ab/one", "abc/two", "ab/sub/three"):
        artifacts.write_bytes(key, b"x")
    assert artifacts.list("ab") == ("ab/one", "ab/sub/three")
    assert artifacts.list("ab/one") == ("ab/one",)
    assert artifacts.list("a") == ()
    artifacts.delete("a")
    artifacts.delete("ab/one")
    assert artifacts.list() == ("ab/sub/three", "abc/two")
    artifacts.delete("ab")
    artifacts.delete("ab")
    assert artifacts.list() == ("abc/two",)


def test_what_is_not_there_is_said(artifacts: Artifacts) -> None:
    with pytest.raises(UserError, match="there is no artifact") as caught:
        artifacts.read_bytes("a/b")
    assert caught.value.code == "not_found"


@pytest.mark.parametrize("key", ["../x", "a/../x", "/x", "a//b", "./x", "a\\b", "a\0b", "a/"])
def test_a_key_cannot_leave_the_root(artifacts: Artifacts, key: str) -> None:
    for call in (artifacts.read_bytes, artifacts.delete, artifacts.list, artifacts.exists):
        with pytest.raises(UserError, match="no artifact key"):
            call(key)


def test_everything_at_once_is_not_deleted(artifacts: Artifacts) -> None:
    with pytest.raises(UserError, match="name a folder"):
        artifacts.delete("")


def test_a_place_that_cannot_be_is_explained() -> None:
    for root in ("nonsense://x", "s3nonsense://bucket/x"):
        with pytest.raises(UserError, match="set OUTWEIGH_ARTIFACTS") as caught:
            Artifacts(root)
        assert "\n" not in str(caught.value)


def test_the_default_is_under_the_home_unless_the_environment_names_another(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Artifacts.default().local == own_home / "artifacts"
    monkeypatch.setenv("OUTWEIGH_ARTIFACTS", "memory://elsewhere")
    assert Artifacts.default().local is None


@given(st.binary(max_size=2000))
@settings(max_examples=30, deadline=None)
def test_any_bytes_come_back(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    artifacts = Artifacts(str(tmp_path_factory.getbasetemp() / "bytes"))
    artifacts.write_bytes("key", data)
    assert artifacts.read_bytes("key") == data


def test_a_full_disk_leaves_the_old_value_and_nothing_half_written(small_disk: Path) -> None:
    artifacts = Artifacts(str(small_disk))
    artifacts.write_bytes("a/key", b"old")
    with pytest.raises(UserError, match=r"No space left.*free some space") as caught:
        artifacts.write_bytes("a/key", b"x" * 3_000_000)
    assert "\n" not in str(caught.value)
    assert artifacts.read_bytes("a/key") == b"old"
    assert os.listdir(small_disk / "a") == ["key"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EIO])
def test_a_write_that_fails_at_the_last_moment_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    artifacts = Artifacts(str(tmp_path))
    artifacts.write_bytes("a/other", b"")

    def fail(_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(UserError, match=os.strerror(number)):
        artifacts.write_bytes("a/key", b"x")
    assert os.listdir(tmp_path / "a") == ["other"]


def test_a_place_that_cannot_be_written_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="cannot be written"):
        Artifacts(str(tmp_path / "file")).write_bytes("key", b"")
    if Path("/proc/self").exists():
        with pytest.raises(UserError, match="/proc/outweigh/key"):
            Artifacts("/proc/outweigh").write_bytes("key", b"")


def test_leftovers_of_a_killed_writer_are_not_seen_and_are_swept(tmp_path: Path) -> None:
    artifacts = Artifacts(str(tmp_path))
    artifacts.write_bytes("a/key", b"x")
    (tmp_path / "a" / ".key.0a1b2c3d.tmp").write_bytes(b"half")
    assert artifacts.list() == ("a/key",)
    artifacts.sweep("a")
    assert os.listdir(tmp_path / "a") == ["key"]
    artifacts.sweep("nothing/there")
