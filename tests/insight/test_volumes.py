"""What a month costs at other volumes."""

from datetime import date

import pytest

from deployments import HOSTED, deployment, spread
from outweigh.insight.costing import cost
from outweigh.insight.volumes import crossings, over_volumes
from outweigh.records import Alternative, Change, Plan

HOURS = 730.5
MONTH = 400 * HOURS * 3600  # tokens
VOLUMES = [each * MONTH for each in (0.1, 1, 10, 100)]


def plan(own=None, other=None):
    return Plan(
        deployment=own or deployment(),
        alternatives=(Alternative(change=Change.MODEL, deployment=other or deployment(HOSTED)),),
    )


def test_tokens_cost_in_proportion_and_machines_by_the_piece():
    machines, tokens = over_volumes(plan(), volumes=VOLUMES, draws=50)
    assert [each.name for each in (machines, tokens)] == ["desk", "by the token"]
    volumes = [point.tokens_per_month for point in machines.points]
    assert volumes == [point.tokens_per_month for point in tokens.points]
    assert volumes == VOLUMES
    per_token = [float(point.cost.value) / point.tokens_per_month for point in tokens.points]
    assert per_token == pytest.approx([(300 * 1 + 100 * 3) / 400 / 1e6] * 4)
    counts = [float(point.cost.value) / (2 * HOURS) for point in machines.points]
    assert counts == pytest.approx([round(count) for count in counts])
    assert counts[0] == counts[1] == 1
    assert counts[3] > counts[2] > 1


def test_the_month_is_that_of_the_cost_without_growth():
    own = deployment(load={"growth_per_year": 3.0}, horizon_months=12)
    (curve, _) = over_volumes(
        plan(own, deployment(HOSTED, load={"growth_per_year": 3.0})), volumes=VOLUMES[1:2], draws=50
    )
    still = cost(deployment(horizon_months=1), today=date(2025, 4, 1), draws=50)
    assert curve.points[0].cost.value == still.total.value


def test_an_uncertain_price_widens_every_point():
    own = deployment(hardware={"price_per_hour": {"low": 1, "amount": 2, "high": 4}})
    (curve, _) = over_volumes(plan(own), volumes=VOLUMES, draws=200)
    assert all(point.cost.low < point.cost.value < point.cost.high for point in curve.points)


def test_a_volume_keeps_its_spread():
    own = deployment(load={"volume": spread(0.5, 1, 2)})
    other = deployment(HOSTED, load={"volume": spread(0.5, 1, 2)})
    (_, tokens) = over_volumes(plan(own, other), volumes=VOLUMES, draws=400)
    ratios = [float(point.cost.high / point.cost.value) for point in tokens.points]
    assert all(1.5 < ratio < 2 for ratio in ratios)


def test_where_machines_become_cheaper_than_tokens():
    curves = over_volumes(plan(), volumes=VOLUMES, draws=50)
    found = crossings(curves)
    assert [(each.cheaper_below, each.cheaper_above) for each in found] == [("by the token", "desk")]
    # 2 $ an hour against 1.5 $ a million tokens: 974 million tokens a month
    assert found[0].low_tokens_per_month < 974e6 < found[0].high_tokens_per_month


def test_no_crossing_where_one_is_always_cheaper():
    cheap = deployment(
        HOSTED, hardware={"price_per_million_prompt_tokens": 0.0, "price_per_million_output_tokens": 0.0}
    )
    assert crossings(over_volumes(plan(other=cheap), volumes=VOLUMES, draws=50)) == ()


def test_volumes_are_round_numbers_around_the_given_one():
    (curve, _) = over_volumes(plan(), draws=10)
    volumes = [point.tokens_per_month for point in curve.points]
    assert volumes[:4] == pytest.approx([5e7, 7e7, 1e8, 1.5e8])
    assert volumes[0] >= MONTH / 30 and volumes[-1] == pytest.approx(3e10)


def test_an_option_that_takes_more_tokens_for_the_same_requests_is_compared_at_the_same_requests():
    wordy = deployment(HOSTED, load={"output_tokens": 300})
    machines, tokens = over_volumes(plan(other=wordy), volumes=VOLUMES, draws=10)
    assert [each.tokens_per_month for each in tokens.points] == [each.tokens_per_month for each in machines.points]
    assert float(tokens.points[1].cost.value) == pytest.approx((300 * 1 + 300 * 3) / 1e6 * HOURS * 3600)
    assert crossings([machines, tokens])
