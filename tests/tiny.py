"""Tiny models with random weights, real in everything but size: made in a second, answered in milliseconds."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from outweigh.models.transformers_model import TransformersModel


def save_tokenizer(folder: Path, *, chat: bool = False) -> int:
    """A byte-level tokenizer without merges; its vocabulary size."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {letter: number for number, letter in enumerate(["<s>", "</s>", *alphabet])}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>")
    if chat:
        fast.chat_template = (
            "{% for m in messages %}<{{ m.role }}>{{ m.content }}\n{% endfor %}"
            "{% if add_generation_prompt %}<assistant>{% endif %}"
        )
    fast.save_pretrained(folder)
    return len(vocabulary)


def opened(folder: Path, *, precision: str = "float32") -> "TransformersModel":
    """The model of a safetensors directory on the CPU."""
    from outweigh.models.transformers_model import load
    from outweigh.records import ModelCard, ModelFormat, ModelSource, ModelSpec

    spec = ModelSpec(
        source=ModelSource.PATH,
        name=str(folder),
        revision="0",
        format=ModelFormat.SAFETENSORS,
        precision=precision,
    )
    return load(spec, ModelCard(title="tiny"), folder, device="cpu")


def save_llama(folder: Path, *, seed: int = 0, window: int = 2048, chat: bool = False) -> Path:
    """A two-layer Llama as a safetensors directory."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=save_tokenizer(folder, chat=chat),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=window,
        bos_token_id=0,
        eos_token_id=1,
        initializer_range=0.3,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


def save_gemma3(folder: Path, *, seed: int = 0, sliding_window: int = 8) -> Path:
    """A four-layer Gemma 3 whose layers take turns between a short sliding window and full attention."""
    import torch
    from transformers import Gemma3ForCausalLM, Gemma3TextConfig

    torch.manual_seed(seed)
    config = Gemma3TextConfig(
        vocab_size=save_tokenizer(folder),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=4,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=8,
        sliding_window=sliding_window,
        layer_types=["sliding_attention", "full_attention"] * 2,
        max_position_embeddings=512,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=1,
        initializer_range=0.3,
    )
    Gemma3ForCausalLM(config).save_pretrained(folder)
    return folder
