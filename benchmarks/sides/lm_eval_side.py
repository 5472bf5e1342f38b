"""lm-evaluation-harness's side: one work, one model, one fresh process. Runs in its own virtual environment.

The order comes as JSON on standard input, what was measured goes out as JSON on the last line.
"""

import json
import os
import random
import sys
import tempfile
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = os.environ["HF_DATASETS_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

import lm_eval
import torch
import yaml
from lm_eval.models.huggingface import HFLM
from lm_eval.tasks import TaskManager
from watch import Watch


class Timed(HFLM):
    """The harness's own backend with a watch around its two ways of answering."""

    watch = Watch()

    def loglikelihood(self, *args, **kwargs):
        with self.watch:
            return super().loglikelihood(*args, **kwargs)

    def generate_until(self, *args, **kwargs):
        with self.watch:
            return super().generate_until(*args, **kwargs)


def task_file(name: str, folder: Path, order: dict) -> str:
    """The harness's own task, reading the mirror's files instead of the Hub."""
    source = TaskManager().task_index[name].yaml_path
    data = Path(order["mirror"], *order["data"][name])
    files = {file.name.split(".")[0]: str(file) for file in data.iterdir()}
    config = {
        "include": str(source),
        "task": f"local_{name}",
        "tag": None,
        "dataset_path": "json",
        "dataset_name": None,
        "dataset_kwargs": {"data_files": files},
    }
    if "train" not in files:
        config["training_split"] = None
    if order["first_shots"]:
        config["fewshot_config"] = {"sampler": "first_n"}
    (folder / f"{name}.yaml").write_text(yaml.safe_dump(config))
    return config["task"]


def answers(samples: list) -> dict:
    """What was answered by sample: sums and greedy flags, or the text."""
    found = {}
    for sample in samples:
        one = sample["resps"]
        known = found.setdefault(str(sample["doc_id"]), {})
        if isinstance(one[0][0], str):
            known["text"] = one[0][0]
        else:
            known["sums"] = [float(each[0][0]) for each in one]
            known["greedy"] = [bool(each[0][1]) for each in one]
    return found


def main() -> None:
    """Answer the order."""
    order = json.load(sys.stdin)
    torch.set_num_threads(order["threads"])
    random.seed(1234)
    lm = Timed(pretrained=order["folder"], dtype=order["dtype"], device="cpu", batch_size=order["batch_size"])
    lm.loglikelihood([lm_eval.api.instance.Instance("loglikelihood", {}, ("A warm", " start"), 0)], disable_tqdm=True)
    lm.watch = Timed.watch = Watch()
    with tempfile.TemporaryDirectory() as folder:
        names = [task_file(name, Path(folder), order) for name in order["data"]]
        found = lm_eval.simple_evaluate(
            model=lm,
            tasks=names,
            num_fewshot=order["shots"],
            limit=order["limit"],
            task_manager=TaskManager(include_path=folder, include_defaults=False),
            log_samples=True,
            bootstrap_iters=0,
        )
    done = {
        "seconds": lm.watch.seconds,
        "over_bytes": lm.watch.over_bytes,
        "answers": {name.removeprefix("local_"): answers(samples) for name, samples in found["samples"].items()},
        "version": lm_eval.__version__,
    }
    print(json.dumps(done))


if __name__ == "__main__":
    main()
