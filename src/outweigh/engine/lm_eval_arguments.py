"""What `lm_eval --model outweigh` may be told, and the model that it names."""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import Field, ValidationError

from outweigh.engine.candidates import Candidate, find
from outweigh.engine.config import checked
from outweigh.models.sources import Located, parse
from outweigh.records import ModelSource, Precision, Record, UserError
from outweigh.store.home import home


class ModelArguments(Record):
    """`--model_args`, named and meant as by lm-evaluation-harness's `hf` model.

    `batch_size` and `max_batch_size` are taken because lm-eval always passes them: they change no number here, since
    the engine packs by tokens and halves what does not fit. `dtype` auto is the number type of the checkpoint.
    """

    pretrained: str
    revision: str | int | None = None
    dtype: str = "auto"
    device: str | None = None
    batch_size: int | str = 1
    max_batch_size: int | None = None
    max_length: int | None = Field(default=None, ge=2)
    max_gen_toks: int = Field(default=256, ge=1)
    add_bos_token: bool | None = None
    prefix_token_id: int | None = None
    trust_remote_code: bool = False
    allow_pickle: bool = False
    gguf_file: str | None = None

    @property
    def name(self) -> str:
        """The model as `outweigh run` would be told it."""
        revision = None if self.revision in (None, "main") else str(self.revision)
        spec = parse(self.pretrained)
        if revision is None or spec.revision == revision:
            return self.pretrained
        if spec.source is not ModelSource.HUB or spec.revision is not None:
            raise UserError(f"{self.pretrained}: revision={revision} does not fit it; leave one of the two out")
        return f"{self.pretrained}@{revision}"


def read(values: Mapping[str, Any]) -> ModelArguments:
    """Arguments out of what lm-eval passes. One that is not known could change a number, so it is refused."""
    known = ", ".join(ModelArguments.model_fields)
    unknown = sorted(set(values) - set(ModelArguments.model_fields))
    if unknown:
        raise UserError(f"lm_eval --model outweigh: unknown model argument {unknown[0]!r}; it takes {known}")
    if "dtype" in values:
        values = dict(values) | {"dtype": str(values["dtype"]).removeprefix("torch.")}
    try:
        return ModelArguments(**values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][:1])
        got = f" (got {first['input']!r})" if first["type"] != "missing" else ""
        raise UserError(f"lm_eval --model outweigh: {where}: {first['msg'].lower()}{got}; it takes {known}") from error


def candidate(arguments: ModelArguments, say: Callable[[str], None]) -> Candidate:
    """The model, found and checked, in the number type that `hf` would compute it in. Nothing is loaded yet."""
    asked = None if arguments.dtype == "auto" else _precision(arguments.dtype)
    config = checked(
        {
            "device": arguments.device,
            "precision": asked,
            "gguf_file": arguments.gguf_file,
            "allow_pickle": arguments.allow_pickle,
            "trust_remote_code": arguments.trust_remote_code,
        }
    )
    found = find(arguments.name, config, home() / "cache", say)
    if found.located is None:
        raise UserError(f"{arguments.name}: lm-eval asks servers by itself: --model local-completions")
    if asked is None:
        stored = _stored(found.located, arguments.trust_remote_code)
        found.spec = found.spec.but(precision=stored)
        found.why = f"{stored} on {found.device}: the number type of the checkpoint"
    return found


def _precision(name: str) -> Precision:
    try:
        return Precision(name)
    except ValueError as error:
        raise UserError(f"dtype={name}: not a number type; say auto, {', '.join(Precision)}") from error


def _stored(located: Located, remote_code: bool) -> Precision:
    """The number type that a checkpoint's config names, else that of its weights; float32 for a GGUF file."""
    from safetensors import safe_open
    from transformers import AutoConfig

    if located.file is not None and located.file.suffix == ".gguf":
        return Precision.FLOAT32
    config = AutoConfig.from_pretrained(located.folder, trust_remote_code=remote_code)
    if config.dtype is not None:
        return _precision(str(config.dtype).removeprefix("torch."))
    names = {"F32": Precision.FLOAT32, "BF16": Precision.BFLOAT16, "F16": Precision.FLOAT16}
    kinds = set()
    for file in located.folder.glob("*.safetensors"):
        with safe_open(file, "pt") as weights:
            kinds |= {weights.get_slice(name).get_dtype() for name in weights.keys()}  # noqa: SIM118
    if len(kinds) != 1 or not kinds <= set(names):
        raise UserError(f"{located.spec.name}: does not say its number type; add dtype={', dtype='.join(Precision)}")
    return names[kinds.pop()]
