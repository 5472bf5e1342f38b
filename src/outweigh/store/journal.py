"""The journal of one evaluation's answers: a Parquet part for each finished batch, so a crash loses one batch at most.

Not covered: two processes that answer the same evaluation on a store that is not local. There is no lock there; they
ask twice, and the first answer counts.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from outweigh.records import Score, Transcript, UserError
from outweigh.store.artifacts import Artifacts
from outweigh.store.columns import Part, encode, retryable, short_digest

_PART = re.compile(r"part-(\d{6,})-([0-9a-f]{8})\.parquet")
_WORK = re.compile(r"[\w-]+")
_ATTEMPTS = 5


class Journal:
    """The answers to one evaluation; `work` is `Evaluation.work`.

    `damaged` names the parts that the last look could not read: their samples count as not answered.
    `duplicates` counts the answers that the last `read` left out because the sample had been answered before.
    """

    def __init__(self, artifacts: Artifacts, work: str) -> None:
        if not _WORK.fullmatch(work):
            raise UserError(f"{work!r} is no fingerprint of an evaluation")
        self._artifacts = artifacts
        self._work = work
        self._folder = f"evaluations/{work}"
        self._last: int | None = None
        self.damaged: tuple[str, ...] = ()
        self.duplicates = 0

    def append(self, transcripts: Sequence[Transcript], seconds: float) -> None:
        """Keep a finished batch, durable on return; hold `lock` meanwhile. An empty batch leaves no trace."""
        if transcripts:
            self._write(encode(transcripts, seconds))

    def read(self) -> dict[str, Transcript]:
        """Every sample's transcript by its id, ordered by position.

        Of two, the first counts, unless it is a failure that may be retried: then the later one.
        """
        found: dict[str, Transcript] = {}
        duplicates = 0
        for part in self._live():
            for transcript in part.transcripts():
                held = found.get(transcript.sample.id)
                if held is None or retryable(held):
                    found[transcript.sample.id] = transcript
                else:
                    duplicates += 1
        self.duplicates = duplicates
        return dict(sorted(found.items(), key=lambda item: (item[1].sample.position, item[0])))

    def answered(self) -> set[str]:
        """The ids of the samples that need not be asked again, without reading their transcripts."""
        found: set[str] = set()
        for part in self._live():
            ids, waiting = part.column("sample_id", "retryable")
            found.update(name for name, waits in zip(ids, waiting, strict=True) if not waits)
        return found

    def seconds(self) -> float:
        """What all batches took together, answers that were left out included."""
        return sum(part.about()[0] for part in self._live())

    def tokens(self) -> tuple[int, int]:
        """Tokens read and written by the model, over all batches as in `seconds`."""
        read = written = 0
        for part in self._live():
            inputs, outputs = part.column("input_tokens", "output_tokens")
            read, written = read + sum(inputs), written + sum(outputs)
        return read, written

    def replace_scores(self, new: Mapping[str, tuple[Score, ...]]) -> None:
        """Mark anew: these samples get these scores, the others keep theirs. Hold `lock` meanwhile.

        All answers move into one part that names those it replaces, so that a crash at any moment leaves either the
        old scores or the new ones. Damaged parts stay.
        """
        held = self.read()
        unknown = new.keys() - held.keys()
        if unknown:
            raise UserError(f"sample {min(unknown)!r} has no answer in the journal {self._work} that could be marked")
        if not held:
            return
        marked = [transcript.but(scores=new[name]) if name in new else transcript for name, transcript in held.items()]
        old = [part.name for part in self._whole()]
        self._write(encode(marked, self.seconds(), old))
        for name in old:
            self._artifacts.delete(f"{self._folder}/{name}")

    def delete(self) -> None:
        """Forget every answer; a UserError while another process is answering."""
        with self.lock(timeout_seconds=1.0):
            self._artifacts.delete(self._folder)
        self._last = None

    @contextmanager
    def lock(self, timeout_seconds: float = 10.0) -> Iterator[None]:
        """Keep other processes (and other journals of this one) from answering; a UserError if they do not end in time.

        Held by the process, so a killed one holds nothing. Stores that are not local are not locked.
        """
        if self._artifacts.local is None:
            yield
            return
        from filelock import FileLock, Timeout

        path = self._artifacts.local / "locks" / f"{self._work}.lock"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            lock = FileLock(path, timeout=timeout_seconds, thread_local=False)
            lock.acquire()
        except Timeout as error:
            raise UserError(
                f"evaluation {self._work} is being answered by another process (lock file {path}): "
                "wait for it to end, or stop it",
                code="busy",
            ) from error
        except OSError as error:
            raise UserError(
                f"{path} cannot be locked ({error.strerror}): set OUTWEIGH_ARTIFACTS to another place"
            ) from error
        try:
            self._artifacts.sweep(self._folder)
            yield
        finally:
            lock.release()

    def _write(self, data: bytes) -> None:
        if self._last is None:
            self._last = max((number for number, _ in self._names()), default=0)
        self._last += 1
        self._artifacts.write_bytes(f"{self._folder}/part-{self._last:06d}-{short_digest(data)}.parquet", data)

    def _names(self) -> list[tuple[int, str]]:
        names = [key.rsplit("/", 1)[-1] for key in self._artifacts.list(self._folder)]
        return sorted((int(found[1]), name) for name in names if (found := _PART.fullmatch(name)))

    def _whole(self) -> list[Part]:
        """Every part that is what its name says, in the order of writing."""
        for attempt in range(_ATTEMPTS):
            try:
                parts = [Part(name, self._artifacts.read_bytes(f"{self._folder}/{name}")) for _, name in self._names()]
                break
            except UserError as error:
                # Another process has just put one part in place of those that were listed.
                if error.code != "not_found" or attempt == _ATTEMPTS - 1:
                    raise
        whole = [part for part in parts if part.name.endswith(f"-{short_digest(part.data)}.parquet")]
        names = {part.name for part in whole}
        self.damaged = tuple(part.name for part in parts if part.name not in names)
        return whole

    def _live(self) -> list[Part]:
        """The whole parts that no other one replaces."""
        whole = self._whole()
        replaced = {name for part in whole for name in part.about()[1]}
        return [part for part in whole if part.name not in replaced]
