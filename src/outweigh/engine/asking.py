"""Ask a model for the samples that are missing, mark what comes back, journal every batch."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

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

Asked = TypeVar("Asked")

_ATTEMPTS_ALONE = 4  # a lone sample is tried again, because the model halves its own budget each time


def transcript(work: Work, sample: Sample, request: Request, response: Response, seconds: float) -> Transcript:
    """One sample's record, marked unless it failed."""
    if isinstance(response, Failed):
        return Transcript(sample=sample, request=request, response=response, seconds=seconds)
    written = response.tokens if isinstance(response, Generated) else 0
    return Transcript(
        sample=sample,
        request=request,
        response=response,
        scores=work.chosen.benchmark.mark(sample, response),
        seconds=seconds,
        input_tokens=response.input_tokens,
        output_tokens=written,
    )


def answers(
    answer: Callable[[Sequence[tuple[str, Asked]]], Iterator[tuple[str, Response]]],
    batch: Sequence[tuple[str, Asked]],
    attempts: int = _ATTEMPTS_ALONE,
) -> Iterator[tuple[str, Response]]:
    """Every response of a batch. Out of memory halves the batch and goes on with what is missing."""
    found = set()
    try:
        for name, response in answer(batch):
            found.add(name)
            yield name, response
    except OutOfMemory as error:
        rest = [(name, asked) for name, asked in batch if name not in found]
        if len(rest) == 1 and attempts == 0:
            yield rest[0][0], Failed(stage="memory", message=str(error), retryable=True)
            return
        half = (len(rest) + 1) // 2
        for part in (rest[:half], rest[half:]):
            if part:
                yield from answers(answer, part, attempts - (len(part) == 1))


def ask(
    work: Work,
    samples: Sequence[Sample],
    model: Callable[[], Model],
    *,
    batch_size: int,
) -> Iterator[tuple[list[Transcript], float]]:
    """Yield (transcripts, seconds of answering) for one batch after another, in the samples' order."""
    for start in range(0, len(samples), batch_size):
        batch = [(sample, work.request(sample)) for sample in samples[start : start + batch_size]]
        answering = model()
        begun = time.perf_counter()
        responses = dict(answers(answering.answer, [(sample.id, request) for sample, request in batch]))
        seconds = time.perf_counter() - begun
        share = seconds / len(batch)
        missing = Failed(stage="model", message="the model gave no response", retryable=True)
        yield (
            [transcript(work, s, r, responses.get(s.id, missing), share) for s, r in batch],
            seconds,
        )


def default_batch(work: Work) -> int:
    """Samples a batch where nobody asked for a size: small enough to lose little, large enough to share prompts."""
    return 16 if work.evaluation.decoding else 32


def lost_tokens(response: Response) -> bool:
    """Whether the prompt or the answer was cut."""
    if isinstance(response, Generated):
        return response.truncated > 0 or response.finish == "length"
    return isinstance(response, Likelihoods) and response.truncated > 0
