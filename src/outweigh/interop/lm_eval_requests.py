"""The `arguments` and `resps` of a logged sample as a request and a response."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from outweigh.records import (
    Decoding,
    Finish,
    Generate,
    Generated,
    Likelihood,
    Likelihoods,
    Request,
    Response,
)

# lm-evaluation-harness 0.4.13 takes any of these for the length limit, the first one first (`normalize_gen_kwargs`)
_LENGTHS = ("max_gen_toks", "max_new_tokens", "max_tokens", "max_completion_tokens")
_KNOWN = {"until", "do_sample", "temperature", "top_p", "seed", *_LENGTHS}


class UnreadableError(Exception):
    """A logged value that has no place in the records. `field` is the line's field."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(problem)
        self.field = field


def request_of(arguments: Mapping[str, Mapping[str, Any]]) -> tuple[Request, list[str]]:
    """The request, and the generation settings that were left out because records have no place for them."""
    names = [f"gen_args_{i}" for i in range(len(arguments))]
    if not names or set(names) != set(arguments):
        raise UnreadableError("arguments", "expected gen_args_0, gen_args_1, … without a gap")
    pairs = [_pair(arguments[name]) for name in names]
    if all(isinstance(second, str) for _, second in pairs):
        contexts = tuple(context for context, _ in pairs)
        shared = contexts[:1] if len(set(contexts)) == 1 else contexts
        return Likelihood(contexts=shared, continuations=tuple(str(text) for _, text in pairs)), []
    if len(pairs) != 1:
        raise UnreadableError("arguments", "expected one generation a sample, or likelihoods only")
    prompt, settings = pairs[0]
    return _generate(prompt, settings)


def _pair(arguments: Mapping[str, Any]) -> tuple[str, Any]:
    if set(arguments) != {"arg_0", "arg_1"}:
        found = ", ".join(arguments) or "nothing"
        problem = f"expected arg_0 and arg_1, found {found}; whole-text likelihoods and images cannot be read"
        raise UnreadableError("arguments", problem)
    prompt, second = arguments["arg_0"], arguments["arg_1"]
    if isinstance(prompt, list) and len(prompt) == 1:
        prompt = prompt[0]  # chat requests to an API are logged as a list of one JSON text
    if not isinstance(prompt, str) or not isinstance(second, str | dict):
        raise UnreadableError("arguments", "expected a text, then a text or generation settings")
    return prompt, second


def _generate(prompt: str, settings: Mapping[str, Any]) -> tuple[Generate, list[str]]:
    until = settings.get("until") or []
    stop = (until,) if isinstance(until, str) else tuple(until)
    try:
        request = Generate(prompt=prompt, stop=stop, decoding=_decoding(settings))
    except (ValidationError, TypeError, ValueError):
        raise UnreadableError("arguments", f"generation settings of an unknown form: {dict(settings)}") from None
    unknown = [f"generation setting {key}={settings[key]}" for key in settings if key not in _KNOWN]
    return request, unknown


def _decoding(settings: Mapping[str, Any]) -> Decoding:
    lengths = [settings[key] for key in _LENGTHS if settings.get(key) is not None]
    limit = int(lengths[0]) if lengths else None
    sampled = settings.get("do_sample")
    if sampled is None:
        sampled = float(settings.get("temperature") or 0.0) > 0.0
    if not sampled:
        return Decoding(max_tokens=limit)
    return Decoding(
        temperature=float(settings.get("temperature", 1.0)),
        top_p=float(settings.get("top_p", 1.0)),
        seed=int(settings.get("seed", 0)),
        max_tokens=limit,
    )


def response_of(request: Request, resps: list[list[Any]]) -> Response:
    """The response. Token counts are not logged and stand as 0."""
    asked = len(request.continuations) if isinstance(request, Likelihood) else 1
    if len(resps) != asked:
        raise UnreadableError("resps", f"{len(resps)} responses to {asked} requests")
    if any(len(repeats) != 1 for repeats in resps):
        raise UnreadableError("resps", "several responses to one request; only one (repeats: 1) can be read")
    firsts = [repeats[0] for repeats in resps]
    if isinstance(request, Likelihood):
        return _likelihoods(firsts)
    if not isinstance(firsts[0], str):
        raise UnreadableError("resps", "expected a text")
    return Generated(text=firsts[0], finish=Finish.STOP, tokens=0)


def _likelihoods(pairs: list[Any]) -> Likelihoods:
    sums, greedy = [], []
    for pair in pairs:
        match pair:
            case [str(total), "True" | "False" as is_greedy]:
                sums.append(_number(total))
                greedy.append(is_greedy == "True")
            case _:
                raise UnreadableError("resps", f"expected [log-likelihood, 'True' or 'False'], found {pair}")
    return Likelihoods(sums=tuple(sums), is_greedy=tuple(greedy), token_counts=(0,) * len(sums))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise UnreadableError("resps", f"expected a log-likelihood, found {text!r}") from None
