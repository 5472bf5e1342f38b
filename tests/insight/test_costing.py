"""What a deployment costs: parts that add up, intervals that hold what they should, and prices that are too old."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from deployments import BOUGHT, HOSTED, deployment, spread
from outweigh.insight.costing import cheapest, cost
from outweigh.insight.ledger import ledger, paid
from outweigh.insight.worlds import drawn, likely
from outweigh.records import Part, UserError

TODAY = date(2025, 4, 1)


def costed(found, **changes):
    return cost(found, today=TODAY, draws=2000, **changes)


def test_the_parts_add_up_to_the_total():
    found = costed(
        deployment(
            BOUGHT,
            load={"growth_per_year": 2, "mean_requests_per_second": 9},
            operations={"people": 0.5, "salary_per_year": 60000, "support_per_month": 100},
            storage={"gigabytes": 10, "price_per_gigabyte_month": 0.1},
            egress={"kilobytes_per_request": 2, "price_per_gigabyte": 0.1},
            licence={"per_year": 1000, "per_gpu_year": 100},
        )
    )
    assert set(found.parts) == set(Part) - {Part.TOKENS}
    assert float(sum(each.value for each in found.parts.values())) == pytest.approx(float(found.total.value), abs=1e-4)


def test_the_interval_of_an_uncertain_price_is_that_of_the_price():
    price = {"low": 1, "amount": 2, "high": 4}
    found = costed(deployment(hardware={"price_per_hour": price}))
    low, high = 1 + np.sqrt(0.025 * 3 * 1), 4 - np.sqrt(0.025 * 3 * 2)
    hours = 730.5 * 12
    assert float(found.total.value) == pytest.approx(2 * hours)
    assert float(found.total.low) == pytest.approx(low * hours, rel=0.02)
    assert float(found.total.high) == pytest.approx(high * hours, rel=0.02)
    (swing,) = found.swings
    assert (swing.input, swing.at_low, swing.at_high) == (
        "hardware.price_per_hour",
        pytest.approx(Decimal("8766")),
        pytest.approx(Decimal("35064")),
    )


def test_exact_inputs_leave_no_interval_and_say_so():
    found = costed(deployment())
    assert found.total.low == found.total.value == found.total.high
    assert found.method == "every input is given as exact"
    assert found.swings == ()


def test_more_is_asked_in_a_wider_world():
    found = costed(deployment(load={"volume": spread(0.5, 1, 2)}))
    assert found.tokens.low < found.tokens.value < found.tokens.high
    assert found.per_million_tokens.low < found.per_million_tokens.value < found.per_million_tokens.high


def test_a_correct_answer_costs_more_than_an_answer():
    found = costed(deployment(accuracy=0.5))
    assert float(found.per_correct.value) == pytest.approx(
        float(found.total.value) / found.requests.value / 0.5, rel=1e-3
    )
    without = costed(deployment())
    assert without.per_correct is None
    assert without.unmeasured == {"per_correct": "no accuracy is known: give it, or a run that asked (--run)"}


def test_growth_pays_for_machines_month_by_month():
    found = costed(deployment(load={"mean_requests_per_second": 9, "growth_per_year": 2}))
    months = found.sizing.machines
    assert list(months) == sorted(months) and months[0] < months[-1]
    spent = found.parts[Part.HARDWARE].value + found.parts[Part.SCALING].value
    assert float(spent) == pytest.approx(sum(months) * 730.5 * 2)
    assert float(found.parts[Part.HARDWARE].value) == pytest.approx(12 * months[0] * 730.5 * 2)


def test_machines_have_a_range_where_the_load_has_one():
    found = costed(deployment(load={"mean_requests_per_second": 9, "volume": spread(0.5, 1, 3)})).sizing
    assert found.machines_low[0] < found.machines[0] < found.machines_high[0]
    assert found.response_seconds <= 10
    assert 0 < found.utilisation < 1


def test_licences_are_for_the_busiest_hour():
    hours = {"mean_requests_per_second": None, "hourly_requests_per_second": [2.0] * 12 + [30.0] * 12}
    found = costed(deployment(load=hours | {"scaling": "hourly"}, licence={"per_gpu_year": 100}))
    assert float(found.parts[Part.LICENCES].value) == pytest.approx(100 * found.sizing.machines[0])


def test_a_hosted_model_is_paid_by_the_token():
    found = costed(deployment(HOSTED))
    requests = 2_629_800 * 12
    assert set(found.parts) == {Part.TOKENS}
    assert float(found.total.value) == pytest.approx(requests * (300 * 1 + 100 * 3) / 1e6)
    assert found.sizing is None


def test_old_prices_are_said_to_be_stale():
    found = deployment(operations={"support_per_month": {"amount": 5, "date": "2025-03-30"}}, stale_after_days=30)
    assert cost(found, today=date(2025, 4, 6), draws=10).stale == ()
    (line,) = cost(found, today=date(2025, 4, 7), draws=10).stale
    assert line == "Stale prices, 31 days old (2025-03-07, a quote): hardware.price_per_hour"
    later = date(2025, 3, 30) + timedelta(days=31)
    assert len(cost(found, today=later, draws=10).stale) == 2
    found = found.but(operations=found.operations.but(salary_per_year=found.hardware.price_per_hour))
    (line,) = cost(found, today=date(2025, 4, 7), draws=10).stale
    assert line.endswith(": hardware.price_per_hour, operations.salary_per_year")


def test_prices_of_tomorrow_are_said_to_be():
    (line,) = cost(deployment(), today=date(2025, 3, 1), draws=10).stale
    assert line == "Prices of a day that is still to come (2025-03-07, a quote): hardware.price_per_hour"
    assert cost(deployment(), today=date(2025, 3, 6), draws=10).stale == ()  # elsewhere it is the 7th already


def test_electricity_that_is_paid_must_be_known():
    with pytest.raises(UserError, match=r"service.joules_per_request, or a run that measured it \(--run\)"):
        costed(deployment(BOUGHT, hardware={"watts": None}))
    joules = costed(deployment(BOUGHT, hardware={"watts": None}, service={"joules_per_request": 36_000}))
    assert float(joules.parts[Part.ENERGY].value) == pytest.approx(2_629_800 * 12 * 0.01 * 1.2 * 0.2)
    assert any("idle is not counted" in note for note in joules.notes)


def test_rent_without_a_tariff_has_the_electricity_in_it():
    found = costed(deployment(hardware={"watts": 300}))
    assert Part.ENERGY not in found.parts
    assert "electricity is part of the rent: no place.tariff_per_kwh is given" in found.notes


def test_an_unknown_service_is_asked_for():
    with pytest.raises(UserError, match=r"give \[service\] slots and seconds, or a run that measured it"):
        costed(deployment(service=None))


@pytest.mark.parametrize("years", [0.3, 1, 2.5, 40])
def test_what_is_paid_for_machines_is_what_they_lose(years):
    growing = {"mean_requests_per_second": 9, "growth_per_year": 2}
    found = deployment(
        BOUGHT,
        load=growing,
        horizon_months=25,
        hardware={"depreciation_years": years, "residual_share": spread(0, 0.1, 0.3)},
    )
    for worlds in (likely(found), drawn(found, 20)):
        spent = ledger(found, worlds)
        assert paid(found, worlds, spent).sum(axis=1) == pytest.approx(spent.total)


def test_bought_machines_are_paid_at_the_start_and_returned_at_the_end():
    found = deployment(BOUGHT, hardware={"residual_share": 0.25, "watts": 0}, horizon_months=18)
    flows = paid(found, likely(found), ledger(found, likely(found)))[0]
    assert flows[0] == 9000
    assert flows[1:-1] == pytest.approx(np.zeros(17))
    assert flows[-1] == pytest.approx(-(9000 - 18 * 9000 * 0.75 / 36))


def test_the_cheapest_way_to_serve_that_keeps_the_limit():
    found = deployment(load={"mean_requests_per_second": 9})
    one, many, slow = (found.service.but(slots=slots, seconds=seconds) for slots, seconds in ((1, 1), (16, 3), (64, 9)))
    assert cheapest(found, [one, many, slow]) == many
    with pytest.raises(UserError, match="no number of replicas"):
        cheapest(found, [slow])
