"""Raw times come back bit for bit, and their digest is of the times."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outweigh.interop.timing_parquet import read_timings, timing_bytes, timings_digest
from outweigh.records import Timing, UserError

SECONDS = st.floats(allow_nan=False, allow_infinity=False)
COUNT = st.integers(0, 2**63 - 1)
TIMINGS = st.lists(
    st.builds(
        Timing,
        request=COUNT,
        repeat=COUNT,
        due=SECONDS,
        sent=SECONDS,
        tokens=st.lists(SECONDS, max_size=4).map(tuple),
        counts=st.none() | st.lists(COUNT, max_size=4).map(tuple),
        done=st.none() | SECONDS,
        input_tokens=st.none() | COUNT,
        output_tokens=st.none() | COUNT,
        failed=st.none() | st.text(st.characters(codec="utf-8")),
        warmup=st.booleans(),
        start=COUNT,
    ),
    max_size=5,
)
ONE = Timing(request=1, due=0.1, sent=0.2, tokens=(0.3, 0.1 + 0.2), done=0.5, output_tokens=2)


@settings(max_examples=60, deadline=None)
@given(TIMINGS)
def test_timings_come_back(timings):
    back = read_timings(timing_bytes(timings))
    assert back == tuple(timings)
    assert timings_digest(back) == timings_digest(timings)


def test_columns_are_plain():
    table = pq.read_table(pa.BufferReader(timing_bytes([ONE])))
    assert table.schema.field("tokens").type == pa.list_(pa.float64())
    assert table.column("due").to_pylist() == [0.1]
    assert table.column("counts").null_count == 1


def test_a_file_that_is_older_than_starts_is_still_read():
    table = pq.read_table(pa.BufferReader(timing_bytes([ONE.but(start=2)])))
    sink = pa.BufferOutputStream()
    pq.write_table(table.drop_columns(["start"]), sink)
    assert read_timings(sink.getvalue().to_pybytes()) == (ONE,)


def test_the_digest_is_of_the_times_and_their_order():
    assert timings_digest([ONE]) == "94d73fc1a43c184327dc7b4a02fc64f1d9fa0f45fcd3eeb2d20c5dbaa0955856"
    assert timings_digest([ONE, ONE.but(request=2)]) != timings_digest([ONE.but(request=2), ONE])
    assert timings_digest([ONE]) != timings_digest([ONE.but(done=0.5000000000000001)])
    assert timings_digest([ONE]) != timings_digest([ONE.but(start=1)])


@pytest.mark.parametrize(
    "content", [b"not parquet", b"", timing_bytes([ONE])[:-9]], ids=["other bytes", "nothing", "cut short"]
)
def test_other_bytes_are_refused(content):
    with pytest.raises(UserError, match="no Parquet file of timings"):
        read_timings(content)


@pytest.mark.parametrize("columns", [["request"], list(Timing.model_fields)])
def test_another_table_is_refused(columns):
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({name: [1] for name in columns}), sink)
    with pytest.raises(UserError, match="without timings of version 1: it has none"):
        read_timings(sink.getvalue().to_pybytes())
