"""A `samples_*.jsonl` file as transcripts.

Not in such a file, and therefore not in what is read: token counts (0), why a text ended (STOP), how many tokens were
truncated (0), the seed of sampling (0), and samples that failed.
Not covered: whole-text likelihoods (`loglikelihood_rolling`), several responses a sample (`repeats`), images and sound.
"""

import ast
from dataclasses import dataclass
from pathlib import Path

from outweigh.interop.lm_eval_lines import INVALID, UNFILTERED, task_hash
from outweigh.interop.lm_eval_log import Line, Placed, by_sample, lines
from outweigh.interop.lm_eval_requests import UnreadableError, request_of, response_of
from outweigh.interop.logged import Checks
from outweigh.records import Likelihood, Likelihoods, Request, Response, Sample, Score, Transcript


@dataclass(frozen=True)
class Samples:
    """What a samples file holds. `left_out` names what has no place in records, such as metrics of several numbers.

    `checks` are those of metrics that mark a sample by several, each right or wrong, such as IFEval's instructions: by
    metric and filter, a row a sample.
    """

    transcripts: tuple[Transcript, ...]
    hash: str
    left_out: tuple[str, ...]
    checks: Checks


def samples(path: Path) -> Samples:
    """The whole file, samples by position. Raises UserError at the first line that is wrong."""
    found = lines(path)
    left_out: list[str] = []
    grouped = by_sample(found)
    transcripts = tuple(_transcript(same, left_out) for same in grouped)
    whole = task_hash({name: getattr(placed.line, name) for name in _HASHES} for placed in found)
    return Samples(transcripts, whole, tuple(dict.fromkeys(left_out)), _checks(grouped))


_HASHES = ("doc_hash", "prompt_hash", "target_hash")


def _transcript(same: tuple[Placed, ...], left_out: list[str]) -> Transcript:
    """One sample from its lines. What cannot be carried over is added to `left_out`."""
    line = same[0].line
    try:
        request, ignored = request_of(line.arguments)
        response = response_of(request, line.resps)
    except UnreadableError as error:
        raise same[0].wrong(error.field, str(error)) from None
    left_out += ignored
    return Transcript(
        sample=_sample(line, request),
        request=request,
        response=response,
        scores=tuple(score for placed in same for score in _scores(placed, request, response, left_out)),
    )


def _scores(placed: Placed, request: Request, response: Response, left_out: list[str]) -> list[Score]:
    line, scores = placed.line, []
    answer = _answer(placed, response)
    for metric in line.metrics:
        value = line.columns[metric]
        if not isinstance(value, bool | int | float):
            left_out.append(f"{metric} of single samples, which is no single number")
            continue
        if isinstance(response, Likelihoods):
            answer = _pick(request, response, metric)
        score = Score(
            sample_id=str(line.doc_id),
            metric=metric,
            filter=line.filter,
            value=float(value),
            answer=answer,
        )
        scores.append(score)
    return scores


def _checks(grouped: list[tuple[Placed, ...]]) -> Checks:
    found: dict[tuple[str, str], list[tuple[bool, ...]]] = {}
    for line in (placed.line for same in grouped for placed in same):
        for metric in line.metrics:
            marks = line.columns[metric]
            if isinstance(marks, list) and marks and all(isinstance(mark, bool) for mark in marks):
                found.setdefault((metric, line.filter), []).append(tuple(marks))
    return {key: tuple(rows) for key, rows in found.items()}


def _sample(line: Line, request: Request) -> Sample:
    prompt = request.contexts[0] if isinstance(request, Likelihood) else request.prompt
    question = line.doc.get("question")
    asked = isinstance(question, str) and question != "" and question in prompt
    choices = _choices(request)
    return Sample(
        id=str(line.doc_id),
        position=line.doc_id,
        question=str(question) if asked else prompt,
        choices=choices,
        target=_target(line.target, choices),
        reference=line.target,
        details=line.doc,
    )


def _choices(request: Request) -> tuple[str, ...]:
    """What the pairs differ in: the continuations, or the contexts where one continuation follows all."""
    if not isinstance(request, Likelihood) or len(request.continuations) == 1:
        return ()
    one = len(set(request.continuations)) == 1 and len(request.contexts) > 1
    texts = request.contexts if one else request.continuations
    return tuple(text.removeprefix(" ") for text in texts)


def _target(reference: str, choices: tuple[str, ...]) -> int | str | tuple[str, ...]:
    """An index where there are choices, several texts where a list of texts was logged, else the text."""
    if reference.isdecimal() and int(reference) < len(choices):
        return int(reference)
    if not choices and reference.startswith("["):
        try:
            texts = ast.literal_eval(reference)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return reference
        if isinstance(texts, list) and all(isinstance(text, str) for text in texts):
            return tuple(texts)
    return reference


def _answer(placed: Placed, response: Response) -> str | None:
    """What the filter read out of a text; None is "nothing". A likelihood passes its filter unchanged."""
    line = placed.line
    if isinstance(response, Likelihoods):
        if line.filtered_resps != [repeats[0] for repeats in line.resps]:
            raise placed.wrong("filtered_resps", "differ from `resps`; only unfiltered likelihoods can be read")
        return None
    read = line.filtered_resps
    while isinstance(read, list) and len(read) == 1:
        read = read[0]
    if not isinstance(read, str):
        raise placed.wrong("filtered_resps", "expected one text")
    if line.filter == UNFILTERED and read != line.resps[0][0]:
        raise placed.wrong("filtered_resps", f"differs from `resps`, though the filter is '{UNFILTERED}'")
    return None if read == INVALID else read


def _pick(request: Request, response: Likelihoods, metric: str) -> str:
    """The likeliest choice, for `acc_norm` by character as its metric has it; of one text, whether it is greedy."""
    choices = _choices(request)
    if not choices:
        return str(response.is_greedy[0])
    sums = list(response.sums)
    if metric == "acc_norm":
        sums = [total / max(len(choice), 1) for total, choice in zip(sums, choices, strict=True)]
    return choices[sums.index(max(sums))]
