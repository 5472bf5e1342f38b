"""What runs may be called, and which one is meant."""

import random

import pytest

from outweigh.records import UserError
from outweigh.store import naming


@pytest.mark.parametrize("name", ["", "-", "latest", "-x", ".x", "a b", "a/b", "a\nb", "x" * 101])
def test_a_name_that_would_be_misread_is_refused(name: str) -> None:
    with pytest.raises(UserError, match="cannot name a run") as caught:
        naming.check(name)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["a", "2025-11-23.b_c", "été", "x" * 100])
def test_an_ordinary_name_is_taken(name: str) -> None:
    naming.check(name)


def test_a_made_name_is_free_and_may_be_given_by_hand() -> None:
    first = naming.readable(lambda _: False)
    naming.check(first)
    seen: list[str] = []

    def is_taken(name: str) -> bool:
        seen.append(name)
        return len(seen) < 30

    assert naming.readable(is_taken) == seen[-1]
    assert seen[-1].count("-") > seen[0].count("-")  # two words got scarce


def test_no_free_name_is_an_error_and_not_an_endless_search() -> None:
    with pytest.raises(UserError, match="give it one"):
        naming.readable(lambda _: True)


def test_names_neither_follow_nor_move_the_seed() -> None:
    random.seed(1)
    expected = random.random()
    random.seed(1)
    names = {naming.readable(lambda _: False)}
    assert random.random() == expected
    for _ in range(5):
        random.seed(1)
        names.add(naming.readable(lambda _: False))
    assert len(names) > 1


def test_a_whole_name_goes_before_a_beginning() -> None:
    assert naming.meant("blue", ["blue-lion", "blue"]) == "blue"
    assert naming.meant("blue-", ["blue-lion", "blue"]) == "blue-lion"


def test_a_beginning_of_several_names_is_refused_with_all_of_them() -> None:
    with pytest.raises(UserError, match="several runs: blue-lion, blue-owl"):
        naming.meant("blue", ["blue-owl", "blue-lion", "red-fox"])


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UserError, match="did you mean blue-lion") as caught:
        naming.meant("bleu-lion", ["red-fox", "blue-lion"])
    assert caught.value.code == "not_found"
    with pytest.raises(UserError, match="there are a, b, c, d, e and 1 more"):
        naming.meant("zzzz", list("fedcba"))
    with pytest.raises(UserError, match="there are no runs yet"):
        naming.meant("x", [])
