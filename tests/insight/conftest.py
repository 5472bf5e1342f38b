"""Results made up sample by sample."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from outweigh.insight.comparison import Scored
from outweigh.records import Area, Estimate, Evaluation, ModelSource, ModelSpec, Protocol, Result
from outweigh.stats.intervals import estimate

NOW = datetime(2025, 3, 1, tzinfo=UTC)


def headline(scores, binary, higher_is_better):
    if not scores:
        return ()
    found = estimate(scores, binary=binary)
    return (
        Estimate(
            metric="acc",
            value=found.value,
            low=found.low,
            high=found.high,
            standard_error=found.standard_error,
            count=found.count,
            method=found.method,
            headline=True,
            higher_is_better=higher_is_better,
        ),
    )


@pytest.fixture
def make() -> Callable[..., Scored]:
    """A result on `benchmark`: `answers` is a text of 1 (right), 0 (wrong) and x (failed), or a list of scores."""

    def make_scored(
        benchmark, answers, *, clusters=None, model=None, evaluation=None, higher_is_better=True, **result
    ) -> Scored:
        scores = {str(index): float(answer) for index, answer in enumerate(answers) if answer != "x"}
        values = list(scores.values())
        made = Result(
            evaluation=Evaluation(
                model=ModelSpec(**({"source": ModelSource.HUB, "name": "org/model"} | (model or {}))),
                **({"benchmark": benchmark, "version": "1", "protocol": Protocol.LIKELIHOOD, "shots": 5, "data": "d1"})
                | (evaluation or {}),
            ),
            estimates=headline(values, set(values) <= {0, 1}, higher_is_better),
            **{
                "title": benchmark.upper(),
                "area": Area.REASONING,
                "asked": len(answers),
                "failed": list(answers).count("x"),
                "samples_digest": "s",
                "harness": "outweigh",
                "started_at": NOW,
                "finished_at": NOW,
            }
            | result,
        )
        return Scored(made, scores, clusters or {})

    return make_scored


@pytest.fixture
def knowledge() -> dict:
    """The settings of a subject of a group."""
    return {"area": Area.KNOWLEDGE, "group": "mmlu", "chance": 0.25}
