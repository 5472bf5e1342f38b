"""Asking an OpenAI-compatible server over HTTP, with the time of every piece of its answer.

While an answer streams, only the clock is read and the bytes are kept; they are parsed once it has ended, so that
hundreds of streams at once do not disturb each other's times. Every failure comes back as data.
"""

import json
import time
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from outweigh.models.endpoint_stream import Heard, heard
from outweigh.models.endpoint_tap import read
from outweigh.models.endpoint_trouble import Failure, Trouble, of_exception, of_status, shortened
from outweigh.records import UserError

if TYPE_CHECKING:
    import aiohttp

_IDLE_SECONDS = 2.0  # below the 5 s after which uvicorn and cpp-httplib close an idle connection
_LONGEST = 1 << 26  # bytes of an answer that aiohttp takes at once


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
    """Connections to one endpoint, in one event loop. `async with` opens and closes them.

    At most `connections` requests are under way at a time: one more waits, and its clock runs while it does.
    `timeout_seconds` bounds one request from sending to its end. Nothing is tried twice here.
    """

    def __init__(self, endpoint: Endpoint, *, timeout_seconds: float, connections: int) -> None:
        self.endpoint = endpoint
        self._timeout, self._connections = timeout_seconds, connections
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        try:
            import aiohttp
        except ModuleNotFoundError as error:
            raise UserError("models behind a server need aiohttp; run: pip install 'outweigh[endpoints]'") from error
        headers = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
        if self.endpoint.key:
            headers["Authorization"] = f"Bearer {self.endpoint.key}"
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=_IDLE_SECONDS),
            timeout=aiohttp.ClientTimeout(total=self._timeout),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=headers,
            read_bufsize=_LONGEST,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def stream(self, payload: dict[str, Any], *, chat: bool) -> Heard:
        """Send `payload` (without `model` and `stream`, which are added) and hear the answer piece by piece."""
        whole = {"model": self.endpoint.model, **payload, "stream": True, "stream_options": {"include_usage": True}}
        body = json.dumps(whole).encode()
        sent, data = time.perf_counter(), b""
        arrivals: list[tuple[float, int]] = []
        failure: Failure | None = None
        try:
            async with self._open("POST", "/chat/completions" if chat else "/completions", body) as response:
                if response.status != 200:
                    failure = of_status(response.status, response.headers, await response.read())
                else:
                    data = await read(response, arrivals)
        except _expected() as error:
            failure = of_exception(error, self.endpoint.url, self._timeout, begun=bool(arrivals))
        done = time.perf_counter()
        if failure is None:
            found = heard(sent, done, data, arrivals, chat=chat)
            return replace(found, failure=self._hidden(found.failure)) if found.failure else found
        return Heard(sent, done, failure=self._hidden(failure))

    async def post(self, path: str, payload: dict[str, Any]) -> Reply:
        """Send `payload` (`model` is added) to `path`, such as "/completions", and wait for the whole answer."""
        return await self._whole("POST", path, json.dumps({"model": self.endpoint.model, **payload}).encode())

    async def get(self, path: str) -> Reply:
        """Read `path`, such as "/models"."""
        return await self._whole("GET", path, None)

    async def _whole(self, method: str, path: str, body: bytes | None) -> Reply:
        sent, found = time.perf_counter(), None
        failure: Failure | None = None
        try:
            async with self._open(method, path, body) as response:
                data = await response.read()
                if response.status != 200:
                    failure = of_status(response.status, response.headers, data)
                else:
                    found = json.loads(data)
        except ValueError:
            failure = Failure(Trouble.MALFORMED, f"the server's answer is not JSON: {shortened(data)}", retryable=True)
        except _expected() as error:
            failure = of_exception(error, self.endpoint.url, self._timeout, begun=False)
        return Reply(sent, time.perf_counter(), found, self._hidden(failure))

    def _open(self, method: str, path: str, body: bytes | None) -> "aiohttp.client._RequestContextManager":
        assert self._session is not None, "use `async with`"
        # A redirect would carry the question, and maybe the key, to somebody who was not named.
        return self._session.request(method, self.endpoint.url + path, data=body, allow_redirects=False)

    def _hidden(self, failure: Failure | None) -> Failure | None:
        """The failure without the key, which some servers repeat in their messages."""
        return failure.without(self.endpoint.key) if failure and self.endpoint.key else failure


def _expected() -> tuple[type[Exception], ...]:
    """What a network may do."""
    import aiohttp

    return (aiohttp.ClientError, OSError, TimeoutError)
