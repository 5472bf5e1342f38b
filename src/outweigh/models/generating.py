"""Texts, token by token: prompts are filled as packs, finished sequences leave, waiting ones join."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from outweigh.models.attention import Slots
from outweigh.models.network import Network
from outweigh.models.planning import Asked, shared
from outweigh.models.tokens import Encoded, Encoder, Unfolding
from outweigh.records import Failed, Finish, Generate, Generated, Response


@dataclass
class Writing:
    """One answer in the making."""

    name: str
    request: Generate
    encoded: Encoded
    text: Unfolding
    random: Any
    answer: list[int] = field(default_factory=list)

    @property
    def limit(self) -> int:
        """The number of tokens after which the answer is cut."""
        return self.request.decoding.token_limit

    @property
    def room(self) -> int:
        """Tokens that prompt and answer can take together."""
        return len(self.encoded.context) + self.limit

    def choose(self, logits: Any) -> int:
        """The next token by float32 logits [words]: the likeliest, or drawn by the request's own generator."""
        import torch

        decoding = self.request.decoding
        if decoding.temperature == 0:
            return int(logits.argmax())
        shares = torch.softmax(logits.cpu() / decoding.temperature, dim=0)
        if decoding.top_p < 1:
            ordered, places = shares.sort(descending=True)
            ordered[ordered.cumsum(0) - ordered > decoding.top_p] = 0
            shares = torch.zeros_like(shares).scatter(0, places, ordered)
        return int(torch.multinomial(shares, 1, generator=self.random))

    def take(self, token: int, ends: frozenset[int]) -> Generated | None:
        """Append a token; the response once the answer is complete."""
        self.answer.append(token)
        ended = token in ends
        stopped = not ended and self.text.add(token)
        if not (ended or stopped or len(self.answer) >= self.limit):
            return None
        text, found = self.text.whole(self.answer[:-1] if ended else self.answer)
        return Generated(
            text=text,
            finish=Finish.STOP if ended or found else Finish.LENGTH,
            tokens=len(self.answer),
            truncated=self.encoded.truncated,
            input_tokens=len(self.encoded.context),
        )


def begin(name: str, request: Generate, encoder: Encoder) -> Writing | Failed:
    """A request, encoded and seeded by itself alone; Failed if it leaves no room or has no prompt."""
    import torch

    limit = request.decoding.token_limit
    if limit >= encoder.window:
        return Failed(
            stage="tokenize",
            message=f"max_tokens {limit} leaves no room in the window of {encoder.window} tokens",
        )
    encoded = encoder.prompt(request.prompt, room=limit)
    if not encoded.context:
        return Failed(stage="tokenize", message="the prompt has no tokens")
    seed = int(request.fingerprint[:15], 16) ^ request.decoding.seed
    unfolding = Unfolding(encoder.tokenizer, request.stop)
    return Writing(name, request, encoded, unfolding, torch.Generator().manual_seed(seed))


@dataclass(frozen=True)
class Room:
    """How many sequences may grow at once, and how many tokens they may hold together."""

    slots: int
    tokens: int


class Generator:
    """Answers generate requests on one network."""

    def __init__(self, network: Network, encoder: Encoder, ends: frozenset[int], room: Room) -> None:
        self._network, self._encoder, self._ends, self._room = network, encoder, ends, room
        self._rows: list[Writing] = []

    def answer(self, requests: Sequence[tuple[str, Generate]]) -> Iterator[tuple[str, Response]]:
        """Answer every request once, as it finishes."""
        waiting: list[Writing] = []
        for name, request in requests:
            begun = begin(name, request, self._encoder)
            if isinstance(begun, Failed):
                yield name, begun
            else:
                waiting.append(begun)
        if not waiting:
            return
        waiting.sort(key=lambda each: each.encoded.context, reverse=True)
        stem = _stem([each.encoded.context for each in waiting])
        longest = max(each.room for each in waiting) - stem
        slots = Slots(stem, max(1, min(self._room.slots, len(waiting), self._room.tokens // longest)))
        while waiting or self._rows:
            free = slots.size - len(self._rows)
            # A fill keeps the others waiting, so nobody joins while few slots are free.
            if waiting and free * 4 >= slots.size:
                yield from self._fill(slots, [waiting.pop() for _ in range(min(free, len(waiting)))])
            else:
                yield from self._step(slots)

    def _fill(self, slots: Slots, joining: list[Writing]) -> Iterator[tuple[str, Response]]:
        """Compute the prompts, shared parts once, and take the first token of each answer."""
        asked = [Asked(i, each.encoded.context, (0,)) for i, each in enumerate(joining)]
        for computed in self._network.walk(asked, ends=True):
            order = computed.pack.read_rows
            logits = self._network.head.logits(computed.outputs)
            for read in computed.pack.reads:
                writing = joining[read.request]
                done = writing.take(writing.choose(logits[order[read.row]]), self._ends)
                if done:
                    yield writing.name, done
                else:
                    slots.join(self._network.own(computed, computed.pack.ends[read.request], slots.stem))
                    self._rows.append(writing)

    def _step(self, slots: Slots) -> Iterator[tuple[str, Response]]:
        """One more token for every sequence under way; the finished ones leave."""
        logits = self._network.step(slots, [each.answer[-1] for each in self._rows])
        likeliest = logits.argmax(dim=1).tolist()
        for place in reversed(range(len(self._rows))):
            writing = self._rows[place]
            greedy = writing.request.decoding.temperature == 0
            done = writing.take(likeliest[place] if greedy else writing.choose(logits[place]), self._ends)
            if done:
                slots.leave(place)
                self._rows[place] = self._rows[-1]
                self._rows.pop()
                yield writing.name, done


def _stem(prompts: Sequence[tuple[int, ...]]) -> int:
    """Tokens that all prompts begin with; each keeps at least its last one for itself. They come sorted."""
    return min(shared(prompts[0], prompts[-1]), min(map(len, prompts)) - 1)
