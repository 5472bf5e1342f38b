"""The models of a run: found, pinned, and loaded only when something is asked."""

from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from outweigh.benchmarks.benchmark import Prompting
from outweigh.benchmarks.prompting import Chat, Plain
from outweigh.engine.config import RunConfig
from outweigh.metering.laps import Laps
from outweigh.models.model import Model
from outweigh.models.sources import Located, locate, parse
from outweigh.records import ChatTemplate, ModelCard, ModelSource, ModelSpec, Protocol, UserError


@dataclass
class Candidate:
    """One model of a run. `model()` loads it the first time.

    A model behind a server is not `located` on this disk and has no `device` here. `laps` measure what it takes to
    answer; those of a model that is not `metered` know seconds alone.
    """

    spec: ModelSpec
    card: ModelCard
    located: Located | None
    device: str | None
    why: str
    load: Callable[[ModelSpec], Model]
    say: Callable[[str], None]
    laps: Laps = field(default_factory=lambda: Laps(None))
    _model: Model | None = None

    @property
    def title(self) -> str:
        """What people call it."""
        return self.card.title

    def prompting(self) -> Prompting:
        """Plain text, or the model's own chat template, which loads the model when the first prompt is made."""
        if self.spec.chat_template is ChatTemplate.ON:
            return Chat(lambda turns: self.model().render(turns))
        return Plain()

    def check(self, protocols: Set[Protocol]) -> None:
        """Raises UserError, before anything is asked, if the model cannot be asked in one of these ways."""
        if self.spec.source is not ModelSource.ENDPOINT or Protocol.LIKELIHOOD not in protocols:
            return
        from outweigh.models.endpoint_model import EndpointModel

        model = self.model()
        if isinstance(model, EndpointModel) and (why := model.likelihoods_refused()):
            raise UserError(
                f"{self.spec.name}: likelihood benchmarks cannot be asked at this server: {why}; use --protocol letter"
            )

    def belongs(self, run: str) -> None:
        """Say which run asks. What a server serves may change unseen, so its answers count in one run only."""
        if self.spec.source is ModelSource.ENDPOINT and self.spec.revision != run:
            self.close()  # it may have been probed under its old name
            self.spec = self.spec.but(revision=run)
            self.say(
                f"{self.title}: what a server answers counts for this run only; after a stop, --name {run} goes on"
            )

    def model(self) -> Model:
        """The model in memory."""
        if self._model is None:
            if self.located is not None:
                self.say(f"Loading {self.title} ({self.why})")
            self._model = self.load(self.spec)
        return self._model

    def close(self) -> None:
        """Give the model's memory back."""
        if self._model is not None:
            self._model.close()
            self._model = None


@contextmanager
def metered(candidates: Sequence[Candidate], *, together: bool = False) -> Iterator[None]:
    """Measure what the models in this process take. `together`: several of them stay in memory at a time."""
    here = [each for each in candidates if each.device is not None]
    if not here:
        yield
        return
    with Laps(here[0].device, alone=not together or len(here) == 1) as laps:  # a run has one device
        for each in here:
            each.laps = laps
        yield


def find(text: str, config: RunConfig, cache: Path, say: Callable[[str], None]) -> Candidate:
    """Find one model and settle its precision and template. Nothing is loaded yet."""
    from outweigh.models import precision

    spec = parse(text)
    if spec.source is ModelSource.ENDPOINT:
        return _behind_a_server(spec, config, say)
    located = locate(
        spec,
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

    def load(spec: ModelSpec) -> Model:
        return _loaded(spec, located, device, cache, say)

    return Candidate(spec, located.card, located, device, why, load, say)


def _loaded(spec: ModelSpec, located: Located, device: str, cache: Path, say: Callable[[str], None]) -> Model:
    from outweigh.models.transformers_model import load

    loaded = load(spec, located.card, weights(located, cache, say), device=device)
    if loaded.network is None:
        say(f"{located.card.title} cannot share prompts between samples here: it is asked one sequence at a time")
    return loaded


def weights(located: Located, cache: Path, say: Callable[[str], None]) -> Path:
    """The directory that transformers loads; a GGUF file is converted the first time."""
    if located.file is not None and located.file.suffix == ".gguf":
        from outweigh.models.gguf import converted

        return converted(located, cache, say)
    return located.folder


def _behind_a_server(spec: ModelSpec, config: RunConfig, say: Callable[[str], None]) -> Candidate:
    """Whether a server's model has a chat template is not known, so `auto` is off."""
    from outweigh.models import endpoints
    from outweigh.models.endpoint_model import EndpointModel

    spec, card = endpoints.find(spec)
    on = config.chat_template is ChatTemplate.ON
    spec = spec.but(chat_template=ChatTemplate.ON if on else ChatTemplate.OFF)
    why = f"asked at {spec.name}: the server's own precision, and its own settings where a request names none"
    return Candidate(
        spec, card, None, None, why, lambda spec: EndpointModel(spec, card, endpoints.endpoint(spec), say), say
    )


def _template(located: Located, wish: ChatTemplate) -> ChatTemplate:
    has = bool(located.card.has_chat_template)
    if wish is ChatTemplate.ON and not has:
        raise UserError(
            f"--apply-chat-template: {located.card.title} has no chat template; leave the flag out, or say "
            "--chat-template auto to apply it only where there is one"
        )
    return ChatTemplate.ON if has and wish is not ChatTemplate.OFF else ChatTemplate.OFF
