"""What is decided as one, and in which order it is asked."""

import pytest

from outweigh.benchmarks.catalogue import benchmarks
from outweigh.engine.config import RunConfig
from outweigh.engine.rounds import Saving, heads
from outweigh.engine.work import choose
from outweigh.records import Outcome


class Rows:
    """Forty questions a subject in MMLU's columns, of which the first ten share a passage, or in OpenBookQA's."""

    def split(self, dataset, split):
        if dataset.repository == "cais/mmlu":
            start = "This question refers to the following information.\nText.\n\n"
            return [
                {"question": (start if n < 10 else "") + f"{n}?", "subject": "s", "choices": list("abcd"), "answer": 1}
                for n in range(40)
            ]
        choices = {"text": ["yes", "no"], "label": ["A", "B"]}
        return [{"id": str(n), "question_stem": f"{n}?", "choices": choices, "answerKey": "A"} for n in range(30)]


def chosen(*names, limit=None):
    config = RunConfig(models=("m",), num_fewshot=0)
    return [choose(b, b.load(Rows()), config, shots=None, limit=limit) for name in names for b in benchmarks(name)]


def test_a_group_is_asked_as_one():
    mixed = chosen("mmlu_anatomy", "openbookqa", "mmlu_virology")
    found = heads(mixed, 1234)
    assert [(head.title, head.members) for head in found] == [("mmlu", (0, 2)), ("OpenBookQA", (1,))]
    group = found[0]
    assert len(group.order) == 80
    assert {index for _, index, _ in group.order[:40]} == {0, 2}
    assert [place for place, _, _ in group.order] == sorted(place for place, _, _ in group.order)


def test_a_lone_member_of_a_group_stands_for_itself():
    (head,) = heads(chosen("mmlu_anatomy"), 1234)
    assert head.title == chosen("mmlu_anatomy")[0].benchmark.title


def test_clusters_are_never_cut():
    (head,) = heads(chosen("mmlu_anatomy"), 1234)
    assert head.largest == 10
    for size in range(1, 41):
        end = head.reach(size)
        assert end >= size
        inside = {sample.cluster for _, _, sample in head.order[:end]} - {None}
        outside = {sample.cluster for _, _, sample in head.order[end:]} - {None}
        assert not inside & outside


def test_every_member_has_a_sample_before_the_first_look():
    (head,) = heads(chosen("mmlu_anatomy", "mmlu_virology", "mmlu_prehistory"), 1234)
    for seed in range(20):
        (head,) = heads(chosen("mmlu_anatomy", "mmlu_virology", "mmlu_prehistory"), seed)
        assert {index for _, index, _ in head.order[: head.reach(1)]} == {0, 1, 2}


def test_the_order_is_another_for_another_seed_and_the_same_for_the_same():
    orders = [[s.id for _, _, s in heads(chosen("openbookqa"), seed)[0].order] for seed in (1, 1, 2)]
    assert orders[0] == orders[1] != orders[2]
    assert orders[0] != sorted(orders[0], key=int)


def test_a_limit_is_the_first_samples_shuffled():
    (head,) = heads(chosen("openbookqa", limit=10), 1234)
    (whole,) = heads(chosen("openbookqa"), 1234)
    ids = [sample.id for _, _, sample in head.order]
    assert sorted(ids, key=int) == [str(n) for n in range(10)]
    assert ids == [sample.id for _, _, sample in whole.order if int(sample.id) < 10]


@pytest.mark.parametrize(
    ("saving", "told"),
    [
        (
            Saving("GSM8K", Outcome.DECIDED, 160, 1319, "not decided"),
            "decided after 160 of 1,319 samples; 88 % not asked",
        ),
        (
            Saving("GSM8K", Outcome.NARROW, 100, 200, ""),
            "every interval narrow enough after 100 of 200 samples; 50 % not",
        ),
        (Saving("GSM8K", Outcome.EXHAUSTED, 1319, 1319, "not decided"), "GSM8K: not decided after all 1,319 samples"),
    ],
)
def test_what_was_saved_in_words(saving, told):
    assert told in str(saving)
