"""Rows come from a mirror whole or not at all."""

import gzip
import json

import pyarrow
import pyarrow.parquet
import pytest

from outweigh.benchmarks.benchmark import Dataset
from outweigh.benchmarks.sources import Hub, Mirror, rows_here
from outweigh.records import UserError

DATASET = Dataset("org/name", "default", split="test")
ROWS = [{"question": f"Which — {n}?", "answer": n} for n in range(3)]
LINES = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS).encode()


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "org/name/default"
    made.mkdir(parents=True)
    return made


def test_every_format_gives_the_same_rows(tmp_path, folder):
    (folder / "plain.jsonl").write_bytes(LINES)
    (folder / "zipped.jsonl.gz").write_bytes(gzip.compress(LINES, mtime=0))
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(ROWS), folder / "table.parquet")
    for split in ("plain", "zipped", "table"):
        assert Mirror(tmp_path).split(DATASET, split) == ROWS
    assert Mirror(tmp_path).split(DATASET, "absent") is None


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("test.jsonl", LINES + b'{"question": \n', "test.jsonl, line 4: not JSON"),
        ("test.jsonl", LINES + b"[1]\n", "test.jsonl, line 4: expected a JSON object"),
        ("test.jsonl", LINES + b"\xff\xfe\n", "not UTF-8"),
        ("test.jsonl.gz", gzip.compress(LINES * 999, mtime=0)[:-400], "test.jsonl.gz, after line .* damaged gzip"),
        ("test.jsonl.gz", b"no gzip", "damaged gzip"),
        ("test.parquet", b"no parquet", "not a readable Parquet file"),
    ],
)
def test_a_broken_file_is_named_with_its_line(tmp_path, folder, name, content, told):
    (folder / name).write_bytes(content)
    with pytest.raises(UserError, match=told) as caught:
        Mirror(tmp_path).split(DATASET, "test")
    assert "\n" not in str(caught.value)


def test_what_a_mirror_lacks_is_said(tmp_path):
    with pytest.raises(UserError, match="has no org/name/default"):
        Mirror(tmp_path).split(DATASET, "test")
    with pytest.raises(UserError, match="is not a directory"):
        Mirror(tmp_path / "absent").split(DATASET, "test")


def test_the_mirror_is_named_by_flag_or_environment(tmp_path, monkeypatch):
    monkeypatch.delenv("OUTWEIGH_MIRROR", raising=False)
    assert rows_here() == Hub()
    monkeypatch.setenv("OUTWEIGH_MIRROR", str(tmp_path))
    assert rows_here() == Mirror(tmp_path)
    assert rows_here("elsewhere") == Mirror(tmp_path.__class__("elsewhere"))
