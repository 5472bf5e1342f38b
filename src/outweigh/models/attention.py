"""Attention that computes nothing that nobody sees: transformers' layers call it in place of their own.

A layer hands over the queries, keys and values of the new tokens; what came before lies in a `Path` or in `Slots`. The
rows of a pack see the path and their own span, never a neighbour's. Heads that share keys and values are folded into
more query rows, so that nothing is copied for them.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from outweigh.models.planning import ROOT, Pack, Span, spans

NAME = "outweigh"
_ENOUGH = 64  # rows a span: fewer cost a kernel call each, more cost scores that the mask throws away
ROOM = 128  # tokens that buffers grow by, at least

Windows = Sequence[int | None]  # a layer's sliding window, None for full attention


class Layout(Protocol):
    """What one pass of the network attends to."""

    def attend(self, layer: int, query: Any, key: Any, value: Any, scale: float) -> Any:
        """[batch, rows, heads, width] from queries [batch, heads, rows, width] and the new rows' keys and values."""
        ...


_layout: ContextVar[Layout] = ContextVar("layout")


@contextmanager
def attending(layout: Layout) -> Iterator[None]:
    """Let every layer of a pass attend by this layout."""
    token = _layout.set(layout)
    try:
        yield
    finally:
        _layout.reset(token)


class NotOurs(Exception):
    """The layer asks for something that this attention does not compute."""


def _attend(
    module: Any, query: Any, key: Any, value: Any, attention_mask: Any, scaling: float | None = None, **more: Any
) -> tuple[Any, None]:
    asked = {name for name in ("softcap", "s_aux", "position_bias", "cache") if more.get(name) is not None}
    if asked or attention_mask is not None:
        raise NotOurs(", ".join(sorted(asked)) or "a mask")
    scale = scaling if scaling is not None else query.shape[-1] ** -0.5
    return _layout.get().attend(module.layer_idx, query, key, value, scale), None


def register() -> None:
    """Make `attn_implementation="outweigh"` known to transformers."""
    from transformers import AttentionInterface

    AttentionInterface.register(NAME, _attend)


def grown(tensor: Any, rows: int, length: int) -> Any:
    """A copy of [rows, heads, length, width] with more rows or length; what is new holds zeros."""
    size = (max(rows, tensor.shape[0]), tensor.shape[1], max(length, tensor.shape[2]), tensor.shape[3])
    larger = tensor.new_zeros(size)
    larger[: tensor.shape[0], :, : tensor.shape[2]] = tensor
    return larger


@dataclass
class Path:
    """The tokens that were computed last, from the first token on, and every layer's keys and values of them."""

    tokens: tuple[int, ...] = ()
    layers: dict[int, tuple[Any, Any]] = field(default_factory=dict)  # [1, heads, room, width] each

    def layer(self, number: int, past: int, first: int = 0) -> tuple[Any, Any] | None:
        """Keys and values of the tokens `first` to `past`; None where nothing was computed yet."""
        if past <= first:
            return None
        keys, values = self.layers[number]
        return keys[:, :, first:past], values[:, :, first:past]

    def extend(self, keep: int, tokens: tuple[int, ...], rows: Any, new: dict[int, tuple[Any, Any]]) -> None:
        """Keep the first `keep` tokens and append rows of what a pass has computed."""
        import torch

        length = keep + len(tokens)
        with torch.inference_mode():
            for number, pair in new.items():
                held = self.layers.get(number) or tuple(part[:, :, :0] for part in pair)
                if held[0].shape[2] < length:
                    held = tuple(grown(part[:, :, :keep], 1, length + max(ROOM, length // 4)) for part in held)
                for part, fresh in zip(held, pair, strict=True):
                    part[:, :, keep:length] = fresh[:, :, rows]
                self.layers[number] = (held[0], held[1])
        self.tokens = self.tokens[:keep] + tokens


def seen(pack: Pack, span: Span) -> "np.ndarray[Any, np.dtype[np.bool_]]":
    """[rows, past + rows]: whether a row of the span may see a token of the path, or a row of the span."""
    size = span.stop - span.start
    allowed = np.zeros((size, span.past + size), dtype=np.bool_)
    for row in range(size):
        parent = pack.parents[span.start + row]
        if parent >= pack.carried:
            allowed[row] = allowed[parent - pack.carried - span.start]
        elif parent != ROOT:
            allowed[row, : parent + 1] = True
        allowed[row, span.past + row] = True
    return allowed


def _additive(allowed: Any, dtype: Any) -> Any:
    import torch

    mask = torch.zeros(allowed.shape, dtype=dtype, device=allowed.device)
    return mask.masked_fill_(~allowed, torch.finfo(dtype).min)


class PackLayout:
    """One pack after a path. `new` holds its rows' keys and values once the pass is over."""

    def __init__(self, pack: Pack, path: Path, windows: Windows) -> None:
        self._path, self._windows, self._pack = path, windows, pack
        self._spans = spans(pack, _ENOUGH)
        self._masks: dict[tuple[int | None, int], tuple[int, Any]] = {}
        self.new: dict[int, tuple[Any, Any]] = {}

    def _mask(self, window: int | None, number: int, query: Any, groups: int) -> tuple[int, Any]:
        """The first token of the path that the span sees, and the mask from there on, one row for each folded head."""
        import torch

        if (window, number) not in self._masks:
            span = self._spans[number]
            allowed = torch.from_numpy(seen(self._pack, span))
            own = self._pack.positions[span.start : span.stop]
            first = 0
            if window is not None:
                rows = torch.tensor(own)
                allowed &= rows[:, None] - torch.cat([torch.arange(span.past), rows])[None] < window
                first = min(max(0, min(own) - window + 1), span.past)
            mask = _additive(allowed[:, first:].repeat(groups, 1).to(query.device), query.dtype)
            self._masks[window, number] = (first, mask[None, None])
        return self._masks[window, number]

    def attend(self, layer: int, query: Any, key: Any, value: Any, scale: float) -> Any:
        """See `Layout`."""
        import torch

        self.new[layer] = (key, value)
        _, heads, total, width = query.shape
        groups = heads // key.shape[1]
        parts = []
        for number, span in enumerate(self._spans):
            first, mask = self._mask(self._windows[layer], number, query, groups)
            own = (key[:, :, span.start : span.stop], value[:, :, span.start : span.stop])
            before = self._path.layer(layer, span.past, first)
            keys, values = (torch.cat(pair, dim=2) for pair in zip(before, own, strict=True)) if before else own
            rows = span.stop - span.start
            folded = query[:, :, span.start : span.stop].reshape(1, heads // groups, groups * rows, width)
            found = torch.nn.functional.scaled_dot_product_attention(folded, keys, values, attn_mask=mask, scale=scale)
            parts.append(found.reshape(1, heads, rows, -1))
        return torch.cat(parts, dim=2).transpose(1, 2).reshape(1, total, heads, -1)


@dataclass
class Slots:
    """Sequences that grow by one token a pass: a shared stem on a path, and every sequence's own tokens after it.

    `layers` hold keys and values [size, heads, room, width]; the first `len(filled)` slots are taken, `filled` says
    how many own tokens each has.
    """

    stem: int
    size: int
    layers: dict[int, tuple[Any, Any]] = field(default_factory=dict)
    filled: list[int] = field(default_factory=list)

    def join(self, own: dict[int, tuple[Any, Any]]) -> None:
        """Take the next slot with a sequence's own keys and values [1, heads, tokens, width]."""
        import torch

        place, length = len(self.filled), next(iter(own.values()))[0].shape[2]
        with torch.inference_mode():
            for number, pair in own.items():
                self.make_room(number, length, pair)
                for part, fresh in zip(self.layers[number], pair, strict=True):
                    part[place, :, :length] = fresh[0]
        self.filled.append(length)

    def leave(self, place: int) -> None:
        """Free a slot; the last one moves into its place."""
        import torch

        last = self.filled.pop()
        if place == len(self.filled):
            return
        with torch.inference_mode():
            for part in (part for pair in self.layers.values() for part in pair):
                part[place, :, :last] = part[len(self.filled), :, :last]
        self.filled[place] = last

    def make_room(self, number: int, length: int, like: tuple[Any, Any]) -> None:
        """Let every slot of a layer hold at least `length` tokens."""
        held = self.layers.get(number) or tuple(part[:0, :, :0] for part in like)
        if length > held[0].shape[2]:
            held = tuple(grown(part, self.size, length + ROOM) for part in held)
        self.layers[number] = (held[0], held[1])


class SlotLayout:
    """One more token in every taken slot. The pass appends it to the slots."""

    def __init__(self, slots: Slots, path: Path, windows: Windows, device: str) -> None:
        import torch

        self._slots, self._path, self._windows = slots, path, windows
        self._places = torch.arange(len(slots.filled), device=device)
        self._ends = torch.tensor(slots.filled, device=device)
        self._length = max(slots.filled) + 1
        self._masks: dict[int | None, Any] = {}
        slots.filled = [count + 1 for count in slots.filled]

    def _mask(self, window: int | None, query: Any) -> Any:
        """[slots, 1, 1, stem + length]: the whole stem and what a slot holds, the new token included."""
        import torch

        if window not in self._masks:
            columns = torch.arange(-self._slots.stem, self._length, device=query.device)
            behind = self._ends[:, None] - columns[None]
            allowed = behind >= 0
            if window is not None:
                allowed &= behind < window
            self._masks[window] = _additive(allowed, torch.float32)[:, None, None]
        return self._masks[window]

    def attend(self, layer: int, query: Any, key: Any, value: Any, scale: float) -> Any:
        """See `Layout`."""
        import torch

        count, heads, _, width = query.shape
        shared, length, stem = key.shape[1], self._length, self._slots.stem
        self._slots.make_room(layer, length, (key, value))
        for part, fresh in zip(self._slots.layers[layer], (key, value), strict=True):
            part[self._places, :, self._ends] = fresh[:, :, 0]
        keys, values = (part[:count, :, :length] for part in self._slots.layers[layer])
        folded = query.reshape(count, shared, heads // shared, width)
        mask = self._mask(self._windows[layer], query)
        before = self._path.layer(layer, stem)
        scores = torch.matmul(folded, keys.transpose(2, 3))
        if before:
            # All slots ask the stem at once: its keys and values are read once, not once a slot.
            together = folded.transpose(0, 1).reshape(shared, -1, width)
            asked = torch.matmul(together, before[0][0].transpose(1, 2)).view(shared, count, -1, stem)
            scores = torch.cat([asked.transpose(0, 1), scores], dim=3)
        weights = torch.softmax(scores.float().mul_(scale).add_(mask), dim=3).to(value.dtype)
        found = torch.matmul(weights[..., stem:], values)
        if before:
            over = weights[..., :stem].transpose(0, 1).reshape(shared, -1, stem)
            found += torch.matmul(over, before[1][0]).view(shared, count, heads // shared, -1).transpose(0, 1)
        return found.reshape(count, 1, heads, -1)
