"""Hundreds of connections in one thread: secure ones, slow ones, those that are gone, and none waits for another."""

import asyncio
import math
import shutil
import socket
import ssl
import subprocess
import threading
import time
from contextlib import suppress

import pytest

from outweigh.models import endpoint_wires
from outweigh.models.endpoint_client import Client
from outweigh.models.endpoint_trouble import Trouble
from raw_server import SAID, chunked, local, of_length, request, speaking, stream

GAP = 0.03


def answering(answer, seen=None):
    async def serve(reader, writer):
        if seen is not None:
            seen.append(1)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while await request(reader):
                writer.write(answer)
                await writer.drain()
        writer.close()

    return serve


def together(client, payloads):
    """What is heard of several requests that are under way at once."""
    sent = [client.send(client.streaming(payload, chat=False)) for payload in payloads]
    while client.wires.under_way:
        client.wires.listen(math.inf)
    return [client.heard(each, chat=False) for each in sent]


@pytest.fixture
def certificate(tmp_path):
    """A certificate for localhost, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("makes a certificate with openssl")
    key, found = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
    command += f" -addext subjectAltName=DNS:localhost -keyout {key} -out {found}"
    subprocess.run(command.split(), check=True, capture_output=True)
    return found, key


def secured(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


def test_secure_streams_are_heard_on_connections_that_are_used_again(certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    large, seen = {"prompt": "x" * 3_000_000}, []
    server = speaking(answering(chunked(SAID), seen), ssl=secured(certificate), limit=1 << 23)
    with server as port, Client(local(port, scheme="https"), timeout_seconds=20) as client:
        found = [*together(client, [large, {"prompt": "x"}]), stream(client)]
    assert [(each.text, each.failure) for each in found] == [("one two three 0\r\n\r\n", None)] * 3
    assert len(seen) == 2


def test_a_certificate_that_nobody_vouches_for_is_refused_for_good(certificate):
    server = speaking(answering(chunked(SAID)), ssl=secured(certificate))
    with server as port, Client(local(port, scheme="https"), timeout_seconds=20) as client:
        failure = stream(client).failure
    assert (failure.trouble, failure.retryable) == (Trouble.UNREACHABLE, False)
    assert failure.reason.startswith(f"cannot connect to https://localhost:{port}/v1 securely: ")


def test_a_server_that_does_not_speak_securely_is_said():
    async def serve(reader, writer):
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    with speaking(serve) as port, Client(local(port, scheme="https"), timeout_seconds=5) as client:
        failure = stream(client).failure
    assert failure.trouble is Trouble.UNREACHABLE and "securely" in failure.reason


def test_a_request_that_a_slow_server_takes_in_pieces_holds_up_no_other_stream():
    """The large one is read only when the small one's answer has gone out."""
    gone, sizes = asyncio.Event(), []

    async def serve(reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        size = int(head.split(b"Length: ")[1].split(b"\r\n")[0])
        if size > 1000:
            await gone.wait()
        sizes.append(len(await reader.readexactly(size)))
        answer = chunked(SAID, (80,))
        for start in range(0, len(answer), 90):
            writer.write(answer[start : start + 90])
            await asyncio.sleep(GAP)
        gone.set()
        writer.close()

    with speaking(serve, limit=1 << 10) as port, Client(local(port), timeout_seconds=20) as client:
        large, small = together(client, [{"prompt": "x" * 20_000_000}, {"prompt": "x"}])
    assert large.failure is None and small.failure is None
    assert sizes[1] > 20_000_000
    assert len(small.times) == 3 and small.done < large.times[0]


def test_an_answer_that_comes_before_the_whole_request_was_sent_counts():
    too_large = b"HTTP/1.1 413 Too Large\r\nconnection: close\r\ncontent-length: 8\r\n\r\ntoo long"

    async def serve(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(too_large)
        await writer.drain()
        writer.close()

    with speaking(serve) as port, Client(local(port), timeout_seconds=20) as client:
        failure = stream(client, prompt="x" * 20_000_000).failure
    assert failure.status == 413 and failure.reason.endswith("too long")


def test_an_address_that_cannot_be_reached_leaves_the_next_one():
    with speaking(answering(chunked(SAID))) as port, Client(local(port), timeout_seconds=5) as client:
        dead = (socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", 9))
        alive = (*dead[:4], ("127.0.0.1", port))
        client.wires._addresses = [dead, alive]
        found = together(client, [{"prompt": "x"}] * 5)
        assert [each.failure for each in found] == [None] * 5
        assert client.wires._addresses == [alive, dead]
        client.wires._addresses = [dead, dead]
        for wire in [*client.wires._idle]:
            client.wires._drop(wire)
        failure = stream(client).failure
    assert failure.trouble is Trouble.UNREACHABLE and "cannot connect" in failure.reason


def test_each_request_has_its_own_time_and_the_others_go_on():
    async def serve(reader, writer):
        with suppress(asyncio.IncompleteReadError):
            while body := await request(reader):
                if b"slow" in body:
                    await asyncio.sleep(60)
                await asyncio.sleep(0.1)
                writer.write(chunked(SAID))

    with speaking(serve) as port, Client(local(port), timeout_seconds=0.5) as client:
        early = client.send(client.streaming({"prompt": "slow"}, chat=False))
        assert client.wires.listen(time.perf_counter() + 0.1) == []
        found = [*together(client, [{"prompt": "slow"}, {"prompt": "x"}]), client.heard(early, chat=False)]
        again = stream(client)
    assert [each.failure and each.failure.trouble for each in found] == [Trouble.TIMEOUT, None, Trouble.TIMEOUT]
    assert all(each.done - each.sent >= 0.5 for each in found if each.failure)
    assert again.failure is None


def test_a_connection_that_has_long_been_idle_is_not_used_again(monkeypatch):
    for seconds, connections in ((60.0, 1), (0.0, 3)):
        monkeypatch.setattr(endpoint_wires, "_IDLE_SECONDS", seconds)
        seen = []
        with speaking(answering(of_length(SAID), seen)) as port, Client(local(port), timeout_seconds=5) as client:
            assert [stream(client).failure for _ in range(3)] == [None] * 3
            assert len(seen) == connections and len(client.wires._wires) == 1


def test_what_is_left_early_is_closed_on_the_other_side_too():
    asked, left = threading.Semaphore(0), threading.Semaphore(0)

    async def serve(reader, writer):
        await request(reader)
        asked.release()
        await reader.read()
        left.release()

    with speaking(serve) as port:
        with Client(local(port), timeout_seconds=5) as client:
            for _ in range(3):
                client.send(client.streaming({"prompt": "x"}, chat=False))
            while not asked.acquire(blocking=False):
                client.wires.listen(0.0)
        assert left.acquire(timeout=20)
