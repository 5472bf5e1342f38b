"""What passes between a benchmark and a model: samples, requests, responses, scores."""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field

from outweigh.records.base import Record
from outweigh.records.usage import Lap

DEFAULT_MAX_TOKENS = 256  # lm-evaluation-harness's `max_gen_toks`


class Sample(Record):
    """One question of a benchmark.

    `position` is the row in the full evaluated split and never depends on limits, order or shards.
    `target` is the right answer: an index into `choices`, one text, or every text that counts;
    `reference` is the target as lm-evaluation-harness logs it.
    `details` is the row itself as its benchmark prepared it. Samples with the same `cluster` share
    a passage, so their scores are not independent.
    """

    id: str
    position: int
    question: str
    choices: tuple[str, ...] = ()
    target: int | str | tuple[str, ...]
    reference: str = ""
    details: dict[str, Any] = Field(default_factory=dict)
    cluster: str | None = None


class Likelihood(Record):
    """Ask for the log-likelihood of each continuation after its context.

    `contexts` has one entry (shared by all continuations) or one for each continuation.
    """

    kind: Literal["likelihood"] = "likelihood"
    contexts: tuple[str, ...]
    continuations: tuple[str, ...]

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """(context, continuation) for every continuation, in order."""
        contexts = self.contexts
        if len(contexts) == 1:
            contexts = contexts * len(self.continuations)
        return tuple(zip(contexts, self.continuations, strict=True))


class Decoding(Record):
    """How an answer is generated: greedily unless a temperature is given.

    `max_tokens` None means the standard's default, DEFAULT_MAX_TOKENS.
    """

    temperature: float = Field(default=0.0, ge=0.0)
    top_p: float = Field(default=1.0, gt=0.0, le=1.0)
    seed: int = 0
    max_tokens: int | None = Field(default=None, ge=1)

    @property
    def token_limit(self) -> int:
        """The number of tokens after which an answer is cut."""
        return self.max_tokens or DEFAULT_MAX_TOKENS


class Generate(Record):
    """Ask for a text that continues `prompt` and ends before any of `stop`."""

    kind: Literal["generate"] = "generate"
    prompt: str
    stop: tuple[str, ...] = ()
    decoding: Decoding = Decoding()


Request = Annotated[Likelihood | Generate, Field(discriminator="kind")]


class Finish(StrEnum):
    """Why a generated text ended."""

    STOP = "stop"  # a stop string or the model's own end
    LENGTH = "length"  # max_tokens, or no context left: the answer is truncated


class Likelihoods(Record):
    """Log-likelihoods in nats, one entry a continuation, in the request's order.

    `truncated` counts context tokens that were dropped on the left because the model's window is shorter;
    `input_tokens` is what a harness that shares nothing would have had to read.
    """

    kind: Literal["likelihoods"] = "likelihoods"
    sums: tuple[float, ...]
    is_greedy: tuple[bool, ...]
    token_counts: tuple[int, ...]
    truncated: int = 0
    input_tokens: int = 0


class Generated(Record):
    """A generated text, cut before the stop string. `tokens` were generated; the rest as in `Likelihoods`."""

    kind: Literal["generated"] = "generated"
    text: str
    finish: Finish
    tokens: int
    truncated: int = 0
    input_tokens: int = 0


class Failed(Record):
    """No answer: `stage` names the boundary that it crossed."""

    kind: Literal["failed"] = "failed"
    stage: str
    message: str
    retryable: bool = False


Response = Annotated[Likelihoods | Generated | Failed, Field(discriminator="kind")]


class Score(Record):
    """One sample's value of one metric. `answer` is what was read out of the response; None is "unreadable"."""

    sample_id: str
    metric: str
    filter: str = "none"
    value: float
    answer: str | None = None
    reason: str | None = None

    @property
    def unreadable(self) -> bool:
        """Whether nothing could be read out of the response."""
        return not (self.answer or "").strip()


class Transcript(Record):
    """One sample, whole: what was asked, what came back, and how it was marked.

    A failed sample has no scores. `seconds` is this sample's share of its batch. A `cached` response was given to an
    equal request of another evaluation: it took no seconds and no tokens here, so both are 0. `lap` is what its batch
    took; None for answers that were known, imported, or asked before laps were kept.
    """

    sample: Sample
    request: Request
    response: Response
    scores: tuple[Score, ...] = ()
    seconds: float = 0.0
    input_tokens: int = 0
    output_tokens: int = 0
    cached: bool = False
    lap: Lap | None = None

    def score(self, metric: str, filter: str) -> Score | None:
        """The score of one metric; None for a failed sample."""
        for score in self.scores:
            if (score.metric, score.filter) == (metric, filter):
                return score
        return None
