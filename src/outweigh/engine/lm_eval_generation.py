"""What lm-evaluation-harness asks of a generated text, in this engine's terms; else a refusal.

transformers lets `generation_config.json` change every text that lm-eval's `hf` model writes, so it counts here too.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from outweigh.records import Decoding, UserError

# Settings that must be at rest, because the engine has nothing of the kind; None and False are rest too.
_AT_REST: dict[str, float] = {
    "num_beams": 1, "num_beam_groups": 1, "num_return_sequences": 1, "diversity_penalty": 0, "penalty_alpha": 0,
    "repetition_penalty": 1, "encoder_repetition_penalty": 1, "exponential_decay_length_penalty": 0,
    "no_repeat_ngram_size": 0, "encoder_no_repeat_ngram_size": 0, "bad_words_ids": 0, "sequence_bias": 0,
    "min_length": 0, "min_new_tokens": 0, "max_new_tokens": 0, "max_time": 0, "stop_strings": 0,
    "forced_bos_token_id": 0, "forced_eos_token_id": 0, "suppress_tokens": 0, "begin_suppress_tokens": 0,
    "guidance_scale": 1, "watermarking_config": 0, "token_healing": 0, "remove_invalid_values": 0, "dola_layers": 0,
}  # fmt: skip
# The same, where texts are sampled; a greedy text does not depend on them.
_AT_REST_SAMPLED: dict[str, float] = {
    "top_k": 0, "min_p": 0, "top_h": 0, "typical_p": 1, "epsilon_cutoff": 0, "eta_cutoff": 0,
}  # fmt: skip
_TOP_K = 50  # transformers' own, where neither the task nor the model says anything
_OWN = ("until", "max_gen_toks", "do_sample", "temperature", "top_p")
_BEAMS_ONLY = ("early_stopping", "length_penalty")


@dataclass(frozen=True)
class Writer:
    """What a model brings to its texts: its generation config, special tokens by id, and the tokens that end a text."""

    defaults: Mapping[str, Any]
    special: Mapping[int, str]
    given_ends: frozenset[int]

    @classmethod
    def of(cls, generation_config: Any, tokenizer: Any) -> "Writer":
        """Read both as transformers holds them."""
        given = generation_config.eos_token_id
        return cls(
            defaults=generation_config.to_dict(),
            special={
                number: token.content for number, token in tokenizer.added_tokens_decoder.items() if token.special
            },
            given_ends=frozenset([given] if isinstance(given, int) else given or []),
        )

    def ends(self, stop: Collection[str]) -> frozenset[int]:
        """Tokens that end an answer: the given ones, and each special token whose text contains a stop string.

        Special tokens are left out of the text, so a stop string that names one is never seen there.
        """
        if "" in stop:
            raise UserError("generation: an empty stop string in `until`; take it out")
        found = self.given_ends | {token for token, text in self.special.items() if any(each in text for each in stop)}
        for each in stop:
            for token, text in self.special.items():
                if text in each and token not in found:
                    raise UserError(f"generation: the stop string {each!r} goes beyond the special token {text!r}")
        return found


def decoding(settings: Mapping[str, Any], defaults: Mapping[str, Any], seed: int) -> Decoding:
    """How to decode: `settings` are lm-eval's normalised `gen_kwargs`, `defaults` the model's generation config.

    Raises UserError for everything that would change the text and that the engine cannot do.
    """
    known = (*_OWN, *_AT_REST, *_AT_REST_SAMPLED, *_BEAMS_ONLY)
    for name in settings:
        if name not in known:
            hint = "; use max_gen_toks" if name == "max_length" else ""
            raise UserError(f"generation: {name}={settings[name]!r} is not something that outweigh can do{hint}")
    asked = {name: value for name, value in defaults.items() if value is not None} | dict(settings)
    _refuse(asked, settings, _AT_REST)
    limit = int(settings["max_gen_toks"])
    if limit < 1:
        raise UserError(f"generation: max_gen_toks={limit} leaves nothing to write; ask for at least 1")
    if not settings.get("do_sample"):
        return Decoding(max_tokens=limit)
    _refuse({"top_k": _TOP_K} | asked, settings, _AT_REST_SAMPLED)
    temperature = float(settings.get("temperature") or 0)
    if temperature <= 0:
        raise UserError("generation: do_sample=True needs a temperature above 0; add one, or say do_sample=False")
    top_p = float(asked.get("top_p", 1.0))
    if not 0 < top_p <= 1:
        raise UserError(f"generation: top_p={top_p} is not in (0, 1]")
    return Decoding(temperature=temperature, top_p=top_p, seed=seed, max_tokens=limit)


def _refuse(asked: Mapping[str, Any], settings: Mapping[str, Any], at_rest: Mapping[str, float]) -> None:
    for name, rest in at_rest.items():
        value = asked.get(name)
        if value is None or value is False or value == rest or value in ([], {}):
            continue
        owner = "the task" if name in settings else "the model's generation config, or transformers,"
        raise UserError(
            f"generation: {owner} says {name}={value!r}, which outweigh cannot do; "
            f"add --gen_kwargs {name}={rest} (to both, if you compare it with another model type), or use --model hf"
        )
