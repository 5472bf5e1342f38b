"""A server of raw bytes in a thread of its own, and answers for it to give."""

import asyncio
import json
import threading
from contextlib import contextmanager

from outweigh.models.endpoint_client import Endpoint


def event(text, finish=None):
    return b"data: " + json.dumps({"choices": [{"text": text, "finish_reason": finish}]}).encode() + b"\n\n"


USAGE = b'data: {"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 3}}\r\n\r\n'
SAID = event("one") + event(" two") + event(" three 0\r\n\r\n", "length") + USAGE + b"data: [DONE]\n\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"


def chunked(data, sizes=(40,), trailer=b""):
    found, at, turn = b"", 0, 0
    while at < len(data):
        piece = data[at : at + sizes[turn % len(sizes)]]
        found += b"%x;note=1\r\n" % len(piece) + piece + b"\r\n"
        at, turn = at + len(piece), turn + 1
    return OK + b"Transfer-Encoding: chunked\r\n\r\n" + found + b"0\r\n" + trailer + b"\r\n"


def of_length(data):
    return OK + b"content-length: %d\r\n\r\n" % len(data) + data


@contextmanager
def speaking(serve, **more):
    """A server in a thread of its own. Yields where it listens."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(asyncio.start_server(serve, "127.0.0.1", 0, **more), loop).result()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(stopped(server), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def stopped(server):
    server.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


async def request(reader):
    """Read one request. Returns its body."""
    head = await reader.readuntil(b"\r\n\r\n")
    return await reader.readexactly(int(head.split(b"Length: ")[1].split(b"\r\n")[0]))


def local(port, key=None, scheme="http"):
    return Endpoint(f"{scheme}://localhost:{port}/v1", "m", key)


def stream(client, **more):
    return client.heard(client.awaited(client.streaming({"prompt": "x", **more}, chat=False)), chat=False)
