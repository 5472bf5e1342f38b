"""Bodies framed in every way that HTTP has: each ends, and each piece has the time at which it came."""

import threading
from socket import create_server
from time import sleep

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outweigh.models.endpoint_answer import Answer
from outweigh.models.endpoint_client import Client, Endpoint
from outweigh.models.endpoint_trouble import Trouble
from raw_server import OK, SAID, chunked, of_length

GAP = 0.03
WORDS = [b'data: {"choices": [{"text": "%s"}]}\n\n' % word for word in (b"one ", b"two ", b"three")]
EVENTS = [*WORDS, b'data: {"choices": [{"text": "", "finish_reason": "stop"}]}\n\ndata: [DONE]\n\n']
LENGTH = sum(map(len, EVENTS))


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


CHUNKS = [chunk(event) for event in EVENTS]
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

    thread = threading.Thread(target=serve)
    thread.start()
    with Client(Endpoint(f"http://127.0.0.1:{server.getsockname()[1]}/v1", "m"), timeout_seconds=5) as client:
        found = client.heard(client.awaited(client.streaming({"prompt": "x"}, chat=False)), chat=False)
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


forms = st.one_of(
    st.builds(chunked, st.just(SAID), st.lists(st.integers(1, 90), min_size=1, max_size=4)),
    st.just(chunked(SAID, trailer=b"Digest: x\r\n")),
    st.just(of_length(SAID)),
    st.just(b"HTTP/1.1 100 Continue\r\n\r\n" + chunked(SAID)),
    st.just(OK + b"Connection: close\r\n\r\n" + SAID),
    st.just(b"HTTP/1.0 200 OK\r\n\r\n" + SAID),
)


@settings(deadline=None)
@given(answer=forms, data=st.data())
def test_an_answer_is_heard_wherever_the_network_cuts_it(answer, data):
    places = sorted(data.draw(st.lists(st.integers(0, len(answer)), max_size=12)))

    found = Answer()
    for start, end in zip([0, *places], [*places, len(answer)], strict=True):
        if start < end and found.take(answer[start:end], float(end)):
            found.read()
    stays = b"chunked" in answer or b"content-length" in answer
    assert found.ended == found.stays == stays
    found.close()
    body, arrivals = found.body()
    assert found.ended and body == SAID
    assert arrivals[-1] == (len(answer), len(SAID))
    assert [*arrivals] == sorted(arrivals)


@given(trailer=st.sampled_from([b"", b"Digest: x\r\n", b"A: b\r\nC: d\r\n"]), data=st.data())
@settings(deadline=None)
def test_an_answer_ends_with_its_last_byte_and_not_before(trailer, data):
    answer, whole = Answer(), chunked(SAID, trailer=trailer)
    first = data.draw(st.integers(len(whole) - 30, len(whole)))
    for start, end in ((0, first), *((place, place + 1) for place in range(first, len(whole)))):
        assert not answer.ended
        if answer.take(whole[start:end], 1.0):
            answer.read()
    assert answer.ended and answer.stays and answer.body()[0] == SAID
