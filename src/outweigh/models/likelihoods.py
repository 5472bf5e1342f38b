"""Log-likelihoods of continuations, from packs."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

from outweigh.models.network import Computed, Network
from outweigh.models.planning import Asked, Read
from outweigh.models.tokens import Encoded, Encoder
from outweigh.records import Failed, Likelihood, Likelihoods, Response

_ROWS = 256  # read rows that the output layer takes together, at least
Reads = tuple[tuple[Read, ...], Any, Any]  # what was read, its log-probabilities, and whether each is the likeliest


def _unfit(encoded: Sequence[Encoded], window: int) -> Failed | None:
    for place, each in enumerate(encoded):
        if not each.continuation:
            return Failed(stage="tokenize", message=f"continuation {place} has no tokens")
        if len(each.continuation) > window:
            return Failed(
                stage="tokenize",
                message=f"a continuation of {len(each.continuation)} tokens exceeds the window of {window}",
            )
    return None


class Tally:
    """Adds up what each branch of each request scored, whatever the order it comes in."""

    def __init__(self, requests: Sequence[tuple[str, Sequence[Encoded]]], window: int) -> None:
        self.asked: list[Asked] = []
        self.failed: list[tuple[str, Response]] = []
        self._branches: list[tuple[str, Encoded]] = []
        for name, encoded in requests:
            unfit = _unfit(encoded, window)
            if unfit:
                self.failed.append((name, unfit))
                continue
            for each in encoded:
                whole = each.context + each.continuation
                self.asked.append(Asked(len(self._branches), whole[:-1], each.continuation))
                self._branches.append((name, each))
        self._values: list[dict[int, tuple[float, bool]]] = [{} for _ in self._branches]
        self._of: dict[str, list[int]] = {}
        for branch, (name, _) in enumerate(self._branches):
            self._of.setdefault(name, []).append(branch)
        self._open = {name: len(branches) for name, branches in self._of.items()}

    def add(self, branch: int, index: int, value: float, greedy: bool) -> str | None:
        """Note one token's log-probability; the request's name once all of its branches are complete."""
        name, encoded = self._branches[branch]
        self._values[branch][index] = (value, greedy)
        if len(self._values[branch]) < len(encoded.continuation):
            return None
        self._open[name] -= 1
        return name if self._open[name] == 0 else None

    def take(self, found: Reads) -> Iterator[tuple[str, Response]]:
        """Note what was read in a pack; the requests that it completes."""
        reads, values, greedy = found
        for read, value, is_best in zip(reads, values.tolist(), greedy.tolist(), strict=True):
            name = self.add(read.request, read.index, value, is_best)
            if name is not None:
                yield name, self.response(name)

    def response(self, name: str) -> Response:
        """The complete answer to one request."""
        mine = self._of[name]
        sums = tuple(sum(value for _, (value, _) in sorted(self._values[i].items())) for i in mine)
        if not all(map(math.isfinite, sums)):
            return Failed(stage="model", message="a log-likelihood is not a finite number")
        return Likelihoods(
            sums=sums,
            is_greedy=tuple(all(greedy for _, greedy in self._values[i].values()) for i in mine),
            token_counts=tuple(len(self._branches[i][1].continuation) for i in mine),
            truncated=max(self._branches[i][1].truncated for i in mine),
            input_tokens=sum(len(self.asked[i].tokens) for i in mine),
        )


def encoded(encoder: Encoder, requests: Sequence[tuple[str, Likelihood]]) -> list[tuple[str, list[Encoded]]]:
    """Every request's pairs as tokens."""
    return [(name, [encoder.pair(*pair) for pair in request.pairs]) for name, request in requests]


def score(
    network: Network, window: int, requests: Sequence[tuple[str, Sequence[Encoded]]]
) -> Iterator[tuple[str, Response]]:
    """Answer every request once; a request is yielded as soon as its last branch is known."""
    tally = Tally(requests, window)
    yield from tally.failed
    held, waiting = _Held(network), None
    for computed in network.walk(tally.asked):
        held.add(computed)
        if held.count < _ROWS:
            continue
        found = held.read()
        # An accelerator is asked for values only when the next ones are under way.
        if waiting:
            yield from tally.take(waiting)
        waiting = found
    for found in (waiting, held.read()):
        if found:
            yield from tally.take(found)


class _Held:
    """Outputs that wait until there are enough of them for the output layer, whose weights are read once for all."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._outputs: list[Any] = []
        self._reads: list[Read] = []
        self._rows: list[int] = []
        self.count = 0

    def add(self, computed: Computed) -> None:
        """Hold a pack's read rows."""
        order = computed.pack.read_rows
        self._rows += [self.count + order[read.row] for read in computed.pack.reads]
        self._reads += computed.pack.reads
        self._outputs.append(computed.outputs)
        self.count += len(order)

    def read(self) -> Reads | None:
        """Read all that is held, and hold nothing any more; None if there was nothing."""
        import torch

        reads, rows, outputs = tuple(self._reads), self._rows, self._outputs
        self._reads, self._rows, self._outputs, self.count = [], [], [], 0
        if not reads:
            return None
        targets = self._network.tensor([read.target for read in reads])
        return (reads, *self._network.head.read(torch.cat(outputs), self._network.tensor(rows), targets))
