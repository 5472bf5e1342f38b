"""A need by a few questions: from a person at a terminal, or from answers that are piped in, one a line."""

import sys
from collections.abc import Callable, Mapping
from typing import Any

Answers = dict[str, Any]


def asked(values: Mapping[str, Any]) -> Answers:
    """The need that the answers make of what was given; an empty one leaves it as it is. Shown as TOML at the end."""
    from outweigh.interop import need_toml

    found: Answers = dict(values)
    own = found.get("limits", {})
    limits: Answers = dict(own) if isinstance(own, dict) else {}
    for question, take in _QUESTIONS:
        _ask(question, take, found, limits)
    if limits:
        found["limits"] = limits
    need = need_toml.made(found, "the answers")
    sys.stderr.write(f"\n{need_toml.written(need)}\n")
    return found


def _ask(question: str, take: Callable[[str, Answers, Answers], None], found: Answers, limits: Answers) -> None:
    """One answer; who sits at a terminal may try again."""
    from outweigh.records.errors import UserError

    while True:
        if sys.stdin.isatty():
            sys.stderr.write(f"{question} ")
            sys.stderr.flush()
        line = sys.stdin.readline()
        if not line:
            raise UserError("--interview: the answers ended; answer every question, or leave --interview out")
        if not line.strip():
            return
        try:
            take(line.strip(), found, limits)
            return
        except UserError as error:
            if not sys.stdin.isatty():
                raise
            sys.stderr.write(f"{error}\n")


def _weights(said: str, found: Answers, limits: Answers) -> None:
    from outweigh.cli.quantities import named

    words = said.replace(",", " ").split()
    found["weights"] = named([word if "=" in word else f"{word}=1" for word in words], "interview", "reasoning=2")


def _place(said: str, found: Answers, limits: Answers) -> None:
    from outweigh.records.errors import UserError

    places = ("cloud", "on-prem", "edge", "laptop")
    if said.lower() not in places:
        raise UserError(f"--interview {said}: not one of {', '.join(places)}")
    found["deployment"] = said.lower()


def _scores(said: str, found: Answers, limits: Answers) -> None:
    from outweigh.cli.quantities import named

    limits["min_score"] = named(said.replace(",", " ").split(), "interview", "math=0.4")


def _memory(said: str, found: Answers, limits: Answers) -> None:
    from outweigh.cli.quantities import size

    limits["max_memory_bytes"] = size(said, "interview")


def _latency(said: str, found: Answers, limits: Answers) -> None:
    from outweigh.engine.measure_config import seconds

    limits["max_latency_seconds"] = seconds(said, "interview")


def _parameters(said: str, found: Answers, limits: Answers) -> None:
    from outweigh.cli.quantities import count

    limits["max_parameters"] = count(said, "interview")


def _licences(said: str, found: Answers, limits: Answers) -> None:
    limits["licences"] = said.replace(",", " ").split()


def _load(said: str, found: Answers, limits: Answers) -> None:
    from outweigh.records.errors import UserError

    names = ("mean_requests_per_second", "prompt_tokens", "output_tokens")
    try:
        found["load"] = dict(zip(names, map(float, said.split()), strict=True))
    except ValueError as error:
        raise UserError(f"--interview {said}: expected three numbers, such as 0.5 800 200") from error


_QUESTIONS: tuple[tuple[str, Callable[[str, Answers, Answers], None]], ...] = (
    (
        "What is it for? Areas or benchmarks, and how much each counts, such as reasoning=2 code=1 [all the same]:",
        _weights,
    ),
    ("Where is it to run: cloud, on-prem, edge or laptop? [anywhere]", _place),
    (
        "How many requests a second come, and of how many tokens are prompt and answer, such as 0.5 800 200? [unknown]",
        _load,
    ),
    ("What must it reach at least, such as gsm8k=0.4? [nothing]", _scores),
    ("How much memory may it take, such as 8GB? [any]", _memory),
    ("How long may an answer take, such as 2s? [any]", _latency),
    ("How many parameters may it have, such as 8B? [any]", _parameters),
    ("Which licences are allowed, such as apache-2.0 mit? [any]", _licences),
)
