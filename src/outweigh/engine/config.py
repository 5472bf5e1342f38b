"""What a run is asked to do: the flags of `outweigh run`, or one TOML file."""

import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from outweigh.records import ChatTemplate, Precision, Protocol, Record, UserError

DEFAULT_SUITE = "starter"


class RunConfig(Record):
    """Everything that can be asked of a run; None leaves the benchmark's or the hardware's own choice.

    `limit` is a number of samples, or below 1 a share of each benchmark, as in lm-evaluation-harness.
    `protocol` letter asks multiple-choice benchmarks by letter (see `letters.py`), and leaves the others as they are.
    `until_decided` and `until_halfwidth` make the run adaptive (see `adaptive.py`). With `measure` its models are
    measured too, each for `measure_budget` at most (see `joined.py`).
    """

    models: tuple[str, ...] = ()
    suite: str | None = None
    benchmarks: tuple[str, ...] = ()
    num_fewshot: int | None = Field(default=None, ge=0)
    limit: float | None = Field(default=None, gt=0)
    until_decided: bool = False
    until_halfwidth: float | None = None
    protocol: Literal[Protocol.LETTER] | None = None
    seed: int = 1234
    batch_size: int | None = Field(default=None, ge=1)
    device: str | None = None
    precision: Precision | None = None
    chat_template: ChatTemplate = ChatTemplate.OFF
    temperature: float | None = Field(default=None, ge=0)
    top_p: float | None = Field(default=None, gt=0, le=1)
    max_tokens: int | None = Field(default=None, ge=1)
    sampling_seed: int = 0
    gguf_file: str | None = None
    allow_pickle: bool = False
    trust_remote_code: bool = False
    mirror: str | None = None
    no_cache: bool = False
    measure: bool = False
    measure_budget: str = "60s"
    name: str | None = None

    @property
    def adaptive(self) -> bool:
        """Whether samples are asked in rounds, and only as many as it takes."""
        return self.until_decided or self.until_halfwidth is not None

    def settings(self) -> dict[str, Any]:
        """What two runs of one name must share. A plain run's are the same as before there were other ones."""
        values = self.model_dump(mode="json", exclude={"name", "batch_size", "no_cache", "measure", "measure_budget"})
        for key in ("until_decided", "until_halfwidth", "protocol"):
            if not values[key]:
                del values[key]
        return values


def line(error: ValidationError) -> str:
    """A wrong value as one line."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"]) or "the file"
    return f"{where}: {first['msg'].lower()} (got {first['input']!r})"


def checked(values: dict[str, Any]) -> RunConfig:
    """A config from plain values; a wrong one is named in one line."""
    try:
        config = RunConfig(**values)
    except ValidationError as error:
        raise UserError(f"cannot run with {line(error)}") from error
    half = config.until_halfwidth
    if half is not None and not 0 < half < 0.5:
        raise UserError(f"--until-halfwidth {half:g}: give a share between 0 and 0.5, such as 0.02 for ± 2 points")
    if config.until_decided and len(set(config.models)) == 1:
        raise UserError(
            "--until-decided decides between models, but there is only one: name a second one, or say "
            "--until-halfwidth 0.02 to stop when its own interval is narrow"
        )
    return config


def from_toml(path: Path) -> dict[str, Any]:
    """The values of a TOML file whose keys are RunConfig's fields; dashes count as underscores."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"--config {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"--config {path}: not TOML ({error})") from error
    values = {key.replace("-", "_"): value for key, value in values.items()}
    unknown = sorted(set(values) - set(RunConfig.model_fields))
    if unknown:
        known = ", ".join(RunConfig.model_fields)
        raise UserError(f"--config {path}: unknown key {unknown[0]!r}; the keys are {known}")
    return values
