"""kill -9 at any moment loses at most one batch: every sample ends up asked and marked exactly once,
and is known to whoever asks the same."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tiny import save_llama

pytest.importorskip("torch")

CHILD = Path(__file__).with_name("crash_child.py")
BATCH, KILLS = 4, 10


def rows(mirror):
    folder = mirror / "allenai/openbookqa/main"
    folder.mkdir(parents=True)
    questions = [
        {
            "id": str(n),
            "question_stem": f"After {n} comes",
            "choices": {"text": [str(n + k) for k in range(1, 5)], "label": list("ABCD")},
            "answerKey": "A",
        }
        for n in range(60)
    ]
    (folder / "test.jsonl").write_text("".join(json.dumps(row) + "\n" for row in questions))
    return len(questions)


@pytest.fixture
def runner(tmp_path, monkeypatch):
    """Starts runs in children that share one warm interpreter."""
    monkeypatch.setenv("OUTWEIGH_HOME", str(tmp_path / "home"))
    total = rows(tmp_path / "mirror")
    model = save_llama(tmp_path / "model")
    arguments = ["run", str(model), "--benchmark", "openbookqa", "--name", "crashing", "--batch-size", str(BATCH)]
    arguments += ["--mirror", str(tmp_path / "mirror")]
    log = tmp_path / "asked.txt"
    process = subprocess.Popen(
        [sys.executable, str(CHILD), str(log), *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "ready\n"

    def start(words=""):
        process.stdin.write(f"{words}\n")
        process.stdin.flush()
        return int(process.stdout.readline())

    def end():
        return int(process.stdout.readline())

    yield start, end, log, total
    process.stdin.close()
    process.wait()


def transcripts(name="crashing"):
    from outweigh.engine import reading
    from outweigh.store.artifacts import Artifacts
    from outweigh.store.journal import Journal

    (result,) = reading.load(name).results
    journal = Journal(Artifacts.default(), result.evaluation.work)
    return result, journal, journal.read()


def test_ten_kills_lose_no_sample_and_double_none(runner):
    start, end, log, total = runner
    begun = time.monotonic()
    start()
    assert end() == 0
    whole = time.monotonic() - begun
    from outweigh.store import responses, runs
    from outweigh.store.artifacts import Artifacts

    for key in Artifacts.default().list("evaluations"):
        Artifacts.default().delete(key)
    with runs.opened() as session:
        responses.forget(session, runs.delete(session, "crashing").works)
    log.unlink()
    dice = random.Random(4)
    for _ in range(KILLS):
        child = start()
        time.sleep(dice.uniform(0, whole))
        with suppress(ProcessLookupError):  # it had ended by itself
            os.kill(child, signal.SIGKILL)
        assert end() in (-signal.SIGKILL, 0)
    start()
    assert end() == 0
    result, journal, found = transcripts()
    assert (result.asked, result.failed) == (total, 0)
    assert sorted(found, key=int) == [str(n) for n in range(total)]
    assert all(len(each.scores) == 2 for each in found.values())
    assert (journal.duplicates, journal.damaged) == (0, ())
    executions = log.read_text().split()
    assert set(executions) == set(found)
    assert len(executions) <= total + KILLS * BATCH
    log.unlink()
    start("--seed 5 --name again")  # without shots every prompt is the same: an equal question in another evaluation
    assert end() == 0
    second, _, again = transcripts("again")
    assert [each.scores for each in again.values()] == [each.scores for each in found.values()]
    asked_again = log.read_text().split() if log.exists() else []
    assert len(asked_again) == len(set(asked_again)) == total - second.cached <= KILLS * BATCH


def test_asking_again_asks_nothing(runner):
    start, end, log, total = runner
    start()
    assert end() == 0
    assert len(log.read_text().split()) == total
    start()
    assert end() == 0
    assert len(log.read_text().split()) == total
