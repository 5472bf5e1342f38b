"""A file that a verb writes is whole or as it was."""

import os
import resource
import signal

import pytest

from outweigh.cli.files import check_target, write_whole
from outweigh.records import UserError


def test_what_was_there_stays_where_writing_fails_halfway(tmp_path):
    place = tmp_path / "x.prom"
    write_whole(place, b"old\n")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
        with pytest.raises(UserError, match=r"x\.prom: cannot be written: File too large"):
            write_whole(place, b"new\n" * 100)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)
    assert place.read_bytes() == b"old\n"
    assert list(tmp_path.iterdir()) == [place]


def test_a_link_stays_and_what_it_points_to_is_replaced(tmp_path):
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real")
    write_whole(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


def test_what_is_no_file_is_not_replaced(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UserError, match=r"pipe is no file: give the name of one, such as x\.prom"):
        check_target(tmp_path / "pipe", "x.prom")
