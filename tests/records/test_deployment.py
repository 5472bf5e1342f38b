"""Deployments keep their identity, their numbers and their prices' origin."""

from decimal import Decimal

import pytest
from pydantic import ValidationError

from deployments import BOUGHT, HOSTED, PRICES, deployment, spread
from outweigh.records import Deployment, Estimate, Price, Spread, Uncertain, prices


def test_the_fingerprint_of_a_deployment_is_pinned():
    assert deployment().fingerprint == "8ac3ad15abfb197daea932d7eeba720bde793b658bcec7e9f25a060180d6ae88"


@pytest.mark.parametrize("base", [BOUGHT, HOSTED])
def test_a_deployment_survives_json(base):
    found = deployment(base, load={"volume": spread(1, 2, 3)})
    assert Deployment.model_validate_json(found.model_dump_json()) == found


def test_an_uncertain_number_is_a_number_three_numbers_or_an_estimate():
    plain, three = Uncertain.model_validate(Decimal("1.5")), Uncertain.model_validate(spread(1, 2, 4))
    assert (plain.likely, plain.low, plain.high, plain.spread) == (1.5, 1.5, 1.5, Spread.EXACT)
    assert three.spread is Spread.TRIANGULAR
    score = Estimate(metric="acc", value=0.5, low=0.4, high=0.7, standard_error=None, count=9, method="wilson")
    assert Uncertain.model_validate(score) == Uncertain(likely=0.5, low=0.4, high=0.7, spread=Spread.INTERVAL)


@pytest.mark.parametrize("given", [True, "3", None, spread(3, 2, 4), {"low": 1, "high": 2}, float("nan")])
def test_what_is_no_number_is_refused(given):
    with pytest.raises(ValidationError):
        Uncertain.model_validate(given)


def test_every_price_is_found_by_its_path():
    found = dict(prices(deployment(BOUGHT, operations={"people": 0.1, "salary_per_year": 9})))
    assert set(found) == {"hardware.price", "place.tariff_per_kwh", "operations.salary_per_year"}
    assert found["hardware.price"].source == "a quote"


def test_a_price_without_its_origin_is_refused():
    for missing in PRICES:
        told = {key: value for key, value in PRICES.items() if key != missing}
        with pytest.raises(ValidationError, match=missing):
            Price.model_validate({"amount": 3} | told)


def test_a_price_keeps_its_cents():
    price = Price.model_validate(PRICES | {"amount": Decimal("0.1"), "high": Decimal("0.3")})
    assert price.amount == Decimal("0.1")
    assert (price.uncertain.low, price.uncertain.likely, price.uncertain.high) == (0.1, 0.1, 0.3)
