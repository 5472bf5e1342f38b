"""A loaded transformer as a network that computes packs, if its answers to a small tree are its own code's."""

from typing import Any

from outweigh.models import attention, linear
from outweigh.models.attention import NotOurs, Slots, Windows
from outweigh.models.heads import LMHead
from outweigh.models.network import Network
from outweigh.models.planning import Asked

_TREE = ((5, 9, 3, 8, 4, 7), (5, 9, 3, 8, 6, 2, 7, 3), (5, 9, 3, 8, 6, 2, 4), (5, 9, 7, 7))
_PACK = 5  # tokens: the tree takes several packs, so that a path is carried
_TOLERANCE = {"torch.float32": 2e-3, "torch.float64": 1e-6}  # nats, for every word
# In half precision unlikely words are whole nats apart by rounding alone. Weighted by their probability and over the
# whole tree, SmolLM2-135M and Gemma-3-270M are 0.02 and 0.11 nats apart in bfloat16; a wrong mask, wrong positions or
# a scale that is a tenth off make that 0.4 to 3.
_HALF_TOLERANCE = 0.25
_HEAD_TOLERANCE = 2**-6  # of the largest logit: two roundings of bfloat16, and less than any scale or cap would change


def text_config(module: Any) -> Any:
    """The configuration of the language model, which stands inside that of a model with several modes."""
    return getattr(module.config, "text_config", None) or module.config


def windows(config: Any) -> Windows:
    """Each layer's sliding window in tokens, None for full attention."""
    sliding = getattr(config, "sliding_window", None)
    kinds = getattr(config, "layer_types", None)
    if kinds:
        return [sliding if kind == "sliding_attention" else None for kind in kinds]
    window = sliding if getattr(config, "use_sliding_window", True) else None
    return [window] * int(config.num_hidden_layers)


def _head(module: Any, config: Any) -> LMHead | None:
    """The output layer with what the architectures that we know do to its logits."""
    import torch

    layer = module.get_output_embeddings()
    if not isinstance(layer, torch.nn.Linear):
        return None
    scale = getattr(config, "logit_scale", None) or 1 / (getattr(config, "logits_scaling", None) or 1)
    return LMHead(layer.weight, layer.bias, float(scale), getattr(config, "final_logit_softcapping", None))


def _fixed_positions(config: Any) -> bool:
    """Whether a token's position is encoded in the same way however long its sequence is."""
    found = getattr(config, "rope_parameters", None) or {}
    kinds = [found, *(each for each in found.values() if isinstance(each, dict))]
    return not any(each.get("rope_type") in ("dynamic", "longrope") for each in kinds)


def _plain(module: Any, device: str) -> list[Any]:
    import torch

    with torch.inference_mode():
        return [module(torch.tensor([tokens], device=device)).logits[0, -1].float() for tokens in _TREE]


def _packed(network: Network) -> list[Any]:
    """The same from packs, the last sequence's end by a step in a slot."""
    *packed, stepped = _TREE
    asked = [Asked(number, tokens, (0,)) for number, tokens in enumerate([*packed, stepped[:-1]])]
    found: dict[int, Any] = {}
    slots = Slots(stem=2, size=1)
    for computed in network.walk(asked, ends=True):
        logits = network.head.logits(computed.outputs)
        found |= {read.request: logits[computed.pack.read_rows[read.row]] for read in computed.pack.reads}
        if len(packed) in computed.pack.ends:
            slots.join(network.own(computed, computed.pack.ends[len(packed)], slots.stem))
    return [found[number] for number in range(len(packed))] + [network.step(slots, stepped[-1:])[0]]


def _equal(module: Any, expected: list[Any], found: list[Any]) -> bool:
    pairs = [(a.log_softmax(0), b.log_softmax(0)) for a, b in zip(expected, found, strict=True)]
    tolerance = _TOLERANCE.get(str(module.dtype))
    if tolerance is not None:
        return all(bool(((a - b).abs() <= tolerance).all()) for a, b in pairs)
    apart = [float((a.exp() * (a - b).abs()).sum()) for a, b in pairs]
    return sum(apart) / len(apart) <= _HALF_TOLERANCE


def _same_head(module: Any, head: LMHead, device: str) -> bool:
    """Whether logits are the network's outputs through `head`, and nothing else."""
    import torch

    tokens = torch.tensor([_TREE[1]], device=device)
    with torch.inference_mode():
        expected = module(tokens).logits[0].float()
        found = head.logits(module.base_model(tokens)[0][0])
        return bool((expected - found).abs().max() <= _HEAD_TOLERANCE * expected.abs().max())


def opened(module: Any, device: str) -> Network | None:
    """The network, or None for an architecture whose answers would not equal its own."""
    config = text_config(module)
    head = _head(module, config)
    if not (head and module._supports_attention_backend and _fixed_positions(config)):
        return None
    before = config._attn_implementation
    expected = _plain(module, device)
    attention.register()
    network = Network(module, module.base_model, head, device, windows(config), budget=_PACK)
    import torch

    try:
        equal = _same_head(module, head, device)
        module.set_attn_implementation(attention.NAME)
        linear.quicken(module)
        equal = equal and _equal(module, expected, _packed(network))
    except torch.OutOfMemoryError:
        raise
    except (NotOurs, AttributeError, TypeError, ValueError, KeyError, IndexError, RuntimeError):
        equal = False
    if not equal:
        linear.restore(module)
        module.set_attn_implementation(before)
        return None
    network.reset()
    return network
