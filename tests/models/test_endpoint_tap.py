"""Bodies framed in every way that HTTP has: each ends, and each piece has the time at which it came."""

import asyncio
import threading
from socket import create_server
from time import sleep

import pytest

from outweigh.models.endpoint_client import Client, Endpoint
from outweigh.models.endpoint_trouble import Trouble

GAP = 0.03
WORDS = [b'data: {"choices": [{"text": "%s"}]}\n\n' % word for word in (b"one ", b"two ", b"three")]
EVENTS = [*WORDS, b'data: {"choices": [{"text": "", "finish_reason": "stop"}]}\n\ndata: [DONE]\n\n']
LENGTH = sum(map(len, EVENTS))


def chunked(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


CHUNKS = [chunked(event) for event in EVENTS]
FRAMES = {
    "last chunk alone": (b"Transfer-Encoding: chunked", [*CHUNKS, b"0\r\n\r\n"]),
    "last chunk with the last piece": (b"Transfer-Encoding: chunked", [*CHUNKS[:-1], CHUNKS[-1] + b"0\r\n\r\n"]),
    "last chunk in two": (b"Transfer-Encoding: chunked", [*CHUNKS, b"0\r\n", b"\r\n"]),
    "last chunk in two with the last piece": (
        b"Transfer-Encoding: chunked",
        [*CHUNKS[:-1], CHUNKS[-1] + b"0\r", b"\n\r\n"],
    ),
    "trailers": (b"Transfer-Encoding: chunked", [*CHUNKS, b"0\r\nX-Seconds: 1\r\n\r\n"]),
    "chunks cut in the middle": (
        b"Transfer-Encoding: chunked",
        [*CHUNKS[:2], CHUNKS[2][:20], CHUNKS[2][20:] + CHUNKS[3] + b"0\r\n\r\n"],
    ),
    "length known": (b"Content-Length: %d" % LENGTH, EVENTS),
    "until the connection closes": (b"Connection: close", EVENTS),
}


def heard(head, pieces, *, pipelined=b"", stays=True):
    """What the client hears of a server that sends just these bytes, with a gap before each piece.

    It `stays` until the client leaves, or closes the connection at once.
    """
    server = create_server(("127.0.0.1", 0))

    def serve():
        connection, _ = server.accept()
        with connection:
            connection.recv(1 << 16)
            connection.sendall(
                b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n" + head + b"\r\n\r\n" + pipelined
            )
            for piece in pieces:
                sleep(GAP)
                connection.sendall(piece)
            if stays:
                connection.recv(1)

    async def ask():
        url = f"http://127.0.0.1:{server.getsockname()[1]}/v1"
        async with Client(Endpoint(url, "m"), timeout_seconds=5, connections=1) as client:
            return await client.stream({"prompt": "x"}, chat=False)

    thread = threading.Thread(target=serve)
    thread.start()
    found = asyncio.run(ask())
    thread.join()
    server.close()
    return found


@pytest.mark.parametrize("frame", FRAMES)
def test_every_framing_ends_and_has_its_times(frame):
    found = heard(*FRAMES[frame], stays=frame != "until the connection closes")
    assert (found.text, found.finish, found.failure) == ("one two three", "stop", None)
    assert found.counts == (1, 1, 1)
    assert found.done - found.sent < 2
    assert all(later > earlier for earlier, later in zip(found.times, found.times[1:], strict=False))


def test_what_comes_with_the_headers_counts_too():
    found = heard(b"Content-Length: %d" % LENGTH, EVENTS[2:], pipelined=b"".join(EVENTS[:2]))
    assert (found.text, found.failure, sum(found.counts)) == ("one two three", None, 3)
    everything = heard(b"Content-Length: %d" % LENGTH, [], pipelined=b"".join(EVENTS))
    assert (everything.text, everything.counts) == ("one two three", (3,))


@pytest.mark.parametrize("head", [b"Transfer-Encoding: chunked", b"Content-Length: %d" % LENGTH])
def test_a_body_that_ends_too_early_is_cut(head):
    found = heard(head, (CHUNKS if b"chunked" in head else EVENTS)[:2], stays=False)
    assert found.failure is not None and found.failure.trouble is Trouble.CUT


def test_framing_that_is_none_is_said_and_not_waited_for():
    found = heard(b"Transfer-Encoding: chunked", [b"zz\r\nnonsense\r\n", b"0\r\n\r\n"])
    assert found.failure is not None and found.failure.trouble is Trouble.MALFORMED
    assert found.done - found.sent < 2
