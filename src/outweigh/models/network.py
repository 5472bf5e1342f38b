"""A causal transformer that computes packs: several branches at once over a carried path.

Every token attends to its ancestors alone, by an explicit mask, so branches that stand side by side never see each
other. The cache keeps every key and value of the path; layers with a sliding window are masked, not cropped.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from outweigh.models.planning import ROOT, Asked, Pack, plan, usable

KeyValues = list[tuple[Any, Any]]  # one (keys, values) a layer, each [batch, heads, tokens, width]


def ancestry(pack: Pack) -> "np.ndarray[Any, np.dtype[np.bool_]]":
    """[tokens, carried + tokens]: whether a row's token may see a column's token."""
    size = len(pack.tokens)
    seen = np.zeros((size, pack.carried + size), dtype=np.bool_)
    for row, parent in enumerate(pack.parents):
        if parent >= pack.carried:
            seen[row] = seen[parent - pack.carried]
        elif parent != ROOT:
            seen[row, : parent + 1] = True
        seen[row, pack.carried + row] = True
    return seen


@dataclass
class Network:
    """The weights, and the path that was computed last.

    `windows` maps the kinds of layers to their sliding windows, None for full attention; a network with one kind of
    layer takes a plain mask, one with several a mask for each kind.
    """

    module: Any
    device: str
    windows: dict[str, int | None]
    budget: int
    carried: tuple[int, ...] = ()
    memory: KeyValues = field(default_factory=list)

    def forget(self) -> None:
        """Drop the carried path."""
        self.carried, self.memory = (), []

    def masks(self, seen: Any, queries: Any, keys: Any) -> Any:
        """Additive masks from `seen` [batch, rows, columns] and the positions of rows and columns [batch, ·]."""
        import torch

        masks = {}
        for kind, window in self.windows.items():
            allowed = seen
            if window is not None:
                allowed = seen & (queries[:, :, None] - keys[:, None, :] < window)
            mask = torch.zeros(allowed.shape, dtype=self.module.dtype, device=self.device)
            masks[kind] = mask.masked_fill_(~allowed, torch.finfo(mask.dtype).min)[:, None]
        return masks if len(masks) > 1 else next(iter(masks.values()))

    def forward(self, ids: Any, positions: Any, mask: Any, memory: KeyValues, rows: Any) -> tuple[Any, KeyValues]:
        """Logits at `rows` of every sequence in the batch, and all keys and values after the pass."""
        import torch
        from transformers import DynamicCache

        cache: Any = DynamicCache()
        for layer, (keys, values) in enumerate(memory):
            cache.update(keys, values, layer)
        with torch.inference_mode():
            output = self.module(
                input_ids=ids,
                position_ids=positions,
                attention_mask=mask,
                past_key_values=cache,
                use_cache=True,
                logits_to_keep=rows,
            )
        return output.logits, [(layer.keys, layer.values) for layer in cache.layers]

    def walk(self, asked: Sequence[Asked], *, ends: bool = False) -> Iterator[tuple[Pack, Any, KeyValues]]:
        """Compute every pack in turn: (pack, float32 logits of its read rows, keys and values of carried + pack).

        Logits have one row for each distinct read row of the pack, in order.
        """
        import torch

        self.carried = self.carried[: usable(self.carried, asked)]
        self.memory = [(k[:, :, : len(self.carried)], v[:, :, : len(self.carried)]) for k, v in self.memory]
        for pack in plan(asked, budget=self.budget, carried=self.carried, ends=ends):
            rows = torch.tensor(list(pack.read_rows), dtype=torch.long)
            ids = torch.tensor([pack.tokens], device=self.device)
            positions = torch.tensor([pack.positions], device=self.device)
            path = torch.arange(pack.carried, device=self.device)[None]
            seen = torch.from_numpy(ancestry(pack)).to(self.device)[None]
            mask = self.masks(seen, positions, torch.cat([path, positions], dim=1))
            kept = rows.to(self.device) if len(rows) else torch.tensor([0], device=self.device)
            logits, after = self.forward(ids, positions, mask, self.memory, kept)
            yield pack, logits[0, : len(rows)].float(), after
            keep = torch.tensor(pack.keep, dtype=torch.long, device=self.device)
            self.memory = [(k[:, :, keep], v[:, :, keep]) for k, v in after]
            known = self.carried + pack.tokens
            self.carried = tuple(known[row] for row in pack.keep)
