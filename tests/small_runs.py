"""Whole runs of one benchmark on a tiny model, with rows of our own."""

import dataclasses

from outweigh.benchmarks.catalogue import benchmarks
from outweigh.engine import reading
from outweigh.engine.candidates import find
from outweigh.engine.config import RunConfig
from outweigh.engine.run import Prepared, run
from outweigh.engine.work import choose
from outweigh.records import Score

CHOICES = {"text": ["red", "green", "blue"], "label": list("ABC")}


class Rows:
    """Questions by number in OpenBookQA's or TriviaQA's columns."""

    def __init__(self, first=0, last=12):
        self.numbers = range(first, last)

    def split(self, dataset, split):
        if dataset.repository == "mandarjoshi/trivia_qa":
            return [
                {"question": f"Who is {n}", "question_id": str(n), "answer": {"value": "a", "aliases": ["a"]}}
                for n in self.numbers
            ]
        return [
            {"id": str(n), "question_stem": f"Leaf {n} is", "choices": CHOICES, "answerKey": "ABC"[n % 3]}
            for n in self.numbers
        ]


class Quiet:
    """Hears how a run goes and says nothing."""

    def say(self, line): ...
    def begin(self, model, benchmark, total, done): ...
    def advance(self, transcripts, scores): ...
    def end(self, result): ...


def harsh(sample, response):
    """Other marks for the same answers."""
    return tuple(Score(sample_id=sample.id, metric=m, value=0.0, answer="none") for m in ("acc", "acc_norm"))


def evaluated(folder, of="openbookqa", rows=None, change=None, **config):
    """The one result of a run of one benchmark, perhaps changed, and its transcripts."""
    (benchmark,) = benchmarks(of)
    benchmark = dataclasses.replace(benchmark, **(change or {}))
    config = RunConfig(models=(str(folder),), batch_size=5, max_tokens=4, **config)
    candidate = find(str(folder), config, folder.parent / "cache", Quiet().say)
    chosen = choose(benchmark, benchmark.load(rows or Rows()), config, shots=0, limit=None)
    (held,) = reading.held(reading.load(run(Prepared(config, None, (candidate,), (chosen,)), Quiet())))
    return held
