"""Raw times of requests as Parquet, a row a request in the order given, and their digest."""

from collections.abc import Sequence
from typing import Any

from outweigh.records import Timing, UserError, canonical_json, digest

_VERSION = "1"
_VERSION_KEY = b"outweigh.timings"


def timing_bytes(timings: Sequence[Timing]) -> bytes:
    """The timings as one Parquet file, zstd.

    Columns: `request` int64, `repeat` int64, `due` and `sent` float64 seconds, `tokens` list<float64>, `counts`
    list<int64> or null, `done` float64 or null, `input_tokens` and `output_tokens` int64 or null, `failed` text or
    null, `warmup` bool, `start` int64. Every float comes back bit for bit.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = _schema()
    columns = [pa.array([getattr(one, field.name) for one in timings], field.type) for field in schema]
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_arrays(columns, schema=schema), sink, compression="zstd")
    content: bytes = sink.getvalue().to_pybytes()
    return content


def read_timings(content: bytes) -> tuple[Timing, ...]:
    """The timings of a file that `timing_bytes` made, an older one without `start` too. UserError for another file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(pa.BufferReader(content))
    except pa.ArrowInvalid as error:
        raise UserError(f"no Parquet file of timings: {str(error).splitlines()[0]}") from None
    version = (table.schema.metadata or {}).get(_VERSION_KEY, b"").decode()
    names = _schema().names
    if version != _VERSION or table.schema.names not in (names, names[:-1]):
        raise UserError(f"Parquet file without timings of version {_VERSION}: it has {version or 'none'}")
    return tuple(Timing(**row) for row in table.to_pylist())


def timings_digest(timings: Sequence[Timing]) -> str:
    """SHA-256 over the canonical JSON of every timing in order: of the times, not of the file that holds them."""
    return digest(canonical_json([one.identity() for one in timings]))


def _schema() -> Any:
    import pyarrow as pa

    seconds, whole = pa.float64(), pa.int64()
    return pa.schema(
        [
            pa.field("request", whole, nullable=False),
            pa.field("repeat", whole, nullable=False),
            pa.field("due", seconds, nullable=False),
            pa.field("sent", seconds, nullable=False),
            pa.field("tokens", pa.list_(seconds), nullable=False),
            pa.field("counts", pa.list_(whole)),
            pa.field("done", seconds),
            pa.field("input_tokens", whole),
            pa.field("output_tokens", whole),
            pa.field("failed", pa.string()),
            pa.field("warmup", pa.bool_(), nullable=False),
            pa.field("start", whole, nullable=False),
        ],
        metadata={_VERSION_KEY: _VERSION},
    )
