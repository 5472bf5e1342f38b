"""Advice comes from alternatives that were given, ranked by what they save and what they cost in accuracy."""

from datetime import date

import pytest

from deployments import RENTED, deployment, spread
from outweigh.insight.costing import cost
from outweigh.insight.savings import savings
from outweigh.records import Alternative, Change, Plan, Quality, UserError

BASE = RENTED | {"load": RENTED["load"] | {"mean_requests_per_second": 9}, "accuracy": spread(0.79, 0.80, 0.81)}


def advised(*alternatives, **changes):
    found = tuple(Alternative(change=change, deployment=other) for change, other in alternatives)
    return savings(Plan(deployment=deployment(BASE), alternatives=found), draws=500, **changes)


def test_spot_saves_what_its_price_is_lower():
    (found,) = advised((Change.SPOT, deployment(BASE, hardware={"terms": "spot", "price_per_hour": 0.5})))
    assert found.share == pytest.approx(0.75)
    assert found.quality is Quality.SAME
    assert found.accuracy is None


def smaller(accuracy, name="tiny"):
    return Change.MODEL, deployment(BASE, name=name, model=name, service={"seconds": 0.5}, accuracy=accuracy)


@pytest.mark.parametrize(
    ("accuracy", "quality"),
    [
        (spread(0.805, 0.81, 0.82), Quality.EQUAL),
        (spread(0.6, 0.65, 0.7), Quality.WORSE),
        (spread(0.75, 0.80, 0.85), Quality.UNPROVEN),
        (None, Quality.UNKNOWN),
    ],
)
def test_a_smaller_model_is_equal_only_where_the_whole_interval_says_so(accuracy, quality):
    (found,) = advised(smaller(accuracy), margin=0.02)
    assert found.quality is quality
    assert found.saving.value > 0
    assert (found.accuracy is None) == (accuracy is None)


def test_a_wider_margin_accepts_more():
    worse = smaller(spread(0.75, 0.76, 0.77))
    assert advised(worse, margin=0.01)[0].quality is Quality.WORSE
    assert advised(worse, margin=0.10)[0].quality is Quality.EQUAL


def test_an_alternative_that_cannot_keep_the_limit_is_named():
    slow = Change.BATCH, deployment(BASE, name="64 at a time", service={"slots": 64, "seconds": 9})
    with pytest.raises(UserError, match=r"^64 at a time: no number of replicas answers 95 % of"):
        advised(slow)


def test_kept_quality_comes_before_a_larger_saving():
    spot = Change.SPOT, deployment(BASE, name="spot", hardware={"price_per_hour": 1.9})
    region = Change.REGION, deployment(BASE, name="elsewhere", hardware={"price_per_hour": 1.8})
    found = advised(smaller(spread(0.6, 0.65, 0.7)), spot, region)
    assert [each.name for each in found] == ["elsewhere", "spot", "tiny"]
    assert found[-1].saving.value > found[0].saving.value


def test_the_margin_of_a_saving_is_that_of_the_difference():
    """The load is as uncertain in both, and cancels as far as it does."""
    volume = {"volume": spread(0.5, 1, 2)}
    base = deployment(BASE, load=volume)
    other = deployment(BASE, load=volume, hardware={"price_per_hour": 1.99})
    plan = Plan(deployment=base, alternatives=(Alternative(change=Change.SPOT, deployment=other),))
    (found,) = savings(plan, draws=500)
    total = cost(base, today=date(2025, 4, 1), draws=500).total
    assert float(found.saving.low) == pytest.approx(0.005 * float(total.low))
    assert float(found.saving.high) == pytest.approx(0.005 * float(total.high))


def test_nothing_is_made_up():
    assert advised() == ()


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (
            deployment(BASE, load={"mean_requests_per_second": 3}),
            r"9 a second on average \(got 3\)",
        ),
        (deployment(BASE, horizon_months=6), "keeps the currency and horizon_months"),
    ],
)
def test_less_work_is_no_saving(other, told):
    with pytest.raises(UserError, match=told):
        advised((Change.OFF_PEAK, other))


def test_a_margin_in_points_is_refused():
    with pytest.raises(UserError, match="--margin 2"):
        advised(smaller(0.8), margin=2)
