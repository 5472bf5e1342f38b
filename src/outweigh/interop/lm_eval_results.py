"""The shape of a `results_*.json` file, as far as it is read, and the model that it names.

Follows lm-evaluation-harness 0.4.13, `result_schema.py`; a key that some runs lack there may be missing.
"""

import json
import re
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from outweigh.records import (
    ChatTemplate,
    ModelFormat,
    ModelSource,
    ModelSpec,
    Precision,
    Result,
    UserError,
)

_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
_PRECISIONS = {"half": "float16", "fp16": "float16", "bf16": "bfloat16", "float": "float32", "fp32": "float32"}
_QUANTIZATIONS = {"load_in_4bit": "bitsandbytes 4-bit", "load_in_8bit": "bitsandbytes 8-bit"}


class _Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, protected_namespaces=())


class Settings(_Shape):
    """`config`: the model and how it ran."""

    model: str | None = None
    model_args: dict[str, Any] | str | None = None
    model_dtype: str | None = None
    model_sha: str | None = None
    limit: float | None = None
    fewshot_seed: int | None = None

    @property
    def arguments(self) -> dict[str, Any]:
        """`model_args` by name; older versions log them as one text."""
        if isinstance(self.model_args, str):
            pairs = (part.split("=", maxsplit=1) for part in self.model_args.split(",") if "=" in part)
            return {name.strip(): value.strip() for name, value in pairs}
        return self.model_args or {}


class Counts(_Shape):
    """`n-samples` of one task: rows of the split, and how many were asked."""

    original: int | None = None
    effective: int | None = None


class Own(_Shape):
    """What Outweigh adds: the whole results, which lm-evaluation-harness has no place for."""

    results: dict[str, Result]


class ResultsFile(_Shape):
    """The file. `tasks` are its benchmarks; its groups stand among `results` too."""

    results: dict[str, dict[str, Any]]
    configs: dict[str, dict[str, Any]]
    groups: dict[str, dict[str, Any]] = {}
    group_subtasks: dict[str, list[str]] = {}
    versions: dict[str, Any] = {}
    shots: dict[str, int | None] = Field(default={}, alias="n-shot")
    higher_is_better: dict[str, dict[str, bool | None]] = {}
    counts: dict[str, Counts] = Field(default={}, alias="n-samples")
    config: Settings = Settings()
    git_hash: str | None = None
    lm_eval_version: str | None = None
    date: float | None = None
    seconds: float | None = Field(default=None, alias="total_evaluation_time_seconds")
    task_hashes: dict[str, str] = {}
    model_name: str | None = None
    chat_template: str | None = None
    outweigh: Own | None = None

    @property
    def tasks(self) -> list[str]:
        """The names that have samples."""
        return [name for name in self.results if name in self.configs]

    @property
    def harness(self) -> str:
        """Who made the numbers."""
        version = self.lm_eval_version or "of an unstated version"
        return f"lm-evaluation-harness {version} ({self.git_hash or 'commit not stated'})"

    def group_of(self, task: str) -> str | None:
        """The outermost group with a score of its own that the task belongs to."""
        group, name = None, task
        seen = {task}
        while parents := [g for g, children in self.group_subtasks.items() if name in children and g not in seen]:
            name = parents[0]
            seen.add(name)
            group = name if name in self.groups else group
        return group


def results_file(path: Path) -> ResultsFile:
    """The file at `path`. Raises UserError where it is no results file of lm-evaluation-harness."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise UserError(f"{path}:{error.lineno}: not JSON: {error.msg}") from None
    except UnicodeDecodeError:
        raise UserError(f"{path}: not UTF-8 text; a results file of lm-evaluation-harness is JSON") from None
    try:
        file = ResultsFile.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "file"
        problem = f"{first['msg'].lower()}; expected a results file of lm-evaluation-harness"
        raise UserError(f"{path}: {field}: {problem}") from None
    if not file.tasks:
        raise UserError(f"{path}: results: no task in it; expected a results file of lm-evaluation-harness")
    return file


def model_of(file: ResultsFile | None, folder: str) -> ModelSpec:
    """The model as the file's arguments name it; without a file, by the folder that its samples lie in."""
    if file is None:
        return ModelSpec(source=ModelSource.EXTERNAL, name=folder)
    arguments = file.config.arguments
    named = (arguments.get(key) for key in ("pretrained", "model", "path", "engine"))
    name = str(next((one for one in named if one), file.model_name or folder))
    hub = bool(arguments.get("pretrained")) and _HUB_ID.fullmatch(name) is not None
    quantized = [said for key, said in _QUANTIZATIONS.items() if str(arguments.get(key)) == "True"]
    return ModelSpec(
        source=ModelSource.HUB if hub else ModelSource.EXTERNAL,
        name=name,
        revision=_revision(file.config),
        format=ModelFormat.GGUF if arguments.get("gguf_file") else None,
        precision=_precision(file.config),
        quantization=quantized[0] if quantized else None,
        adapter=str(arguments["peft"]) if arguments.get("peft") else None,
        chat_template=ChatTemplate.ON if file.chat_template else ChatTemplate.OFF,
        remote_code=str(arguments.get("trust_remote_code")) == "True",
    )


def _revision(config: Settings) -> str | None:
    """The commit that was found, else the revision asked for; a branch such as main names none."""
    asked = config.arguments.get("revision")
    return config.model_sha or (str(asked) if asked and asked != "main" else None)


def _precision(config: Settings) -> Precision | None:
    """The type that the weights were found in, else the one asked for."""
    for stated in (config.model_dtype, config.arguments.get("dtype")):
        name = str(stated).removeprefix("torch.")
        name = _PRECISIONS.get(name, name)
        if name in set(Precision):
            return Precision(name)
    return None
