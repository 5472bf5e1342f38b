"""What a model will take of memory, told before anything is loaded: from its config and file headers alone."""

from pathlib import Path

from outweigh.models.attention import ROOM
from outweigh.models.shapes import Shape, shape
from outweigh.models.staging import megabytes
from outweigh.models.transformers_model import CPU_PACK, CPU_SLOTS, DEVICE_PACK, DEVICE_SLOTS
from outweigh.records import Footprint, Precision, Workload

_SIZES = {Precision.FLOAT32: 4, Precision.BFLOAT16: 2, Precision.FLOAT16: 2}
# Resident memory of a process that has imported torch 2.13 for CPUs, the code of a model of transformers 5.23 and what
# else Outweigh needs for a run; CPython 3.11, Linux on x86-64, November 2026.
_RUNTIME = 476_000_000
_LOGIT = 8  # bytes for each word and sequence: float32 logits and one copy of them


def estimate(path: Path, workload: Workload, *, precision: Precision, device: str = "cpu") -> Footprint:
    """What loading the model at `path` (directory or GGUF file) and computing the workload takes at its peak.

    The cache is this engine's: every layer keeps every token, sliding windows too (they are masked, not cropped), and
    layers without keys and values keep nothing that counts. On an accelerator `runtime_bytes` is 0, because nothing
    of it but the driver's context lies there, which free memory leaves out already. Converting a GGUF file for the
    first time is not covered, nor architectures that only transformers' own code computes. UserError as `shape`.
    """
    found = shape(path)
    size = _SIZES[precision]
    on_cpu = device == "cpu"
    pack, slots = (CPU_PACK, CPU_SLOTS) if on_cpu else (DEVICE_PACK, DEVICE_SLOTS)
    sequences = min(workload.batch_size or workload.concurrency or 1, slots)
    prompt, output = workload.prompt_tokens, workload.output_tokens
    cache = found.cached * size * (sequences * _grown(prompt, output) + prompt + max(ROOM, prompt // 4))
    activations = _activations(found, size, min(pack, sequences * prompt), sequences, prompt)
    weights = sum(found.floats.values()) * size + found.packed_bytes
    if on_cpu:
        weights += max(0, _read_beside(found, size) - cache - activations)
    return Footprint(
        weights_bytes=weights,
        cache_bytes=cache,
        activation_bytes=activations,
        runtime_bytes=_RUNTIME + found.tokenizer_bytes if on_cpu else 0,
    )


def fits(footprint: Footprint, free_bytes: int) -> str | None:
    """The warning before a load that will not fit into what is free on its device; None if it will."""
    if footprint.total_bytes <= free_bytes:
        return None
    parts = ", ".join(
        f"{megabytes(count)} {name}"
        for name, count in (
            ("weights", footprint.weights_bytes),
            ("keys and values", footprint.cache_bytes),
            ("activations", footprint.activation_bytes),
            ("runtime", footprint.runtime_bytes),
        )
        if count
    )
    return (
        f"needs about {megabytes(footprint.total_bytes)} of memory ({parts}) and {megabytes(free_bytes)} are free; "
        "use a smaller batch, shorter prompts, a smaller model or half precision, or close other programs"
    )


def _grown(prompt: int, output: int) -> int:
    """Tokens that a sequence's place in the cache has room for in the end: it grows by more than it must."""
    return prompt + ROOM + max(0, -(-(output - ROOM) // (ROOM + 1))) * (ROOM + 1)


def _activations(found: Shape, size: int, tokens: int, sequences: int, prompt: int) -> int:
    """A pack while a layer computes it, the keys and values that it and one joining prompt leave, and the logits."""
    passing = size * (4 * found.hidden + 3 * found.inner + 2 * found.queries)
    return (
        tokens * (passing + found.cached * size) + prompt * found.cached * size + sequences * found.vocabulary * _LOGIT
    )


def _read_beside(found: Shape, size: int) -> int:
    """Bytes of the files that lie in memory beside the converted weights until all are loaded.

    Files are mapped, so that weights that need no conversion lie in memory once.
    """
    return sum(stored * count for stored, count in found.floats.items() if stored != size)
