"""Starts are as many as the time allows, and never one more than says something."""

from types import SimpleNamespace

import pytest

from outweigh.engine.measure_config import checked
from outweigh.engine.starting import Starts


def track(loading, warmups=0):
    return SimpleNamespace(worker=SimpleNamespace(start_seconds=loading), seen=SimpleNamespace(warmups=warmups))


def planned(loading, seconds, *, budget=60.0, repeats=None, models=1, warmups=0):
    """How many repeats each start would have, and the seconds of all, if every repeat takes as long."""
    config = checked({"models": ("m",), "budget_seconds": budget, "repeats": repeats})
    starts = Starts(config, [track(loading, warmups)] * models)
    taken, now = [0], 0.0
    while sum(taken) < repeats if repeats else now < budget * models:
        if starts.due(sum(taken), now):
            now += models * (loading + starts.warmups * seconds)
            starts.begin(sum(taken), now)
            taken.append(0)
        now += models * seconds
        taken[-1] += 1
    assert starts.number == len(taken) - 1
    return taken, now


@pytest.mark.parametrize("models", [1, 2])
def test_a_small_model_starts_five_times_in_a_minute(models):
    taken, now = planned(5.0, 0.5, models=models)
    assert len(taken) == 5
    assert min(taken) >= 10
    assert now <= 61 * models


def test_a_model_that_takes_minutes_to_load_starts_once():
    assert planned(100.0, 2.0) == ([30], 60.0)


def test_a_small_budget_has_one_start():
    assert planned(5.0, 0.5, budget=10.0) == ([20], 10.0)


def test_a_fixed_number_starts_anew_only_if_it_takes_long():
    assert planned(5.0, 0.5, repeats=30) == ([30], 15.0)
    taken, _ = planned(5.0, 0.5, repeats=400)
    assert sum(taken) == 400
    assert 3 <= len(taken) <= 10


@pytest.mark.parametrize("seconds", [0.01, 0.5, 2.0, 7.0])
def test_two_starts_say_no_more_than_one_and_are_not_made(seconds):
    for loading in range(1, 40):
        taken, now = planned(float(loading), seconds)
        assert len(taken) != 2
        assert len(taken) == 1 or min(taken) >= 5
        assert now <= 60 + seconds


def test_a_long_warm_up_is_repeated():
    starts = Starts(checked({"models": ("m",)}), [track(5.0, 1), track(5.0, 6)])
    assert starts.warmups == 6
    assert Starts(checked({"models": ("m",)}), [track(5.0)]).warmups == 2


def test_three_starts_are_enough_or_what_the_time_allows():
    for budget, first in ((60.0, False), (10.0, True)):
        starts = Starts(checked({"models": ("m",), "budget_seconds": budget}), [track(5.0)])
        assert starts.enough(20, 4.0) is first
    starts = Starts(checked({"models": ("m",)}), [track(5.0)])
    for number in (1, 2):
        starts.begin(20 * number, 12.0 * number)
        assert starts.enough(20 * number + 10, 12.0 * number + 4) is (number == 2)
