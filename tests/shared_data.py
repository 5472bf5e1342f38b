"""The folder of real data that some tests need, and what to do where it is absent."""

import gzip
import json
import os
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("OUTWEIGH_SHARED", Path(__file__).parents[2] / "shared"))
HUB = SHARED / "hub"
GOLDEN = Path(os.environ.get("OUTWEIGH_GOLDEN", SHARED / "golden"))

needs_shared = pytest.mark.skipif(
    not HUB.is_dir(), reason=f"no real benchmark data at {HUB}: set OUTWEIGH_SHARED to the folder that has it"
)


def golden_logs() -> list[Path]:
    """Every per-sample log that lm-evaluation-harness wrote."""
    return sorted(GOLDEN.rglob("*.samples.jsonl.gz"))


def read_log(path: Path) -> list[dict]:
    """The lines of a log."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def read_results(path: Path) -> dict:
    """The results beside a log."""
    return json.loads(path.with_name(path.name.replace(".samples.jsonl.gz", ".results.json")).read_text())
