"""Linear layers in float32 on a processor, by oneDNN rather than by the BLAS that torch would call.

On AMD's processors MKL leaves AVX-512 aside; oneDNN's product was 2.1 to 2.4 times as fast there for a pack's rows
(`benchmarks/README.md`), with the same float32 arithmetic. Not covered: other precisions and devices, where torch
chooses well, and small layers, where the way to oneDNN costs more than it saves.
"""

import platform
from functools import cache, partial
from typing import Any

_SMALL = 2**18  # weights


@cache
def _onednn() -> Any:
    """The operator that torch.compile emits for linear layers; None where torch was built without it."""
    import torch

    if platform.machine() not in ("x86_64", "AMD64") or not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        return None
    return getattr(torch.ops.mkldnn, "_linear_pointwise", None)


def linear(inputs: Any, weight: Any, bias: Any = None) -> Any:
    """`inputs` [..., width] times the transpose of `weight` [words, width], plus `bias` [words]."""
    import torch

    known = inputs.dtype == weight.dtype == torch.float32 and inputs.device.type == "cpu"
    if known and weight.numel() >= _SMALL and _onednn():
        return _onednn()(inputs, weight, bias, "none", [], "")
    return torch.nn.functional.linear(inputs, weight, bias)


def _forward(layer: Any, inputs: Any) -> Any:
    return linear(inputs, layer.weight, layer.bias)


def _plain(module: Any) -> list[Any]:
    import torch

    return [layer for layer in module.modules() if type(layer) is torch.nn.Linear]


def quicken(module: Any) -> None:
    """Let every plain linear layer of a module compute by `linear`."""
    for layer in _plain(module):
        layer.forward = partial(_forward, layer)


def restore(module: Any) -> None:
    """Undo `quicken`."""
    for layer in _plain(module):
        layer.__dict__.pop("forward", None)
