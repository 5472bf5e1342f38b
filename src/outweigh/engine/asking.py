"""Ask a model for the samples that are missing, mark what comes back, journal every batch."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from outweigh.engine.known import Known
from outweigh.engine.work import Work
from outweigh.metering.laps import Laps
from outweigh.models.model import Model, OutOfMemory
from outweigh.records import (
    Failed,
    Generated,
    Lap,
    Likelihoods,
    Request,
    Response,
    Sample,
    Transcript,
)

Asked = TypeVar("Asked")

_MISSING = Failed(stage="model", message="the model gave no response", retryable=True)
_TOGETHER = 256  # samples that the model plans for together where nobody asked for a size
_PART = 16  # answers that are worth a part of the journal
_PAUSE = 0.5  # seconds between two parts
_ATTEMPTS_ALONE = 4  # a lone sample is tried again, because the model halves its own budget each time


def transcript(work: Work, sample: Sample, request: Request, response: Response, lap: Lap | None) -> Transcript:
    """One sample's record, marked unless it failed. Without a lap the answer was known already, and took nothing."""
    seconds = lap.seconds / lap.answers if lap else 0.0
    if isinstance(response, Failed):
        return Transcript(sample=sample, request=request, response=response, seconds=seconds, lap=lap)
    written = response.tokens if isinstance(response, Generated) else 0
    return Transcript(
        sample=sample,
        request=request,
        response=response,
        scores=work.chosen.benchmark.mark(sample, response),
        seconds=seconds,
        input_tokens=response.input_tokens if lap else 0,
        output_tokens=written if lap else 0,
        cached=lap is None,
        lap=lap,
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
    laps: Laps,
    *,
    batch_size: int | None = None,
    known: Known | None = None,
) -> Iterator[tuple[list[Transcript], float]]:
    """Yield (transcripts, seconds of answering) as samples are answered, each sample once.

    A batch is handed to the model as a whole; without a size, many samples are, and what is finished comes out in
    parts, each with what `laps` say that it took. What is `known` is not asked; a batch that is known as a whole does
    not even load the model.
    """
    size, part = batch_size or _TOGETHER, batch_size or _PART
    for start in range(0, len(samples), size):
        batch = [(sample, work.request(sample)) for sample in samples[start : start + size]]
        held = known.find([request for _, request in batch]) if known else {}
        old = [(sample, request) for sample, request in batch if request.fingerprint in held]
        if old:
            yield [transcript(work, sample, request, held[request.fingerprint], None) for sample, request in old], 0.0
        new = {sample.id: (sample, request) for sample, request in batch if request.fingerprint not in held}
        if not new:
            continue
        for found, lap in _timed(model(), [(name, request) for name, (_, request) in new.items()], part, laps):
            yield [transcript(work, *new[name], response, lap) for name, response in found], lap.seconds


def _timed(
    model: Model, requests: list[tuple[str, Request]], part: int, laps: Laps
) -> Iterator[tuple[list[tuple[str, Response]], Lap]]:
    """Every request's response in parts, with what each part took to answer."""
    found: list[tuple[str, Response]] = []
    missing = dict(requests)
    laps.begin()
    for name, response in answers(model.answer, requests):
        found.append((name, response))
        del missing[name]
        if len(found) >= part and laps.seconds >= _PAUSE:
            yield found, laps.end(len(found))
            found = []
            laps.begin()
    found += [(name, _MISSING) for name in missing]
    if found:
        yield found, laps.end(len(found))


def lost_tokens(response: Response) -> bool:
    """Whether the prompt or the answer was cut."""
    if isinstance(response, Generated):
        return response.truncated > 0 or response.finish == "length"
    return isinstance(response, Likelihoods) and response.truncated > 0
