"""The sizes of a model that decide what it takes, from its config or GGUF header; no weight is read."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from outweigh.models.checks import BITS, safetensors_header
from outweigh.models.gguf_header import GGUFHeader, gguf_header
from outweigh.models.paths import find
from outweigh.records import UserError

# What the names of layers without keys and values begin with: they keep a state of fixed size.
_RECURRENT = ("linear", "mamba", "recurrent", "conv", "ssm", "rwkv")
_ITEM = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "F8_E4M3": 1, "F8_E5M2": 1}  # bytes of a floating-point number
# What a tokenizer takes once it is loaded: measured on the vocabularies of SmolLM2 (98,052 words and merges, 48 MB from
# a file of 3.5 MB) and Gemma 3 (777,050, 339 MB from 33 MB) with tokenizers 0.22.
_TOKENIZER_BASE = 14_000_000
_TOKENIZER_SHARE = 9.7  # bytes for each byte of tokenizer.json
_TOKENIZER_ENTRY = 450  # bytes for each word or merge
_MERGES = 2  # for each word, where the file has none and they are made up while loading


@dataclass(frozen=True)
class Shape:
    """Numbers of a causal transformer. `cached` counts the numbers that a token leaves in all layers' caches together.

    `floats` are weights by the bytes of the number that they are stored in, `packed_bytes` those stored otherwise.
    """

    hidden: int
    inner: int
    queries: int
    cached: int
    vocabulary: int
    floats: dict[int, int]
    packed_bytes: int
    tokenizer_bytes: int


def shape(path: Path) -> Shape:
    """The shape of what lies at `path`: a model's directory, or its GGUF file.

    UserError where the files are not whole or do not say what is needed.
    """
    found = find(path)
    if found.file is not None:
        return _from_gguf(gguf_header(found.file), found.file)
    config = json.loads((found.folder / "config.json").read_text(encoding="utf-8"))
    text = config.get("text_config")
    known = Names(text if isinstance(text, dict) else config, str(path))
    floats: dict[int, int] = {}
    packed = 0
    for weight in found.weights:
        for kind, count in safetensors_header(weight).elements.items():
            if kind in _ITEM:
                floats[_ITEM[kind]] = floats.get(_ITEM[kind], 0) + count
            else:
                packed += count * BITS.get(kind, 8) // 8
    tokenizer = found.folder / "tokenizer.json"
    size = tokenizer.stat().st_size if tokenizer.exists() else 0
    return _from_config(known, floats, packed, _TOKENIZER_BASE + round(_TOKENIZER_SHARE * size))


@dataclass(frozen=True)
class Names:
    """A config that is read by whichever of several names it uses."""

    values: dict[str, Any]
    where: str

    def whole(self, *names: str, default: int | None = None) -> int:
        """The first of these that is a whole number. UserError if there is none and no default."""
        for name in names:
            value = self.values.get(name)
            if isinstance(value, int) and not isinstance(value, bool):
                return value
            if value is not None:
                raise UserError(f"{self.where}: {name} is no single whole number: its footprint cannot be estimated")
        if default is None:
            raise UserError(f"{self.where}: its config does not say {names[0]}: its footprint cannot be estimated")
        return default


def _from_config(known: Names, floats: dict[int, int], packed: int, tokenizer: int) -> Shape:
    hidden = known.whole("hidden_size", "n_embd", "d_model")
    heads = known.whole("num_attention_heads", "n_head", "n_heads")
    layers = known.whole("num_hidden_layers", "n_layer", "n_layers")
    kinds = known.values.get("layer_types")
    if isinstance(kinds, list):
        layers = sum(not str(kind).startswith(_RECURRENT) for kind in kinds)
    shared = known.whole("num_key_value_heads", default=1 if known.values.get("multi_query") else heads)
    width = known.whole("head_dim", default=hidden // heads)
    key = value = shared * width
    if isinstance(known.values.get("kv_lora_rank"), int):
        # Multi-head latent attention: transformers keeps keys and values as wide as they are used, not the latent.
        key = heads * (known.whole("qk_nope_head_dim") + known.whole("qk_rope_head_dim"))
        value = heads * known.whole("v_head_dim")
    return Shape(
        hidden=hidden,
        inner=known.whole("intermediate_size", "n_inner", "ffn_dim", default=4 * hidden),
        queries=heads * width,
        cached=layers * (key + value),
        vocabulary=known.whole("vocab_size"),
        floats=floats,
        packed_bytes=packed,
        tokenizer_bytes=tokenizer,
    )


def _from_gguf(header: GGUFHeader, file: Path) -> Shape:
    prefix = f"{header.text('general.architecture')}."
    arrays = dict.fromkeys(header.lengths, "an array")
    values = {key.removeprefix(prefix): value for key, value in (arrays | header.metadata).items()}
    known = Names(values, str(file))
    hidden, heads = known.whole("embedding_length"), known.whole("attention.head_count")
    shared = known.whole("attention.head_count_kv", default=heads)
    width = known.whole("attention.key_length", default=hidden // heads)
    words = header.lengths.get("tokenizer.ggml.tokens") or known.whole("vocab_size")
    merges = header.lengths.get("tokenizer.ggml.merges", _MERGES * words)
    return Shape(
        hidden=hidden,
        inner=known.whole("feed_forward_length"),
        queries=heads * width,
        cached=known.whole("block_count") * shared * (width + known.whole("attention.value_length", default=width)),
        vocabulary=words,
        floats={4: header.parameters},  # converted to float32 before it is loaded
        packed_bytes=0,
        tokenizer_bytes=_TOKENIZER_BASE + _TOKENIZER_ENTRY * (words + merges),
    )
