"""A model behind an OpenAI-compatible server, as a `Model`.

What a request does not name stays as the server has it: llama.cpp and vLLM add top-k, min-p or penalties of their own
to sampling, and vLLM takes them from the model's `generation_config.json` even for greedy answers.
Not covered: a prompt that is longer than the server's window fails instead of losing its beginning.
"""

import asyncio
import json
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from typing import Any, TypeVar

from outweigh.models.endpoint_client import Client, Endpoint, Reply
from outweigh.models.endpoint_likelihoods import PROBE, Scored, payload, read, together
from outweigh.models.endpoint_pace import MOST, Pace
from outweigh.models.endpoint_stream import Heard
from outweigh.models.endpoint_trouble import Failure
from outweigh.records import (
    ChatTemplate,
    Failed,
    Finish,
    Generate,
    Generated,
    Likelihood,
    ModelCard,
    ModelSpec,
    Request,
    Response,
    UserError,
    canonical_json,
)

Answer = TypeVar("Answer", Heard, Reply)

_SECONDS = 300.0  # for one answer
_IN_A_ROW = 16  # requests that were given up one after the other: the server is gone
_NOT_OURS = (401, 403, 404, 405)  # refusals that no other request would escape
_FINISHES = {
    "stop": Finish.STOP,
    "eos": Finish.STOP,
    "eos_token": Finish.STOP,
    "stop_sequence": Finish.STOP,
    "length": Finish.LENGTH,
}


class EndpointModel:
    """Asks as many requests at a time as the server takes well, each until it is answered or hopeless."""

    def __init__(
        self,
        spec: ModelSpec,
        card: ModelCard,
        endpoint: Endpoint,
        say: Callable[[str], None],
        *,
        timeout_seconds: float = _SECONDS,
    ) -> None:
        self.spec, self.card = spec, card
        self._endpoint, self._say, self._timeout = endpoint, say, timeout_seconds
        self._chat = spec.chat_template is ChatTemplate.ON
        self._pace, self._given_up, self._counts = Pace(), 0, True
        self._sending, self._room = 0, asyncio.Condition()

    def render(self, turns: Sequence[tuple[str, str]]) -> str:
        """The messages as JSON: the server applies the chat template."""
        return canonical_json([{"role": role, "content": content} for role, content in turns])

    def answer(self, requests: Sequence[tuple[str, Request]]) -> Iterator[tuple[str, Response]]:
        """Answer every request once, as it is answered. Raises UserError where the server refuses or is gone."""
        with asyncio.Runner() as runner:
            asking = self._asking(requests)
            while (answered := runner.run(_next(asking))) is not None:
                yield answered

    def likelihoods_refused(self) -> str | None:
        """Ask a tiny question; why likelihoods cannot be had here, None where they can."""
        if self._chat:
            return "log-probabilities are those of plain prompts, without a chat template"

        async def probe() -> Reply:
            async with Client(self._endpoint, timeout_seconds=self._timeout, connections=1) as client:
                return await client.post("/completions", payload(*PROBE))

        reply = asyncio.run(probe())
        if reply.failure is not None:
            return reply.failure.reason
        found = read(reply.body, *PROBE)
        return found if isinstance(found, str) else None

    def close(self) -> None:
        """Nothing is held between batches."""

    async def _asking(self, requests: Sequence[tuple[str, Request]]) -> AsyncIterator[tuple[str, Response]]:
        waiting = deque(requests)
        self._sending, self._room = 0, asyncio.Condition()  # of this batch's own loop
        under_way: set[asyncio.Task[tuple[str, Response]]] = set()
        async with Client(self._endpoint, timeout_seconds=self._timeout, connections=MOST) as client:
            try:
                while waiting or under_way:
                    while waiting and len(under_way) < self._pace.width:
                        under_way.add(asyncio.create_task(self._one(client, *waiting.popleft())))
                    done, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                    for task in sorted(done, key=lambda each: each.exception() is not None):
                        yield task.result()
            finally:
                for task in under_way:
                    task.cancel()

    async def _one(self, client: Client, name: str, request: Request) -> tuple[str, Response]:
        """One request until it is answered or hopeless."""
        if isinstance(request, Likelihood):
            return name, await self._likelihoods(client, request)
        heard = await self._tried(lambda: client.stream(self._payload(request), chat=self._chat))
        return name, heard if isinstance(heard, Failed) else self._generated(request, heard)

    async def _likelihoods(self, client: Client, request: Likelihood) -> Response:
        found: list[Scored | str] = []
        for pair in request.pairs:
            asked = payload(*pair)
            reply = await self._tried(lambda asked=asked: client.post("/completions", asked))  # type: ignore[misc]
            if isinstance(reply, Failed):
                return reply
            found.append(read(reply.body, *pair))
        return together(found)

    async def _tried(self, ask: Callable[[], Awaitable[Answer]]) -> Answer | Failed:
        """Ask, again and again if that may help."""
        tries = 0
        while True:
            await asyncio.sleep(self._pace.wait(tries))
            sent, answer = await self._sent(ask)
            if answer.failure is None:
                self._pace.fine()
                self._given_up = 0
                return answer
            tries += 1
            self._pace.trouble(answer.failure, sent)
            if self._pace.hopeless(answer.failure, tries):
                return self._failed(answer.failure)

    async def _sent(self, ask: Callable[[], Awaitable[Answer]]) -> tuple[float, Answer]:
        """One try, as soon as the server can take it, and when it was sent."""
        async with self._room:
            await self._room.wait_for(lambda: self._sending < self._pace.width)
            self._sending += 1
        sent = time.monotonic()
        answer = await ask()
        async with self._room:
            self._sending -= 1
            self._room.notify_all()
        return sent, answer

    def _payload(self, request: Generate) -> dict[str, Any]:
        decoding = request.decoding
        payload: dict[str, Any] = {"max_tokens": decoding.token_limit, "temperature": decoding.temperature}
        if decoding.temperature > 0:
            seed = int(request.fingerprint[:15], 16) ^ decoding.seed
            payload |= {"top_p": decoding.top_p, "seed": seed & 0x7FFFFFFF}  # llama.cpp's seeds have 32 bits
        if request.stop:
            payload["stop"] = list(request.stop)
        asked = {"messages": json.loads(request.prompt)} if self._chat else {"prompt": request.prompt}
        return asked | payload

    def _generated(self, request: Generate, heard: Heard) -> Response:
        finish = _FINISHES.get(heard.finish or "")
        if finish is None:
            return Failed(stage="endpoint", message=f"the server ended the answer with {heard.finish!r}")
        text = heard.text
        for stop in filter(None, request.stop):
            text = text.split(stop)[0]  # some servers leave it in
        if heard.output_tokens is None and self._counts:
            self._counts = False
            self._say(f"{self.card.title}: the server counts no tokens; its pieces of text are counted instead")
        return Generated(
            text=text,
            finish=Finish.STOP if text != heard.text else finish,
            tokens=sum(heard.counts) if heard.output_tokens is None else heard.output_tokens,
            input_tokens=heard.input_tokens or 0,
        )

    def _failed(self, failure: Failure) -> Failed:
        """The failure as a response. Raises UserError where every other request would meet it too."""
        self._given_up = self._given_up + 1 if failure.retryable else 0
        if failure.status in _NOT_OURS:
            flags = "leave --apply-chat-template out" if self._chat else "try --apply-chat-template"
            hint = f"; {flags}, if the server has no such path" if failure.status in (404, 405) else "; check the key"
            raise UserError(f"{self.spec.name}: {failure.reason}{hint}")
        if self._given_up >= _IN_A_ROW:
            raise UserError(
                f"{self.spec.name}: {self._given_up} requests in a row were given up, the last because "
                f"{failure.reason}; what was answered is kept: ask again when the server is back"
            )
        return Failed(stage="endpoint", message=failure.reason, retryable=failure.retryable)


async def _next(asking: AsyncIterator[tuple[str, Response]]) -> tuple[str, Response] | None:
    return await anext(asking, None)
