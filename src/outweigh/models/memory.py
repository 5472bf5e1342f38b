"""How much memory is free, and what a token of this network takes of it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from outweigh.models.network import Network
from outweigh.models.planning import Asked

_TOKENS = 4
_CGROUP = Path("/sys/fs/cgroup")


def free_bytes(device: str) -> int:
    """Bytes that can still be had on a device: what the container or the machine leaves, or the accelerator."""
    import torch

    if device.startswith("cuda"):
        return (
            int(torch.cuda.mem_get_info(device)[0])
            + torch.cuda.memory_reserved(device)
            - torch.cuda.memory_allocated(device)
        )
    if device.startswith("mps"):
        return int(torch.mps.recommended_max_memory() - torch.mps.driver_allocated_memory())
    import psutil

    return min(int(psutil.virtual_memory().available), _container_bytes())


def _container_bytes() -> int:
    """What the container's limit leaves; page cache counts as free."""
    try:
        limit = (_CGROUP / "memory.max").read_text().strip()
        if limit == "max":
            return 2**63
        used = int((_CGROUP / "memory.current").read_text())
        rows = (line.split() for line in (_CGROUP / "memory.stat").read_text().splitlines())
        cached = {name: int(value) for name, value in rows}.get("inactive_file", 0)
        return max(0, int(limit) - used + cached)
    except (OSError, ValueError):
        return 2**63


@dataclass(frozen=True)
class Footprint:
    """Bytes a token takes: `kept` as keys and values of all layers, `passing` while its pack is computed."""

    kept: int
    passing: int


def footprint(network: Network) -> Footprint:
    """What one pack takes a token, seen on a short one; the network has computed nothing afterwards.

    `passing` adds up what the modules of the greediest layer hand out, which is more than lives at any one time.
    """
    import torch

    made: dict[str, int] = {}

    def note(name: str) -> Any:
        layer = next((part for part in name.split(".") if part.isdigit()), name)

        def hook(module: Any, inputs: Any, output: Any) -> None:
            if isinstance(output, torch.Tensor):
                made[layer] = made.get(layer, 0) + output.numel() * output.element_size()

        return hook

    leaves = [(name, each) for name, each in network.body.named_modules() if not list(each.children())]
    hooks = [each.register_forward_hook(note(name)) for name, each in leaves]
    network.forget()
    try:
        (computed,) = network.walk([Asked(0, tuple(range(_TOKENS)), (0,))])
    finally:
        for hook in hooks:
            hook.remove()
    network.reset()
    kept = sum(part.numel() * part.element_size() for pair in computed.new.values() for part in pair)
    return Footprint(kept // _TOKENS, max(made.values()) // _TOKENS)
