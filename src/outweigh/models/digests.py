"""SHA-256 of large files, computed once."""

import contextlib
import hashlib
import json
import os
import uuid
from pathlib import Path

from outweigh.models.staging import Progress, megabytes

_WORTH_TELLING = 2 * 10**9  # bytes: a few seconds of reading


class Digests:
    """Digests remembered in `cache/digests.json` by path, size and time of the last change."""

    def __init__(self, cache: Path, progress: Progress | None = None) -> None:
        self._file = cache / "digests.json"
        self._progress = progress

    def of(self, path: Path) -> str:
        """SHA-256 of the file's content, as 64 hexadecimal digits; symbolic links are followed."""
        real = os.path.realpath(path)
        status = os.stat(real)
        stamp = f"{status.st_size}:{status.st_mtime_ns}"
        known = self._read()
        if known.get(real, ("", ""))[0] == stamp:
            return known[real][1]
        if self._progress and status.st_size > _WORTH_TELLING:
            self._progress(f"fingerprinting {path.name} ({megabytes(status.st_size)}, once)")
        with open(real, "rb") as handle:
            found = hashlib.file_digest(handle, "sha256").hexdigest()
        # A cache that cannot be written costs time, nothing else.
        with contextlib.suppress(OSError):
            self._write({**self._read(), real: (stamp, found)})
        return found

    def _read(self) -> dict[str, tuple[str, str]]:
        try:
            entries = json.loads(self._file.read_text(encoding="utf-8"))
            return {name: (str(stamp), str(found)) for name, (stamp, found) in entries.items()}
        except (OSError, ValueError, AttributeError, TypeError):
            return {}

    def _write(self, known: dict[str, tuple[str, str]]) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        kept = {name: entry for name, entry in known.items() if os.path.exists(name)}
        draft = self._file.with_name(f".digests-{uuid.uuid4().hex}")
        try:
            draft.write_text(json.dumps(kept, indent=1, sort_keys=True), encoding="utf-8")
            os.replace(draft, self._file)
        finally:
            draft.unlink(missing_ok=True)
