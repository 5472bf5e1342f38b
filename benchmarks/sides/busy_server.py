"""An OpenAI-compatible server whose answers take a known time, spent in a busy loop: print the port, then serve.

    python busy_server.py FIRST GAP

The first token comes FIRST seconds after a request was read, every further one GAP seconds later, each at its moment
whatever came before it. A word counts as a token. One connection at a time; it ends with its standard input.
"""

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer


class Busy(BaseHTTPRequestHandler):
    """Answers one request after the other."""

    first = gap = 0.0
    protocol_version = "HTTP/1.1"
    wbufsize = 0

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """The list of models."""
        self.whole({"data": [{"id": "busy"}]})

    def do_POST(self) -> None:
        """One answer, whole or as a stream."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        begun = time.perf_counter()
        count = body["max_tokens"]
        usage = {"prompt_tokens": len(body["prompt"].split()), "completion_tokens": count}
        if not body.get("stream"):
            return self.whole({"choices": [{"text": "word"}], "usage": usage})
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for number in range(count):
            due = begun + self.first + number * self.gap
            finish = "length" if number + 1 == count else None
            event = self.event({"choices": [{"index": 0, "text": " word", "finish_reason": finish}]})
            if finish:  # the end of the answer belongs to its last token
                event += self.event({"choices": [], "usage": usage}) + self.chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n"
            while time.perf_counter() < due:
                pass
            self.wfile.write(event)
        return None

    def event(self, value: object) -> bytes:
        """A server-sent event as a chunk."""
        return self.chunk(b"data: " + json.dumps(value).encode() + b"\n\n")

    def chunk(self, data: bytes) -> bytes:
        """A chunk of the body."""
        return f"{len(data):x}\r\n".encode() + data + b"\r\n"

    def whole(self, value: object) -> None:
        """An answer in one piece."""
        data = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def main(first: float, gap: float) -> None:
    """Serve."""
    Busy.first, Busy.gap = first, gap
    server = HTTPServer(("127.0.0.1", 0), Busy)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(*map(float, sys.argv[1:]))
