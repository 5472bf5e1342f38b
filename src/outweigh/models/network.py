"""A causal transformer that computes packs: several branches at once over a carried path."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from outweigh.models.attention import Layout, PackLayout, Path, SlotLayout, Slots, Windows, attending
from outweigh.models.heads import LMHead
from outweigh.models.planning import Asked, Pack, plan, usable


@dataclass(frozen=True)
class Computed:
    """A pack and what came of it: outputs of its read rows, in order, and each layer's new keys and values."""

    pack: Pack
    outputs: Any
    new: dict[int, tuple[Any, Any]]


@dataclass
class Network:
    """The weights, and the path that was computed last.

    `body` gives outputs for tokens, from which `head` makes logits. `computed`, `read` and `attended` count tokens,
    rows of the output layer, and pairs of tokens that attend over all layers, since loading.
    """

    module: Any
    body: Any
    head: LMHead
    device: str
    windows: Windows
    budget: int
    path: Path = field(default_factory=Path)
    computed: int = 0
    read: int = 0
    attended: int = 0

    def forget(self) -> None:
        """Drop the carried path."""
        self.path = Path()

    def reset(self) -> None:
        """As if nothing had been computed."""
        self.path, self.computed, self.read, self.attended = Path(), 0, 0, 0

    def _count(self, positions: Sequence[int]) -> None:
        self.computed += len(positions)
        for window, layers in Counter(self.windows).items():
            pairs = sum(min(place + 1, window or place + 1) for place in positions)
            self.attended += layers * pairs

    def tensor(self, values: Any) -> Any:
        """Integers on the network's device; the copy to an accelerator does not wait for what it computes."""
        import torch

        made = torch.tensor(values, dtype=torch.long)
        return (
            made.pin_memory().to(self.device, non_blocking=True)
            if self.device.startswith("cuda")
            else made.to(self.device)
        )

    def _outputs(self, ids: Any, positions: Any, layout: Layout) -> Any:
        import torch

        with torch.inference_mode(), attending(layout):
            return self.body(input_ids=ids, position_ids=positions, use_cache=False)[0]

    def walk(self, asked: Sequence[Asked], *, ends: bool = False) -> Iterator[Computed]:
        """Compute every pack in turn. While it is looked at, `path` is still the one that the pack came after."""
        import torch

        keep = usable(self.path.tokens, asked)
        self.path.extend(keep, (), None, {})
        for pack in plan(asked, budget=self.budget, carried=self.path.tokens, ends=ends):
            self._count(pack.positions)
            layout = PackLayout(pack, self.path, self.windows)
            outputs = self._outputs(self.tensor([pack.tokens]), self.tensor([pack.positions]), layout)
            with torch.inference_mode():
                read = outputs[0, self.tensor(list(pack.read_rows))]
            self.read += len(pack.read_rows)
            yield Computed(pack, read, layout.new)
            new = [row - pack.carried for row in pack.keep if row >= pack.carried]
            tokens = tuple(pack.tokens[row] for row in new)
            self.path.extend(len(pack.keep) - len(new), tokens, self.tensor(new), layout.new)

    def step(self, slots: Slots, tokens: Sequence[int]) -> Any:
        """Float32 logits [slots, words] after one more token in every slot."""
        import torch

        places = [slots.stem + count for count in slots.filled]
        self._count(places)
        positions = self.tensor([[place] for place in places])
        layout = SlotLayout(slots, self.path, self.windows, self.device)
        outputs = self._outputs(self.tensor([[token] for token in tokens]), positions, layout)
        self.read += len(tokens)
        with torch.inference_mode():
            return self.head.logits(outputs[:, 0])

    def own(self, computed: Computed, rows: Sequence[int], stem: int) -> dict[int, tuple[Any, Any]]:
        """Keys and values of a sequence after its stem; `rows` are its tokens' places on the path and in the pack."""
        import torch

        fresh = [row - computed.pack.carried for row in rows if row >= computed.pack.carried]
        before = len(rows) - len(fresh)
        new = self.tensor(fresh)
        own = {}
        with torch.inference_mode():
            for layer, pair in computed.new.items():
                parts = tuple(part[:, :, new[max(0, stem - before) :]] for part in pair)
                held = self.path.layer(layer, before, stem)
                own[layer] = tuple(torch.cat(each, dim=2) for each in zip(held, parts, strict=True)) if held else parts
        return own  # type: ignore[return-value]
