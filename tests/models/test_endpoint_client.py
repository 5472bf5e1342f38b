"""Streams from a server that misbehaves in every way that is known."""

import math
import socket
import time

import pytest

from hostile_server import WORDS, Server, told
from outweigh.models.endpoint_client import Client, Endpoint
from outweigh.models.endpoint_stream import heard
from outweigh.models.endpoint_trouble import Trouble, retry_after


def ask(url, prompts=("why",), chat=False, timeout=10.0, key=None):
    """What is heard of every prompt, all asked at once."""

    def payload(prompt):
        return {"messages": [{"role": "user", "content": prompt}]} if chat else {"prompt": prompt}

    with Client(Endpoint(url, "small", key), timeout_seconds=timeout) as client:
        sent = [client.send(client.streaming(payload(prompt), chat=chat)) for prompt in prompts]
        while client.wires.under_way:
            client.wires.listen(math.inf)
        return [client.heard(each, chat=chat) for each in sent]


@pytest.mark.parametrize("chat", [False, True])
def test_an_answer_comes_whole_with_a_time_for_every_piece(chat):
    with Server(pause=0.005) as server:
        (found,) = ask(server.url, chat=chat)
    assert (found.text, found.finish, found.failure) == (told("why"), "stop", None)
    assert (found.input_tokens, found.output_tokens) == (3, len(WORDS) + 1)
    assert sum(found.counts) == len(WORDS) + 1 and len(found.counts) == len(found.times)
    assert list(found.times) == sorted(set(found.times))
    assert found.sent < found.times[0] and found.times[-1] <= found.done
    (sent,) = server.payloads
    assert (sent["model"], sent["stream"], sent["stream_options"]) == ("small", True, {"include_usage": True})


def test_characters_and_events_may_be_cut_anywhere():
    with Server(lambda *_: "split") as server:
        (found,) = ask(server.url)
    assert (found.text, found.failure) == (told("why"), None)
    assert sum(found.counts) == len(WORDS) + 1


def test_a_server_that_counts_nothing_leaves_the_counts_unknown():
    with Server(lambda *_: "uncounted") as server:
        (found,) = ask(server.url)
    assert (found.text, found.failure) == (told("why"), None)
    assert (found.input_tokens, found.output_tokens) == (None, None)


@pytest.mark.parametrize(
    ("mode", "trouble", "said", "retryable"),
    [
        ("cut", Trouble.CUT, "ended in the middle", True),
        ("unfinished", Trouble.CUT, "the stream ended before the answer did", True),
        ("close", Trouble.UNREACHABLE, "closed the connection before it answered", True),
        ("malformed", Trouble.MALFORMED, "an event of the server's stream is not JSON", True),
        ("html", Trouble.MALFORMED, "no stream of events: <html>hello</html>", True),
        ("error", Trouble.BROKEN, "broke off with an error: out of slots", True),
        ((500, {}), Trouble.BROKEN, "500 Internal Server Error: no 500 for you", True),
        ((503, {}), Trouble.BUSY, "503 Service Unavailable", True),
        ((429, {"Retry-After": "7"}), Trouble.BUSY, "429 Too Many Requests", True),
        ((400, {}), Trouble.REFUSED, "400 Bad Request: no 400 for you", False),
        ((401, {}), Trouble.REFUSED, "401 Unauthorized", False),
        ((307, {"Location": "http://elsewhere/v1"}), Trouble.REFUSED, "to http://elsewhere/v1: give that", False),
        ("hang", Trouble.TIMEOUT, "no answer came within 0.5 s", True),
    ],
)
def test_every_failure_has_its_own_reason(mode, trouble, said, retryable):
    with Server(lambda *_: mode) as server:
        (found,) = ask(server.url, timeout=0.5 if mode == "hang" else 10.0)
    assert found.failure is not None
    assert (found.failure.trouble, found.failure.retryable) == (trouble, retryable)
    assert said in found.failure.reason
    assert found.failure.retry_after == (7.0 if "429" in said else None)


def test_a_slow_answer_that_has_begun_is_not_taken_for_none():
    with Server(pause=0.3) as server:
        (found,) = ask(server.url, timeout=0.8)
    assert found.failure is not None and found.failure.reason == "the answer was not complete within 0.8 s"


def test_nobody_listening_is_said():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    (found,) = ask(url)
    assert found.failure is not None
    assert (found.failure.trouble, found.failure.retryable) == (Trouble.UNREACHABLE, True)
    assert f"cannot connect to {url}" in found.failure.reason


def test_sixty_four_streams_at_once_keep_apart():
    prompts = [f"question {n}" for n in range(64)]
    with Server(pause=0.02) as server:
        found = ask(server.url, prompts, chat=True)
    assert [each.text for each in found] == [told(prompt) for prompt in prompts]
    assert server.most == 64 and set(server.answered.values()) == {1}


def test_the_key_is_sent_and_shown_nowhere():
    endpoint = Endpoint("http://localhost/v1", "small", "sk-secret")
    assert "sk-secret" not in repr(endpoint)
    with Server(lambda *_: (401, {"X": "y"})) as server:
        (found,) = ask(server.url, key="sk-secret")
    assert server.headers[0]["Authorization"] == "Bearer sk-secret"
    with Server(lambda *_: (307, {"Location": "http://sk-secret/"})) as server:
        (found,) = ask(server.url, key="sk-secret")
    assert found.failure is not None and "sk-secret" not in repr(found) and "***" in found.failure.reason


def test_bytes_that_are_no_answer_are_data_not_a_crash():
    for body in (b"", b"data: 5\n\n", b'data: {"choices": 3}\n\n', b'data: {"choices": [{}]}\n\n', b"\xff\xfe"):
        found = heard(0.0, 1.0, body, [(0.5, len(body))], chat=True)
        assert found.failure is not None and found.failure.trouble is Trouble.MALFORMED, body


def test_a_character_that_came_in_two_halves_is_whole():
    body = b"".join(
        b'data: {"choices": [{"text": "%s", "finish_reason": "stop"}]}\n\n' % half for half in (b"\\ud83d", b"\\ude00")
    )
    assert heard(0.0, 1.0, body, [(0.5, len(body))], chat=False).text == "\N{GRINNING FACE}"


def test_thoughts_count_as_pieces_but_not_as_text():
    events = ({"reasoning_content": "hm"}, {"content": "B"})
    body = b"".join(
        b'data: {"choices": [{"delta": %s, "finish_reason": "stop"}]}\n\n' % str(each).replace("'", '"').encode()
        for each in events
    )
    found = heard(0.0, 1.0, body, [(0.5, 70), (0.6, len(body))], chat=True)
    assert (found.text, sum(found.counts)) == ("B", 2)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [(None, None), ("3", 3.0), ("0.5", 0.5), ("-1", 0.0), ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0), ("soon", None)],
)
def test_retry_after_is_seconds_or_a_date(header, seconds):
    assert retry_after(header) == seconds


def test_retry_after_a_date_to_come():
    header = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 100))
    assert 90 < (retry_after(header) or 0) <= 100
