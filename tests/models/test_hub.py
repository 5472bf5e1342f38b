"""Models from a Hub: a small one on the loopback, which is told to misbehave."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import tiny_models
from hub_server import HubServer
from outweigh.models.sources import Located, locate, parse
from outweigh.records import ModelFormat, UserError


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    """A Hub that huggingface_hub in this process talks to, with an empty cache and no token."""
    from huggingface_hub import constants

    with HubServer() as server:
        for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.setattr(constants, "ENDPOINT", server.url)
        template = server.url + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
        monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "token"))
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        yield server


def find(name: str, tmp_path: Path, **options: object) -> Located:
    return locate(parse(name), tmp_path / "cache", **options)  # type: ignore[arg-type]


def refused(name: str, tmp_path: Path, **options: object) -> str:
    """The one line that locating this model ends in."""
    with pytest.raises(UserError) as caught:
        find(name, tmp_path, **options)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(("org/", "Org/"))
    return message


def test_a_model_is_downloaded_and_pinned_to_its_commit(hub: HubServer, tmp_path: Path) -> None:
    hub.add("org/tiny", tiny_models.files())
    located = find("org/tiny", tmp_path)
    assert located.spec.revision == hub.commit("org/tiny")
    assert located.spec.name == "org/tiny"
    assert located.spec.format is ModelFormat.SAFETENSORS
    assert located.folder.name == hub.commit("org/tiny")
    assert find(str(located.folder), tmp_path).card == located.card
    assert (located.folder / "model.safetensors").read_bytes() == tiny_models.weights()
    card = located.card
    assert (card.title, card.parameters, card.license, card.parent) == ("tiny", 32, "mit", "org/parent")
    assert card.languages == ("en", "de")


def test_only_what_the_model_needs_is_downloaded(hub: HubServer, tmp_path: Path) -> None:
    extra = (
        "pytorch_model.bin",
        "tf_model.h5",
        "onnx/model.safetensors",
        "original/weights.pth",
        "modeling.py",
        "a.png",
    )
    hub.add("org/tiny", tiny_models.files(dict.fromkeys(extra, b"x")))
    folder = find("org/tiny", tmp_path).folder
    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()) == sorted(
        tiny_models.files()
    )


def test_what_is_cached_is_not_asked_for_again(hub: HubServer, tmp_path: Path) -> None:
    hub.add("org/tiny", tiny_models.files())
    said: list[str] = []
    first = find("org/tiny", tmp_path, progress=said.append)
    assert said[0].startswith("downloading org/tiny: 6 files, 0.0 MB")
    said.clear()
    assert find("org/tiny", tmp_path, progress=said.append) == first
    assert hub.asked("model.safetensors") == 1
    assert said == []


def test_a_branch_that_moved_gives_the_new_commit_and_an_old_one_stays_reachable(
    hub: HubServer, tmp_path: Path
) -> None:
    hub.add("org/tiny", tiny_models.files())
    old = find("org/tiny", tmp_path).spec
    hub.add("org/tiny", tiny_models.files({"model.safetensors": tiny_models.weights(64)}))
    new = find("org/tiny", tmp_path)
    assert new.card.parameters == 64
    assert new.spec.revision != old.revision
    again = locate(old, tmp_path / "cache")
    assert again.spec == old
    assert again.card.parameters == 32


def test_a_tag_or_branch_can_be_named(hub: HubServer, tmp_path: Path) -> None:
    hub.add("org/tiny", tiny_models.files())
    hub.add("org/tiny", tiny_models.files({"model.safetensors": tiny_models.weights(8)}), branch="v2")
    assert find("org/tiny@v2", tmp_path).card.parameters == 8
    assert "has no revision 'v3'" in refused("org/tiny@v3", tmp_path)


def test_shards_are_found_through_the_index(hub: HubServer, tmp_path: Path) -> None:
    names = ["model-00001-of-00002.safetensors", "strange.safetensors"]
    index = json.dumps({"weight_map": dict(zip("ab", names, strict=True))})
    shards = {name: tiny_models.weights(8) for name in names}
    changed = {"model.safetensors": None, "model.safetensors.index.json": index, "unused.safetensors": b"x", **shards}
    hub.add("org/big", tiny_models.files(changed))
    located = find("org/big", tmp_path)
    assert located.card.parameters == 16
    assert hub.asked("unused.safetensors", "HEAD") == 0


def test_a_repository_with_one_gguf_file_is_that_file(hub: HubServer, tmp_path: Path) -> None:
    content = tiny_models.write_gguf(tmp_path / "x.gguf").read_bytes()
    hub.add("org/tiny-GGUF", {"README.md": tiny_models.CARD, "tiny-1k-f32.gguf": content, "mmproj-f16.gguf": b"x"})
    located = find("org/tiny-GGUF", tmp_path)
    assert located.file is not None
    assert located.file.read_bytes() == content
    assert located.spec.quantization == "F32"
    assert located.card.parent == "org/parent"
    assert hub.asked("mmproj-f16.gguf", "HEAD") == 0


def test_several_gguf_files_need_a_choice_which_the_name_then_carries(hub: HubServer, tmp_path: Path) -> None:
    content = tiny_models.write_gguf(tmp_path / "x.gguf").read_bytes()
    hub.add("org/tiny-GGUF", {"a/tiny-q8_0.gguf": content, "tiny-f32.gguf": content})
    message = refused("org/tiny-GGUF", tmp_path)
    assert "choose one with --gguf-file: a/tiny-q8_0.gguf, tiny-f32.gguf" in message
    located = find("org/tiny-GGUF", tmp_path, gguf_file="tiny-q8_0.gguf")
    assert located.spec.name == "org/tiny-GGUF/a/tiny-q8_0.gguf"
    assert locate(located.spec, tmp_path / "cache") == located
    assert find("org/tiny-GGUF/a/tiny-q8_0.gguf", tmp_path).file == located.file
    assert hub.asked("tiny-f32.gguf", "HEAD") == 0


def test_a_model_that_is_not_there(hub: HubServer, tmp_path: Path) -> None:
    message = refused("org/nothing", tmp_path)
    assert f"not found on {hub.url}; check the spelling" in message
    assert "HF_TOKEN" in message


def test_a_gated_model_says_how_to_get_in(hub: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.add("org/gated", tiny_models.files()).gated = True
    message = refused("org/gated", tmp_path)
    assert f"gated: accept its licence at {hub.url}/org/gated, and set HF_TOKEN" in message
    monkeypatch.setenv("HF_TOKEN", "hf_of_someone_else")
    assert "the Hub refused the token; check HF_TOKEN" in refused("org/gated", tmp_path)
    monkeypatch.setenv("HF_TOKEN", hub.token)
    assert find("org/gated", tmp_path).card.parameters == 32


def test_a_private_model_looks_absent_without_a_token(
    hub: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.add("org/private", tiny_models.files()).private = True
    assert "set HF_TOKEN if it is private" in refused("org/private", tmp_path)
    monkeypatch.setenv("HF_TOKEN", hub.token)
    assert find("org/private", tmp_path).card.parameters == 32


def test_weights_that_arrive_changed_are_removed_and_asked_for_again(hub: HubServer, tmp_path: Path) -> None:
    repository = hub.add("org/tiny", tiny_models.files())
    repository.garbled = {"model.safetensors", "config.json"}
    assert "config.json arrived damaged: expected digest" in refused("org/tiny", tmp_path)
    repository.garbled = {"model.safetensors"}
    message = refused("org/tiny", tmp_path)
    assert "model.safetensors arrived damaged" in message
    assert hashlib.sha256(tiny_models.weights()).hexdigest() in message
    repository.garbled = set()
    assert find("org/tiny", tmp_path).card.parameters == 32


def test_a_download_that_was_cut_short_goes_on_where_it_ended(hub: HubServer, tmp_path: Path) -> None:
    repository = hub.add("org/tiny", tiny_models.files({"model.safetensors": tiny_models.weights(5000)}))
    repository.cut = {"model.safetensors"}
    message = refused("org/tiny", tmp_path)
    assert "the download arrived incomplete" in message
    assert "run this again" in message
    repository.cut = set()
    assert find("org/tiny", tmp_path).card.parameters == 5000


def test_a_hub_that_is_ill_or_no_hub_at_all(hub: HubServer, tmp_path: Path) -> None:
    hub.down = 503
    assert "the Hub answered with status 503; try again later" in refused("org/tiny", tmp_path)
    hub.down = None
    for page in (b"<html>Welcome", b"{}", b"[]"):
        hub.page = page
        assert f"{hub.url} does not answer as a Hub does; check HF_ENDPOINT" in refused("org/tiny", tmp_path)
    assert "not a name that the Hub allows" in refused("org/a--b", tmp_path)


def test_without_a_network_the_earlier_download_is_used_and_said(
    hub: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    hub.add("org/tiny", tiny_models.files())
    seen = find("org/tiny", tmp_path)
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    said: list[str] = []
    assert find("org/tiny", tmp_path, progress=said.append) == seen
    assert said == [f"the Hub cannot be reached: using org/tiny as downloaded before, commit {seen.spec.revision}"]
    message = refused("org/other", tmp_path)
    assert "http://127.0.0.1:9 cannot be reached" in message
    assert "package:NAME" in message


def test_offline_asks_nobody(hub: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    hub.add("org/tiny", tiny_models.files())
    seen = find("org/tiny", tmp_path)
    hub.requests.clear()
    assert find("org/tiny", tmp_path, offline=True) == seen
    assert "package:NAME" in refused("org/other", tmp_path, offline=True)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert find("org/tiny", tmp_path) == seen
    assert hub.requests == []
    (seen.folder / "model.safetensors").unlink()
    assert "the copy in the Hub cache is incomplete; go online once" in refused("org/tiny", tmp_path)


def test_repositories_without_readable_weights(hub: HubServer, tmp_path: Path) -> None:
    pickled = tiny_models.files({"model.safetensors": None, "pytorch_model.bin": b"x"})
    hub.add("org/pickled", pickled)
    assert "pass --allow-pickle" in refused("org/pickled", tmp_path)
    assert hub.asked("pytorch_model.bin") == 0
    located = find("org/pickled", tmp_path, allow_pickle=True)
    assert located.spec.format is ModelFormat.PICKLE
    hub.add("org/adapter", {"adapter_config.json": "{}", "adapter_model.safetensors": tiny_models.weights()})
    assert "an adapter, not a model" in refused("org/adapter", tmp_path)
    hub.add("org/empty", {"README.md": "x"})
    assert "no weights that can be read" in refused("org/empty", tmp_path)


def test_too_little_space_is_noticed_before_the_download(
    hub: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.add("org/tiny", tiny_models.files())
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 10}))
    with pytest.raises(UserError, match=r"downloading org/tiny needs .* and the disk has 0\.0 MB free"):
        find("org/tiny", tmp_path)
    assert hub.asked("model.safetensors") == 0


def test_progress_is_told_in_words(hub: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("outweigh.models.hub_meter._EVERY_SECONDS", 0.0)
    hub.add("org/tiny", tiny_models.files({"model.safetensors": tiny_models.weights(500_000)}))
    said: list[str] = []
    find("org/tiny", tmp_path, progress=said.append)
    assert said[0] == "downloading org/tiny: 6 files, 2.0 MB"
    assert said[-1] == "downloading org/tiny: 2.0 MB of 2.0 MB"


def run(code: str, hub: HubServer, home: Path) -> subprocess.CompletedProcess[str]:
    """Run code in a Python that learns of the Hub through the environment alone."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    environment = {**inherited, "HF_ENDPOINT": hub.url, "HF_HOME": str(home), "NO_PROXY": "127.0.0.1"}
    return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=120)


def test_the_environment_is_honoured_and_nothing_is_printed(tmp_path: Path) -> None:
    with HubServer() as hub:
        hub.add("org/tiny", tiny_models.files())
        code = (
            "from pathlib import Path; from outweigh.models.sources import locate, parse; import sys\n"
            f"print(locate(parse('org/tiny'), Path({str(tmp_path)!r})).folder)"
        )
        done = run(code, hub, tmp_path / "home")
        folder = tmp_path / "home/hub/models--org--tiny/snapshots" / hub.commit("org/tiny")
        assert (done.stdout, done.stderr) == (f"{folder}\n", "")


def test_the_small_hub_serves_data_sets_too(tmp_path: Path) -> None:
    import io

    import pyarrow as pa
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(pa.table({"question": ["a", "b"], "answer": [1, 2]}), buffer)
    card = "---\nconfigs:\n- config_name: main\n  data_files:\n  - split: train\n    path: main/train-*.parquet\n---\n"
    with HubServer() as hub:
        files = {"README.md": card, "main/train-00000-of-00001.parquet": buffer.getvalue()}
        hub.add("org/qa", files, kind="datasets")
        hub.add("org/lines", {"data/test.jsonl": '{"question": "c", "answer": 3}\n'}, kind="datasets")
        code = (
            "import datasets; datasets.disable_progress_bars(); load = datasets.load_dataset\n"
            "print(load('org/qa', 'main', split='train')[:])\n"
            "print(load('org/lines', split='test')[:])"
        )
        done = run(code, hub, tmp_path)
    assert done.stdout == "{'question': ['a', 'b'], 'answer': [1, 2]}\n{'question': ['c'], 'answer': [3]}\n", (
        done.stderr
    )
