"""Known answers: found again by equal requests to equal models, and by nothing else."""

import math
from collections.abc import Callable

import pytest
import sqlalchemy

from outweigh.records import (
    Evaluation,
    Generate,
    Generated,
    Likelihood,
    Likelihoods,
    ModelSource,
    ModelSpec,
    Protocol,
    Sample,
    Transcript,
)
from outweigh.store import responses
from outweigh.store.database import opened

Make = Callable[..., Transcript]

MODEL = ModelSpec(source=ModelSource.PATH, name="/models/small", revision="0", precision="float32")


def evaluation(model: ModelSpec = MODEL, version: str = "1") -> Evaluation:
    return Evaluation(model=model, benchmark="arc_easy", version=version, protocol=Protocol.LIKELIHOOD, shots=0)


def likelihood(name: str, *sums: float) -> Transcript:
    request = Likelihood(contexts=(f"{name}?",), continuations=tuple(f" {n}" for n in range(len(sums))))
    answer = Likelihoods(sums=sums, is_greedy=(True,) * len(sums), token_counts=(1,) * len(sums), input_tokens=3)
    return Transcript(sample=Sample(id=name, position=0, question="?", target=0), request=request, response=answer)


def known(url: str, transcripts: list[Transcript], model: ModelSpec = MODEL) -> list[object]:
    with opened(url, reading=True) as session:
        found = responses.known(session, model, [each.request for each in transcripts])
    return [found.get(each.request.fingerprint) for each in transcripts]


def keep(url: str, transcripts: list[Transcript], of: Evaluation | None = None) -> None:
    with opened(url) as session:
        responses.keep(session, of or evaluation(), transcripts)


def count(url: str) -> int:
    with opened(url, reading=True) as session:
        return responses.count(session)


def test_an_equal_request_finds_the_answer_exactly(url: str, make_transcript: Make) -> None:
    asked = [likelihood("a", -0.1, -math.inf), likelihood("b", 1 / 3, -2.5), make_transcript("1")]
    keep(url, asked)
    again = [each.but(request=each.request.but()) for each in asked]
    assert known(url, again) == [each.response for each in asked]
    assert known(url, [likelihood("c", -1.0)]) == [None]


@pytest.mark.parametrize(
    "change",
    [
        {"precision": "bfloat16"},
        {"chat_template": "on"},
        {"adapter": "org/adapter"},
        {"revision": "1"},
        {"quantization": "Q4_K_M"},
        {"format": "gguf"},
        {"name": "/models/other"},
        {"source": "package"},
        {"remote_code": True},
    ],
    ids=lambda change: next(iter(change)),
)
def test_another_model_knows_nothing(change: dict[str, object]) -> None:
    asked = [likelihood("a", -0.1)]
    with opened() as session:
        responses.keep(session, evaluation(), asked)
        assert responses.known(session, MODEL.but(**change), [asked[0].request]) == {}
        assert len(responses.known(session, MODEL.but(), [asked[0].request])) == 1


def test_another_decoding_is_another_request(url: str, make_transcript: Make) -> None:
    asked = make_transcript("1")
    keep(url, [asked])
    assert isinstance(asked.request, Generate)
    for change in ({"seed": 1}, {"temperature": 0.5}, {"max_tokens": 5}):
        request = asked.request.but(decoding=asked.request.decoding.but(**change))
        assert known(url, [asked.but(request=request)]) == [None]


def test_failures_and_answers_that_came_from_here_are_not_kept(url: str, make_transcript: Make) -> None:
    keep(url, [make_transcript("1", retryable=True), make_transcript("2", retryable=False)])
    keep(url, [make_transcript("3").but(cached=True)])
    keep(url, [])
    assert count(url) == 0


def test_equal_requests_of_a_batch_are_kept_once(url: str) -> None:
    keep(url, [likelihood("a", -1.0), likelihood("a", -1.0), likelihood("b", -1.0)])
    assert count(url) == 2


@pytest.mark.parametrize(
    "text",
    ["", "nonsense", '{"kind": "likelihoods"}', '{"kind": "failed", "stage": "model", "message": "no"}'],
)
def test_what_cannot_be_read_as_an_answer_is_not_there_until_it_is_kept_again(url: str, text: str) -> None:
    asked = [likelihood("a", -1.0, -2.0)]
    keep(url, asked)
    with opened(url) as session:
        session.execute(sqlalchemy.text("UPDATE responses SET response = :text"), {"text": text})
    assert known(url, asked) == [None]
    keep(url, asked)
    assert known(url, asked) == [asked[0].response]


def test_an_answer_that_does_not_fit_its_request_is_not_there(url: str, make_transcript: Make) -> None:
    asked = [likelihood("a", -1.0, -2.0), make_transcript("1")]
    keep(url, asked)
    for other in (likelihood("a", -1.0).response, make_transcript("1").response, asked[0].response):
        text = other.model_dump_json()
        with opened(url) as session:
            session.execute(sqlalchemy.text("UPDATE responses SET response = :text"), {"text": text})
        fits = [isinstance(other, Likelihoods) and len(other.sums) == 2, isinstance(other, Generated)]
        assert [found is not None for found in known(url, asked)] == fits


def test_more_requests_than_one_statement_takes(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(responses, "_CHUNK", 3)
    asked = [likelihood(str(n), -float(n)) for n in range(10)]
    keep(url, asked)
    assert known(url, asked) == [each.response for each in asked]


def test_answers_are_forgotten_with_their_journal_alone(url: str) -> None:
    first, second = evaluation(), evaluation(version="2")
    keep(url, [likelihood("a", -1.0), likelihood("b", -1.0)], first)
    keep(url, [likelihood("c", -1.0)], second)
    with opened(url) as session:
        responses.forget(session, [first.but(limit=3).work])
    assert [found is not None for found in known(url, [likelihood(name, -1.0) for name in "abc"])] == [
        False,
        False,
        True,
    ]
    with opened(url) as session:
        responses.forget(session, [])
    assert count(url) == 1


def test_a_batch_is_kept_whole_or_not_at_all(url: str) -> None:
    def break_off() -> None:
        with opened(url) as session:
            responses.keep(session, evaluation(), [likelihood("a", -1.0), likelihood("b", -1.0)])
            raise KeyError

    with pytest.raises(KeyError):
        break_off()
    assert count(url) == 0


def test_several_processes_keep_the_same_answers_at_once(url: str, script: Callable[..., str]) -> None:
    code = """
import os, random, sys
from outweigh.records import *
from outweigh.store import responses
from outweigh.store.database import opened
url = sys.argv[1]
work = Evaluation(
    model=ModelSpec(source="path", name="m"), benchmark="b", version="1", protocol="generate", shots=0)
def transcript(n):
    return Transcript(
        sample=Sample(id=str(n), position=n, question="?", target=""), request=Generate(prompt=f"{n}?"),
        response=Generated(text=f"{n}!", finish="stop", tokens=1))
with opened(url): pass
gate, open_gate = os.pipe()
pids = []
for child in range(4):
    pid = os.fork()
    if pid == 0:
        os.close(open_gate)
        os.read(gate, 1)  # returns for all at once when the last writer closes
        try:
            dice = random.Random(child)
            for _ in range(10):
                batch = [transcript(n) for n in dice.sample(range(20), 12)]
                with opened(url) as session:
                    responses.keep(session, work, batch)
            os._exit(0)
        except BaseException as error:
            os.write(2, f"{error!r}\\n".encode())
            os._exit(1)
    pids.append(pid)
os.close(gate)
os.close(open_gate)
assert all(os.waitpid(pid, 0)[1] == 0 for pid in pids)
with opened(url, reading=True) as session:
    found = responses.known(session, work.model, [transcript(n).request for n in range(20)])
    print(responses.count(session), sorted(int(each.text[:-1]) for each in found.values()) == list(range(20)))
"""
    assert script(code, url).split() == ["20", "True"]
