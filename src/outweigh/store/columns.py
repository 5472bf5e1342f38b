"""Transcripts as the columns of a Parquet part, and back. A part knows its own digest, so damage cannot hide."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import to_jsonable_python

from outweigh.records import (
    Failed,
    Finish,
    Generated,
    Likelihood,
    Likelihoods,
    Record,
    Score,
    Transcript,
    UserError,
)

_SECONDS = b"outweigh.seconds"
_REPLACES = b"outweigh.replaces"


def short_digest(data: bytes) -> str:
    """The eight digits in a part's name: SHA-256 over the whole file."""
    return hashlib.sha256(data).hexdigest()[:8]


def retryable(transcript: Transcript) -> bool:
    """Whether the sample still waits for an answer."""
    return isinstance(transcript.response, Failed) and transcript.response.retryable


def encode(transcripts: Sequence[Transcript], seconds: float, replaces: Sequence[str] = ()) -> bytes:
    """One part. `seconds` is what the batch took, `replaces` the names of older parts that it stands for."""
    import pyarrow
    import pyarrow.parquet

    metadata = {_SECONDS: repr(float(seconds)), _REPLACES: json.dumps(list(replaces))}
    schema = pyarrow.schema(
        [
            ("sample_id", pyarrow.string()),
            ("position", pyarrow.int64()),
            ("cluster", pyarrow.string()),
            ("kind", pyarrow.string()),
            ("prompt", pyarrow.string()),
            ("answer", pyarrow.string()),
            ("failed", pyarrow.bool_()),
            ("retryable", pyarrow.bool_()),
            ("truncated", pyarrow.bool_()),
            ("unreadable", pyarrow.bool_()),
            ("finish", pyarrow.string()),
            ("seconds", pyarrow.float64()),
            ("input_tokens", pyarrow.int64()),
            ("output_tokens", pyarrow.int64()),
            ("scores", pyarrow.string()),
            ("transcript", pyarrow.string()),
        ],
        metadata=metadata,
    )
    table = pyarrow.Table.from_pylist([_row(transcript) for transcript in transcripts], schema)
    sink = pyarrow.BufferOutputStream()
    pyarrow.parquet.write_table(table, sink, compression="zstd")
    return bytes(sink.getvalue())


@dataclass(frozen=True)
class Part:
    """One part that was found whole. `name` is its file name."""

    name: str
    data: bytes

    def _file(self) -> Any:
        import pyarrow
        import pyarrow.parquet

        return pyarrow.parquet.ParquetFile(pyarrow.BufferReader(self.data))

    def about(self) -> tuple[float, tuple[str, ...]]:
        """The seconds of its batch, and the names of the parts it replaces."""
        metadata = self._file().schema_arrow.metadata
        return float(metadata[_SECONDS]), tuple(json.loads(metadata[_REPLACES]))

    def column(self, *names: str) -> list[list[Any]]:
        """Some columns as lists, in the order asked for; nothing else is decoded."""
        table = self._file().read(columns=list(names))
        return [table.column(name).to_pylist() for name in names]

    def transcripts(self) -> list[Transcript]:
        """Every transcript, exactly as it was appended."""
        (texts,) = self.column("transcript")
        try:
            return [Transcript.model_validate_json(text) for text in texts]
        except ValidationError as error:
            raise UserError(
                f"the journal part {self.name} was written by another version of Outweigh: "
                "use that version, or delete the run to ask again"
            ) from error


def _row(transcript: Transcript) -> dict[str, object]:
    sample, request, response = transcript.sample, transcript.request, transcript.response
    return {
        "sample_id": sample.id,
        "position": sample.position,
        "cluster": sample.cluster,
        "kind": request.kind,
        "prompt": next(iter(request.contexts), "") if isinstance(request, Likelihood) else request.prompt,
        "answer": _answer(transcript),
        "failed": isinstance(response, Failed),
        "retryable": retryable(transcript),
        "truncated": _is_truncated(transcript),
        "unreadable": _is_unreadable(transcript.scores),
        "finish": response.finish.value if isinstance(response, Generated) else None,
        "seconds": transcript.seconds,
        "input_tokens": transcript.input_tokens,
        "output_tokens": transcript.output_tokens,
        "scores": f"[{','.join(json_text(score) for score in transcript.scores)}]",
        "transcript": json_text(transcript),
    }


def json_text(record: Record) -> str:
    """The record as JSON that reads back as the same record."""
    # Not pydantic's own JSON: it writes an infinite log-likelihood as null, which cannot be read back.
    return json.dumps(record.model_dump(), ensure_ascii=False, default=to_jsonable_python)


def _answer(transcript: Transcript) -> str | None:
    """The text, or what the metrics picked (each pick once); None where nothing was answered."""
    if isinstance(transcript.response, Generated):
        return transcript.response.text
    picks = dict.fromkeys(score.answer for score in transcript.scores if score.answer is not None)
    return " | ".join(picks) if picks else None


def _is_truncated(transcript: Transcript) -> bool:
    match transcript.response:
        case Generated(truncated=tokens, finish=finish):
            return tokens > 0 or finish is Finish.LENGTH
        case Likelihoods(truncated=tokens):
            return tokens > 0
        case _:
            return False


def _is_unreadable(scores: tuple[Score, ...]) -> bool:
    """Answered, and no metric could read anything out of it."""
    return bool(scores) and all(score.answer is None for score in scores)
