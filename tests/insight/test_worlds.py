"""Worlds are drawn as their inputs say, the same each time, and alike where two deployments mean the same thing."""

from decimal import Decimal

import numpy as np
import pytest

from deployments import deployment, spread
from outweigh.insight.worlds import amount, drawn, identity, inputs, likely, money, swings, swung, uncertain
from outweigh.records import Estimate

SCORE = Estimate(metric="acc", value=0.8, low=0.7, high=0.85, standard_error=None, count=100, method="wilson")


def test_every_number_and_price_is_an_input():
    found = inputs(deployment(operations={"people": 0.5, "salary_per_year": 60000}, accuracy=0.8))
    assert found["hardware.price_per_hour"].likely == 2
    assert found["operations.salary_per_year"].likely == 60000
    assert found["accuracy"].likely == 0.8
    assert {"load.volume", "load.growth_per_year", "service.seconds"} <= set(found)


def test_a_triangular_input_has_the_quantiles_of_a_triangle():
    found = deployment(load={"volume": spread(1, 2, 5)})
    values = drawn(found, 20_000)["load.volume"][:, 0]
    assert values.min() >= 1 and values.max() <= 5
    assert values.mean() == pytest.approx(8 / 3, rel=0.01)
    assert np.mean(values < 2) == pytest.approx(1 / 4, abs=0.01)
    assert np.quantile(values, 0.4) == pytest.approx(5 - np.sqrt(0.6 * 4 * 3), rel=0.005)
    assert np.quantile(values, 0.975) == pytest.approx(5 - np.sqrt(0.025 * 4 * 3), rel=0.01)


def test_an_estimate_has_its_own_interval():
    values = drawn(deployment(accuracy=SCORE), 20_000)["accuracy"][:, 0]
    assert np.quantile(values, [0.025, 0.5, 0.975]) == pytest.approx([0.7, 0.8, 0.85], abs=0.005)


def test_what_is_exact_is_the_same_in_every_world():
    assert set(drawn(deployment(), 50)["hardware.price_per_hour"].ravel()) == {2.0}
    assert uncertain(deployment()) == {}


def test_the_same_seed_gives_the_same_worlds():
    found = deployment(load={"volume": spread(1, 2, 5)})
    first, again, other = drawn(found, 50), drawn(found, 50), drawn(found, 50, seed=2)
    assert np.array_equal(first["load.volume"], again["load.volume"])
    assert not np.array_equal(first["load.volume"], other["load.volume"])


def test_equal_inputs_are_one_thing_but_not_across_models():
    changes = {"load": {"volume": spread(1, 2, 5)}, "service": {"seconds": spread(1, 2, 3)}}
    one, other = deployment(**changes), deployment(**changes, model="large")
    assert identity(one, "load.volume") == identity(other, "load.volume")
    assert identity(one, "service.seconds") != identity(other, "service.seconds")
    assert np.array_equal(drawn(one, 50)["load.volume"], drawn(other, 50)["load.volume"])
    assert not np.array_equal(drawn(one, 50)["service.seconds"], drawn(other, 50)["service.seconds"])


def test_each_swing_moves_one_input_to_its_ends():
    found = deployment(load={"volume": spread(1, 2, 5)}, service={"seconds": spread(1, 2, 3)})
    worlds = swung(found, ["load.volume", "service.seconds"])
    assert worlds["load.volume"].ravel().tolist() == [1, 5, 2, 2]
    assert worlds["service.seconds"].ravel().tolist() == [2, 2, 1, 3]


def test_swings_come_widest_first_and_what_cannot_be_first_of_all():
    found = uncertain(deployment(load={"volume": spread(1, 2, 5)}, service={"seconds": spread(1, 2, 3)}))
    one, other = swings(found, np.array([10.0, 12.0, 9.0, 15.0]))
    assert (one.input, one.width, other.width) == ("service.seconds", Decimal(6), Decimal(2))
    one, other = swings(found, np.array([10.0, np.nan, 9.0, 15.0]))
    assert (one.input, one.at_high) == ("load.volume", None)


def test_a_sum_is_a_decimal_with_its_interval():
    found = amount(5.0, np.linspace(0, 100, 1001), "EUR")
    assert (found.value, found.low, found.high) == (Decimal(5), Decimal("2.5"), Decimal("97.5"))
    assert money(0.1 + 0.2) == Decimal("0.3")
    assert amount(1.0, np.linspace(2, 3, 11), "EUR").low == Decimal(1)


def test_in_the_likely_world_all_is_likely():
    worlds = likely(deployment(load={"volume": spread(1, 2, 5)}))
    assert worlds["load.volume"].tolist() == [[2.0]]
    assert worlds.get("licence.per_year").tolist() == [[0.0]]
