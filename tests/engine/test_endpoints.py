"""Whole runs against servers: one of ours that counts, and llama.cpp's."""

import html
import json

import pytest

from hostile_server import Server
from llama_server import served
from outweigh.cli.failures import guarded
from outweigh.cli.main import app
from outweigh.engine import reading
from outweigh.models import endpoints
from outweigh.records import Failed, Protocol

CHOICES = {"text": ["red", "green", "blue"], "label": list("ABC")}


@pytest.fixture
def outweigh(tmp_path, monkeypatch, capsys):
    """The command line on a home and a mirror of this test's own."""
    monkeypatch.setenv("OUTWEIGH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("OUTWEIGH_MIRROR", str(tmp_path / "hub"))
    for name in (endpoints.KEY, endpoints.KEY_FILE, endpoints.USUAL_KEY):
        monkeypatch.delenv(name, raising=False)
    openbook, trivia = tmp_path / "hub/allenai/openbookqa/main", tmp_path / "hub/mandarjoshi/trivia_qa/rc.nocontext"
    for folder in (openbook, trivia):
        folder.mkdir(parents=True)
    rows = [{"id": str(n), "question_stem": f"Leaf {n} is", "choices": CHOICES, "answerKey": "B"} for n in range(12)]
    (openbook / "test.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    rows = [
        {"question": f"Who is {n}", "question_id": str(n), "answer": {"value": "a", "aliases": ["a", "answer"]}}
        for n in range(6)
    ]
    (trivia / "validation.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))

    def call(*arguments, code=0):
        capsys.readouterr()
        found = guarded(lambda: app(args=[str(word) for word in arguments], standalone_mode=False), json=False)
        out, err = capsys.readouterr()
        assert found == code, err
        return out + err

    return call


def of(run):
    """The results of a run and their transcripts, by benchmark."""
    return {result.evaluation.benchmark: (result, found) for result, found in reading.held(reading.load(run))}


def test_every_sample_is_asked_once_and_a_new_run_asks_afresh(outweigh, tmp_path):
    words = ("--benchmark", "triviaqa", "--benchmark", "openbookqa", "--protocol", "letter")
    with Server() as server:
        said = outweigh("run", server.url, *words, "--name", "first")
        assert set(server.answered.values()) == {1} and len(server.answered) == 18
        outweigh("run", server.url, *words, "--name", "first")
        assert sum(server.asked.values()) == 18
        outweigh("run", server.url, *words, "--name", "second")
        assert set(server.asked.values()) == {2}
    assert "--name first goes on" in " ".join(said.split())
    first, second = of("first"), of("second")
    said = " ".join(outweigh("compare", "first", "second").split())
    assert "small (run first)" in said and "small (run second)" in said
    outweigh("report", "first", "--to", tmp_path / "report.html")
    page = html.unescape((tmp_path / "report.html").read_text())
    assert "what the server had in run first" in page and "--protocol letter" in page
    assert first.keys() == second.keys() == {"triviaqa", "openbookqa"}
    result, transcripts = first["openbookqa"]
    assert (result.asked, result.failed, result.unreadable, result.cached) == (12, 0, 12, 0)
    assert result.evaluation.protocol is Protocol.LETTER and result.machine is None
    assert result.evaluation.model.name == f"{server.url}#small"
    assert result.headline.value == 0 and all("red" in each.sample.question for each in transcripts)
    assert result.evaluation.fingerprint != second["openbookqa"][0].evaluation.fingerprint


def test_a_run_that_was_stopped_by_its_server_asks_only_what_is_missing(outweigh):
    words = ("--benchmark", "triviaqa", "--name", "again")
    with Server(lambda prompt, nth: (401, {}) if "Who is 3" in prompt else "fine") as server:
        assert "401 Unauthorized" in outweigh("run", server.url, *words, code=2)
        held = set(server.answered)
        server.behave = lambda prompt, nth: "fine"
        outweigh("run", server.url, *words)
        asked = {prompt for prompt in server.asked if "Who is" in prompt}
    result, transcripts = of("again")["triviaqa"]
    assert (result.asked, result.failed) == (6, 0) and len(transcripts) == 6
    assert len(asked) == 6 and held <= asked


def test_failures_are_counted_and_asked_again(outweigh, monkeypatch):
    from outweigh.models import endpoint_pace

    monkeypatch.setattr(endpoint_pace, "_BASE", 0.01)
    words = ("--benchmark", "triviaqa", "--name", "broken")
    with Server(lambda prompt, nth: (500, {}) if "Who is 3" in prompt else "fine") as server:
        outweigh("run", server.url, *words)
        result, transcripts = of("broken")["triviaqa"]
        assert (result.asked, result.failed) == (6, 1)
        assert [each.sample.id for each in transcripts if isinstance(each.response, Failed)] == ["3"]
        server.behave = lambda prompt, nth: "fine"
        outweigh("run", server.url, *words)
    assert of("broken")["triviaqa"][0].failed == 0


def test_likelihoods_are_refused_before_anything_is_asked(outweigh):
    with Server() as server:
        said = outweigh("run", server.url, "--benchmark", "openbookqa", "--benchmark", "triviaqa", code=2)
        assert len(server.asked) == 1 and not any("Leaf" in prompt or "Who" in prompt for prompt in server.asked)
    assert (
        "likelihood benchmarks cannot be asked at this server: the server gives no" in said
        and "--protocol letter" in said
    )


def test_likelihoods_of_a_server_that_gives_them_are_those_of_the_model_here(outweigh, tmp_path):
    pytest.importorskip("torch")
    from echoing_server import Echoing
    from tiny import save_llama

    folder = save_llama(tmp_path / "tiny")
    outweigh("run", folder, "--benchmark", "openbookqa", "--name", "here")
    with Echoing(folder, start=False) as server:
        outweigh("run", server.url, "--benchmark", "openbookqa", "--name", "there")
    here, there = of("here")["openbookqa"][1], of("there")["openbookqa"][1]
    assert len(here) == len(there) == 12
    for one, other in zip(here, there, strict=True):
        assert one.request == other.request and one.scores == other.scores
        assert one.response.sums == pytest.approx(other.response.sums, abs=1e-4)
        assert one.input_tokens == other.input_tokens


def test_the_key_is_sent_and_stands_in_no_file(outweigh, tmp_path, monkeypatch):
    monkeypatch.setenv("OUTWEIGH_ENDPOINT_KEY", "sk-very-secret")
    with Server(lambda prompt, nth: (400, {}) if "Who is 3" in prompt else "fine") as server:
        said = outweigh("run", server.url, "--benchmark", "triviaqa", "--report", tmp_path / "report.html")
    assert {each["Authorization"] for each in server.headers} == {"Bearer sk-very-secret"}
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files and not any(b"sk-very-secret" in path.read_bytes() for path in files)
    assert "sk-very-secret" not in said


def test_a_letter_result_is_not_paired_with_a_likelihood_result(outweigh, tmp_path):
    pytest.importorskip("torch")
    from tiny import save_llama

    folder = save_llama(tmp_path / "tiny")
    outweigh("run", folder, "--benchmark", "openbookqa", "--name", "likelihood", "--limit", "6")
    outweigh("run", folder, "--benchmark", "openbookqa", "--protocol", "letter", "--name", "letter", "--limit", "6")
    said = " ".join(outweigh("compare", "likelihood", "letter").split())
    assert "Not paired, because it was asked differently" in said
    assert "letter" in outweigh("remark", "letter")
    assert "no task of lm-evaluation-harness" in outweigh(
        "export", "letter", "--format", "lm-eval", "--to", tmp_path / "out", code=2
    )


def test_models_show_says_what_the_server_says(outweigh):
    with Server(models=("org/small",)) as server:
        said = outweigh("models", "show", server.url)
    assert f"{server.url}#org/small" in said


@pytest.fixture(scope="module")
def llama():
    with served() as url:
        yield url


def test_llama_cpp_writes_answers_and_letters(llama, outweigh):
    words = ("--benchmark", "triviaqa", "--benchmark", "starter_knowledge", "--limit", "8", "--num-fewshot", "2")
    outweigh("run", llama, *words, "--protocol", "letter", "--max-tokens", "8", "--name", "real")
    found = of("real")
    assert {name: result.asked for name, (result, _) in found.items()} == {"triviaqa": 6, "starter_knowledge": 8}
    for result, transcripts in found.values():
        assert result.failed == 0
        assert all(0 < each.output_tokens <= 8 and each.input_tokens > 10 for each in transcripts)
    result, transcripts = found["starter_knowledge"]
    assert result.evaluation.protocol is Protocol.LETTER and result.unreadable <= 2
    assert {each.score("acc", "none").answer for each in transcripts} <= {*"ABCD", None}
    assert result.card.parameters == 134_515_008 and result.card.title == "smollm2"


def test_llama_cpp_applies_its_chat_template(llama, outweigh):
    words = ("--benchmark", "starter_knowledge", "--protocol", "letter", "--limit", "4", "--num-fewshot", "1")
    outweigh("run", llama, *words, "--apply-chat-template", "--max-tokens", "8", "--name", "chat")
    result, transcripts = of("chat")["starter_knowledge"]
    assert (result.asked, result.failed) == (4, 0)
    for each in transcripts:
        assert [turn["role"] for turn in json.loads(each.request.prompt)] == ["user", "assistant", "user"]


def test_llama_cpp_gives_no_likelihoods(llama, outweigh):
    said = outweigh("run", llama, "--benchmark", "starter_knowledge", code=2)
    assert "gives no log-probabilities of the prompt; use --protocol letter" in said
