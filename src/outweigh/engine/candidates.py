"""The models of a run: found, pinned, and loaded only when something is asked."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from outweigh.benchmarks.benchmark import Prompting
from outweigh.benchmarks.prompting import Chat, Plain
from outweigh.engine.config import RunConfig
from outweigh.models.model import Model
from outweigh.models.sources import Located, locate, parse
from outweigh.records import ChatTemplate, ModelSpec, UserError


@dataclass
class Candidate:
    """One model of a run. `model()` loads it the first time."""

    spec: ModelSpec
    located: Located
    device: str
    why: str
    cache: Path
    say: Callable[[str], None]
    _model: Model | None = None

    @property
    def title(self) -> str:
        """What people call it."""
        return self.located.card.title

    def prompting(self) -> Prompting:
        """Plain text, or the model's own chat template, which loads the model when the first prompt is made."""
        if self.spec.chat_template is ChatTemplate.ON:
            return Chat(lambda turns: self.model().render(turns))
        return Plain()

    def folder(self) -> Path:
        """Where its weights lie in a form that transformers loads; a GGUF file is converted the first time."""
        if self.located.file is not None and self.located.file.suffix == ".gguf":
            from outweigh.models.gguf import converted

            return converted(self.located, self.cache, self.say)
        return self.located.folder

    def model(self) -> Model:
        """The model in memory."""
        if self._model is None:
            from outweigh.models.transformers_model import load

            self.say(f"Loading {self.title} ({self.why})")
            loaded = load(self.spec, self.located.card, self.folder(), device=self.device)
            if loaded.network is None:
                self.say(f"{self.title} cannot share prompts between samples here: it is asked one sequence at a time")
            self._model = loaded
        return self._model

    def close(self) -> None:
        """Give the model's memory back."""
        if self._model is not None:
            self._model.close()
            self._model = None


def find(text: str, config: RunConfig, cache: Path, say: Callable[[str], None]) -> Candidate:
    """Find one model and settle its precision and template. Nothing is loaded yet."""
    from outweigh.models import precision

    located = locate(
        parse(text),
        cache,
        gguf_file=config.gguf_file,
        allow_pickle=config.allow_pickle,
        progress=say,
    )
    chosen, device, why = precision.choose(config.precision, config.device)
    spec = located.spec.but(
        precision=chosen,
        chat_template=_template(located, config.chat_template),
        remote_code=config.trust_remote_code,
    )
    return Candidate(spec, located, device, why, cache, say)


def _template(located: Located, wish: ChatTemplate) -> ChatTemplate:
    has = bool(located.card.has_chat_template)
    if wish is ChatTemplate.ON and not has:
        raise UserError(
            f"--apply-chat-template: {located.card.title} has no chat template; leave the flag out, or say "
            "--chat-template auto to apply it only where there is one"
        )
    return ChatTemplate.ON if has and wish is not ChatTemplate.OFF else ChatTemplate.OFF
