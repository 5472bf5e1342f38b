"""What a deployment emits: by its grid and hours, and by the machines that were made for it."""

import pytest

from deployments import HOSTED, RENTED, deployment, spread
from outweigh.insight.emissions import carbon
from outweigh.records import UserError

GRID = {"grams_per_kwh": 400, "date": "2025-01-01", "source": "a table"}
PLACED = RENTED | {"place": {"region": "here", "pue": 1.5, "grid": GRID}}
YEAR = 8766
HOURS = {"mean_requests_per_second": None, "hourly_requests_per_second": [0.0] * 12 + [2.0] * 12}


def emitted(found):
    return carbon(found, draws=500)


def test_watts_and_joules_emit_by_the_grid():
    found = emitted(deployment(PLACED, hardware={"watts": 100}, service={"joules_per_request": 3600}))
    kilowatt_hours = (0.1 * YEAR + 0.001 * 3600 * YEAR) * 1.5
    assert found.kilowatt_hours.value == pytest.approx(kilowatt_hours)
    assert found.operational_kilograms.value == pytest.approx(0.4 * kilowatt_hours)
    tokens = 3600 * YEAR * 400
    assert found.grams_per_million_tokens.value == pytest.approx(400 * kilowatt_hours / tokens * 1e6)
    assert found.sources == ("grid of here: a table (2025-01-01)",)


def test_making_the_machines_is_spread_over_their_life():
    made = {"kilograms": 1000, "lifetime_years": 4, "source": "a study"}
    found = emitted(deployment(PLACED, hardware={"watts": 100, "embodied": made}))
    assert found.embodied_kilograms.value == pytest.approx(250)
    assert found.total_kilograms.value == pytest.approx(found.operational_kilograms.value + 250)
    assert found.sources[-1] == "making of a machine: a study"


def test_what_nobody_gave_is_left_out_with_a_reason():
    found = emitted(deployment(PLACED, hardware={"watts": 100}))
    assert found.embodied_kilograms is None
    assert found.unmeasured == {"embodied_kilograms": "no hardware.embodied is given; the total leaves it out"}


def test_requests_emit_by_the_hour_in_which_they_come():
    hourly = {"hourly_grams_per_kwh": [900.0] * 12 + [100.0] * 12, "grams_per_kwh": None}
    base = PLACED | {"place": PLACED["place"] | {"grid": {k: v for k, v in (GRID | hourly).items() if v is not None}}}
    at_day = emitted(deployment(base, load=HOURS, service={"joules_per_request": 3600}))
    all_day = emitted(deployment(base, service={"joules_per_request": 3600}))
    assert at_day.kilowatt_hours.value == pytest.approx(all_day.kilowatt_hours.value)
    assert at_day.operational_kilograms.value == pytest.approx(0.1 * at_day.kilowatt_hours.value)
    assert all_day.operational_kilograms.value == pytest.approx(0.5 * all_day.kilowatt_hours.value)
    assert any("the load is not" in note for note in all_day.notes)


def test_an_uncertain_grid_gives_an_interval():
    base = PLACED | {"place": PLACED["place"] | {"grid": GRID | {"grams_per_kwh": spread(200, 400, 500)}}}
    found = emitted(deployment(base, hardware={"watts": 100}))
    assert found.operational_kilograms.low < found.operational_kilograms.value < found.operational_kilograms.high
    assert found.kilowatt_hours.low == pytest.approx(found.kilowatt_hours.high)


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (deployment(HOSTED), "its machines are somebody else's"),
        (deployment(hardware={"watts": 100}), r"give \[place\] with region, pue and grid"),
        (deployment(PLACED), "service.joules_per_request, or a run"),
    ],
)
def test_what_cannot_be_known_is_refused(found, told):
    with pytest.raises(UserError, match=told):
        emitted(found)
