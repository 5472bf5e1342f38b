"""Models that Hugging Face transformers runs, on a CPU or one accelerator."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from outweigh.models import likelihoods
from outweigh.models.generating import Generator
from outweigh.models.model import OutOfMemory
from outweigh.models.network import Network
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

_CPU_BUDGET = 384  # tokens a pack: large enough for the matrix units, small enough for their caches
_GPU_BUDGET = 4096


def _window(config: Any, tokenizer: Any) -> int:
    config = getattr(config, "text_config", None) or config
    for name in ("n_positions", "max_position_embeddings", "n_ctx"):
        if getattr(config, name, None):
            return int(getattr(config, name))
    return int(tokenizer.model_max_length) if tokenizer.model_max_length < 10**9 else 2048


def _windows(config: Any) -> dict[str, int | None]:
    config = getattr(config, "text_config", None) or config
    sliding = getattr(config, "sliding_window", None)
    kinds = getattr(config, "layer_types", None)
    if kinds:
        return {kind: sliding if kind == "sliding_attention" else None for kind in sorted(set(kinds))}
    return {"full_attention": sliding if getattr(config, "use_sliding_window", True) else None}


def _ends(module: Any, tokenizer: Any) -> frozenset[int]:
    found: set[int] = set()
    for owner in (module.generation_config, module.config, tokenizer):
        ends = getattr(owner, "eos_token_id", None)
        found.update([ends] if isinstance(ends, int) else ends or [])
    return frozenset(found)


@dataclass
class TransformersModel:
    """Weights and tokenizer in memory."""

    spec: ModelSpec
    card: ModelCard
    network: Network
    encoder: Encoder
    ends: frozenset[int]
    slots: int = 16

    def render(self, turns: Sequence[tuple[str, str]]) -> str:
        """(role, content) pairs through the model's chat template, up to where the answer begins."""
        messages = [{"role": role, "content": content} for role, content in turns]
        text = self.encoder.tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        return str(text)

    def answer(self, requests: Sequence[tuple[str, Request]]) -> Iterator[tuple[str, Response]]:
        """Answer each request once, likelihoods first. Raises OutOfMemory; what was yielded stays valid."""
        ask = [(name, r) for name, r in requests if isinstance(r, Likelihood)]
        write = [(name, r) for name, r in requests if isinstance(r, Generate)]
        writer = Generator(self.network, self.encoder, self.ends, self.slots)
        return self._within_memory(chain(likelihoods.answer(self.network, self.encoder, ask), writer.answer(write)))

    def score(self, requests: Sequence[tuple[str, Sequence[Encoded]]]) -> Iterator[tuple[str, Response]]:
        """Likelihoods of pairs that are tokens already, for who has rules of tokenizing of their own; as `answer`."""
        return self._within_memory(likelihoods.score(self.network, self.encoder.window, requests))

    def _within_memory(self, answers: Iterator[tuple[str, Response]]) -> Iterator[tuple[str, Response]]:
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
        import torch

        self.network.forget()
        self.network.budget = max(16, self.network.budget // 2)
        self.slots = max(1, self.slots // 2)
        if torch.cuda.is_available():
            torch.cuda.empty_cache()

    def close(self) -> None:
        """Give the memory back."""
        import gc

        import torch

        self.network.forget()
        self.network.module = None
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
            attn_implementation="sdpa",
            use_safetensors=spec.format != "pickle",
        )
    except (OSError, ValueError, KeyError, ImportError) as error:
        reason = str(error).strip().splitlines()[0][:300]
        raise UserError(f"{spec.name}: transformers cannot load it: {reason}") from error
    module: Any = loaded.eval().to(device)
    budget = _CPU_BUDGET if device == "cpu" else _GPU_BUDGET
    network = Network(module, device, _windows(module.config), budget)
    encoder = Encoder(tokenizer, _window(module.config, tokenizer))
    return TransformersModel(spec, card, network, encoder, _ends(module, tokenizer))
