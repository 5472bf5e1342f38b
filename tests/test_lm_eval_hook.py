"""The start-up hook names our model to lm-evaluation-harness, costs nearly nothing, and never breaks a start."""

import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src"
LINE = (SOURCE / "outweigh_lm_eval.pth").read_text("utf-8")


def python(code, *flags):
    done = subprocess.run([sys.executable, *flags, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def here(code):
    return f"import sys; sys.path.insert(0, {str(SOURCE)!r})\n{code}"


def test_it_is_one_line_that_python_runs_at_the_start():
    assert LINE.count("\n") == 1
    assert LINE.startswith("import ")


def test_a_start_without_outweigh_goes_on_in_silence():
    assert python(f"{LINE}\nprint('fine')", "-I", "-S") == "fine\n"


def test_it_imports_nothing_but_itself():
    code = f"before = set(sys.modules)\n{LINE}\nprint(sorted(set(sys.modules) - before))"
    assert python(here(code), "-I", "-S") == "['outweigh', 'outweigh.lm_eval_hook']\n"


def test_other_imports_do_not_notice_it():
    code = (
        f"{LINE}\nimport json, email.message\ntry:\n import lm_eval_models\nexcept ModuleNotFoundError: print('none')"
    )
    assert python(here(code), "-I", "-S") == "none\n"


@pytest.mark.parametrize("order", [(LINE, "import lm_eval.models"), ("import lm_eval.models", LINE)])
def test_lm_eval_finds_the_model_whichever_comes_first(order):
    pytest.importorskip("lm_eval", reason="lm-eval is not installed (pip install 'outweigh[lm-eval]')")
    show = "from lm_eval.api.registry import model_registry as r\nprint('outweigh' in r, 'hf' in r)"
    assert python(here("\n".join([*order, show]))) == "True True\n"


def test_a_name_that_is_taken_is_a_warning():
    pytest.importorskip("lm_eval", reason="lm-eval is not installed (pip install 'outweigh[lm-eval]')")
    code = (
        f"{LINE}\nimport warnings; warnings.simplefilter('error')\n"
        "from lm_eval.api.registry import model_registry as r\nr.register('outweigh', target='other:Model')\n"
        "try:\n import lm_eval.models\nexcept UserWarning as warning: print(warning)"
    )
    assert "does not take outweigh as a model" in python(here(code))
