"""What switching returns: textbook cases, and no figure where there is none."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from deployments import BOUGHT, HOSTED, RENTED, deployment, spread
from outweigh.insight.break_even import tokens_per_month
from outweigh.insight.costing import cost
from outweigh.insight.switching import Gains, on_investment, payback, rate_of_return, switch, whole
from outweigh.insight.worlds import drawn, likely
from outweigh.records import Estimate, UserError

TODAY = date(2025, 4, 1)
MOVE = {"migration": 1000, "discount_per_year": 0.1}
OWN = RENTED | {"name": "own", "switch": MOVE}


def total(found):
    """What a deployment costs at likely values."""
    return float(cost(found, today=TODAY, draws=10).total.value)


def switched(current, new):
    return switch(current, new, today=TODAY, draws=400)


def gained(*flows):
    values = np.array(flows, dtype=float)
    return Gains(values, np.maximum(-values[:, 0], 0), values.cumsum(axis=1), None)


def test_the_rate_of_return_makes_the_present_value_nothing():
    (rate,) = rate_of_return(gained([-1000, *[0] * 11, 1100]))
    assert rate == pytest.approx(0.1)
    (rate,) = rate_of_return(gained([-1000, *[100] * 12]))
    monthly = (1 + rate) ** (1 / 12) - 1
    assert sum(100 / (1 + monthly) ** month for month in range(1, 13)) == pytest.approx(1000)


@pytest.mark.parametrize("flows", [[100, 10, 10], [-100, 0, 0], [-100, 230, -132], [-100, 300, -250, 100], [0, 0, 0]])
def test_there_is_no_rate_where_gains_do_not_change_sign_once(flows):
    assert np.isnan(rate_of_return(gained(flows))[0])


def test_payback_lies_within_a_month():
    found = payback(gained([-100, 50, 100, 0], [-100, 10, 10, 10], [0, 5, 5, 5], [-90, 30, 30, 30]))
    assert found.tolist() == [1.5, np.inf, 0.0, 3.0]


def test_return_on_investment_is_over_what_was_invested():
    found = on_investment(gained([-100, 50, 100], [0, 1, 1]))
    assert found[0] == pytest.approx(0.5)
    assert np.isnan(found[1])


def test_a_figure_that_some_draws_lack_has_no_interval_but_a_reason():
    never = "it is never paid back"
    assert isinstance(whole("payback_months", 2.0, np.array([1.0, 2.0, 3.0]), never), Estimate)
    told = whole("payback_months", 2.0, np.array([1.0, np.inf, 3.0, 4.0]), never)
    assert told == "2 months at likely values, but in 25.0% of the draws it is never paid back: it has no interval"
    assert whole("payback_months", np.inf, np.array([np.inf, np.inf]), never) == never
    rate = whole("internal_rate_per_year", 0.2848, np.array([0.2, np.nan]), "there is no single rate")
    assert rate.startswith("28.48 % a year at likely values, but in 50.0% of the draws")
    volume = whole("break_even_tokens_per_month", 1.51e10, np.array([np.nan, 1.0]), "no volume is enough")
    assert volume.startswith("15,100 million tokens a month at likely values")


def test_gains_are_what_is_no_longer_paid():
    current = deployment(HOSTED, load={"mean_requests_per_second": 3})
    new = deployment(OWN, load={"mean_requests_per_second": 3})
    found = switched(current, new)
    monthly = (
        float(cost(current, today=TODAY, draws=10).total.value - cost(new, today=TODAY, draws=10).total.value) / 12
    )
    assert found.flows[0] == Decimal(-1000)
    assert [float(each) for each in found.flows[1:]] == pytest.approx([monthly] * 12)
    expected = -1000 + sum(monthly * 1.1 ** (-month / 12) for month in range(1, 13))
    assert float(found.net_present_value.value) == pytest.approx(expected)
    assert found.chance == 1.0
    assert found.payback_months.value == pytest.approx(1000 / monthly)
    assert not found.payback_months.higher_is_better and found.return_on_investment.higher_is_better


def test_more_correct_answers_are_worth_something():
    worth = MOVE | {"value_per_correct": 0.001}
    plain = switched(deployment(HOSTED, accuracy=0.7), deployment(OWN, accuracy=0.8))
    better = switched(deployment(HOSTED, accuracy=0.7), deployment(OWN, accuracy=0.8, switch=worth))
    assert float(better.flows[1] - plain.flows[1]) == pytest.approx(0.001 * 0.1 * 2_629_800)
    with pytest.raises(UserError, match="needs the accuracy of both"):
        switched(deployment(HOSTED), deployment(OWN, accuracy=0.8, switch=worth))


def test_what_is_one_thing_in_both_cancels():
    people = {"people": spread(0.1, 0.5, 1), "salary_per_year": 50_000}
    found = switched(deployment(operations=people), deployment(OWN, operations=people, service={"slots": 16}))
    assert found.net_present_value.low == pytest.approx(found.net_present_value.high)
    assert {each.input for each in found.swings if each.width} == set()
    alone = switched(deployment(), deployment(OWN, operations=people, service={"slots": 16}))
    assert alone.net_present_value.low < alone.net_present_value.high
    assert alone.swings[0].input == "operations.people (own)"


def test_inputs_of_one_name_that_differ_move_apart():
    volume = {"volume": spread(0.5, 1, 2)}
    current = deployment(HOSTED, load=volume | {"output_tokens": spread(50, 100, 200)})
    new = deployment(OWN, load=volume | {"output_tokens": spread(80, 100, 120)})
    found = {each.input: (each.low, each.high) for each in switched(current, new).swings}
    assert found["load.output_tokens (by the token)"] == (50, 200)
    assert found["load.output_tokens (own)"] == (80, 120)
    assert found["load.volume"] == (0.5, 2)


def test_a_bought_machine_is_an_investment():
    found = switched(deployment(HOSTED), deployment(BOUGHT | {"switch": MOVE}))
    assert float(found.invested.value) == pytest.approx(10_000)
    assert float(found.flows[-1] - found.flows[-2]) == pytest.approx(9000 - 9000 * 12 / 36)


def test_break_even_is_where_both_cost_the_same():
    people = {"people": 0.05, "salary_per_year": 50_000}
    hosted, own = deployment(HOSTED), deployment(OWN, operations=people)
    (volume,) = tokens_per_month(hosted, own, likely(hosted), likely(own))
    rate = volume / 400 / 2_629_800
    bills = [
        total(deployment(base, load={"mean_requests_per_second": rate}, **more))
        for base, more in ((HOSTED, {}), (OWN, {"operations": people}))
    ]
    assert bills[0] == pytest.approx(bills[1], rel=1e-6)
    found = switched(hosted, own)
    assert found.break_even_tokens_per_month.value == pytest.approx(volume)


def test_break_even_takes_as_many_machines_as_answer_in_time():
    """Two machines are needed before one pays: their cost counts."""
    price = {"price_per_million_prompt_tokens": 0.5, "price_per_million_output_tokens": 0.5}
    hosted = deployment(HOSTED, hardware=price)
    own = deployment(OWN, operations={"support_per_month": 600})
    (volume,) = tokens_per_month(hosted, own, likely(hosted), likely(own))
    machines = (volume * 0.5e-6 - 600) / (2 * 730.5)
    assert machines == pytest.approx(round(machines))
    assert machines > 1
    rate = volume / 400 / 2_629_800
    found = cost(own.but(load=own.load.but(mean_requests_per_second=rate)), today=TODAY, draws=10)
    assert found.sizing.machines[0] == round(machines)


def test_no_volume_is_enough_where_tokens_cost_less_than_a_full_machine():
    cheap = {"price_per_million_prompt_tokens": 0.01, "price_per_million_output_tokens": 0.01}
    hosted, own = deployment(HOSTED, hardware=cheap), deployment(OWN)
    assert np.isnan(tokens_per_month(hosted, own, likely(hosted), likely(own)))[0]
    found = switched(hosted, own)
    assert found.break_even_tokens_per_month is None
    assert found.unmeasured["break_even_tokens_per_month"] == "no volume is enough"
    assert found.unmeasured["payback_months"] == "it is never paid back"


def test_break_even_in_many_worlds_is_that_of_each():
    hosted = deployment(HOSTED)
    own = deployment(OWN, operations={"people": spread(0.01, 0.05, 0.1), "salary_per_year": 50_000})
    worlds = drawn(own, 50)
    many = tokens_per_month(hosted, own, drawn(hosted, 50), worlds)
    fixed = worlds["operations.people"][:, 0] * 50_000 / 12 + 2 * 730.5
    assert many == pytest.approx(fixed / (600e-6) * 400)


@pytest.mark.parametrize(
    ("current", "new", "told"),
    [
        (deployment(HOSTED), deployment(), r"give \[switch\]"),
        (deployment(HOSTED, horizon_months=6), deployment(OWN), "give both the same horizon_months"),
        (deployment(HOSTED, load={"mean_requests_per_second": 2}), deployment(OWN), "different loads"),
        (deployment(HOSTED, name="own"), deployment(OWN), "both deployments are called 'own'"),
    ],
)
def test_what_cannot_be_compared_is_refused(current, new, told):
    with pytest.raises(UserError, match=told):
        switched(current, new)


def test_what_was_gained_up_to_each_month_ends_at_the_present_value():
    found = switched(
        deployment(HOSTED, load={"volume": spread(0.5, 1, 2)}), deployment(OWN, load={"volume": spread(0.5, 1, 2)})
    )
    assert len(found.summed) == len(found.flows) == 13
    assert found.summed[0].value == found.summed[0].low == found.summed[0].high == found.flows[0]
    assert found.summed[-1] == found.net_present_value
    rate = 1.1 ** (-1 / 12)
    assert float(found.summed[1].value) == pytest.approx(float(found.flows[0]) + rate * float(found.flows[1]))
    assert found.summed[1].low < found.summed[1].value < found.summed[1].high
