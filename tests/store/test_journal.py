"""The journal: nothing that was acknowledged is lost, nothing is counted twice."""

import math
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outweigh.records import (
    Decoding,
    Failed,
    Finish,
    Generate,
    Generated,
    Likelihood,
    Likelihoods,
    Sample,
    Score,
    Transcript,
    UserError,
)
from outweigh.store.artifacts import Artifacts
from outweigh.store.journal import Journal

Make = Callable[..., Transcript]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "artifacts"


@pytest.fixture
def journal(root: Path) -> Journal:
    return Journal(Artifacts(str(root)), "w" * 64)


def parts_of(root: Path) -> list[Path]:
    return sorted((root / "evaluations" / ("w" * 64)).iterdir())


def test_batches_come_back_ordered_by_position(journal: Journal, make_transcript: Make) -> None:
    journal.append([make_transcript("3"), make_transcript("1")], 1.5)
    journal.append([make_transcript("2")], 0.25)
    journal.append([], 9.0)
    assert list(journal.read()) == ["1", "2", "3"]
    assert journal.read()["3"] == make_transcript("3")
    assert journal.answered() == {"1", "2", "3"}
    assert journal.seconds() == 1.75
    assert journal.tokens() == (21, 6)
    assert (journal.damaged, journal.duplicates) == ((), 0)


def test_an_empty_journal_is_empty(journal: Journal) -> None:
    assert journal.read() == {}
    assert journal.answered() == set()
    assert (journal.seconds(), journal.tokens()) == (0, (0, 0))


def test_parts_are_numbered_on_from_those_that_are_there(root: Path, journal: Journal, make_transcript: Make) -> None:
    journal.append([make_transcript("1")], 1)
    journal.append([make_transcript("2")], 1)
    Journal(Artifacts(str(root)), "w" * 64).append([make_transcript("3")], 1)
    assert [path.name[:12] for path in parts_of(root)] == ["part-000001-", "part-000002-", "part-000003-"]


def test_of_two_answers_the_first_counts_and_the_second_is_counted(journal: Journal, make_transcript: Make) -> None:
    journal.append([make_transcript("1", "first")], 1)
    journal.append([make_transcript("1", "second"), make_transcript("2")], 1)
    assert journal.read()["1"].response.text == "first"
    assert journal.duplicates == 1


def test_a_failure_that_may_be_retried_is_not_an_answer(journal: Journal, make_transcript: Make) -> None:
    journal.append([make_transcript("1", retryable=True), make_transcript("2", retryable=False)], 1)
    assert journal.answered() == {"2"}
    assert journal.read()["1"].response.kind == "failed"
    journal.append([make_transcript("1", "at last")], 1)
    assert journal.answered() == {"1", "2"}
    assert journal.read()["1"].response.text == "at last"
    assert journal.duplicates == 0


def test_the_columns_say_what_the_transcript_holds(root: Path, journal: Journal, make_transcript: Make) -> None:
    likelihood = Transcript(
        sample=Sample(id="b", position=1, question="q", choices=("x", "y"), target=0, cluster="passage"),
        request=Likelihood(contexts=("Which?",), continuations=(" x", " y")),
        response=Likelihoods(sums=(-1.0, -2.0), is_greedy=(True, False), token_counts=(1, 1), truncated=3),
        scores=(
            Score(sample_id="b", metric="acc", value=1.0, answer="x"),
            Score(sample_id="b", metric="acc_norm", value=0.0, answer="y"),
        ),
    )
    cut = make_transcript("2").but(
        response=Generated(text="...", finish=Finish.LENGTH, tokens=9),
        scores=(Score(sample_id="2", metric="exact_match", value=0.0),),
    )
    journal.append([likelihood, make_transcript("1"), cut, make_transcript("3", retryable=False)], 1)
    (path,) = parts_of(root)
    table = pyarrow.parquet.read_table(path).to_pydict()
    assert pyarrow.parquet.ParquetFile(path).metadata.row_group(0).column(0).compression == "ZSTD"
    assert table["kind"] == ["likelihood", "generate", "generate", "generate"]
    assert table["cluster"] == ["passage", None, None, None]
    assert table["prompt"] == ["Which?", *["Q: 2 + 2?\nA:"] * 3]
    assert table["answer"] == ["x | y", "4", "...", None]
    assert table["failed"] == [False, False, False, True]
    assert table["truncated"] == [True, False, True, False]
    assert table["unreadable"] == [False, False, True, False]
    assert table["finish"] == [None, "stop", "length", None]
    assert table["scores"][3] == "[]"


@pytest.mark.parametrize("harm", ["cut", "emptied", "one bit"])
def test_a_damaged_part_is_reported_and_its_samples_are_asked_again(
    root: Path, journal: Journal, make_transcript: Make, harm: str
) -> None:
    for name in ("1", "2", "3"):
        journal.append([make_transcript(name)], 1)
    path = parts_of(root)[1]
    data = path.read_bytes()
    flipped = data[:100] + bytes([data[100] ^ 1]) + data[101:]
    path.write_bytes({"cut": data[: len(data) // 2], "emptied": b"", "one bit": flipped}[harm])
    assert list(journal.read()) == ["1", "3"]
    assert journal.damaged == (path.name,)
    assert journal.answered() == {"1", "3"}
    journal.append([make_transcript("2")], 1)
    assert list(journal.read()) == ["1", "2", "3"]
    assert journal.damaged == (path.name,)


def test_other_files_in_the_folder_are_left_alone(root: Path, journal: Journal, make_transcript: Make) -> None:
    journal.append([make_transcript("1")], 1)
    folder = parts_of(root)[0].parent
    (folder / "notes.txt").write_text("mine")
    (folder / ".part-000009-00000000.parquet.0a1b2c3d.tmp").write_text("half")
    assert journal.answered() == {"1"}
    assert journal.damaged == ()
    with journal.lock():
        assert sorted(path.name for path in folder.iterdir() if path.suffix != ".parquet") == ["notes.txt"]


def test_marking_anew_replaces_only_the_scores_that_are_given(
    root: Path, journal: Journal, make_transcript: Make
) -> None:
    for name in ("1", "2"):
        journal.append([make_transcript(name)], 1.5)
    new = (Score(sample_id="1", metric="exact_match", value=0.0, reason="stricter"),)
    journal.replace_scores({"1": new})
    found = journal.read()
    assert found["1"].scores == new
    assert found["2"] == make_transcript("2")
    assert len(parts_of(root)) == 1
    assert journal.seconds() == 3.0
    journal.append([make_transcript("3")], 1)
    assert journal.answered() == {"1", "2", "3"}
    with pytest.raises(UserError, match="'9' has no answer"):
        journal.replace_scores({"9": ()})


@pytest.mark.parametrize("deletions", [0, 1])
def test_marking_anew_that_breaks_off_counts_nothing_twice(
    root: Path, journal: Journal, make_transcript: Make, monkeypatch: pytest.MonkeyPatch, deletions: int
) -> None:
    for name in ("1", "2"):
        journal.append([make_transcript(name)], 1.5)
    delete, done = Artifacts.delete, []

    def break_off(artifacts: Artifacts, key: str) -> None:
        if len(done) == deletions:
            raise KeyboardInterrupt
        done.append(key)
        delete(artifacts, key)

    new = {name: (Score(sample_id=name, metric="exact_match", value=0.0),) for name in ("1", "2")}
    with monkeypatch.context() as patch:
        patch.setattr(Artifacts, "delete", break_off)
        with pytest.raises(KeyboardInterrupt):
            journal.replace_scores(new)
    assert len(parts_of(root)) == 3 - deletions
    for _ in range(2):
        found = journal.read()
        assert {name: transcript.scores for name, transcript in found.items()} == new
        assert (journal.seconds(), journal.duplicates) == (3.0, 0)
        journal.replace_scores({})
    assert len(parts_of(root)) == 1


def test_an_evaluation_is_answered_by_one_at_a_time(root: Path, journal: Journal, make_transcript: Make) -> None:
    other = Journal(Artifacts(str(root)), "w" * 64)
    another_work = Journal(Artifacts(str(root)), "v" * 64)
    with journal.lock():
        with another_work.lock(timeout_seconds=0):
            pass
        with pytest.raises(UserError) as caught, other.lock(timeout_seconds=0):
            pass
        with pytest.raises(UserError, match="being answered"):
            other.delete()
    assert "w" * 64 in str(caught.value)
    assert str(root / "locks") in str(caught.value)
    assert caught.value.code == "busy"
    with other.lock(timeout_seconds=0):
        other.append([make_transcript("1")], 1)
    other.delete()
    assert journal.answered() == set()


def test_a_store_that_is_not_local_works_without_a_lock(make_transcript: Make) -> None:
    journal = Journal(Artifacts("memory://journal"), "w" * 64)
    with journal.lock(), journal.lock():
        journal.append([make_transcript("1")], 1)
    assert list(journal.read()) == ["1"]
    journal.replace_scores({"1": ()})
    assert journal.read()["1"].scores == ()
    journal.delete()
    assert journal.read() == {}


def test_a_work_key_cannot_leave_the_folder(root: Path) -> None:
    with pytest.raises(UserError, match="no fingerprint"):
        Journal(Artifacts(str(root)), "../x")


def test_a_part_of_another_version_is_explained(
    journal: Journal, make_transcript: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("outweigh.store.columns.json_text", lambda _: '{"sample": 1}')
    journal.append([make_transcript("1")], 1)
    with pytest.raises(UserError, match="another version of Outweigh"):
        journal.read()


texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
numbers = st.floats(allow_nan=False)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
counts = st.integers(0, 2**40)
responses = st.one_of(
    st.builds(
        Likelihoods,
        sums=st.lists(numbers, max_size=3).map(tuple),
        is_greedy=st.lists(st.booleans(), max_size=3).map(tuple),
        token_counts=st.lists(counts, max_size=3).map(tuple),
        truncated=counts,
    ),
    st.builds(Generated, text=texts, finish=st.sampled_from(Finish), tokens=counts, truncated=counts),
    st.builds(Failed, stage=texts, message=texts, retryable=st.just(False)),
)
requests = st.one_of(
    st.builds(Likelihood, contexts=st.lists(texts, max_size=2).map(tuple), continuations=st.just(())),
    st.builds(Generate, prompt=texts, stop=st.lists(texts, max_size=2).map(tuple), decoding=st.builds(Decoding)),
)
transcripts = st.builds(
    Transcript,
    sample=st.builds(
        Sample,
        id=texts,
        position=counts,
        question=texts,
        target=st.integers(0, 3) | texts | st.lists(texts, max_size=2).map(tuple),
        details=st.dictionaries(texts, json_values, max_size=3),
        cluster=st.none() | texts,
    ),
    request=requests,
    response=responses,
    scores=st.lists(
        st.builds(Score, sample_id=texts, metric=texts, value=numbers, answer=st.none() | texts), max_size=2
    ).map(tuple),
    seconds=st.floats(0, 1e9),
    input_tokens=counts,
    output_tokens=counts,
    cached=st.booleans(),
)


@given(st.lists(st.lists(transcripts, max_size=3), max_size=3))
@settings(max_examples=60, deadline=None)
def test_every_transcript_comes_back_exactly(batches: list[list[Transcript]]) -> None:
    journal = Journal(Artifacts("memory://exact"), "w")
    journal.delete()
    first: dict[str, Transcript] = {}
    for batch in batches:
        journal.append(batch, 0.1)
        for transcript in batch:
            first.setdefault(transcript.sample.id, transcript)
    assert journal.read() == first
    assert journal.answered() == first.keys()
    assert journal.duplicates == sum(map(len, batches)) - len(first)


def test_a_likelihood_that_is_no_number_comes_back_as_such(journal: Journal, make_transcript: Make) -> None:
    odd = make_transcript("1")
    odd = odd.but(
        sample=odd.sample.but(details={"rate": math.inf, "day": date(2025, 3, 1)}),
        response=Likelihoods(sums=(-math.inf, math.nan), is_greedy=(False, False), token_counts=(1, 1)),
    )
    journal.append([odd], 1)
    found = journal.read()["1"]
    low, none = found.response.sums
    assert low == -math.inf
    assert math.isnan(none)
    assert found.sample.details == {"rate": math.inf, "day": "2025-03-01"}  # a row may hold what JSON does not


WRITER = """
import os, random, signal, sys, time
from outweigh.records import Finish, Generate, Generated, Sample, Transcript
from outweigh.store.artifacts import Artifacts
from outweigh.store.journal import Journal
import filelock, fsspec.implementations.local, pyarrow.parquet

root, log = sys.argv[1:]
wanted = [str(number) for number in range(900)]

def answer(name):
    return Transcript(
        sample=Sample(id=name, position=int(name), question="?", target=""),
        request=Generate(prompt="?"), response=Generated(text=name, finish=Finish.STOP, tokens=1),
    )

def work():
    acknowledged = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    journal = Journal(Artifacts(root), "w" * 64)
    with journal.lock(timeout_seconds=30):
        held = journal.answered()
        missing = [name for name in wanted if name not in held]
        for start in range(0, len(missing), 3):
            batch = missing[start : start + 3]
            journal.append([answer(name) for name in batch], 1.0)
            os.write(acknowledged, (" ".join(batch) + "\\n").encode())
    os._exit(0)

killed = 0
for last in [False] * 10 + [True]:
    before = os.path.getsize(log) if os.path.exists(log) else 0
    pid = os.fork()
    if pid == 0:
        work()
    if not last:
        while not os.path.exists(log) or os.path.getsize(log) == before:  # it has begun to write
            assert os.waitpid(pid, os.WNOHANG) == (0, 0)
            time.sleep(0.0005)
        time.sleep(random.uniform(0, 0.03))
        os.kill(pid, signal.SIGKILL)
    status = os.waitpid(pid, 0)[1]
    killed += status == signal.SIGKILL
print(killed)
"""


def test_a_writer_killed_at_any_moment_loses_nothing_it_acknowledged(
    root: Path, journal: Journal, tmp_path: Path, script: Callable[..., str]
) -> None:
    log = tmp_path / "acknowledged"
    killed = int(script(WRITER, str(root), str(log)))
    assert killed >= 8  # the others had just finished
    found = journal.read()
    assert list(found) == [str(number) for number in range(900)]
    assert all(transcript.response.text == name for name, transcript in found.items())
    assert (journal.duplicates, journal.damaged) == (0, ())
    # An acknowledged batch that had been lost would have been asked, and acknowledged, again.
    acknowledged = log.read_text().split()
    assert len(acknowledged) == len(set(acknowledged))
    assert set(acknowledged) <= found.keys()
    assert all(path.name.startswith("part-") for path in parts_of(root))


def test_a_part_of_the_first_version_is_read(journal: Journal, root: Path) -> None:
    (part,) = (Path(__file__).parent / "written_by_0_1_0").glob("part-*.parquet")
    folder = root / "evaluations" / ("w" * 64)
    folder.mkdir(parents=True)
    (folder / part.name).write_bytes(part.read_bytes())
    found = journal.read()
    assert journal.damaged == ()
    assert [type(each.response) for each in found.values()] == [Generated, Failed, Likelihoods]
    assert found["2"].response.sums == (-1.5, -math.inf)
    assert [(each.cached, each.seconds, each.input_tokens) for each in found.values()] == [
        (False, 0.25, 7),
        (False, 0.25, 7),
        (False, 0.5, 4),
    ]
    assert found["0"].scores[0].value == 1.0
