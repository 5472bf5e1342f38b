"""Files that a verb writes where it is told to: whole or not at all."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from outweigh.records.errors import UserError


def check_target(path: Path, example: str) -> None:
    """Refuse a file that cannot be written, before any work is done. `example` is a good name for it."""
    import os

    from outweigh.records.errors import UserError

    if os.path.isdir(path):
        raise UserError(f"{path} is a directory: give the name of a file, such as {path / example}")
    if os.path.exists(path) and not os.path.isfile(path):
        raise UserError(f"{path} is no file: give the name of one, such as {example}")
    if not os.path.isdir(path.parent):
        raise UserError(f"{path.parent} is not a directory: make it first, or write elsewhere")


def make_folder(path: Path) -> None:
    """The directory, with all above it. Raises UserError where it cannot be made."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(path, error) from error


def write_whole(path: Path, content: bytes) -> None:
    """Put the content in place of what was there; who reads meanwhile sees either of the two, never a part.

    A link stays: what it points to is replaced. Raises UserError where the place cannot be written.
    """
    import os

    place = path.resolve()
    draft = place.with_name(f".{place.name}.{os.getpid()}")
    try:
        try:
            with draft.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(draft, place)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise unwritable(path, error) from error


def unwritable(path: Path, error: OSError) -> "UserError":
    """What a person is told where writing failed."""
    import errno

    from outweigh.records.errors import UserError

    hint = "free some space, or choose" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "choose"
    return UserError(f"{path}: cannot be written: {error.strerror or error}; {hint} another place")
