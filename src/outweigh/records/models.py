"""What a model is: where it comes from, how it is loaded, and what its card says."""

from collections.abc import Mapping
from enum import StrEnum

from outweigh.records.base import Record


class ModelSource(StrEnum):
    """Where the weights come from."""

    HUB = "hub"
    PATH = "path"
    PACKAGE = "package"
    ENDPOINT = "endpoint"
    EXTERNAL = "external"  # named by an imported result; Outweigh never loaded it


class ModelFormat(StrEnum):
    """How the weights are stored."""

    SAFETENSORS = "safetensors"
    GGUF = "gguf"
    PICKLE = "pickle"


class Precision(StrEnum):
    """The number type that the weights are computed in."""

    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"
    FLOAT16 = "float16"


class ChatTemplate(StrEnum):
    """Whether prompts pass through the model's chat template; `auto` means: where it has one."""

    ON = "on"
    OFF = "off"
    AUTO = "auto"


class ModelSpec(Record):
    """One model, exactly.

    `revision` is a commit (hub) or a SHA-256 over the content (path, package) once the model has been
    found; `precision` is what it is computed in. Both are None only before that. Of a model behind a server neither
    is known: its `name` is the address with #model, its `revision` the run in which it was asked.
    """

    source: ModelSource
    name: str
    revision: str | None = None
    format: ModelFormat | None = None
    precision: Precision | None = None
    quantization: str | None = None
    adapter: str | None = None
    chat_template: ChatTemplate = ChatTemplate.OFF
    remote_code: bool = False

    @property
    def title(self) -> str:
        """The short name that tables and charts show."""
        name = self.name.partition("#")[2] or self.name if self.source is ModelSource.ENDPOINT else self.name
        return name.rstrip("/").rsplit("/", maxsplit=1)[-1]


class ModelCard(Record):
    """What is known of a model without asking it anything. None is "not known"."""

    title: str
    parameters: int | None = None
    architecture: str | None = None
    context_length: int | None = None
    license: str | None = None
    languages: tuple[str, ...] = ()
    parent: str | None = None
    tags: tuple[str, ...] = ()
    bytes_on_disk: int | None = None
    has_chat_template: bool | None = None


def _marks(spec: ModelSpec) -> tuple[str, ...]:
    """What may tell two models of one title apart, the most telling first."""
    template = "chat" if spec.chat_template == ChatTemplate.ON else "no chat template"
    revision = spec.revision or "unknown revision"
    revision = f"run {revision}" if spec.source is ModelSource.ENDPOINT else revision[:8]
    return (spec.precision or "unknown precision", template, spec.quantization or "not quantized", revision, spec.name)


def names_apart(models: Mapping[str, tuple[str, ModelSpec]]) -> dict[str, str]:
    """A name for each model, by its key: its title, and what tells it from others of that title."""
    found = {}
    for key, (title, spec) in models.items():
        others = [other for each, (name, other) in models.items() if name == title and each != key]
        telling = [
            mark for place, mark in enumerate(_marks(spec)) if any(_marks(other)[place] != mark for other in others)
        ]
        found[key] = f"{title} ({', '.join(telling)})" if telling else title
    return found
