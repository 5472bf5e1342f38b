"""The output layer, computed only where something is read, and a block of the vocabulary at a time."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from outweigh.models.linear import linear

_BLOCK = 2048  # words: a block of logits is used up while it lies in the processor's cache
_DEVICE_BLOCK = 32_768  # on an accelerator, where every block costs a dozen launches


@dataclass(frozen=True)
class LMHead:
    """A linear output layer: weight [words, width] and perhaps a bias [words]; then `scale` and a soft `cap`.

    Without a weight the network's outputs are the logits already.
    """

    weight: Any = None
    bias: Any = None
    scale: float = 1.0
    cap: float | None = None

    def logits(self, outputs: Any) -> Any:
        """Float32 logits [rows, words] of the network's outputs [rows, width]."""
        import torch

        if self.weight is None:
            return outputs.float()
        with torch.inference_mode():
            found = linear(outputs, self.weight, self.bias)
            found = found * self.scale if self.scale != 1 else found
            found = torch.tanh(found / self.cap) * self.cap if self.cap else found
            return found.float()

    def _blocks(self, outputs: Any) -> Iterator[tuple[int, Any]]:
        """Float32 logits from one word on, block by block. They may be overwritten."""
        words = outputs.shape[1] if self.weight is None else self.weight.shape[0]
        size = _BLOCK if outputs.device.type == "cpu" else _DEVICE_BLOCK
        for start in range(0, words, size):
            part = slice(start, start + size)
            if self.weight is None:
                yield start, outputs[:, part].float().clone()
            else:
                bias = None if self.bias is None else self.bias[part]
                yield start, replace(self, weight=self.weight[part], bias=bias).logits(outputs)

    def read(self, outputs: Any, rows: Any, targets: Any) -> tuple[Any, Any]:
        """Log-probabilities of `targets` [n] at `rows` [n] in nats, and whether each is the likeliest word."""
        import torch

        with torch.inference_mode():
            count = outputs.shape[0]
            best = torch.full((count,), -torch.inf, device=outputs.device)
            total = torch.zeros_like(best)
            likeliest = torch.zeros(count, dtype=torch.long, device=outputs.device)
            found = torch.zeros(targets.shape[0], device=outputs.device)
            for start, logits in self._blocks(outputs):
                column = targets - start
                size = logits.shape[1]
                own = logits[rows, column.clamp(0, size - 1)]
                found = torch.where((column >= 0) & (column < size), own, found)
                top, where = logits.max(dim=1)
                likeliest = torch.where(top > best, where + start, likeliest)
                above = torch.maximum(top, best)
                # The sum so far is brought down to the new maximum, so that no exponential overflows.
                total = total * torch.exp(best - above) + logits.sub_(above[:, None]).exp_().sum(dim=1)
                best = above
            return found - (best + total.log())[rows], likeliest[rows] == targets
