"""Damaged weight files are told from whole ones by their headers alone."""

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import tiny_models
from outweigh.models.checks import check, safetensors_header
from outweigh.models.gguf_header import gguf_header
from outweigh.records import UserError

FIXTURES_STAY = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None, derandomize=True
)


@pytest.fixture
def safetensors(tmp_path: Path) -> Path:
    path = tmp_path / "model.safetensors"
    path.write_bytes(tiny_models.weights())
    return path


@pytest.fixture
def gguf(tmp_path: Path) -> Path:
    return tiny_models.write_gguf(tmp_path / "tiny.gguf", template=tiny_models.TEMPLATE)


def test_a_whole_safetensors_file_tells_its_number_of_weights(safetensors: Path) -> None:
    check(safetensors)
    assert safetensors_header(safetensors).parameters == 32
    assert safetensors_header(safetensors).elements == {"F32": 32}


def test_a_whole_gguf_file_tells_what_it_is(gguf: Path) -> None:
    from gguf import GGUFReader

    check(gguf)
    header = gguf_header(gguf)
    reader = GGUFReader(gguf)
    assert header.parameters == sum(int(tensor.n_elements) for tensor in reader.tensors)
    assert header.end == max(tensor.data_offset + tensor.n_bytes for tensor in reader.tensors)
    assert header.text("general.name") == "Tiny 1k"
    assert header.number("llama.context_length") == 64
    assert header.texts("general.languages") == ("en", "de")
    assert header.text("tokenizer.chat_template") == tiny_models.TEMPLATE


def test_a_cut_safetensors_file_is_named_with_expected_and_found_bytes(safetensors: Path) -> None:
    whole = safetensors.read_bytes()
    safetensors.write_bytes(whole[:-5])
    with pytest.raises(UserError) as caught:
        check(safetensors)
    message = str(caught.value)
    assert str(safetensors) in message
    assert f"{len(whole):,} bytes" in message
    assert f"{len(whole) - 5:,}" in message
    assert "download it again" in message
    assert "\n" not in message


def test_a_cut_gguf_file_is_named_with_expected_and_found_bytes(gguf: Path) -> None:
    whole = gguf.read_bytes()
    end = gguf_header(gguf).end
    gguf.write_bytes(whole[: end - 7])
    with pytest.raises(UserError, match=f"truncated: its header describes {end:,} bytes, the file has {end - 7:,}"):
        check(gguf)


def test_a_safetensors_file_with_more_than_its_header_says_is_damaged(safetensors: Path) -> None:
    safetensors.write_bytes(safetensors.read_bytes() + b"x")
    with pytest.raises(UserError, match="damaged"):
        check(safetensors)


def test_offsets_that_do_not_fit_the_shape_are_damage(tmp_path: Path) -> None:
    header = json.dumps({"a": {"dtype": "F32", "shape": [4], "data_offsets": [0, 12]}}).encode()
    path = tmp_path / "model.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header + b"\0" * 12)
    with pytest.raises(UserError, match=r"tensor 'a' of shape \[4\]"):
        check(path)


@pytest.mark.parametrize("name", ["model.safetensors", "model.gguf"])
def test_a_git_lfs_pointer_says_how_to_get_the_file(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n")
    with pytest.raises(UserError, match="git lfs pull"):
        check(path)


@pytest.mark.parametrize("name", ["model.safetensors", "model.gguf"])
def test_a_web_page_or_nothing_is_no_model(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    for content in (b"<!DOCTYPE html><html>", b""):
        path.write_bytes(content)
        with pytest.raises(UserError, match="download it again"):
            check(path)


def test_a_gguf_of_another_version_or_byte_order_is_refused(gguf: Path) -> None:
    whole = gguf.read_bytes()
    for version in (b"\x01\0\0\0", b"\0\0\0\x03"):
        gguf.write_bytes(whole[:4] + version + whole[8:])
        with pytest.raises(UserError, match="versions 2 and 3 are read"):
            check(gguf)


@FIXTURES_STAY
@given(share=st.floats(0, 1, exclude_max=True), which=st.sampled_from(["safetensors", "gguf"]))
def test_wherever_a_file_is_cut_it_is_noticed(
    share: float, which: str, safetensors: Path, gguf: Path, tmp_path: Path
) -> None:
    source = safetensors if which == "safetensors" else gguf
    end = source.stat().st_size if which == "safetensors" else gguf_header(gguf).end
    cut = tmp_path / f"cut.{which}"
    cut.write_bytes(source.read_bytes()[: int(end * share)])
    with pytest.raises(UserError):
        check(cut)


@FIXTURES_STAY
@given(place=st.integers(0, 2000), value=st.integers(0, 255), which=st.sampled_from(["safetensors", "gguf"]))
def test_a_changed_byte_never_raises_anything_but_a_user_error(
    place: int, value: int, which: str, safetensors: Path, gguf: Path, tmp_path: Path
) -> None:
    content = bytearray((safetensors if which == "safetensors" else gguf).read_bytes())
    content[place % len(content)] = value
    changed = tmp_path / f"changed.{which}"
    changed.write_bytes(content)
    with contextlib.suppress(UserError):
        check(changed)
