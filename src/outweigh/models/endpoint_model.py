"""A model behind an OpenAI-compatible server, as a `Model`.

What a request does not name stays as the server has it: llama.cpp and vLLM add top-k, min-p or penalties of their own
to sampling, and vLLM takes them from the model's `generation_config.json` even for greedy answers.
Not covered: a prompt that is longer than the server's window fails instead of losing its beginning.
"""

import heapq
import json
import math
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from outweigh.models.endpoint_client import Client, Endpoint, Reply
from outweigh.models.endpoint_likelihoods import PROBE, Scored, payload, read, together
from outweigh.models.endpoint_pace import Pace
from outweigh.models.endpoint_stream import Heard
from outweigh.models.endpoint_trouble import Failure
from outweigh.models.endpoint_wire import Exchange
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

    def render(self, turns: Sequence[tuple[str, str]]) -> str:
        """The messages as JSON: the server applies the chat template."""
        return canonical_json([{"role": role, "content": content} for role, content in turns])

    def answer(self, requests: Sequence[tuple[str, Request]]) -> Iterator[tuple[str, Response]]:
        """Answer every request once, as it is answered. Raises UserError where the server refuses or is gone."""
        with Client(self._endpoint, timeout_seconds=self._timeout) as client:
            batch = Batch(client, self._pace, (Question(*each, chat=self._chat) for each in requests))
            while answered := batch.answered():
                # Those that failed come last: where one of them ends the run, what was answered is kept.
                for question, answer in sorted(answered, key=lambda each: each[1].failure is not None):
                    response = self._response(question, answer)
                    if response is None:
                        batch.put_off(question)
                    else:
                        yield question.name, response

    def likelihoods_refused(self) -> str | None:
        """Ask a tiny question; why likelihoods cannot be had here, None where they can."""
        if self._chat:
            return "log-probabilities are those of plain prompts, without a chat template"

        with Client(self._endpoint, timeout_seconds=self._timeout) as client:
            reply = client.reply(client.awaited(client.posting("/completions", payload(*PROBE))))
        if reply.failure is not None:
            return reply.failure.reason
        found = read(reply.body, *PROBE)
        return found if isinstance(found, str) else None

    def close(self) -> None:
        """Nothing is held between batches."""

    def _response(self, question: "Question", answer: Heard | Reply) -> Response | None:
        """What an answer means for its question; None where it is to be asked again, or for the rest."""
        if answer.failure is not None:
            question.tries += 1
            self._pace.trouble(answer.failure, question.sent)
            hopeless = self._pace.hopeless(answer.failure, question.tries)
            return self._failed(answer.failure) if hopeless else None
        self._pace.fine()
        self._given_up = question.tries = 0
        if isinstance(answer, Heard):
            assert isinstance(question.request, Generate)
            return self._generated(question.request, answer)
        assert isinstance(question.request, Likelihood)
        pairs, scored = question.request.pairs, question.scored
        scored.append(read(answer.body, *pairs[len(scored)]))
        return together(scored) if len(scored) == len(pairs) else None

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


@dataclass
class Question:
    """A request on its way: how often what is asked now has failed, and what is known of it."""

    name: str
    request: Request
    chat: bool
    tries: int = 0
    sent: float = 0.0  # of `time.monotonic`
    scored: list[Scored | str] = field(default_factory=list)

    def asked(self, client: Client) -> bytes:
        """What is sent to the server now."""
        if isinstance(self.request, Likelihood):
            return client.posting("/completions", payload(*self.request.pairs[len(self.scored)]))
        return client.streaming(_payload(self.request, chat=self.chat), chat=self.chat)

    def answer(self, client: Client, exchange: Exchange) -> Heard | Reply:
        """What the server said."""
        if isinstance(self.request, Likelihood):
            return client.reply(exchange)
        return client.heard(exchange, chat=self.chat)


class Batch:
    """Questions that are asked together: those that wait, that are put off until a moment, and that were sent."""

    def __init__(self, client: Client, pace: Pace, questions: Iterable[Question]) -> None:
        self._client, self._pace, self._waiting = client, pace, deque(questions)
        self._later = list[tuple[float, int, Question]]()
        self._sent = dict[Exchange, Question]()
        self._count = 0

    def put_off(self, question: Question) -> None:
        """Ask when the pace allows it."""
        self._count += 1
        heapq.heappush(self._later, (time.perf_counter() + self._pace.wait(question.tries), self._count, question))

    def answered(self) -> list[tuple[Question, Heard | Reply]]:
        """Send as much as the server can take and wait for answers. None, when there is nothing left."""
        found = list[tuple[Question, Heard | Reply]]()
        while not found and (self._waiting or self._later or self._sent):
            while self._waiting and len(self._later) + len(self._sent) < self._pace.width:
                self.put_off(self._waiting.popleft())
            while self._room() and self._later[0][0] <= time.perf_counter():
                question = heapq.heappop(self._later)[2]
                question.sent = time.monotonic()
                self._sent[self._client.send(question.asked(self._client))] = question
            for exchange in self._client.wires.listen(self._later[0][0] if self._room() else math.inf):
                question = self._sent.pop(exchange)
                found.append((question, question.answer(self._client, exchange)))
        return found

    def _room(self) -> bool:
        return bool(self._later) and len(self._sent) < self._pace.width


def _payload(request: Generate, *, chat: bool) -> dict[str, Any]:
    decoding = request.decoding
    payload: dict[str, Any] = {"max_tokens": decoding.token_limit, "temperature": decoding.temperature}
    if decoding.temperature > 0:
        seed = int(request.fingerprint[:15], 16) ^ decoding.seed
        payload |= {"top_p": decoding.top_p, "seed": seed & 0x7FFFFFFF}  # llama.cpp's seeds have 32 bits
    if request.stop:
        payload["stop"] = list(request.stop)
    asked = {"messages": json.loads(request.prompt)} if chat else {"prompt": request.prompt}
    return asked | payload
