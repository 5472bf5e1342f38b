"""Texts, token by token: prompts are filled as packs, finished sequences leave, waiting ones join."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from outweigh.models.network import KeyValues, Network
from outweigh.models.planning import Asked
from outweigh.models.tokens import Encoded, Encoder
from outweigh.records import Failed, Finish, Generate, Generated, Response


@dataclass
class _Sequence:
    """One answer in the making."""

    name: str
    request: Generate
    encoded: Encoded
    limit: int
    random: Any
    answer: list[int] = field(default_factory=list)

    @property
    def last_position(self) -> int:
        return len(self.encoded.context) + len(self.answer) - 1


@dataclass
class _Slots:
    """The sequences under way; keys and values are padded on the left to one length."""

    rows: list[_Sequence] = field(default_factory=list)
    memory: KeyValues = field(default_factory=list)
    filled: list[int] = field(default_factory=list)  # tokens in memory, one entry a row


def _padded(tensor: Any, length: int) -> Any:
    import torch

    return torch.nn.functional.pad(tensor, (0, 0, length - tensor.shape[2], 0))


def _joined(left: KeyValues, right: KeyValues) -> KeyValues:
    import torch

    if not left:
        return right
    length = max(left[0][0].shape[2], right[0][0].shape[2])
    return [
        (
            torch.cat([_padded(a, length), _padded(c, length)]),
            torch.cat([_padded(b, length), _padded(d, length)]),
        )
        for (a, b), (c, d) in zip(left, right, strict=True)
    ]


class Generator:
    """Answers generate requests on one network."""

    def __init__(self, network: Network, encoder: Encoder, ends: frozenset[int], slots: int) -> None:
        self._network, self._encoder, self._ends, self._slots = network, encoder, ends, slots

    def answer(self, requests: Sequence[tuple[str, Generate]]) -> Iterator[tuple[str, Response]]:
        """Answer every request once, as it finishes."""
        waiting: list[_Sequence] = []
        for name, request in requests:
            begun = self._begin(name, request)
            if isinstance(begun, Failed):
                yield name, begun
            else:
                waiting.append(begun)
        waiting.sort(key=lambda each: (-len(each.encoded.context), each.encoded.context), reverse=True)
        slots = _Slots()
        while waiting or slots.rows:
            free = self._slots - len(slots.rows)
            if waiting and (free * 4 >= self._slots or not slots.rows):
                joining = [waiting.pop() for _ in range(min(free, len(waiting)))]
                self._fill(slots, joining)
            else:
                self._step(slots)
            yield from self._leave(slots)

    def _begin(self, name: str, request: Generate) -> _Sequence | Failed:
        import torch

        limit = request.decoding.token_limit
        if limit >= self._encoder.window:
            return Failed(
                stage="tokenize",
                message=f"max_tokens {limit} leaves no room in the window of {self._encoder.window} tokens",
            )
        encoded = self._encoder.prompt(request.prompt, room=limit)
        if not encoded.context:
            return Failed(stage="tokenize", message="the prompt has no tokens")
        seed = int(request.fingerprint[:15], 16) ^ request.decoding.seed
        return _Sequence(name, request, encoded, limit, torch.Generator().manual_seed(seed))

    def _fill(self, slots: _Slots, joining: list[_Sequence]) -> None:
        """Compute the prompts, shared parts once, and take the first token of each answer."""
        import torch

        asked = [Asked(i, each.encoded.context, (0,)) for i, each in enumerate(joining)]
        for pack, logits, after in self._network.walk(asked, ends=True):
            order = pack.read_rows
            rows = {read.request: order[read.row] for read in pack.reads}
            for index, path in pack.ends.items():
                sequence = joining[index]
                where = torch.tensor(path, device=self._network.device)
                own = [(keys[:, :, where], values[:, :, where]) for keys, values in after]
                slots.memory = _joined(slots.memory, own)
                slots.filled.append(len(path))
                slots.rows.append(sequence)
                sequence.answer.append(_choose(logits[rows[index]], sequence))

    def _step(self, slots: _Slots) -> None:
        """One more token for every sequence under way."""
        import torch

        device = self._network.device
        length = slots.memory[0][0].shape[2]
        filled = torch.tensor(slots.filled, device=device)
        columns = torch.arange(length + 1, device=device)[None]
        keys = columns - (length - filled)[:, None]
        ids = torch.tensor([[each.answer[-1]] for each in slots.rows], device=device)
        positions = torch.tensor([[each.last_position] for each in slots.rows], device=device)
        mask = self._network.masks((keys >= 0)[:, None], positions, keys)
        logits, slots.memory = self._network.forward(ids, positions, mask, slots.memory, 1)
        slots.filled = [count + 1 for count in slots.filled]
        for sequence, row in zip(slots.rows, logits[:, -1].float(), strict=True):
            sequence.answer.append(_choose(row, sequence))

    def _leave(self, slots: _Slots) -> Iterator[tuple[str, Response]]:
        """Yield what is finished and give its slot back."""
        import torch

        stay = []
        for index, sequence in enumerate(slots.rows):
            response = self._finished(sequence)
            if response is None:
                stay.append(index)
            else:
                yield sequence.name, response
        if len(stay) == len(slots.rows):
            return
        slots.rows = [slots.rows[index] for index in stay]
        slots.filled = [slots.filled[index] for index in stay]
        if not stay:
            slots.memory = []
            return
        kept = torch.tensor(stay, device=self._network.device)
        longest = max(slots.filled)
        slots.memory = [(k[kept][:, :, -longest:], v[kept][:, :, -longest:]) for k, v in slots.memory]

    def _finished(self, sequence: _Sequence) -> Generated | None:
        ended = sequence.answer[-1] in self._ends
        tokens = sequence.answer[:-1] if ended else sequence.answer
        text = self._encoder.tokenizer.decode(tokens, skip_special_tokens=True)
        stopped = any(stop in text for stop in sequence.request.stop if stop)
        if not (ended or stopped or len(sequence.answer) >= sequence.limit):
            return None
        for stop in sequence.request.stop:
            text = text.split(stop)[0] if stop else text
        return Generated(
            text=text,
            finish=Finish.STOP if ended or stopped else Finish.LENGTH,
            tokens=len(sequence.answer),
            truncated=sequence.encoded.truncated,
            input_tokens=len(sequence.encoded.context),
        )


def _choose(logits: Any, sequence: _Sequence) -> int:
    """The next token: the likeliest, or drawn by the request's own generator."""
    import torch

    decoding = sequence.request.decoding
    if decoding.temperature == 0:
        return int(logits.argmax())
    shares = torch.softmax(logits.cpu() / decoding.temperature, dim=0)
    if decoding.top_p < 1:
        ordered, places = shares.sort(descending=True)
        ordered[ordered.cumsum(0) - ordered > decoding.top_p] = 0
        shares = torch.zeros_like(shares).scatter(0, places, ordered)
    return int(torch.multinomial(shares, 1, generator=sequence.random))
