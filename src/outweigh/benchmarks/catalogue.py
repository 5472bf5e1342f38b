"""Every benchmark, group and suite, written by hand; and how a name finds them."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from outweigh.benchmarks.arc_challenge import ARC_CHALLENGE
from outweigh.benchmarks.arc_easy import ARC_EASY
from outweigh.benchmarks.benchmark import Benchmark
from outweigh.benchmarks.gsm8k import GSM8K
from outweigh.benchmarks.hellaswag import HELLASWAG
from outweigh.benchmarks.mmlu import MMLU, SUBJECTS
from outweigh.benchmarks.nq_open import NQ_OPEN
from outweigh.benchmarks.openbookqa import OPENBOOKQA
from outweigh.benchmarks.starter_code import STARTER_CODE
from outweigh.benchmarks.starter_creativity import STARTER_CREATIVITY
from outweigh.benchmarks.starter_knowledge import STARTER_KNOWLEDGE
from outweigh.benchmarks.starter_reasoning import STARTER_REASONING
from outweigh.benchmarks.starter_safety import STARTER_SAFETY
from outweigh.benchmarks.triviaqa import TRIVIAQA
from outweigh.benchmarks.truthfulqa_gen import TRUTHFULQA_GEN
from outweigh.benchmarks.truthfulqa_mc1 import TRUTHFULQA_MC1
from outweigh.benchmarks.truthfulqa_mc2 import TRUTHFULQA_MC2
from outweigh.benchmarks.winogrande import WINOGRANDE
from outweigh.records import UserError

STARTER = (STARTER_REASONING, STARTER_CODE, STARTER_KNOWLEDGE, STARTER_CREATIVITY, STARTER_SAFETY)

BENCHMARKS: tuple[Benchmark, ...] = (
    *STARTER,
    ARC_CHALLENGE,
    ARC_EASY,
    GSM8K,
    HELLASWAG,
    *MMLU,
    NQ_OPEN,
    OPENBOOKQA,
    TRIVIAQA,
    TRUTHFULQA_GEN,
    TRUTHFULQA_MC1,
    TRUTHFULQA_MC2,
    WINOGRANDE,
)

GROUPS: dict[str, tuple[str, ...]] = {
    "mmlu": tuple(benchmark.id for benchmark in MMLU),
    **{f"mmlu_{name}": tuple(f"mmlu_{subject}" for subject in sorted(subjects)) for name, subjects in SUBJECTS.items()},
}


@dataclass(frozen=True)
class Entry:
    """One benchmark or group of a suite. None leaves the benchmark's own setting."""

    name: str
    shots: int | None = None
    limit: int | None = None


@dataclass(frozen=True)
class Suite:
    """A named list of benchmarks with their settings."""

    id: str
    about: str
    entries: tuple[Entry, ...]


def _entries(names: str, shots: int | None = None, limit: int | None = None) -> tuple[Entry, ...]:
    return tuple(Entry(name, shots, limit) for name in names.split())


SUITES: tuple[Suite, ...] = (
    Suite(
        "starter",
        "Five small benchmarks of our own, generated from a seed: no download, minutes on a laptop.",
        tuple(Entry(benchmark.id) for benchmark in STARTER),
    ),
    Suite(
        "quick",
        "The standard benchmarks on the first samples of each: MMLU on four subjects (anatomy, formal logic, "
        "high school US history, marketing) with 5 shots, the rest as lm-evaluation-harness has them by default.",
        (
            *_entries("mmlu_anatomy mmlu_formal_logic mmlu_high_school_us_history mmlu_marketing", 5, 40),
            *_entries("hellaswag arc_easy arc_challenge winogrande openbookqa", None, 100),
            *_entries("truthfulqa_mc1 truthfulqa_mc2", None, 50),
            *_entries("gsm8k triviaqa nq_open", None, 24),
        ),
    ),
    Suite(
        "openllm",
        "The six benchmarks of the first Open LLM Leaderboard with its numbers of shots, every sample.",
        (
            Entry("arc_challenge", 25),
            Entry("hellaswag", 10),
            Entry("truthfulqa_mc2"),
            Entry("mmlu", 5),
            Entry("winogrande", 5),
            Entry("gsm8k", 5),
        ),
    ),
)

_BY_ID = {benchmark.id: benchmark for benchmark in BENCHMARKS}


def _unknown(kind: str, name: str, known: Iterable[str]) -> UserError:
    near = difflib.get_close_matches(name, list(known), n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    return UserError(f"unknown {kind} {name!r}: {hint}`outweigh {kind}s list` names them all")


def benchmarks(name: str) -> tuple[Benchmark, ...]:
    """The benchmark of that id, or every member of that group."""
    if name in GROUPS:
        return tuple(_BY_ID[member] for member in GROUPS[name])
    if name in _BY_ID:
        return (_BY_ID[name],)
    raise _unknown("benchmark", name, [*_BY_ID, *GROUPS])


def suite(name: str) -> Suite:
    """The suite of that id."""
    for each in SUITES:
        if each.id == name:
            return each
    raise _unknown("suite", name, [each.id for each in SUITES])
