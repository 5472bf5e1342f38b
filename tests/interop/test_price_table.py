"""Offers of cloud GPUs are read whole, and the right one is found or the wrong word named."""

from decimal import Decimal

import pytest

from outweigh.interop.price_table import offers, price
from outweigh.records import Terms, UserError
from shared_data import SHARED

PRICES = SHARED / "prices"
needs_prices = pytest.mark.skipif(not PRICES.is_dir(), reason=f"no real prices at {PRICES}: set OUTWEIGH_SHARED")
TABLE = """\ufeffCloud,GPU Type,GPU Arch,GPUs,GPU RAM,vCPUs,RAM,On-demand,Per-GPU,Spot,Name
North,A100 (80 GB),Ampere,1,80,24,220,3.50,3.50,1.40,n1
North,A100 (80 GB),Ampere,8,640,96,1900,30,3.75,,n8
South,A100 (80 GB),Ampere,1,80,24,220,3.00,3.00,,small
South,A100 (80 GB),Ampere,1,80,48,440,3.20,3.20,,large
"""


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "offers.csv"
    path.write_text(TABLE)
    return offers(path)


def wanted(**words):
    return {"provider": "North", "gpu": "A100 (80 GB)"} | words


def test_an_offer_is_found_by_its_words(table):
    assert price(table, wanted(), "offers.csv") == Decimal("3.50")
    assert price(table, wanted(terms="spot"), "offers.csv") == Decimal("1.40")
    assert price(table, wanted(gpus=8), "offers.csv") == Decimal(30)
    assert price(table, wanted(provider="south", instance="LARGE"), "offers.csv") == Decimal("3.20")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"provider": "Nort"}, "hardware.provider 'Nort' is not in offers.csv: it has North"),
        ({"gpu": "A100"}, r"hardware.gpu 'A100' is not in offers.csv: it has A100 \(80 GB\)"),
        ({"gpus": 3}, "hardware.gpus 3 is not in offers.csv: it has 1, 8"),
        ({"terms": "reserved"}, "no reserved price"),
        ({"terms": "spot", "gpus": 8}, "no spot price"),
        (
            {"provider": "South"},
            r"2 on-demand prices of South .*: name hardware.instance \(large, small\)",
        ),
    ],
)
def test_what_is_not_there_is_named(table, words, told):
    with pytest.raises(UserError, match=told):
        price(table, wanted(**words), "offers.csv")


@pytest.mark.parametrize("content", ["a,b\n1,2\n", TABLE.replace("3.50,3.50", "cheap,3.50"), "\0"])
def test_another_file_is_refused(tmp_path, content):
    path = tmp_path / "other.csv"
    path.write_text(content)
    with pytest.raises(UserError, match=r"other.csv: not a table of cloud GPU offers"):
        offers(path)


@needs_prices
def test_every_published_offer_is_read():
    cloud, serverless = (offers(PRICES / f"{name}-gpus.csv") for name in ("cloud", "serverless"))
    assert (len(cloud), len(serverless)) == (257, 72)
    assert sum(Terms.SPOT in each.prices for each in cloud) > 30
    found = {"provider": "Azure", "gpu": "A100 (80 GB)", "gpus": 1}
    assert price(cloud, found, "cloud-gpus.csv") == Decimal("3.67")
    assert price(cloud, found | {"terms": "spot"}, "cloud-gpus.csv") == Decimal("1.47")
    mystic = {"provider": "Mystic AI", "gpu": "Nvidia L4"}
    assert price(serverless, mystic, "serverless-gpus.csv") == Decimal("0.75")
