"""Transcripts as the lines of a `samples_*.jsonl` file, and the hashes that such files carry.

Follows lm-evaluation-harness 0.4.13, `evaluator.py` (`evaluate`) and `loggers/evaluation_tracker.py`
(`save_results_samples`): one line for each filter and sample, all samples of the first filter before those of the next.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from outweigh.records import (
    Failed,
    Generate,
    Generated,
    Likelihood,
    Likelihoods,
    Request,
    Response,
    Transcript,
    UserError,
    digest,
)

INVALID = "[invalid]"  # what lm-evaluation-harness logs where a filter found no answer
UNFILTERED = "none"


def plain(value: object) -> object:
    """A value that JSON does not know, as lm-evaluation-harness spells it: numbers stay numbers, a set is a list."""
    import numpy as np

    if isinstance(value, np.bool_ | np.integer | np.floating):
        return value.item()
    return list(value) if isinstance(value, set) else str(value)


def doc_hash(doc: Mapping[str, Any]) -> str:
    """SHA-256 over the indented JSON of a row, keys in the row's own order."""
    return digest(json.dumps(doc, indent=2, default=plain, ensure_ascii=False))


def task_hash(lines: Iterable[Mapping[str, Any]]) -> str:
    """SHA-256 over the three hashes of every line, in file order."""
    return digest("".join(line["doc_hash"] + line["prompt_hash"] + line["target_hash"] for line in lines))


def samples_name(task: str, stamp: str) -> str:
    """The name of a task's samples file. Raises UserError for a task whose name would lead into another folder."""
    if "/" in task or "\\" in task:
        raise UserError(f"{task}: a task's name is part of a file's name; expected one without slashes")
    return f"samples_{task}_{stamp}.jsonl"


def options(request: Generate) -> dict[str, Any]:
    """Stop strings and decoding as generation settings. The seed has no place there."""
    decoding = request.decoding
    settings: dict[str, Any] = {
        "until": list(request.stop),
        "do_sample": decoding.temperature > 0.0,
        "temperature": decoding.temperature,
    }
    if decoding.temperature > 0.0 and decoding.top_p < 1.0:
        settings["top_p"] = decoding.top_p
    if decoding.max_tokens is not None:
        settings["max_gen_toks"] = decoding.max_tokens
    return settings


def lines(transcripts: Sequence[Transcript]) -> list[dict[str, Any]]:
    """Every line of the file, samples by position. Failed samples have no line."""
    answered = sorted(
        (t for t in transcripts if not isinstance(t.response, Failed)),
        key=lambda transcript: transcript.sample.position,
    )
    filters = dict.fromkeys(score.filter for each in answered for score in each.scores)
    return [_line(each, name) for name in filters for each in answered]


def _line(transcript: Transcript, name: str) -> dict[str, Any]:
    sample, request = transcript.sample, transcript.request
    asked = _arguments(request)
    scores = [score for score in transcript.scores if score.filter == name]
    answer = scores[0].answer if scores else None
    return {
        "doc_id": sample.position,
        "doc": sample.details,
        "target": sample.reference,
        "arguments": {f"gen_args_{i}": {"arg_0": a, "arg_1": b} for i, (a, b) in enumerate(asked)},
        "resps": [[response] for response in _responses(transcript.response)],
        "filtered_resps": _filtered(transcript.response, name, answer),
        "filter": name,
        "metrics": [score.metric for score in scores],
        "doc_hash": doc_hash(sample.details),
        "prompt_hash": digest(asked[0][0]),
        "target_hash": digest(sample.reference),
    } | {score.metric: score.value for score in scores}


def _arguments(request: Request) -> list[tuple[str, Any]]:
    if isinstance(request, Likelihood):
        return list(request.pairs)
    return [(request.prompt, options(request))]


def _responses(response: Response) -> list[Any]:
    match response:
        case Likelihoods():
            pairs = zip(response.sums, response.is_greedy, strict=True)
            return [[str(total), str(greedy)] for total, greedy in pairs]
        case Generated():
            return [response.text]
    raise UserError(f"{response.stage}: {response.message}: a failed sample has no lm-evaluation-harness form")


def _filtered(response: Response, name: str, answer: str | None) -> list[Any]:
    if isinstance(response, Likelihoods) or name == UNFILTERED:
        return _responses(response)
    return [INVALID if answer is None else answer]
