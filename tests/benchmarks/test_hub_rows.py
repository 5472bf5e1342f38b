"""Benchmarks' rows from a Hub: the real `datasets` library against a small hub on loopback."""

import json
import os
import subprocess
import sys

import pytest

from hub_server import HubServer

pytest.importorskip("datasets")

CODE = """
from outweigh.benchmarks.benchmark import Dataset
from outweigh.benchmarks.sources import Hub
from outweigh.records import UserError
try:
    rows = Hub().split(Dataset({name!r}, {config!r}, split="test"), {split!r})
    print("rows", None if rows is None else len(rows), rows and rows[0])
except UserError as error:
    print("refused", error)
"""


@pytest.fixture(scope="module")
def hub():
    rows = "".join(json.dumps({"question": f"q{n}", "answer": n}) + "\n" for n in range(4))
    with HubServer() as server:
        server.add("org/quiz", {"test.jsonl": rows.encode()}, kind="datasets")
        yield server


def ask(hub, home, name="org/quiz", config="default", split="test"):
    environment = os.environ | {"HF_ENDPOINT": hub.url, "HF_HOME": str(home), "HF_HUB_DISABLE_TELEMETRY": "1"}
    environment.pop("HF_HUB_OFFLINE", None)
    code = CODE.format(name=name, config=config, split=split)
    found = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return found.stdout.strip().splitlines()[-1]


def test_rows_come_in_order(hub, tmp_path):
    assert ask(hub, tmp_path) == "rows 4 {'question': 'q0', 'answer': 0}"


def test_a_split_that_is_not_there_is_none(hub, tmp_path):
    assert ask(hub, tmp_path, split="train") == "rows None None"


def test_an_unknown_data_set_is_one_line(hub, tmp_path):
    line = ask(hub, tmp_path, name="org/nothing")
    assert line.startswith("refused cannot read org/nothing")
    assert "OUTWEIGH_MIRROR" in line
