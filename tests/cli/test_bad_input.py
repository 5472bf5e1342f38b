"""Bad input: one clear line on standard error, exit code 2, nothing half-written."""

import json
import os
import struct
import subprocess
import sys

import pytest

from outweigh.cli.failures import guarded
from outweigh.cli.main import app, dashed
from tiny import save_llama

pytest.importorskip("torch")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return save_llama(tmp_path_factory.mktemp("tiny"), window=512)


@pytest.fixture
def outweigh(tmp_path, monkeypatch, capsys):
    """Run a command line in this process: (exit code, standard output, standard error)."""
    monkeypatch.setenv("OUTWEIGH_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("OUTWEIGH_MIRROR", raising=False)

    def call(*arguments):
        capsys.readouterr()
        words = dashed([str(word) for word in arguments])
        code = guarded(lambda: app(args=words, standalone_mode=False), json="--json" in words)
        return code, *capsys.readouterr()

    return call


def openbookqa(root, count=6, bad_line=None):
    folder = root / "allenai/openbookqa/main"
    folder.mkdir(parents=True, exist_ok=True)
    row = {
        "id": "1",
        "question_stem": "Ice is",
        "choices": {"text": ["hot", "cold", "loud", "far"], "label": list("ABCD")},
        "answerKey": "B",
    }
    lines = [json.dumps(row | {"id": str(n), "question_stem": f"Ice {n} is"}) for n in range(count)]
    if bad_line is not None:
        lines[bad_line - 1] = '{"id": "broken"'
    (folder / "test.jsonl").write_text("\n".join(lines) + "\n")
    return root


def refused(result, *told):
    code, out, err = result
    line = err.strip().splitlines()[-1]
    assert code == 2
    assert out == ""
    assert "Traceback" not in err
    for words in told:
        assert words in line
    return line


def runs(call):
    return json.loads(call("show", "--json")[1])["runs"]


CASES = {
    "no model": (["run"], ["no model given"]),
    "missing path": (["run", "./nowhere"], ["nowhere"]),
    "nonsense name": (["run", "what is this?"], ["what is this?"]),
    "absent package": (["run", "package:no-such-model-xyz"], ["no-such-model-xyz", "pip install"]),
    "unknown benchmark": (["run", "MODEL", "--benchmark", "helaswag"], ["helaswag", "did you mean hellaswag?"]),
    "unknown suite": (["run", "MODEL", "--suite", "startr"], ["startr", "starter"]),
    "limit of nothing": (["run", "MODEL", "--limit", "0"], ["limit", "greater than 0"]),
    "crooked limit": (["run", "MODEL", "--limit", "2.5"], ["--limit 2.5", "whole number"]),
    "nobody to decide between": (
        ["run", "MODEL", "--until-decided"],
        ["--until-decided", "there is only one", "--until-halfwidth 0.02"],
    ),
    "decided against itself": (["run", "MODEL", "MODEL", "--until-decided"], ["--until-decided", "only one"]),
    "no half-width": (["run", "MODEL", "--until-halfwidth", "0"], ["--until-halfwidth 0", "between 0 and 0.5"]),
    "half-width in points": (["run", "MODEL", "--until_halfwidth", "2"], ["--until-halfwidth 2", "such as 0.02"]),
    "half-width in words": (["run", "MODEL", "--until-halfwidth", "small"], ["--until-halfwidth", "valid number"]),
    "batch of nothing": (["run", "MODEL", "--batch-size", "0"], ["batch_size"]),
    "batch in words": (["run", "MODEL", "--batch_size", "many"], ["batch_size", "many"]),
    "absent device": (["run", "MODEL", "--device", "tpu"], ["--device tpu"]),
    "no template": (["run", "MODEL", "--apply-chat-template"], ["no chat template"]),
    "unknown flag": (["run", "MODEL", "--colour"], ["--colour"]),
    "unknown run": (["show", "nobody"], ["nobody"]),
    "unknown run to delete": (["delete", "nobody", "--yes"], ["nobody"]),
    "report into a directory": (["run", "MODEL", "--report", "."], ["is a directory"]),
    "report nowhere": (["report", "--to", "no/such/folder/x.html"], ["no/such/folder"]),
    "missing config": (["run", "MODEL", "--config", "absent.toml"], ["absent.toml"]),
    "import of nothing": (["import", "absent.json"], ["absent.json"]),
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.replace(" ", "-"))
def test_one_clear_line(outweigh, tiny, case):
    words, told = CASES[case]
    refused(outweigh(*[str(tiny) if word == "MODEL" else word for word in words]), *told)
    assert runs(outweigh) == []


def test_errors_are_json_where_json_was_asked(outweigh):
    code, out, _ = outweigh("show", "nobody", "--json")
    assert code == 2
    assert "nobody" in json.loads(out)["error"]["message"]


def test_a_broken_row_is_named_by_its_line(outweigh, tiny, tmp_path):
    mirror = openbookqa(tmp_path / "mirror", bad_line=4)
    refused(outweigh("run", tiny, "--benchmark", "openbookqa", "--mirror", mirror), "test.jsonl, line 4")
    assert runs(outweigh) == []


def test_a_row_without_its_columns_is_named(outweigh, tiny, tmp_path):
    mirror = openbookqa(tmp_path / "mirror")
    file = mirror / "allenai/openbookqa/main/test.jsonl"
    file.write_text(file.read_text() + '{"id": "x"}\n')
    refused(outweigh("run", tiny, "--benchmark", "openbookqa", "--mirror", mirror), "row 7", "choices")


def test_shots_beyond_the_pool(outweigh, tiny, tmp_path):
    mirror = openbookqa(tmp_path / "mirror")
    words = ["run", tiny, "--benchmark", "openbookqa", "--mirror", mirror, "--num_fewshot", "9"]
    refused(outweigh(*words), "openbookqa", "--num-fewshot 9 needs 9 examples, but the pool has 0")


def test_a_config_with_an_unknown_key(outweigh, tiny, tmp_path):
    (tmp_path / "run.toml").write_text('modells = ["x"]\n')
    refused(outweigh("run", tiny, "--config", tmp_path / "run.toml"), "modells", "num_fewshot")
    (tmp_path / "run.toml").write_text("models = [\n")
    refused(outweigh("run", tiny, "--config", tmp_path / "run.toml"), "not TOML")


def test_truncated_weights(outweigh, tmp_path):
    folder = save_llama(tmp_path / "cut")
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    refused(outweigh("run", folder), "model.safetensors")
    gguf = tmp_path / "cut.gguf"
    gguf.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 1, 1))
    refused(outweigh("run", gguf), "cut.gguf")
    assert runs(outweigh) == []


def test_pickled_weights(outweigh, tmp_path):
    folder = save_llama(tmp_path / "pickled")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    refused(outweigh("run", folder), "pickle")


def test_an_import_that_is_not_what_it_says(outweigh, tmp_path):
    file = tmp_path / "results_2026.json"
    for content in ("", "[]", '{"results": 3}', "no json"):
        file.write_text(content)
        refused(outweigh("import", file), "results_2026.json")
    assert runs(outweigh) == []


def test_an_unwritable_home(outweigh, tiny, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("OUTWEIGH_HOME", str(tmp_path / "file"))
    refused(outweigh("run", tiny), "OUTWEIGH_HOME")


def test_a_full_disk(tiny, tmp_path):
    """A real file system of one megabyte."""
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", small], capture_output=True)
    if mounted.returncode:
        pytest.skip("may not mount a file system here")
    try:
        (small / "filler").write_bytes(b"x" * 900_000)
        mirror = openbookqa(tmp_path / "mirror")
        words = ["run", str(tiny), "--benchmark", "openbookqa", "--mirror", str(mirror)]
        found = subprocess.run(
            [sys.executable, "-m", "outweigh", *words],
            env=os.environ | {"OUTWEIGH_HOME": str(small / "home")},
            capture_output=True,
            text=True,
        )
    finally:
        subprocess.run(["umount", small], check=True)
    assert found.returncode == 2, found.stderr
    assert "Traceback" not in found.stderr
    assert "space" in found.stderr or "full" in found.stderr


def test_a_context_beyond_the_window_is_counted(outweigh, tiny, tmp_path):
    mirror = openbookqa(tmp_path / "mirror", count=3)
    file = mirror / "allenai/openbookqa/main/test.jsonl"
    file.write_text(file.read_text().replace("Ice 1 is", "Ice is " * 100))
    code, out, _ = outweigh("run", tiny, "--benchmark", "openbookqa", "--mirror", mirror, "--json")
    assert code == 0
    (result,) = json.loads(out)["run"]["results"]
    assert (result["asked"], result["truncated"]) == (3, 1)
