"""Ask a model for the samples that are missing, mark what comes back, journal every batch."""

import time
from collections.abc import Callable, Iterator, Sequence

from outweigh.engine.known import Known
from outweigh.engine.work import Work
from outweigh.models.model import Model, OutOfMemory
from outweigh.records import (
    Failed,
    Generated,
    Likelihoods,
    Request,
    Response,
    Sample,
    Transcript,
)

Batch = list[tuple[Sample, Request]]

_MISSING = Failed(stage="model", message="the model gave no response", retryable=True)
_ATTEMPTS_ALONE = 4  # a lone sample is tried again, because the model halves its own budget each time


def transcript(work: Work, sample: Sample, request: Request, response: Response, seconds: float | None) -> Transcript:
    """One sample's record, marked unless it failed. `seconds` None: the answer was known already, and took nothing."""
    if isinstance(response, Failed):
        return Transcript(sample=sample, request=request, response=response, seconds=seconds or 0.0)
    written = response.tokens if isinstance(response, Generated) else 0
    cached = seconds is None
    return Transcript(
        sample=sample,
        request=request,
        response=response,
        scores=work.chosen.benchmark.mark(sample, response),
        seconds=seconds or 0.0,
        input_tokens=0 if cached else response.input_tokens,
        output_tokens=0 if cached else written,
        cached=cached,
    )


def _answers(model: Model, batch: Batch, attempts: int = _ATTEMPTS_ALONE) -> dict[str, Response]:
    """Every response of a batch. Out of memory halves the batch and goes on with what is missing."""
    found: dict[str, Response] = {}
    try:
        for name, response in model.answer([(sample.id, request) for sample, request in batch]):
            found[name] = response
    except OutOfMemory as error:
        rest = [(sample, request) for sample, request in batch if sample.id not in found]
        if len(rest) == 1 and attempts == 0:
            name = rest[0][0].id
            return found | {name: Failed(stage="memory", message=str(error), retryable=True)}
        half = (len(rest) + 1) // 2
        for part in (rest[:half], rest[half:]):
            if part:
                found |= _answers(model, part, attempts - (len(part) == 1))
    return found


def ask(
    work: Work,
    samples: Sequence[Sample],
    model: Callable[[], Model],
    *,
    batch_size: int,
    known: Known | None = None,
) -> Iterator[tuple[list[Transcript], float]]:
    """Yield (transcripts, seconds of answering) for one batch after another, in the samples' order.

    What is `known` is not asked; a batch that is known as a whole does not even load the model.
    """
    for start in range(0, len(samples), batch_size):
        batch = [(sample, work.request(sample)) for sample in samples[start : start + batch_size]]
        held = known.find([request for _, request in batch]) if known else {}
        new = [(sample, request) for sample, request in batch if request.fingerprint not in held]
        responses, seconds = _timed(model, new) if new else ({}, 0.0)
        found = []
        for sample, request in batch:
            if request.fingerprint in held:
                found.append(transcript(work, sample, request, held[request.fingerprint], None))
            else:
                found.append(transcript(work, sample, request, responses.get(sample.id, _MISSING), seconds / len(new)))
        yield found, seconds


def _timed(model: Callable[[], Model], batch: Batch) -> tuple[dict[str, Response], float]:
    """Every response, and the seconds of answering, without those of loading the model."""
    answering = model()
    begun = time.perf_counter()
    return _answers(answering, batch), time.perf_counter() - begun


def default_batch(work: Work) -> int:
    """Samples a batch where nobody asked for a size: small enough to lose little, large enough to share prompts."""
    return 16 if work.evaluation.decoding else 32


def lost_tokens(response: Response) -> bool:
    """Whether the prompt or the answer was cut."""
    if isinstance(response, Generated):
        return response.truncated > 0 or response.finish == "length"
    return isinstance(response, Likelihoods) and response.truncated > 0
