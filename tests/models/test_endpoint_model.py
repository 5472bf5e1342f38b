"""A model behind a server: every request is answered once, however the server behaves."""

import asyncio
import json
import os
import time
from contextlib import suppress

import pytest

from hostile_server import WORDS, Server, told
from outweigh.models import endpoint_pace, endpoints
from outweigh.models.endpoint_model import EndpointModel
from outweigh.models.endpoint_pace import MOST, Pace
from outweigh.models.endpoint_trouble import Failure, Trouble
from outweigh.models.sources import parse
from outweigh.records import (
    ChatTemplate,
    Decoding,
    Failed,
    Finish,
    Generate,
    Generated,
    ModelSource,
    ModelSpec,
    UserError,
)
from raw_server import SAID, local, of_length, request, speaking


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """No key from outside, and no long waits between tries."""
    for name in (endpoints.KEY, endpoints.KEY_FILE, endpoints.USUAL_KEY):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(endpoint_pace, "_BASE", 0.01)


def model(url, *, chat=False, timeout=10.0, said=None):
    spec, card = endpoints.find(parse(f"{url}#small"))
    spec = spec.but(chat_template=ChatTemplate.ON if chat else ChatTemplate.OFF)
    say = (said if said is not None else []).append
    return EndpointModel(spec, card, endpoints.endpoint(spec), say, timeout_seconds=timeout)


def requests(count, **fields):
    return [(f"id {n}", Generate(prompt=f"question {n}", **fields)) for n in range(count)]


def test_every_request_is_answered_once():
    with Server(pause=0.001) as server:
        found = list(model(server.url).answer(requests(200)))
    assert len(found) == 200
    for name, answer in found:
        prompt = name.replace("id", "question")
        wanted = Generated(text=told(prompt), finish=Finish.STOP, tokens=len(WORDS) + 1, input_tokens=len(prompt))
        assert answer == wanted
    assert set(server.answered.values()) == {1} and len(server.answered) == 200


def test_no_sample_is_lost_or_doubled_by_a_hostile_server():
    """Each mishap strikes some of the requests once or twice; every one is answered in the end, and counted once."""
    mishaps = ["cut", "close", "malformed", "error", "unfinished", "html", "hang", (500, {}), (503, {})]
    mishaps.append((429, {"Retry-After": "0.05"}))

    def behave(prompt, nth):
        number = int(prompt.split()[1])
        return mishaps[number % len(mishaps)] if nth <= 1 + number % 2 and number % 3 else "fine"

    with Server(behave, pause=0.001) as server:
        asked = model(server.url, timeout=0.5)
        asked._pace.limit = MOST
        found = list(asked.answer(requests(300)))
    assert sorted(name for name, _ in found) == sorted(name for name, _ in requests(300))
    assert {name: each.text for name, each in found} == {f"id {n}": told(f"question {n}") for n in range(300)}
    wanted = {f"question {n}": 1 + (1 + n % 2 if n % 3 else 0) for n in range(300)}
    assert dict(server.asked) == wanted
    assert server.most > 32


def test_what_never_answers_is_given_up_and_the_rest_goes_on():
    with Server(lambda prompt, nth: (500, {}) if prompt == "question 3" else "fine") as server:
        found = dict(model(server.url).answer(requests(8)))
    failed = found.pop("id 3")
    assert isinstance(failed, Failed) and failed.retryable and failed.stage == "endpoint"
    assert "500 Internal Server Error" in failed.message
    assert server.asked["question 3"] == endpoint_pace.TRIES
    assert all(isinstance(each, Generated) for each in found.values())


def test_a_request_that_is_refused_is_not_sent_again():
    with Server(lambda prompt, nth: (400, {}) if prompt == "question 3" else "fine") as server:
        found = dict(model(server.url).answer(requests(5)))
    assert isinstance(found["id 3"], Failed) and not found["id 3"].retryable
    assert server.asked["question 3"] == 1


def test_a_wrong_key_ends_the_run_in_one_line():
    with Server(lambda *_: (401, {})) as server, pytest.raises(UserError, match=r"401 Unauthorized.*check the key"):
        list(model(server.url).answer(requests(50)))
    assert sum(server.asked.values()) <= 16


def test_what_was_answered_is_kept_where_another_answer_ends_the_run():
    """While the first answer is worked on all others come, one of them a refusal."""

    async def serve(reader, writer):
        with suppress(asyncio.IncompleteReadError):
            while True:
                body = await request(reader)
                await asyncio.sleep(0.2 if b"question" in body and b"question 0" not in body else 0)
                status = b"200 OK" if b"question" in body else b"404 No List"
                status = b"401 Who" if b"question 1" in body else status
                writer.write(of_length(SAID).replace(b"200 OK", status))

    with speaking(serve) as port:
        answers = model(local(port).url).answer(requests(8))
        kept = [next(answers)]
        time.sleep(1)
        with pytest.raises(UserError, match="401 Unauthorized"):
            kept.extend(answers)
    assert len(kept) == 7


def test_a_server_that_is_gone_ends_the_run_in_one_line():
    with Server() as server:
        asked = model(server.url)
    with pytest.raises(UserError, match=r"requests in a row were given up.*cannot connect"):
        list(asked.answer(requests(100)))


def test_retry_after_is_waited_for():
    with Server(lambda prompt, nth: (429, {"Retry-After": "1"}) if nth == 1 else "fine") as server:
        begun = time.monotonic()
        ((_, answer),) = model(server.url).answer(requests(1))
    assert isinstance(answer, Generated) and time.monotonic() - begun >= 1


def test_a_wait_that_is_too_long_is_given_up():
    with Server(lambda *_: (429, {"Retry-After": "3600"})) as server:
        ((_, answer),) = model(server.url).answer(requests(1))
    assert isinstance(answer, Failed) and answer.retryable
    assert sum(server.asked.values()) == 1


def test_requests_at_a_time_grow_by_one_a_round_and_are_halved_once_a_round():
    pace, busy = Pace(), Failure(Trouble.BUSY, "", retryable=True)
    for _ in range(8):
        pace.fine()
    assert 8.9 < pace.limit < 9.1
    sent = time.monotonic()
    for _ in range(9):
        pace.trouble(busy, sent)
    assert 4.4 < pace.limit < 4.6
    for _ in range(20):
        pace.trouble(busy, time.monotonic())
    assert pace.width == 1
    for _ in range(10_000):
        pace.fine()
    assert pace.width == MOST


def test_a_server_that_takes_few_at_a_time_gets_few():
    with Server(pause=0.002) as server:
        server.behave = lambda prompt, nth: (503, {}) if server.now > 4 else "fine"
        asked = model(server.url)
        asked._pace.limit = MOST
        found = list(asked.answer(requests(120)))
    assert all(isinstance(each, Generated) for _, each in found) and len(found) == 120
    assert asked._pace.limit < 16


def test_what_is_tried_again_keeps_to_the_new_pace(monkeypatch):
    monkeypatch.setattr(endpoint_pace, "_BASE", 0.1)
    at_once = []

    def behave(prompt, nth):
        if nth == 1:
            return (503, {})
        at_once.append(server.now)
        return "fine"

    with Server(behave, pause=0.05) as server:
        asked = model(server.url)
        asked._pace.limit = MOST
        found = list(asked.answer(requests(MOST)))
    assert len(found) == MOST and max(at_once) <= MOST / 2 + 4


def test_a_batch_that_is_left_early_leaves_nothing_behind():
    with Server(pause=0.02) as server:
        answers = model(server.url).answer(requests(100))
        next(answers)
        answers.close()
        time.sleep(0.3)
        assert server.now == 0


def test_sampling_is_passed_on_with_a_seed_for_each_request():
    with Server() as server:
        list(model(server.url).answer(requests(2, decoding=Decoding(temperature=0.7, top_p=0.9, max_tokens=9))))
        list(model(server.url).answer(requests(2, stop=("is",))))
    one, two, greedy, _ = server.payloads
    assert (one["temperature"], one["top_p"], one["max_tokens"]) == (0.7, 0.9, 9)
    assert 0 <= one["seed"] < 2**31 and one["seed"] != two["seed"]
    assert greedy["temperature"] == 0 and greedy["max_tokens"] == 256 and greedy["stop"] == ["is"]


def test_an_answer_ends_before_its_stop_string_whatever_the_server_does():
    with Server() as server:
        ((_, answer),) = model(server.url).answer(requests(1, stop=("that",)))
    assert isinstance(answer, Generated) and (answer.text, answer.finish) == ("The answer is ", Finish.STOP)


def test_a_chat_is_sent_as_messages():
    with Server() as server:
        asked = model(server.url, chat=True)
        prompt = asked.render([("system", "be brief"), ("user", "why")])
        ((_, answer),) = asked.answer([("1", Generate(prompt=prompt))])
    assert isinstance(answer, Generated) and answer.text == told("why")
    assert server.payloads[0]["messages"] == json.loads(prompt)
    assert "prompt" not in server.payloads[0]


def test_an_answer_that_a_filter_ended_is_no_answer():
    with Server(lambda *_: "filtered") as server:
        ((_, answer),) = model(server.url).answer(requests(1))
    assert answer == Failed(stage="endpoint", message="the server ended the answer with 'filtered'")


def test_pieces_stand_for_tokens_where_the_server_counts_none_and_it_is_said():
    said = []
    with Server(lambda *_: "uncounted") as server:
        found = list(model(server.url, said=said).answer(requests(3)))
    assert {each.tokens for _, each in found} == {len(WORDS) + 1}
    assert len(said) == 1 and "counts no tokens" in said[0]


class TestFinding:
    def test_the_only_model_is_meant(self):
        with Server(models=("org/only",)) as server:
            spec, card = endpoints.find(parse(server.url + "/"))
        assert spec == ModelSpec(source=ModelSource.ENDPOINT, name=f"{server.url}#org/only")
        assert card.title == "only"

    def test_a_model_without_an_organisation_has_its_own_title(self):
        assert parse("http://localhost/v1#small").title == "small"

    def test_several_models_are_listed(self):
        with (
            Server(models=("a", "b")) as server,
            pytest.raises(UserError, match=r"has 2 models: a, b; say which, .*#a"),
        ):
            endpoints.find(parse(server.url))

    def test_a_model_that_is_not_there_is_named_with_those_that_are(self):
        with (
            Server(models=("a", "b")) as server,
            pytest.raises(UserError, match="has no model c; it has 2 models: a, b"),
        ):
            endpoints.find(parse(f"{server.url}#c"))

    def test_a_server_without_a_list_is_taken_at_its_word(self):
        with Server(models=None) as server:
            spec, _ = endpoints.find(parse(f"{server.url}#mine"))
            assert spec.name == f"{server.url}#mine"
            with pytest.raises(UserError, match=r"404 Not Found.*usually ends in /v1"):
                endpoints.find(parse(server.url))

    def test_nobody_there(self):
        with Server() as server:
            pass
        with pytest.raises(UserError, match="cannot connect"):
            endpoints.find(parse(server.url))


class TestKeys:
    def test_the_first_of_three_places_counts(self, tmp_path, monkeypatch):
        spec, file = parse("http://localhost/v1#m"), tmp_path / "key"
        file.write_text("from-file\n")
        assert endpoints.endpoint(spec).key is None
        monkeypatch.setenv("OPENAI_API_KEY", "usual")
        assert endpoints.endpoint(spec).key == "usual"
        monkeypatch.setenv("OUTWEIGH_ENDPOINT_KEY_FILE", str(file))
        assert endpoints.endpoint(spec).key == "from-file"
        monkeypatch.setenv("OUTWEIGH_ENDPOINT_KEY", "own")
        assert endpoints.endpoint(spec).key == "own"

    @pytest.mark.parametrize("content", ["two\nlines", "caf\u00e9"])
    def test_what_no_header_can_carry_is_refused(self, content, monkeypatch):
        monkeypatch.setenv("OUTWEIGH_ENDPOINT_KEY", content)
        with pytest.raises(UserError, match="not one line of plain characters") as caught:
            endpoints.endpoint(parse("http://localhost/v1#m"))
        assert content not in str(caught.value)

    def test_a_file_that_is_not_there_is_said(self, tmp_path, monkeypatch):
        monkeypatch.setenv("OUTWEIGH_ENDPOINT_KEY_FILE", os.fspath(tmp_path / "none"))
        with pytest.raises(UserError, match=r"OUTWEIGH_ENDPOINT_KEY_FILE: .*none cannot be read"):
            endpoints.endpoint(parse("http://localhost/v1#m"))
