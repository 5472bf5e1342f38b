"""Models of a few kilobytes: whole enough to be found, checked, and in the case of GGUF converted."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

CONFIG = {
    "model_type": "llama",
    "architectures": ["LlamaForCausalLM"],
    "max_position_embeddings": 64,
    "hidden_size": 8,
}
CARD = "---\nlicense: mit\nlanguage:\n- en\n- de\nbase_model: org/parent\ntags: [tiny]\n---\n# Tiny\n"
TEMPLATE = "{% for message in messages %}<s>{{ message['content'] }}</s>{% endfor %}"
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
WORDS = ["<unk>", "<s>", "</s>", *LETTERS, "Ġ", "Ċ", "th", "the", "Ġa", "Ġthe"]
MERGES = ["t h", "th e", "Ġ a", "Ġ the"]


def weights(count: int = 32) -> bytes:
    """A safetensors file of `count` float32 weights."""
    from safetensors.numpy import save

    return save({"one": np.arange(count, dtype=np.float32)})


def files(changed: Mapping[str, bytes | str | None] | None = None) -> dict[str, bytes | str]:
    """The files of a safetensors model by name, some of them changed, or left out (None)."""
    whole: dict[str, bytes | str | None] = {
        "README.md": CARD,
        "config.json": json.dumps(CONFIG),
        "generation_config.json": '{"eos_token_id": 2}',
        "tokenizer.json": "{}",
        "tokenizer_config.json": json.dumps({"chat_template": TEMPLATE}),
        "model.safetensors": weights(),
        **(changed or {}),
    }
    return {name: content for name, content in whole.items() if content is not None}


def write(folder: Path, content: Mapping[str, bytes | str]) -> Path:
    """Put files into a folder."""
    for name, data in content.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
    return folder


def write_gguf(path: Path, *, template: str | None = None, architecture: str = "llama") -> Path:
    """A GGUF file of a two-layer Llama with a byte-level vocabulary; its random weights are always the same."""
    from gguf import GGUFWriter

    path.parent.mkdir(parents=True, exist_ok=True)
    writer = GGUFWriter(path, architecture)
    writer.add_name("Tiny 1k")
    writer.add_license("mit")
    writer.add_languages(["en", "de"])
    writer.add_file_type(0)
    writer.add_context_length(64)
    writer.add_embedding_length(8)
    writer.add_block_count(2)
    writer.add_feed_forward_length(16)
    writer.add_head_count(2)
    writer.add_head_count_kv(2)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(WORDS))
    writer.add_rope_dimension_count(4)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(WORDS)
    writer.add_token_types([2, 3, 3, *[1] * (len(WORDS) - 3)])
    writer.add_token_merges(MERGES)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_add_bos_token(False)
    if template:
        writer.add_chat_template(template)
    for name, shape in _shapes():
        writer.add_tensor(name, np.random.default_rng(len(name)).normal(size=shape).astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _shapes() -> list[tuple[str, tuple[int, ...]]]:
    shapes: list[tuple[str, tuple[int, ...]]] = [("token_embd.weight", (len(WORDS), 8)), ("output_norm.weight", (8,))]
    for layer in range(2):
        shapes += [(f"blk.{layer}.{name}.weight", (8,)) for name in ("attn_norm", "ffn_norm")]
        shapes += [(f"blk.{layer}.attn_{name}.weight", (8, 8)) for name in ("q", "k", "v", "output")]
        shapes += [(f"blk.{layer}.ffn_{name}.weight", (16, 8)) for name in ("gate", "up")]
        shapes += [(f"blk.{layer}.ffn_down.weight", (8, 16))]
    return shapes
