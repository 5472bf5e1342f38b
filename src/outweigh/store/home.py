"""The directory that holds everything Outweigh keeps on this machine."""

import os
import tempfile
from pathlib import Path

from outweigh.records import UserError


def home() -> Path:
    """OUTWEIGH_HOME, else the user's data directory; made on first use, a UserError unless it can be written."""
    path = _named()
    try:
        path.mkdir(parents=True, exist_ok=True)
        # os.access is always true for root; only a file that was really made proves anything.
        with tempfile.TemporaryFile(dir=path):
            pass
    except OSError as error:
        reason = "it is not a directory" if path.is_file() else error.strerror or str(error)
        raise UserError(
            f"{path} cannot hold Outweigh's data ({reason}): set OUTWEIGH_HOME to a directory that can be written",
            code="unwritable",
        ) from error
    return path


def _named() -> Path:
    named = os.environ.get("OUTWEIGH_HOME", "").strip()
    if named:
        return Path(os.path.abspath(os.path.expanduser(named)))
    import platformdirs

    return Path(platformdirs.user_data_dir("outweigh", appauthor=False))
