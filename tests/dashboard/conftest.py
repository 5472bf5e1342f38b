"""Sample runs and comparisons for the report, made up but shaped like real ones."""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, cached_property, partial
from itertools import chain, combinations
from types import SimpleNamespace

import pytest

import decisions
import made_measurements as made_up
import verb_pages
from outweigh.benchmarks.mmlu import SUBJECTS
from outweigh.dashboard.evidence import NOTHING, Evidence
from outweigh.dashboard.report import ReportSample, report_html, verb_html
from outweigh.records import (
    Area,
    ChatTemplate,
    Comparison,
    Decoding,
    Difference,
    Estimate,
    Evaluation,
    Machine,
    ModelCard,
    ModelFormat,
    ModelSource,
    ModelSpec,
    Precision,
    Protocol,
    Result,
    Row,
    Run,
    Usage,
    Verdict,
)

NOW = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Asked:
    """A benchmark of the made-up run."""

    id: str
    title: str
    area: Area
    metric: str = "acc"
    chance: float | None = 0.25
    level: float = 0.4
    count: int = 500
    group: str | None = None
    protocol: Protocol = Protocol.LIKELIHOOD


STARTER = (
    Asked("arc_challenge", "ARC challenge", Area.REASONING, "acc_norm", level=0.33),
    Asked("gsm8k", "GSM8K", Area.REASONING, "exact_match", None, 0.03, 200, protocol=Protocol.GENERATE),
    Asked("nq_open", "NQ-Open", Area.KNOWLEDGE, "exact_match", None, 0.06, protocol=Protocol.GENERATE),
    Asked("poetry", "Verse forms", Area.CREATIVITY, "kept", None, 0.42, 120, protocol=Protocol.GENERATE),
    Asked("truthfulqa_mc1", "TruthfulQA, one right answer", Area.SAFETY, "acc", 0.226, 0.28, 817),
)
FULL = (
    *STARTER,
    Asked("arc_easy", "ARC easy", Area.REASONING, "acc_norm", 0.25, 0.55),
    Asked("hellaswag", "HellaSwag", Area.REASONING, "acc_norm", 0.25, 0.43),
    Asked("winogrande", "WinoGrande", Area.REASONING, "acc", 0.5, 0.53, 1267),
    Asked("openbookqa", "OpenBookQA", Area.KNOWLEDGE, "acc_norm", 0.25, 0.35),
    Asked("humaneval", "HumanEval", Area.CODE, "pass@1", None, 0.08, 164, protocol=Protocol.GENERATE),
)
MMLU = tuple(
    Asked(f"mmlu_{name}", f"MMLU {name.replace('_', ' ')}", Area.KNOWLEDGE, "acc", 0.25, 0.27, 100, "mmlu")
    for name in sorted(chain.from_iterable(SUBJECTS.values()))
)
TWO = ("HuggingFaceTB/SmolLM2-135M-Instruct", "google/gemma-3-270m")
LONG = (
    "an-organisation-with-a-long-name/Meta-Llama-3.1-8B-Instruct-abliterated-GPTQ-Int4-calibrated-on-wikitext-v2.1",
    "another/Meta-Llama-3.1-8B-Instruct-abliterated-GPTQ-Int4-calibrated-on-redpajama-v2.1",
)


@dataclass(frozen=True)
class Case:
    """What a report is made of."""

    run: Run
    comparison: Comparison | None
    samples: tuple[ReportSample, ...] = ()
    evidence: Evidence = NOTHING

    @cached_property
    def _html(self) -> str:
        return report_html(self.run, self.comparison, self.samples, made_at=NOW, evidence=self.evidence)

    def html(self) -> str:
        """The report, made once."""
        return self._html


def estimate(value: float, count: int, metric: str = "acc") -> Estimate:
    """A share with Wilson's interval."""
    z, n = 1.96, count
    middle = (value + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(value * (1 - value) / n + z * z / (4 * n * n))
    error = math.sqrt(value * (1 - value) / n)
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    return Estimate(
        metric=metric,
        value=value,
        low=low,
        high=high,
        standard_error=error,
        count=count,
        method="Wilson",
        headline=True,
    )


def difference(first: str, second: str, name: str, metric: str, values: tuple[float, float], count: int) -> Difference:
    """A paired difference as if a third of the samples told the models apart."""
    value = values[0] - values[1]
    half = 1.96 * math.sqrt(max(0.02, min(values) * 0.7) / count)
    tie = value - half <= 0 <= value + half
    p = math.erfc(abs(value) / half * 1.96 / math.sqrt(2))
    won = round(count * (0.15 + max(value, 0)))
    lost = won - round(count * value)
    verdict = Verdict.TIE if tie else Verdict.FIRST if value > 0 else Verdict.SECOND
    return Difference(
        first=first,
        second=second,
        benchmark=name,
        metric=metric,
        value=value,
        low=value - half,
        high=value + half,
        p_value=p,
        adjusted_p_value=min(1.0, 3 * p),
        count=count,
        wins=won,
        losses=lost,
        draws=count - won - lost,
        minimum_detectable=half * 1.43,
        method="McNemar's exact test, Newcombe's interval",
        verdict=verdict,
    )


def spec(name: str, *, remote_code: bool = False) -> ModelSpec:
    """A model from the Hub, pinned."""
    return ModelSpec(
        source=ModelSource.HUB,
        name=name,
        revision=f"{abs(hash_of(name)):040x}"[-40:],
        format=ModelFormat.SAFETENSORS,
        precision=Precision.FLOAT32,
        chat_template=ChatTemplate.OFF,
        remote_code=remote_code,
    )


def hash_of(name: str) -> int:
    """A number that is the same in every process."""
    return int.from_bytes((name * 4).encode()[:20], "big")


def row(
    asked: Asked, kind: str, models: tuple[str, ...], values: tuple[float, ...], count: int, problems: int = 0
) -> Row:
    """One line of a comparison."""
    pairs = tuple(
        difference(models[a], models[b], asked.id, asked.metric, (values[a], values[b]), count)
        for a, b in combinations(range(len(models)), 2)
    )
    counts = (problems, *(0 for _ in models[1:]))
    return Row(
        name=asked.id,
        title=asked.title,
        area=asked.area if kind != "overall" else None,
        kind=kind,
        metric=asked.metric,
        chance=asked.chance if kind in ("benchmark", "group") else None,
        estimates=tuple(estimate(value, count, asked.metric) for value in values),
        differences=pairs,
        failed=counts,
        truncated=tuple(3 * count for count in counts),
        unreadable=tuple(2 * count for count in reversed(counts)),
    )


def result(model: ModelSpec, asked: Asked, value: float, *, problems: int = 0) -> Result:
    """One evaluation's outcome."""
    generates = asked.protocol is Protocol.GENERATE
    return Result(
        evaluation=Evaluation(
            model=model,
            benchmark=asked.id,
            version="1.0",
            protocol=asked.protocol,
            shots=5 if generates else 0,
            limit=asked.count,
            decoding=Decoding() if generates else None,
            data=f"{hash_of(asked.id):064x}"[-64:],
        ),
        title=asked.title,
        area=asked.area,
        group=asked.group,
        chance=asked.chance,
        card=ModelCard(
            title=model.title,
            parameters=134_515_008,
            architecture="LlamaForCausalLM",
            context_length=8192,
            license="apache-2.0" if "Smol" in model.name else None,
            bytes_on_disk=269_060_552,
        ),
        machine=Machine(
            cpu="AMD EPYC 9B14",
            cores=2,
            memory_bytes=16_777_216_000,
            system="Linux 6.1 x86_64",
            software={"outweigh": "0.1.0", "torch": "2.13.0", "transformers": "5.23.0", "python": "3.11.2"},
        ),
        estimates=(estimate(value, asked.count, asked.metric),),
        usage=Usage(
            seconds=asked.count * (0.9 if generates else 0.11),
            input_tokens=asked.count * 180,
            output_tokens=asked.count * 60 if generates else 0,
            peak_memory_bytes=1_163_000_000,
        ),
        asked=asked.count,
        failed=problems,
        samples_digest="0" * 64,
        harness="outweigh 0.1.0",
        notes=("Few-shot examples come from the train split.",) if generates else (),
        started_at=NOW,
        finished_at=NOW,
    )


@cache
def made(
    names: tuple[str, ...] = TWO,
    benchmarks: tuple[Asked, ...] = STARTER,
    *,
    apart: float = 0.06,
    problems: int = 0,
    remote_code: bool = False,
    finding: str | None = None,
    samples: int = 3,
) -> Case:
    """A run and its comparison; `apart` is how far models lie apart, 0 makes everything a tie."""
    draw = random.Random(7)
    models = tuple(spec(name, remote_code=remote_code and name == names[0]) for name in names)
    titles = tuple(model.title for model in models)
    values = {
        asked.id: tuple(
            min(0.98, max(0.005, asked.level + apart * (0.5 - index) * draw.uniform(-0.4, 2.0)))
            if apart
            else asked.level + 0.004 * index
            for index in range(len(names))
        )
        for asked in benchmarks
    }
    plain = [asked for asked in benchmarks if not asked.group]
    rows = [
        row(asked, "benchmark", titles, values[asked.id], asked.count, problems if asked is benchmarks[0] else 0)
        for asked in benchmarks
    ]
    grouped = [asked for asked in benchmarks if asked.group]
    if grouped:
        head = Asked("mmlu", "MMLU", Area.KNOWLEDGE, chance=0.25, count=len(grouped) * 100)
        rows.insert(len(plain), row(head, "group", titles, _means(values, grouped), head.count))
    for area in dict.fromkeys(asked.area for asked in benchmarks):
        inside = [asked for asked in benchmarks if asked.area is area]
        count = sum(asked.count for asked in inside)
        whole = Asked(area.value, area.value.capitalize(), area)
        rows.append(row(whole, "area", titles, _means(values, inside), count))
    total = Asked("overall", "Overall", Area.REASONING)
    rows.append(row(total, "overall", titles, _means(values, benchmarks), sum(a.count for a in benchmarks)))
    run = Run(
        name="calm-heron",
        created_at=NOW,
        suite="starter" if benchmarks is STARTER else None,
        results=tuple(
            result(model, asked, values[asked.id][index], problems=problems if asked is benchmarks[0] else 0)
            for index, model in enumerate(models)
            for asked in benchmarks
        ),
        notes=("Asked on a quiet machine.",),
    )
    comparison = Comparison(models=titles, rows=tuple(rows), finding=finding or _finding(titles, rows[-1]))
    return Case(run, comparison, _samples(len(names), samples if len(names) > 1 else 0))


def _means(values: dict[str, tuple[float, ...]], asked: tuple[Asked, ...] | list[Asked]) -> tuple[float, ...]:
    """Each model's mean over benchmarks."""
    columns = zip(*(values[one.id] for one in asked), strict=True)
    return tuple(sum(column) / len(column) for column in columns)


def _finding(titles: tuple[str, ...], overall: Row) -> str:
    """A finding in a sentence, as the comparison would say it."""
    if len(titles) == 1:
        return f"{titles[0]} scores {overall.estimates[0].value * 100:.1f} % overall (± 1.8)."
    first = overall.differences[0]
    if first.verdict is Verdict.TIE:
        return f"{titles[0]} and {titles[1]} cannot be told apart overall."
    ahead, behind = (titles[0], titles[1]) if first.verdict is Verdict.FIRST else (titles[1], titles[0])
    return f"{ahead} outweighs {behind} overall, by {abs(first.value) * 100:.1f} points."


def _samples(models: int, count: int) -> tuple[ReportSample, ...]:
    """Samples on which the first model is right and the last is wrong."""
    heat = "Which spoon gets hot fastest in a pot of soup?\nA. a steel one\nB. a wooden one\nC. a plastic one"
    rolls = (
        "A baker fills 4 trays with 12 rolls each and sells 30 rolls before noon. In the afternoon she bakes one more"
        " tray and sells a third of all rolls that she then has. How many rolls are left in the evening?"
    )
    questions = (
        ("arc_challenge", heat, "A", "A", "C"),
        ("gsm8k", rolls, "20", "48 - 30 + 12 = 30, a third is 10.\n#### 20", "4 * 12 = 48\n#### 48"),
        ("nq_open", "who wrote the opera carmen", "Georges Bizet", "Georges Bizet", None),
    )
    return tuple(
        ReportSample(
            benchmark,
            f"{17 * position + 4}",
            question,
            expected,
            tuple(right if index == 0 else wrong for index in range(models)),
            tuple(index == 0 for index in range(models)),
        )
        for position, (benchmark, question, expected, right, wrong) in enumerate(questions[:count])
    )


FOUR = (*TWO, "Qwen/Qwen2.5-0.5B-Instruct", "HuggingFaceTB/SmolLM2-360M-Instruct")
SIX = (*FOUR, "openai-community/gpt2-large", "EleutherAI/pythia-410m")
EIGHT = (*SIX, "facebook/opt-350m", "bigscience/bloom-560m")
CASES: dict[str, Callable[[], Case]] = {
    "starter": made,
    "subjects": lambda: made(benchmarks=(*FULL, *MMLU), apart=0.08),
    "one": lambda: made(TWO[:1]),
    "three": lambda: made(FOUR[:3]),
    "four": lambda: made(FOUR),
    "six": lambda: made(SIX, FULL),
    "eight": lambda: made(EIGHT, STARTER[:2]),
    "long": lambda: made(LONG),
    "ties": lambda: made(apart=0),
    "failures": lambda: made(problems=7, remote_code=True),
}


@cache
def measured(kind: str) -> Case:
    """A run that only measured."""
    run, evidence = made_up.KINDS[kind]()
    return Case(run, None, (), evidence)


@cache
def both() -> Case:
    """A run whose models answered benchmarks and were measured."""
    case = made()
    models = list(dict.fromkeys(result.evaluation.model for result in case.run.results))
    run, evidence = made_up.two_models(models=models)
    return Case(case.run.but(measurements=run.measurements), case.comparison, case.samples, evidence)


@cache
def long_names() -> Case:
    """Measured models whose names are hard to tell apart and hard to fit."""
    models = tuple(spec(name) for name in LONG)
    run, evidence = made_up.two_models(models=models, workloads=[made_up.BATCH.but(batch_size=n) for n in (1, 8)])
    return Case(run, None, (), evidence)


MEASURED = {f"measured, {kind}": partial(measured, kind) for kind in made_up.KINDS if kind != "imported"}
MEASURED |= {"measured and compared": both, "measured, long names": long_names}


def decided(names: tuple[str, ...]) -> Case:
    """A run with the decision that it led to, about its own models."""
    case = made(names)
    evidence = Evidence(decision=decisions.decision(case.comparison.models))
    return Case(case.run, case.comparison, case.samples, evidence)


DECIDED = {"decided": partial(decided, FOUR[:3]), "decided, long names": partial(decided, LONG)}


@dataclass(frozen=True)
class VerbCase:
    """The page of one verb."""

    name: str

    def html(self) -> str:
        """The page."""
        return verb_html(verb_pages.made(self.name), made_at=NOW)


VERBS = {f"verb {name}": partial(VerbCase, name) for name in verb_pages.PAGES}


@pytest.fixture(scope="session", params=sorted(CASES))
def case(request):
    """Every kind of comparison that the report must show well."""
    return CASES[request.param]()


@pytest.fixture(scope="session", params=sorted(CASES | MEASURED | DECIDED | VERBS))
def any_case(request):
    """Every kind of run that the report must show well."""
    return (CASES | MEASURED | DECIDED | VERBS)[request.param]()


@pytest.fixture
def make():
    """The factory of runs and comparisons."""
    return made


@pytest.fixture
def make_measured():
    """The factory of runs that only measured, by kind."""
    return measured


@pytest.fixture
def make_both():
    """The factory of a run that compared and measured."""
    return both


@pytest.fixture
def kit():
    """The pieces that cases are made of."""
    return SimpleNamespace(
        Asked=Asked,
        Case=Case,
        estimate=estimate,
        difference=difference,
        result=result,
        spec=spec,
        row=row,
        STARTER=STARTER,
        FULL=FULL,
        MMLU=MMLU,
        TWO=TWO,
        FOUR=FOUR,
        NOW=NOW,
    )
