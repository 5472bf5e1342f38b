"""A small folder in lm-evaluation-harness's form, written by hand, and records to write."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from measured_files import copied
from outweigh.interop import Logged
from outweigh.records import (
    Arrival,
    Conditions,
    Energy,
    Estimate,
    Evaluation,
    Failed,
    Finish,
    Generate,
    Generated,
    Likelihood,
    Likelihoods,
    Machine,
    Measurement,
    ModelSource,
    ModelSpec,
    Noise,
    Precise,
    Precision,
    Protocol,
    Result,
    Sample,
    Score,
    Stopped,
    Transcript,
    Workload,
)

STAMP = "2026-03-01T09-30-00.250000"
WHEN = datetime(2026, 3, 2, 10, 0, 0, 5, tzinfo=UTC)
MODEL = ModelSpec(source=ModelSource.HUB, name="example/tiny", revision="f" * 40, precision=Precision.FLOAT32)


@pytest.fixture
def folder(tmp_path):
    """A copy of the hand-written folder, free to be damaged."""
    return Path(shutil.copytree(Path(__file__).parent / "lm_eval", tmp_path / "logs")) / "example__tiny"


@pytest.fixture
def when():
    """When the files are written."""
    return WHEN


def spans(benchmark: str, protocol: Protocol, transcripts: tuple[Transcript, ...], group: str | None = None) -> Logged:
    """A result over transcripts of one metric, each 0 or 1."""
    scores = [score for each in transcripts for score in each.scores]
    value = sum(score.value for score in scores) / len(scores) if scores else 0.0
    error = (value * (1 - value) / (len(scores) - 1)) ** 0.5 if len(scores) > 1 else None
    estimate = Estimate(
        metric=scores[0].metric if scores else "acc",
        filter=scores[0].filter if scores else "none",
        value=value,
        low=0.0,
        high=1.0,
        standard_error=error,
        count=len(scores),
        method="Wilson",
        headline=True,
    )
    result = Result(
        evaluation=Evaluation(model=MODEL, benchmark=benchmark, version="1.0", protocol=protocol, shots=0),
        title=benchmark.title(),
        group=group,
        estimates=(estimate,),
        asked=len(transcripts),
        failed=sum(isinstance(each.response, Failed) for each in transcripts),
        truncated=1,
        unreadable=1,
        samples_digest="0" * 64,
        harness="outweigh 0.1.0",
        started_at=datetime(2026, 3, 1, 8, 0, tzinfo=UTC),
        finished_at=datetime(2026, 3, 1, 8, 1, 30, tzinfo=UTC),
    )
    return Logged(result, transcripts)


def choice(position: int, value: float) -> Transcript:
    """One marked sample of two choices."""
    sample = Sample(
        id=f"s{position}", position=position, question="Q?", choices=("a", "b"), target=0, reference="0",
        details={"n": position, "tags": ["é", None, 0.1]},
    )  # fmt: skip
    return Transcript(
        sample=sample,
        request=Likelihood(contexts=("Q?\nA:",), continuations=(" a", " b")),
        response=Likelihoods(sums=(-0.25, -1e-7), is_greedy=(False, True), token_counts=(1, 1)),
        scores=(Score(sample_id=sample.id, metric="acc", value=value, answer="b"),),
    )


def failed(position: int) -> Transcript:
    """A sample that nobody answered."""
    return choice(position, 0.0).but(response=Failed(stage="model", message="no memory"), scores=())


def text(position: int, answer: str | None, filter: str = "strict-match", **decoding: object) -> Transcript:
    """One marked sample that was answered by a text."""
    sample = Sample(id=f"t{position}", position=position, question="Q?", target="4", reference="4", details={"q": "Q?"})
    return Transcript(
        sample=sample,
        request=Generate(prompt="Q?", stop=("\n",), decoding=decoding),
        response=Generated(text=" the answer", finish=Finish.STOP, tokens=2),
        scores=(Score(sample_id=sample.id, metric="exact_match", filter=filter, value=0.0, answer=answer),),
    )


@pytest.fixture
def make():
    """The makers above, for tests."""

    class Make:
        result = staticmethod(spans)
        choice = staticmethod(choice)
        failed = staticmethod(failed)
        text = staticmethod(text)

    return Make


@pytest.fixture
def measured(tmp_path):
    """A copy of the other tools' files, free to be damaged."""
    return copied(tmp_path / "measured")


@pytest.fixture
def edited():
    """Changes one field of a JSON file: `edited(path, value, "key", 0, ...)`; None takes it out."""

    def change(path: Path, value: object, *keys: str | int) -> None:
        content = json.loads(path.read_text())
        place = content
        for key in keys[:-1]:
            place = place[key]
        if value is None:
            del place[keys[-1]]
        else:
            place[keys[-1]] = value
        path.write_text(json.dumps(content))

    return change


def figure(metric: str, value: float, low: float, high: float) -> Estimate:
    """One figure of a measurement."""
    return Estimate(metric=metric, value=value, low=low, high=high, standard_error=None, count=40, method="bootstrap")


@pytest.fixture
def measurement():
    """A measurement of this tool, with any of its fields changed."""
    plain = Measurement(
        model=MODEL,
        machine=Machine(cpu="Some CPU @ 2.20GHz", cores=2, memory_bytes=1 << 34, system="Linux"),
        workload=Workload(arrival=Arrival.BATCH, batch_size=4, prompt_tokens=256, output_tokens=64),
        figures=(
            figure("ttft_seconds_p50", 0.05, 0.049, 0.0525),
            figure("ttft_seconds_p99", 0.0625, 0.06, float("inf")),
            figure("ttft_seconds_mean", 0.051, 0.05, 0.052),
            figure("output_tokens_per_second", 123.5, 120.0, 127.0),
            figure("requests_per_second", 2.0, 1.9, 2.1),
            figure("peak_resident_bytes", 6.5e8, 6.4e8, 6.6e8),
            figure("cpu_utilisation", 1.75, 1.7, 1.8),
            figure("joules_per_token", 0.3, 0.1, 0.5),
        ),
        precise=Precise(
            wanted=0.01,
            reached=0.008,
            repeats=10,
            warmups=2,
            outliers=0,
            seconds=12.0,
            budget_seconds=60.0,
            stopped=Stopped.NARROW,
        ),
        conditions=Conditions(noise=Noise.QUIET),
        energy=Energy(
            source="processor power table",
            estimated=True,
            method="table",
            joules=80.0,
            low=40.0,
            high=120.0,
            idle_watts=None,
            seconds=10.0,
        ),
        requests=40,
        failed=1,
        samples_digest="0" * 64,
        harness="outweigh",
        started_at=WHEN,
        finished_at=WHEN,
    )
    return plain.but
