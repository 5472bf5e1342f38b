"""What a results file says of the model, the machine and the run, beside the numbers."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from outweigh import __version__
from outweigh.records import ModelSource, ModelSpec, Result

_HARNESS = re.compile(r"lm-evaluation-harness (\d\S*) \((.*)\)")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_UNSAFE = re.compile(r'["<>:/|\\?*\[\]]+')  # in a folder's name, by lm-evaluation-harness's own list


def name_of(model: ModelSpec) -> str:
    """The name that files go by: an adapter's before its base's, as in lm-evaluation-harness."""
    return model.adapter or model.name


def sanitized(name: str) -> str:
    """The name as a folder."""
    text = _UNSAFE.sub("__", name)
    return text if text.strip(".") else "__"


def run(results: Sequence[Result], task_hashes: Mapping[str, str]) -> dict[str, Any]:
    """Every key beside the numbers. `results` are one model's."""
    model = results[0].evaluation.model
    started = min(one.started_at for one in results)
    finished = max(one.finished_at for one in results)
    name = name_of(model)
    return {
        "config": _config(results, model),
        **_harness(results),
        "date": started.timestamp(),
        "transformers_version": _software(results, "transformers") or "N/A",
        "upper_git_hash": None,
        "task_hashes": task_hashes,
        "model_source": "outweigh",
        "model_name": name,
        "model_name_sanitized": sanitized(name),
        "system_instruction": None,
        "system_instruction_sha": None,
        "fewshot_as_multiturn": None,
        "chat_template": None,
        "chat_template_sha": None,
        "total_evaluation_time_seconds": str((finished - started).total_seconds()),
        "outweigh": _own(results, model),
    }


def _config(results: Sequence[Result], model: ModelSpec) -> dict[str, Any]:
    evaluations = [one.evaluation for one in results]
    machine, card = results[0].machine, results[0].card
    revision = None if model.source is ModelSource.ENDPOINT else model.revision  # there the run's name
    known = {
        "model_num_parameters": card.parameters if card else None,
        "model_dtype": model.precision,
        "model_revision": revision,
        "model_sha": model.revision if _COMMIT.fullmatch(model.revision or "") else None,
    }
    return {
        "model": "outweigh",
        "model_args": _arguments(model),
        **{key: value for key, value in known.items() if value is not None},
        "batch_size": None,
        "batch_sizes": [],
        "device": machine.accelerators[0].kind if machine and machine.accelerators else None,
        "use_cache": None,
        "limit": _shared([one.limit for one in evaluations]),
        "bootstrap_iters": None,
        "gen_kwargs": {},
        "random_seed": None,
        "numpy_seed": None,
        "torch_seed": None,
        "fewshot_seed": _shared([one.seed for one in evaluations]),
    }


def _arguments(model: ModelSpec) -> dict[str, Any]:
    """The model as arguments of lm-evaluation-harness's `hf` model, an endpoint's as those of an API."""
    named: dict[str, Any] = {"pretrained": model.name, "revision": model.revision}
    if model.source is ModelSource.ENDPOINT:
        named = {"model": model.name}
    known = {"dtype": model.precision, "peft": model.adapter}
    trusted = {"trust_remote_code": True} if model.remote_code else {}
    return {key: value for key, value in (named | known).items() if value is not None} | trusted


def _shared(values: Sequence[int | None]) -> int | None:
    """The value that all evaluations have, else None: the file has room for one."""
    return values[0] if len(set(values)) == 1 else None


def _harness(results: Sequence[Result]) -> dict[str, str | None]:
    """Commit and version of lm-evaluation-harness where it made the numbers; Outweigh does not sign with its name."""
    found = {match.groups() if (match := _HARNESS.fullmatch(one.harness)) else None for one in results}
    made = found.pop() if len(found) == 1 else None
    if made is None:
        return {"git_hash": None}
    version, commit = made
    return {"git_hash": None if commit == "commit not stated" else commit, "lm_eval_version": version}


def _software(results: Sequence[Result], name: str) -> str | None:
    """The version of a program on the first machine, if it was noted."""
    machine = results[0].machine
    return machine.software.get(name) if machine else None


def _own(results: Sequence[Result], model: ModelSpec) -> dict[str, Any]:
    """What lm-evaluation-harness has no key for; its readers ignore this one."""
    by_task = {one.evaluation.benchmark: one for one in results}
    return {
        "version": __version__,
        "precision": model.precision,
        "failed": {task: one.failed for task, one in by_task.items()},
        "truncated": {task: one.truncated for task, one in by_task.items()},
        "unreadable": {task: one.unreadable for task, one in by_task.items()},
        "results": {task: one.model_dump(mode="json") for task, one in by_task.items()},
    }
