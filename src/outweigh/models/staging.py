"""Building files in the cache so that no reader ever sees half of one."""

import errno
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from outweigh.records import UserError

Progress = Callable[[str], None]

_FULL = {errno.ENOSPC, errno.EDQUOT}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}


def megabytes(count: int) -> str:
    """A number of bytes for people, in decimal megabytes or gigabytes."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"


@contextmanager
def staging(folder: Path, progress: Progress | None = None) -> Iterator[Path]:
    """An empty directory inside `folder` to build in, under a lock that processes share.

    Move what is finished out of it; the rest is removed, also what an earlier process left when it was killed.
    """
    from filelock import FileLock, Timeout

    with writable(folder):
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / ".lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            if progress:
                progress("waiting for another process that is preparing a model")
            lock.acquire()
        try:
            for abandoned in folder.glob(".partial-*"):
                shutil.rmtree(abandoned, ignore_errors=True)
            built = folder / f".partial-{uuid.uuid4().hex}"
            built.mkdir()
            try:
                yield built
            finally:
                shutil.rmtree(built, ignore_errors=True)
        finally:
            lock.release()


@contextmanager
def writable(folder: Path) -> Iterator[None]:
    """Tell a full disk and a missing permission in one line instead of a traceback."""
    try:
        yield
    except OSError as error:
        other = "choose another cache directory"
        if error.errno in _FULL:
            raise UserError(f"{folder}: the disk is full; free some space, or {other}") from error
        if error.errno in _FORBIDDEN:
            raise UserError(f"{folder}: cannot be written ({error.strerror}); {other}") from error
        raise


def require_space(folder: Path, needed: int, purpose: str) -> None:
    """Refuse before the work when the disk that holds `folder` has less than `needed` bytes free."""
    existing = next(parent for parent in (folder, *folder.absolute().parents) if parent.exists())
    free = shutil.disk_usage(existing).free
    if needed > free:
        raise UserError(
            f"{folder}: {purpose} needs {megabytes(needed)} and the disk has {megabytes(free)} free; "
            "free some space, or choose another cache directory"
        )


def flush(path: Path) -> None:
    """Force one file, or every file of a directory, onto the disk."""
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if file.is_file():
            with open(file, "rb+") as handle:
                os.fsync(handle.fileno())
