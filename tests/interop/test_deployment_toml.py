"""Deployments are read as they are written, and what is wrong is one line that names it."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from outweigh.interop.deployment_toml import parse, read
from outweigh.records import Bought, Change, Scaling, Spread, Terms, UserError
from shared_data import SHARED

TEXT = """
name = "desk"
horizon_months = 12

[prices]
currency = "USD"
date = 2025-03-07
source = "a quote"

[hardware]
kind = "rented"
provider = "GCP"
gpu = "A100 (40 GB)"
price_per_hour = 3.67

[load]
mean_requests_per_second = 1
prompt_tokens = 300
output_tokens = { low = 50, likely = 100, high = 200 }

[latency]
percentile = 95
seconds = 10

[service]
slots = 8
seconds = 2
source = "assumed"
"""
TABLES = (SHARED / "prices" / "cloud-gpus.csv", SHARED / "carbon" / "cloud__impact.csv")


def plan(*changes, more=""):
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return parse(text + more, SHARED, "desk.toml")


def refused(*changes, more=""):
    with pytest.raises(UserError) as told:
        plan(*changes, more=more)
    assert "\n" not in str(told.value)
    return str(told.value)


def test_a_bare_number_is_a_price_with_the_common_details():
    price = plan().deployment.hardware.price_per_hour
    assert price.amount == Decimal("3.67")
    assert (price.currency, price.date, price.source) == ("USD", date(2025, 3, 7), "a quote")


def test_a_price_may_say_its_own_details():
    said = '{ amount = 3, high = 4, source = "elsewhere" }'
    price = plan(("3.67", said)).deployment.hardware.price_per_hour
    assert (price.source, price.currency, price.uncertain.high) == ("elsewhere", "USD", 4.0)


def test_numbers_may_have_ends():
    load = plan().deployment.load
    assert (load.output_tokens.low, load.output_tokens.spread) == (50, Spread.TRIANGULAR)
    assert load.prompt_tokens.spread is Spread.EXACT


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("3.67", "-3.67"), "desk.toml: hardware.price_per_hour: a price cannot be negative (got -3.67)"),
        (
            ("horizon_months = 12", "horizon_months = 0"),
            "horizon_months: it should be greater than or equal to 1 (got 0)",
        ),
        (
            ("mean_requests_per_second = 1", "mean_requests_per_second = 0"),
            "load: no requests come: give a load above 0",
        ),
        (("percentile = 95", "percentile = 0.95"), "latency.percentile: write percent, such as 95"),
        (("seconds = 10", 'seconds = "500 ms"'), "latency.seconds: write a plain number of seconds, such as 2.5"),
        (("seconds = 10", "milliseconds = 500"), "unknown key latency.milliseconds; did you mean seconds?"),
        (("seconds = 10", "seconds = 1e6"), "latency.seconds: it should be less than or equal to 86400"),
        (("slots = 8", "slot = 8"), "unknown key service.slot; did you mean slots?"),
        (('kind = "rented"', 'kind = "leased"'), "hardware.kind must be one of rented, bought, hosted (got 'leased')"),
        (('kind = "rented"\n', ""), "hardware.kind must be one of rented, bought, hosted (it is missing)"),
        (("3.67", '"3.67 USD"'), "hardware.price_per_hour: write a number, or { amount"),
        (("3.67", "1e400"), "hardware.price_per_hour.amount: it should be less than or equal to 1000000000000000"),
        (("prompt_tokens = 300", "prompt_tokens = 1e300"), "load.prompt_tokens.likely: it should be less than"),
        (("mean_requests_per_second = 1", "mean_requests_per_second = 1e30"), "mean_requests_per_second: it should be"),
        (("prompt_tokens = 300", "prompt_tokens = 300\ngrowth_per_year = 30"), "such as 0.3 for 30 % (got 30)"),
        (("prompt_tokens = 300", "prompt_tokens = 0"), "load.prompt_tokens: must be above 0 (got 0)"),
        (("prompt_tokens = 300", 'prompt_tokens = "many"'), "load.prompt_tokens: write a number, or { low"),
        (("low = 50", "low = 150"), "load.output_tokens: low, likely and high must stand in this order"),
        (
            ('currency = "USD"', 'currency = "dollars"'),
            "currency: write three capital letters, such as USD (got 'dollars')",
        ),
        (("date = 2025-03-07\n", ""), "hardware.price_per_hour.date is missing"),
        (("[latency]\npercentile = 95\nseconds = 10", ""), "latency is missing: machines are counted by it"),
        (("[load]", "[load"), "desk.toml: not TOML"),
        (("seconds = 2", "seconds = -2"), "service.seconds: must be above 0 (got -2)"),
    ],
)
def test_nonsense_is_one_line_that_names_it(change, told):
    assert told in refused(change)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("[operations]\npeople = 0.5", "operations: people without salary_per_year"),
        ('[licence]\nper_year = { amount = 5, currency = "EUR" }', "prices of several currencies"),
        ('[place]\nregion = "x"\npue = 0.9', "place.pue: must be from 1 to 10, such as 1.2 (got 0.9)"),
        ('[place]\nregion = "x"\npue = 110', "place.pue: must be from 1 to 10, such as 1.2 (got 110)"),
        (
            '[place]\nregion = "x"\npue = 1\ngrid = { grams_per_kwh = 0.4, date = 2025-01-01, source = "y" }',
            "place.grid: write grams a kilowatt-hour, such as 400, not kilograms (got 0.4)",
        ),
        ("[switch]\nmigration = 5\ndiscount_per_year = 8", "switch.discount_per_year: must be a share above -1"),
        ('[place]\nregion = "x"\npue = 1.2\ngrid = { date = 2025-01-01, source = "y" }', "one of the two"),
        ("[load2]\nx = 1", "unknown key load2; did you mean load?"),
        ("[switch]\nmigration = -5\ndiscount_per_year = 0.1", "switch.migration: a price cannot be negative (got -5)"),
        ("[[alternatives]]\nchange = 'cheaper'", "alternative 1: change must be one of other model, quantize"),
        (
            "[[alternatives]]\nchange = 'spot'\nhardware = { price_per_hour = -1 }",
            "alternative 1: hardware.price_per_hour",
        ),
    ],
)
def test_nonsense_in_further_sections_is_named_too(more, told):
    assert told in refused(more=more)


def test_loads_that_contradict_themselves_are_refused():
    mean = "mean_requests_per_second = 1"
    assert "peak of 0.5 requests a second is below the mean of 1" in refused(
        (mean, f"{mean}\npeak_requests_per_second = 0.5")
    )
    assert "hourly scaling needs" in refused((mean, f'{mean}\nscaling = "hourly"'))
    assert "load.hourly_requests_per_second" in refused((mean, "hourly_requests_per_second = [1, 2, 3]"))
    assert "load: give mean_ and peak" in refused((mean, ""))


def test_alternatives_change_what_they_say_and_nothing_else():
    hours = ", ".join(["1"] * 24)
    more = f"""
[[alternatives]]
change = "spot"
hardware = {{ terms = "spot", price_per_hour = 1.1 }}
[[alternatives]]
change = "off-peak"
name = "at night"
load = {{ hourly_requests_per_second = [{hours}], scaling = "hourly" }}
[[alternatives]]
change = "other region"
hardware = {{ kind = "bought", gpu = "L4", price = 3000, depreciation_years = 3 }}
place = {{ region = "x", pue = 1.2, tariff_per_kwh = 0.2 }}
"""
    found = plan(more=more)
    spot, night, bought = found.alternatives
    assert spot.change is Change.SPOT
    assert spot.deployment.name == "desk, spot"
    assert spot.deployment.hardware.terms is Terms.SPOT
    assert spot.deployment.hardware.provider == "GCP"
    assert spot.deployment.load == found.deployment.load
    assert night.deployment.name == "at night"
    assert night.deployment.load.mean_requests_per_second is None
    assert night.deployment.load.scaling is Scaling.HOURLY
    assert isinstance(bought.deployment.hardware, Bought)


@pytest.mark.skipif(not all(path.is_file() for path in TABLES), reason=f"no real tables in {SHARED}")
def test_prices_and_grids_are_looked_up_in_tables():
    place = """
[place]
region = "europe-west4"
pue = 1.1
grid = { table = "carbon/cloud__impact.csv", date = 2025-03-07, source = "codecarbon" }
"""
    found = plan(("3.67", '{ table = "prices/cloud-gpus.csv", source = "the-full-stack" }'), more=place).deployment
    price = found.hardware.price_per_hour
    assert (price.amount, price.currency, price.source) == (Decimal("3.67"), "USD", "the-full-stack")
    assert found.place.grid.grams_per_kwh.likely == 236
    unsaid = plan(("3.67", '{ table = "prices/cloud-gpus.csv" }')).deployment.hardware.price_per_hour
    assert (unsaid.source, unsaid.date) == ("cloud-gpus.csv", date(2025, 3, 7))
    unknown = place.replace("europe-west4", "europe-west44")
    assert refused(more=unknown) == (
        "desk.toml: place.region 'europe-west44' is not in cloud__impact.csv; did you mean europe-west4?"
    )


def test_the_documented_file_can_be_read():
    document = (Path(__file__).parents[2] / "docs" / "cost.md").read_text("utf-8")
    text = re.search(r"## The file\n\n```toml\n(.*?)```", document, flags=re.S)[1]
    text = text.replace('{ table = "cloud-gpus.csv" }', "3.67").replace('table = "impact.csv"', "grams_per_kwh = 236")
    found = parse(text, SHARED, "docs/cost.md")
    assert all(getattr(found.deployment, name) is not None for name in type(found.deployment).model_fields)
    assert found.alternatives[0].deployment.hardware.terms is Terms.SPOT


def test_files_that_are_not_there_are_named(tmp_path):
    with pytest.raises(UserError, match=r"absent.toml: No such file"):
        read(tmp_path / "absent.toml")
    assert "absent.csv: No such file" in refused(("3.67", '{ table = "absent.csv" }'))
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(UserError, match=r"binary.toml: not TOML"):
        read(tmp_path / "binary.toml")
