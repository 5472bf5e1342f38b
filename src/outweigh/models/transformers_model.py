"""Models that Hugging Face transformers runs, on a CPU or one accelerator."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

from outweigh.models import likelihoods
from outweigh.models.generating import Generator, Room
from outweigh.models.memory import footprint, free_bytes
from outweigh.models.model import OutOfMemory
from outweigh.models.network import Network
from outweigh.models.opening import opened, text_config
from outweigh.models.plain import Plain
from outweigh.models.tokens import Encoded, Encoder
from outweigh.records import (
    Generate,
    Likelihood,
    ModelCard,
    ModelSpec,
    Precision,
    Request,
    Response,
    UserError,
)

CPU_PACK = 384  # tokens: large enough for the matrix units, small enough for the caches
DEVICE_PACK = 4096
CPU_SLOTS = 32  # sequences that grow at once: beyond these, a token costs what it costs
DEVICE_SLOTS = 256
_SHARE = 0.4  # of the free memory, for each of packs and slots

T = TypeVar("T")


def _window(config: Any, tokenizer: Any) -> int:
    for name in ("n_positions", "max_position_embeddings", "n_ctx"):
        if getattr(config, name, None):
            return int(getattr(config, name))
    return int(tokenizer.model_max_length) if tokenizer.model_max_length < 10**9 else 2048


def _ends(module: Any, tokenizer: Any) -> frozenset[int]:
    found: set[int] = set()
    for owner in (module.generation_config, module.config, tokenizer):
        ends = getattr(owner, "eos_token_id", None)
        found.update([ends] if isinstance(ends, int) else ends or [])
    return frozenset(found)


@dataclass
class TransformersModel:
    """Weights and tokenizer in memory. Without a network, sequences are asked one by one."""

    spec: ModelSpec
    card: ModelCard
    module: Any
    network: Network | None
    encoder: Encoder
    ends: frozenset[int]
    device: str
    room: Room

    def render(self, turns: Sequence[tuple[str, str]]) -> str:
        """(role, content) pairs through the model's chat template, up to where the answer begins."""
        messages = [{"role": role, "content": content} for role, content in turns]
        text = self.encoder.tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        return str(text)

    def answer(self, requests: Sequence[tuple[str, Request]]) -> Iterator[tuple[str, Response]]:
        """Answer each request once, likelihoods first. Raises OutOfMemory; what was yielded stays valid."""
        ask = [(name, r) for name, r in requests if isinstance(r, Likelihood)]
        write = [(name, r) for name, r in requests if isinstance(r, Generate)]
        return chain(self.score(likelihoods.encoded(self.encoder, ask)), self.within_memory(self._texts(write)))

    def score(self, requests: Sequence[tuple[str, Sequence[Encoded]]]) -> Iterator[tuple[str, Response]]:
        """Likelihoods of pairs that are tokens already, for who has rules of tokenizing of their own; as `answer`."""
        if self.network is None:
            return self.within_memory(self._plain.score(requests))
        return self.within_memory(likelihoods.score(self.network, self.encoder.window, requests))

    @property
    def _plain(self) -> Plain:
        return Plain(self.module, self.encoder, self.ends, self.device)

    def _texts(self, requests: Sequence[tuple[str, Generate]]) -> Iterator[tuple[str, Response]]:
        if self.network is None:
            return self._plain.texts(requests)
        return Generator(self.network, self.encoder, self.ends, self.room).answer(requests)

    @property
    def words(self) -> int:
        """The size of the vocabulary that the weights know."""
        return int(self.module.get_input_embeddings().weight.shape[0])

    def within_memory(self, answers: Iterator[T]) -> Iterator[T]:
        """The same, with whatever running out of memory is called as OutOfMemory, and a smaller appetite after it."""
        import torch

        try:
            yield from answers
        except torch.OutOfMemoryError as error:
            self._shrink()
            raise OutOfMemory(str(error)) from error
        except RuntimeError as error:
            if "not enough memory" not in str(error) and "out of memory" not in str(error):
                raise
            self._shrink()
            raise OutOfMemory(str(error)) from error
        except MemoryError as error:
            self._shrink()
            raise OutOfMemory("the machine has no memory left") from error

    def _shrink(self) -> None:
        """Halve what is computed and kept at once, for good."""
        import torch

        self.room = Room(max(1, self.room.slots // 2), self.room.tokens // 2)
        if self.network:
            self.network.forget()
            self.network.budget = max(16, self.network.budget // 2)
        if torch.cuda.is_available():
            torch.cuda.empty_cache()

    def close(self) -> None:
        """Give the memory back."""
        import gc

        import torch

        self.network = self.module = None
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()


def load(spec: ModelSpec, card: ModelCard, folder: Path, *, device: str) -> TransformersModel:
    """Load safetensors weights and their tokenizer from a directory, in the precision that `spec` names."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    assert spec.precision is not None
    dtype = {
        Precision.FLOAT32: torch.float32,
        Precision.BFLOAT16: torch.bfloat16,
        Precision.FLOAT16: torch.float16,
    }[spec.precision]
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=spec.remote_code)
        loaded: Any = AutoModelForCausalLM.from_pretrained(
            folder,
            dtype=dtype,
            trust_remote_code=spec.remote_code,
            use_safetensors=spec.format != "pickle",
        )
    except (OSError, ValueError, KeyError, ImportError) as error:
        reason = str(error).strip().splitlines()[0][:300]
        raise UserError(f"{spec.name}: transformers cannot load it: {reason}") from error
    module: Any = loaded.eval().requires_grad_(False).to(device)
    encoder = Encoder(tokenizer, _window(text_config(module), tokenizer))
    network = opened(module, device)
    room = Room(1, 0)
    if network:
        network.budget, room = _budget(network, device)
    return TransformersModel(spec, card, module, network, encoder, _ends(module, tokenizer), device, room)


def _budget(network: Network, device: str) -> tuple[int, Room]:
    """Tokens a pack and room for growing sequences: what the hardware likes, if the free memory allows it."""
    pack, slots = (CPU_PACK, CPU_SLOTS) if device == "cpu" else (DEVICE_PACK, DEVICE_SLOTS)
    taken = footprint(network)
    free = _SHARE * free_bytes(device)
    return max(16, min(pack, int(free / (taken.kept + taken.passing)))), Room(slots, int(free / taken.kept))
