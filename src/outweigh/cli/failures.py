"""Errors as one line and an exit code: 2 for what the user can mend, 130 for Ctrl-C, 1 for a defect of ours."""

import errno
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

_CTRL_C = 130
_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM}


def guarded(command: Callable[[], object], *, json: bool) -> int:
    """Run a command; its exit code. OUTWEIGH_DEBUG=1 lets every traceback through."""
    if os.environ.get("OUTWEIGH_DEBUG"):
        command()
        return 0
    try:
        code = command()
    except typer.Exit as error:
        return int(error.exit_code)
    except typer.TyperException as error:
        return _said(f"{error.format_message().rstrip('.')}; `outweigh --help` shows how", "usage", json)
    except (KeyboardInterrupt, typer.Abort):
        return _said("interrupted", "interrupted", json, _CTRL_C)
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - nobody reads any more
        return 0
    except Exception as error:  # noqa: BLE001 - the one boundary: nothing below may show a traceback
        return _failed(error, json)
    if code == _CTRL_C:  # Typer takes Ctrl-C for itself and says nothing
        return _said("interrupted", "interrupted", json, _CTRL_C)
    return code if isinstance(code, int) else 0


@contextmanager
def resumable() -> Iterator[None]:
    """Around a run that Ctrl-C may end: the error line then says how to go on with it."""
    from outweigh.records.errors import Interrupted, UserError

    try:
        yield
    except Interrupted as stop:
        line = f"interrupted; the same command with --name {stop.run} goes on where this one stopped"
        raise UserError(line, code="interrupted") from stop


def _failed(error: Exception, json: bool) -> int:
    from outweigh.records.errors import UserError

    if isinstance(error, UserError):
        return _said(str(error), error.code, json, _CTRL_C if error.code == "interrupted" else 2)
    if isinstance(error, OSError) and error.errno in _DISK:
        where = f"{error.filename}: " if error.filename else ""
        return _said(f"{where}{error.strerror}; free some space or choose another place", "disk", json)
    kept = _kept(error)
    name = type(error).__name__
    text = f"a defect of Outweigh, not of your input: {name}: {str(error).splitlines()[0] if str(error) else ''}"
    return _said(f"{text}. Please report it{kept}", "defect", json, 1)


def _kept(error: Exception) -> str:
    from outweigh.records.errors import UserError
    from outweigh.store.home import home

    try:
        folder = home() / "crashes"
        folder.mkdir(exist_ok=True)
        path: Path = folder / f"crash-{os.getpid()}.txt"
        path.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    except (OSError, UserError):
        return ""
    return f" with {path}"


def _said(message: str, code: str, json: bool, exit_code: int = 2) -> int:
    line = " ".join(message.split())
    if json:
        import json as encoder

        sys.stdout.write(encoder.dumps({"error": {"code": code, "message": line}}) + "\n")
    sys.stderr.write(f"outweigh: {line}\n")
    return exit_code
