"""A PostgreSQL server of one's own, on a socket in a temporary folder, for as long as the tests need it."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_DEBIAN = Path("/usr/lib/postgresql")
_QUICK = "-c listen_addresses='' -c fsync=off -c synchronous_commit=off -c full_page_writes=off"


def programs() -> Path | None:
    """Where initdb and pg_ctl are; Debian does not put them on the path."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    versions = sorted(_DEBIAN.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return versions[-1].parent if versions else None


@contextmanager
def server(where: Path) -> Iterator[str]:
    """The URL of a new server, whose only user may do everything; it is gone afterwards."""
    # Not in TMPDIR: a socket's path must be short, and the server's user may not enter everybody's folders.
    with tempfile.TemporaryDirectory(prefix="outweigh-postgres-", dir="/tmp") as folder:
        before: list[str] = []
        if os.geteuid() == 0:  # the server refuses to run as root
            shutil.chown(folder, "postgres")
            before = ["runuser", "-u", "postgres", "--"]
        data = f"{folder}/data"

        def run(program: str, *arguments: str) -> None:
            command = [*before, str(where / program), "--pgdata", data, *arguments]
            done = subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            assert done.returncode == 0, done.stderr

        run("initdb", "--username", "outweigh", "--auth", "trust", "--no-sync", "--encoding", "UTF8", "--locale", "C")
        run("pg_ctl", "--wait", "--log", f"{folder}/log", "--options", f"-k {folder} {_QUICK}", "start")
        try:
            yield f"postgresql://outweigh@/postgres?host={folder}"
        finally:
            run("pg_ctl", "--wait", "--mode", "immediate", "stop")
