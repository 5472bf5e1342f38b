"""The timed connection: every legal form of an answer is heard, and every illegal one is a failure with its reason."""

import asyncio
import json
import re
from contextlib import suppress
from itertools import pairwise

import pytest

from outweigh.models.endpoint_client import Client, Endpoint
from outweigh.models.endpoint_trouble import Trouble
from outweigh.records import UserError
from raw_server import OK, SAID, chunked, local, of_length, speaking, stream


def asked(answers, *, times=1, timeout=5.0, cut=(), key=None):
    """Ask a server that gives these bytes, one answer a request, cut where `cut` says; it counts its connections."""
    seen = {"connections": 0, "requests": []}
    waiting = iter(answers)

    async def serve(reader, writer):
        seen["connections"] += 1
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while await answered(reader, writer):
                pass
        writer.close()

    async def answered(reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        seen["requests"].append((head, json.loads(await reader.readexactly(length))))
        answer = next(waiting)
        if answer is None:
            await asyncio.sleep(60)
        for start, end in pairwise((0, *cut, len(answer))):
            writer.write(answer[start:end])
            await writer.drain()
            await asyncio.sleep(0.001 if cut else 0)
        stays = b"chunked" in answer or b"content-length" in answer.lower()
        return stays and not answer.endswith(b"closed here")

    with speaking(serve) as port, Client(local(port, key), timeout_seconds=timeout) as client:
        return [stream(client) for _ in range(times)], seen


def test_a_request_says_what_is_wanted():
    (_,), seen = asked([chunked(SAID)], key="sesame")
    head, body = seen["requests"][0]
    assert head.startswith(b"POST /v1/completions HTTP/1.1\r\nHost: localhost:")
    assert b"\r\nAuthorization: Bearer sesame\r\n" in head
    assert body == {"model": "m", "prompt": "x", "stream": True, "stream_options": {"include_usage": True}}


def test_tokens_have_the_times_at_which_they_came():
    (heard,), _ = asked([chunked(SAID, (80,))], cut=(95, 200, 300))
    assert heard.failure is None
    assert (heard.text, heard.finish) == ("one two three 0\r\n\r\n", "length")
    assert (heard.input_tokens, heard.output_tokens) == (7, 3)
    assert sum(heard.counts) == 3 and len(heard.times) > 1
    assert [*heard.times] == sorted(heard.times)
    assert heard.sent < heard.times[0] and heard.times[-1] <= heard.done


def test_a_connection_is_used_again_unless_the_server_closes_it():
    heard, seen = asked([chunked(SAID)] * 3, times=3)
    assert [each.failure for each in heard] == [None] * 3
    assert seen["connections"] == 1
    heard, seen = asked([OK + b"Connection: close\r\n\r\n" + SAID] * 3, times=3)
    assert [each.failure for each in heard] == [None] * 3
    assert seen["connections"] == 3


def test_a_connection_that_the_server_closed_unannounced_costs_no_answer():
    """As llama.cpp's server does after every stream."""

    waiting, begun = iter([SAID, None, SAID]), []  # the second request is closed on, unanswered

    async def serve(reader, writer):
        begun.append(1)
        with suppress(asyncio.IncompleteReadError):
            while (head := await reader.readuntil(b"\r\n\r\n")) and (answer := next(waiting)):
                await reader.readexactly(int(head.split(b"Length: ")[1].split(b"\r\n")[0]))
                writer.write(chunked(answer))
        writer.close()

    with speaking(serve) as port, Client(local(port), timeout_seconds=5) as client:
        assert [stream(client).failure for _ in range(2)] == [None, None]
    assert len(begun) == 2


WRONG = {
    "cut": (chunked(SAID)[:200] + b"closed here", Trouble.CUT, "in the middle"),
    "no head": (b"HTTP/1.1 200", Trouble.UNREACHABLE, "before it answered"),
    "not http": (b"220 mail.example ESMTP content-length\r\n\r\n", Trouble.MALFORMED, "not HTTP: '220 mail"),
    "no chunk": (OK + b"Transfer-Encoding: chunked\r\n\r\n+5\r\nhello\r\n", Trouble.MALFORMED, "not HTTP: '\\+5'"),
    "endless": (b"HTTP/1.1 200 OK content-length\r\nX: " + b"x" * 200_000, Trouble.MALFORMED, "a line without end"),
    "length": (OK + b"content-length: -1\r\n\r\n", Trouble.MALFORMED, "not HTTP: '-1'"),
    "empty": (of_length(b""), Trouble.MALFORMED, "no stream of events"),
    "redirect": (b"HTTP/1.1 301 Moved\r\nlocation: http://b\r\ncontent-length: 0\r\n\r\n", Trouble.REFUSED, "http://b"),
    "no content": (b"HTTP/1.1 204 content-length\r\n\r\n", Trouble.REFUSED, "204 No Content"),
    "broken": (b"HTTP/1.1 500 Oh\r\ncontent-length: 4\r\n\r\noops", Trouble.BROKEN, "500 Internal Server Error: oops"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_goes_wrong_is_said(name):
    answer, trouble, reason = WRONG[name]
    (heard,), _ = asked([answer])
    assert heard.failure is not None and heard.failure.trouble is trouble
    assert re.search(reason, heard.failure.reason), heard.failure.reason
    assert heard.done > heard.sent


def test_a_refusal_says_when_to_come_back_and_keeps_the_key_to_itself():
    answer = b'{"error": {"message": "slow, sesame"}}'
    busy = b"HTTP/1.1 429 Too Many\r\nretry-after: 3\r\ncontent-length: %d\r\n\r\n" % len(answer) + answer
    (heard, after), seen = asked([busy, chunked(SAID)], times=2, key="sesame")
    assert heard.failure.trouble is Trouble.BUSY and heard.failure.retry_after == 3
    assert heard.failure.reason.endswith("slow, ***")
    assert after.failure is None and seen["connections"] == 1


def test_a_server_that_says_nothing_is_given_up():
    (heard,), _ = asked([None], timeout=0.2)
    assert heard.failure.trouble is Trouble.TIMEOUT
    assert heard.failure.reason == "no answer came within 0.2 s"


def test_nobody_there_is_said():
    with Client(Endpoint("http://127.0.0.1:9/v1", "m"), timeout_seconds=5) as client:
        failure = stream(client).failure
    assert failure.trouble is Trouble.UNREACHABLE
    assert failure.reason.startswith("cannot connect to http://127.0.0.1:9/v1: ")


@pytest.mark.parametrize(
    "url", ["localhost:8000", "ftp://a/v1", "http:///v1", "http://a:99999/v1", "http://[::1/v1", "http://a..b/v1"]
)
def test_what_is_no_address_is_refused(url):
    with pytest.raises(UserError, match="is not an address"):
        Client(Endpoint(url, "m"), timeout_seconds=1)


def test_a_key_that_no_header_can_hold_is_refused():
    with pytest.raises(UserError, match="the key for"):
        Client(Endpoint("http://a/v1", "m", "a\r\nX: b"), timeout_seconds=1)
