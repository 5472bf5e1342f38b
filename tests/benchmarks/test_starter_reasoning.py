"""Every answer of starter_reasoning follows from its question alone."""

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outweigh.benchmarks.starter_reasoning import OPPOSITES, ORDERS, STARTER_REASONING, TOOLS, YOUNG, generate
from outweigh.records import Likelihoods

PARTNER = {left: right for pairs in (OPPOSITES, YOUNG, TOOLS) for left, right in pairs}


def solve(question):
    """The answer worked out from the text, without the generator's own rule."""
    if question.endswith(","):
        return _next([part.strip() for part in question.rstrip(",").split(",")])
    if match := re.fullmatch(r"(\w+) is to (\w+) as (\w+) is to", question):
        assert PARTNER[match[1]] == match[2]
        return PARTNER[match[3]]
    if colours := dict(re.findall(r"[Tt]he (\w+) is (\w+)[,.]", question)):
        return colours[re.search(r"(?:So the (\w+) is|has the (\w+)\.)", question).group(1, 2)[" has the " in question]]
    return _end(question)


def _next(row):
    if row[0].isdigit():
        first, second, *_ = numbers = [int(part) for part in row]
        steps = {right - left for left, right in pairwise(numbers)}
        return str(numbers[-1] + steps.pop() if len(steps) == 1 else numbers[-1] * second // first)
    period = next(step for step in range(1, len(row)) if row[step:] == row[:-step])
    return row[-period]


def _end(question):
    pairs = re.findall(r"(\w+) is (\w+) than (\w+)\.", question)
    above, below = {first for first, _, _ in pairs}, {second for _, _, second in pairs}
    asked = re.search(r"The (\w+) is$", question)[1]
    _, most, _ = next(order for order in ORDERS if asked in order)
    (answer,) = above - below if asked == most else below - above
    return answer


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_the_target_is_what_the_question_implies(seed):
    for sample in generate(seed, 60):
        assert sample.choices[sample.target] == solve(sample.question), sample.question


def test_a_wrong_choice_never_completes_an_analogy_too():
    for sample in generate(3, 60):
        if " is to " in sample.question:
            asked = sample.details["rule"]["pair"][0]
            assert [choice for choice in sample.choices if PARTNER.get(asked) == choice] == [
                sample.choices[sample.target]
            ]


def test_the_likeliest_choice_is_marked():
    sample = generate(1, 1)[0]
    sums = tuple(-1.0 if index == sample.target else -2.0 for index in range(4))
    right = Likelihoods(sums=sums, is_greedy=(False,) * 4, token_counts=(1,) * 4)
    wrong = right.but(sums=tuple(-value for value in sums))
    assert [score.value for score in STARTER_REASONING.mark(sample, right)] == [1.0]
    assert [score.value for score in STARTER_REASONING.mark(sample, wrong)] == [0.0]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("kite, drum, lamp, kite, drum,", "lamp"),
        ("3, 6, 12, 24,", "48"),
        ("31, 37, 43, 49,", "55"),
        ("hot is to cold as up is to", "down"),
        ("The kite is red, the drum is blue. Mira has the drum. What Mira has is", "blue"),
        ("Tom is older than Eva. Ivo is older than Tom. The youngest is", "Eva"),
    ],
)
def test_the_solver_of_these_tests_can_reason(question, answer):
    assert solve(question) == answer
