"""Asking an OpenAI-compatible server over HTTP, hundreds of requests at a time from one thread, and timing the answers.

While they stream, only the clock is read and the bytes are kept; an answer is parsed once it has ended, so that
streams do not disturb each other's times. Every failure comes back as data.
Not covered: proxies, redirects, compression, cookies, and a name that gets another address meanwhile.
"""

import json
import math
import ssl
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, urlsplit

from outweigh.models.endpoint_stream import Heard, heard
from outweigh.models.endpoint_trouble import Failure, Trouble, of_exception, of_status, shortened
from outweigh.models.endpoint_wire import Exchange
from outweigh.models.endpoint_wires import Wires
from outweigh.records import UserError


@dataclass(frozen=True)
class Endpoint:
    """One model behind a server: `url` is the base up to `/v1`. The key stands in no repr."""

    url: str
    model: str
    key: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Reply:
    """A whole answer at once: its JSON, or why there is none. Times in seconds of `time.perf_counter`."""

    sent: float
    done: float
    body: Any = None
    failure: Failure | None = None


class Client:
    """Requests to one endpoint. `with` closes the connections; there are as many as requests under way.

    `send`, and let `wires` listen until it has ended; or `awaited`, one at a time. `timeout_seconds` bounds a request
    from sending to its end. Nothing that was answered, even in part, is tried twice here.
    """

    def __init__(self, endpoint: Endpoint, *, timeout_seconds: float) -> None:
        self.endpoint, self._timeout = endpoint, timeout_seconds
        host = ""
        try:
            parts = urlsplit(endpoint.url)
            secure = ssl.create_default_context() if parts.scheme == "https" else None
            host, port = parts.hostname or "", parts.port or (443 if secure else 80)
            named = f"[{host}]" if ":" in host else host.encode("idna").decode()
        except ValueError:
            host = ""
        if not host or parts.scheme not in ("http", "https"):
            raise UserError(f"{endpoint.url} is not an address; expected one such as http://localhost:8000/v1")
        bearer = f"Authorization: Bearer {endpoint.key}\r\n" if endpoint.key else ""
        if not bearer.isascii() or not bearer[:-2].isprintable():
            raise UserError(f"the key for {endpoint.url} holds a character that no HTTP header can; set it again")
        self._path = quote(parts.path, safe="/%")
        self._headers = (
            f" HTTP/1.1\r\nHost: {named}:{port}\r\n{bearer}Content-Type: application/json\r\n"
            "Accept: */*\r\nAccept-Encoding: identity\r\nContent-Length: "
        )
        self.wires = Wires(host, port, secure, timeout_seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.wires.close()

    def streaming(self, payload: dict[str, Any], *, chat: bool) -> bytes:
        """A request for a stream of `payload`, to which `model` and `stream` are added."""
        whole = {**payload, "stream": True, "stream_options": {"include_usage": True}}
        return self.posting("/chat/completions" if chat else "/completions", whole)

    def posting(self, path: str, payload: dict[str, Any]) -> bytes:
        """A request that sends `payload` (`model` is added) to `path`, such as "/completions"."""
        return self._request("POST", path, json.dumps({"model": self.endpoint.model, **payload}).encode())

    def getting(self, path: str) -> bytes:
        """A request that reads `path`, such as "/models"."""
        return self._request("GET", path, b"")

    def send(self, request: bytes) -> Exchange:
        """Send a request. Nothing is waited for; `wires` give it back when it has ended, well or not."""
        exchange = Exchange(request)
        self.wires.send(exchange)
        return exchange

    def awaited(self, request: bytes) -> Exchange:
        """Send one request and wait for its end. Nothing else may be under way."""
        exchange = self.send(request)
        while not exchange.over:
            self.wires.listen(math.inf)
        return exchange

    def heard(self, exchange: Exchange, *, chat: bool) -> Heard:
        """What came of a request for a stream."""
        failure = self._failure(exchange)
        if failure is not None:
            return Heard(exchange.sent, exchange.ended, failure=failure)
        found = heard(exchange.sent, exchange.ended, *exchange.answer.body(), chat=chat)
        return replace(found, failure=found.failure.without(self.endpoint.key)) if found.failure else found

    def reply(self, exchange: Exchange) -> Reply:
        """What came of any other request."""
        failure, found = self._failure(exchange), None
        if failure is None:
            data, _ = exchange.answer.body()
            try:
                found = json.loads(data)
            except ValueError:
                reason = f"the server's answer is not JSON: {shortened(data)}"
                failure = Failure(Trouble.MALFORMED, reason, retryable=True).without(self.endpoint.key)
        return Reply(exchange.sent, exchange.ended, found, failure)

    def _request(self, method: str, path: str, body: bytes) -> bytes:
        return f"{method} {self._path}{path}{self._headers}{len(body)}\r\n\r\n".encode() + body

    def _failure(self, exchange: Exchange) -> Failure | None:
        """Why there is no answer, without the key, which some servers repeat in their messages."""
        answer = exchange.answer
        if exchange.error is not None:
            stage = {"opened": exchange.opened, "begun": answer.speaking}
            found = of_exception(exchange.error, self.endpoint.url, self._timeout, **stage)
        elif answer.status != 200:
            found = of_status(answer.status, answer.headers, answer.body()[0])
        else:
            return None
        return found.without(self.endpoint.key)
