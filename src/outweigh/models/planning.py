"""Requests into packs of tokens, so that nothing is computed twice. Knows nothing of any tensor library.

All token sequences of a batch form a trie. Its nodes, numbered depth first, are cut into packs of at most a
budget of tokens. Between two packs the keys and values of one path are carried: the ancestors of the next pack's
first node. Depth-first numbering makes that enough, because any node of a pack whose parent lies before the pack
has that parent on this path.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

ROOT = -1


@dataclass(frozen=True)
class Asked:
    """One token sequence of a request: what is computed, and the tokens whose probability is read at its end.

    The output at the last `len(targets)` tokens predicts `targets`, one each.
    """

    request: int
    tokens: tuple[int, ...]
    targets: tuple[int, ...]

    @property
    def first_read(self) -> int:
        """Depth of the first token whose output is read."""
        return len(self.tokens) - len(self.targets)


@dataclass(frozen=True)
class Read:
    """Read the output of a pack's row: request, which of its targets, the target token."""

    row: int
    request: int
    index: int
    target: int


@dataclass(frozen=True)
class Pack:
    """Tokens computed together. Rows of `parents` count from the carried path: 0 is its first token, ROOT none.

    `keep` names the rows, on the carried path and in the pack, whose keys and values the next pack starts from.
    `ends` maps requests to the rows that make up their whole sequence, where asked for.
    """

    carried: int
    tokens: tuple[int, ...]
    positions: tuple[int, ...]
    parents: tuple[int, ...]
    reads: tuple[Read, ...]
    keep: tuple[int, ...]
    ends: dict[int, tuple[int, ...]] = field(default_factory=dict)

    @cached_property
    def read_rows(self) -> dict[int, int]:
        """The rows that are read, in order, each with its place among them."""
        return {row: place for place, row in enumerate(sorted({read.row for read in self.reads}))}


@dataclass(frozen=True)
class Span:
    """Rows `start` to `stop` of a pack that see no other row of it, and at most the first `past` tokens of the path."""

    start: int
    stop: int
    past: int


def spans(pack: Pack, enough: int) -> list[Span]:
    """The pack's rows in spans: branches that leave the path apart from each other, put together up to `enough` rows.

    Depth-first order keeps a branch's rows together, so what a row sees of its pack lies within its own span.
    """
    found: list[Span] = []
    leaving = [row for row, parent in enumerate(pack.parents) if parent < pack.carried]
    for start, stop in zip(leaving, [*leaving[1:], len(pack.parents)], strict=True):
        span = Span(start, stop, pack.parents[start] + 1)
        if found and stop - found[-1].start <= enough:
            before = found.pop()
            span = Span(before.start, stop, max(before.past, span.past))
        found.append(span)
    return found


@dataclass
class _Trie:
    """Nodes in depth-first order."""

    tokens: list[int]
    depths: list[int]
    parents: list[int]
    reads: dict[int, list[tuple[int, int, int]]]
    ends: dict[int, list[int]]


def shared(left: tuple[int, ...], right: tuple[int, ...]) -> int:
    """How many tokens two sequences begin with in common."""
    low, high = 0, min(len(left), len(right))
    if left[:high] == right[:high]:
        return high
    while high - low > 1:
        middle = (low + high) // 2
        if left[low:middle] == right[low:middle]:
            low = middle
        else:
            high = middle
    return low


def usable(carried: tuple[int, ...], asked: Sequence[Asked]) -> int:
    """How much of an already computed path may be reused: its outputs are gone, so no token of it may be read."""
    return min([len(carried)] + [each.first_read for each in asked if each.first_read < shared(carried, each.tokens)])


def _trie(carried: tuple[int, ...], asked: Sequence[Asked]) -> _Trie:
    trie = _Trie(list(carried), list(range(len(carried))), list(range(ROOT, len(carried) - 1)), {}, {})
    path = list(range(len(carried)))
    previous = carried
    order = sorted(asked, key=lambda each: (-shared(carried, each.tokens), each.tokens, each.request))
    for each in order:
        common = shared(previous, each.tokens)
        del path[common:]
        for depth in range(common, len(each.tokens)):
            trie.parents.append(path[-1] if path else ROOT)
            path.append(len(trie.tokens))
            trie.tokens.append(each.tokens[depth])
            trie.depths.append(depth)
        for index, target in enumerate(each.targets):
            node = path[each.first_read + index]
            trie.reads.setdefault(node, []).append((each.request, index, target))
        trie.ends.setdefault(path[-1], []).append(each.request)
        previous = each.tokens
    return trie


def plan(asked: Sequence[Asked], *, budget: int, carried: tuple[int, ...] = (), ends: bool = False) -> list[Pack]:
    """Cut the trie of all sequences into packs of at most `budget` tokens each.

    `carried` is the path whose keys and values are at hand, already cut to `usable`. Every request is read exactly
    once, and the tokens of all packs together are the trie's nodes that were not carried.
    """
    trie = _trie(carried, asked)
    packs = []
    path = list(range(len(carried)))
    for start in range(len(carried), len(trie.tokens), budget):
        stop = min(start + budget, len(trie.tokens))
        rows = {node: row for row, node in enumerate([*path, *range(start, stop)])}
        following = _ancestors(trie, stop) if stop < len(trie.tokens) else [*_ancestors(trie, stop - 1), stop - 1]
        nodes = range(start, stop)
        packs.append(
            Pack(
                carried=len(path),
                tokens=tuple(trie.tokens[start:stop]),
                positions=tuple(trie.depths[start:stop]),
                parents=tuple(rows[trie.parents[n]] if trie.parents[n] != ROOT else ROOT for n in nodes),
                reads=tuple(Read(n - start, *read) for n in nodes for read in trie.reads.get(n, ())),
                keep=tuple(rows[node] for node in following),
                ends=_ends(trie, nodes, rows) if ends else {},
            )
        )
        path = following
    return packs


def _ends(trie: _Trie, nodes: range, rows: dict[int, int]) -> dict[int, tuple[int, ...]]:
    return {
        request: tuple(rows[n] for n in [*_ancestors(trie, node), node])
        for node in nodes
        for request in trie.ends.get(node, ())
    }


def _ancestors(trie: _Trie, node: int) -> list[int]:
    path = []
    node = trie.parents[node]
    while node != ROOT:
        path.append(node)
        node = trie.parents[node]
    return path[::-1]
