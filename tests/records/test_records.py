"""Records are frozen values whose identity changes on purpose only."""

import subprocess
import sys

import pytest
from pydantic import ValidationError

from outweigh.records import (
    Decoding,
    Evaluation,
    Likelihood,
    ModelSource,
    ModelSpec,
    Outcome,
    Precision,
    Protocol,
    Sample,
    Stopping,
)


def evaluation(**changes):
    model = ModelSpec(source=ModelSource.HUB, name="org/model", revision="0" * 40, precision=Precision.FLOAT32)
    fields = {
        "model": model,
        "benchmark": "arc_easy",
        "version": "1.0",
        "protocol": Protocol.LIKELIHOOD,
        "shots": 5,
        "limit": 100,
        "data": "d",
    }
    return Evaluation(**(fields | changes))


def test_the_fingerprint_of_an_evaluation_is_pinned():
    assert evaluation().fingerprint == "5cb17f250b11269247c0998e8e5d04f5cc85498737aca68bbaa62d46f59fc512"


def test_a_limit_changes_the_evaluation_but_not_its_work():
    assert evaluation(limit=10).fingerprint != evaluation().fingerprint
    assert evaluation(limit=10).work == evaluation().work == evaluation(limit=None).work


def test_what_an_adaptive_run_asked_is_another_evaluation_of_the_same_work():
    stopping = Stopping(
        outcome=Outcome.DECIDED,
        until_decided=True,
        until_halfwidth=None,
        alpha=0.05,
        order_seed=1234,
        through="8" * 16,
        pool=100,
        largest_cluster=1,
        looks=3,
    )
    adaptive = evaluation(stopping=stopping)
    assert adaptive.fingerprint not in (
        evaluation().fingerprint,
        evaluation(stopping=stopping.but(through="9" * 16)).fingerprint,
    )
    assert adaptive.work == evaluation().work
    assert Evaluation.model_validate_json(adaptive.model_dump_json()) == adaptive


@pytest.mark.parametrize(
    "changes", [{"shots": 4}, {"seed": 1}, {"data": "e"}, {"version": "2"}, {"decoding": Decoding(temperature=1)}]
)
def test_everything_else_changes_the_work(changes):
    assert evaluation(**changes).work != evaluation().work


def test_records_are_frozen_and_refuse_unknown_fields():
    sample = Sample(id="0", position=0, question="?", target="!")
    with pytest.raises(ValidationError):
        sample.question = "other"
    with pytest.raises(ValidationError):
        Sample(id="0", position=0, question="?", target="!", colour="red")


def test_one_context_serves_every_continuation():
    request = Likelihood(contexts=("a",), continuations=(" b", " c"))
    assert request.pairs == (("a", " b"), ("a", " c"))


def test_records_survive_json():
    assert Evaluation.model_validate_json(evaluation().model_dump_json()) == evaluation()


def test_importing_records_imports_nothing_heavy():
    heavy = "torch transformers numpy scipy pandas pyarrow sqlalchemy altair rich typer datasets".split()
    code = f"import sys, outweigh.records; print([m for m in {heavy!r} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
