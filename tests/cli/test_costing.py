"""`outweigh cost`, `roi` and `carbon` from the command line: tables, documents, and one line for what is wrong."""

import json
import re
from datetime import date

import pytest

from cost_cases import BOUGHT, BY_TOKEN, HOURLY, OWN
from measurements import measured, scored
from outweigh.cli.failures import guarded
from outweigh.cli.main import app
from outweigh.store import measurements, runs
from outweigh.store.summary import RunStatus


@pytest.fixture
def outweigh(tmp_path, monkeypatch, capsys):
    """Run a command line in this process: (exit code, standard output, standard error)."""
    monkeypatch.setenv("OUTWEIGH_HOME", str(tmp_path / "home"))

    def call(*arguments):
        capsys.readouterr()
        words = [str(word) for word in arguments]
        code = guarded(lambda: app(args=words, standalone_mode=False), json="--json" in words)
        return code, *capsys.readouterr()

    return call


def test_a_cost_is_a_table_for_people(outweigh, write):
    code, out, _ = outweigh("cost", write("case.toml", HOURLY))
    assert code == 0
    assert re.search(r"hardware +16,231\.71 \[13,\d+\.\d\d, 18,\d+\.\d\d\] +100\.0", out)
    assert re.search(r"case 5, spot +spot +11,410\.41 \[8,\d+\.\d\d, 13,\d+\.\d\d\] +70\.3 +same model", out)
    assert re.search(r"hardware.price_per_hour +0\.8 +1\.2 +12,856\.80 +19,285\.20", out)
    assert re.search(r"Stale prices, [\d,]+ days old \(2025-03-07, the-full.*\): hardware.price_per_hour", out)
    assert "No per correct: no accuracy is known" in out
    assert "Machines: 3 (3 replicas) in the first month, 60% busy at the peak" in out
    uncertain = HOURLY.replace("seconds = 2\n", "seconds = { low = 1, likely = 2, high = 3 }\n")
    assert re.search(r"Machines: 3 \[2, [45]\] \(3 replicas\)", outweigh("cost", write("other.toml", uncertain))[1])


def test_stale_prices_of_what_could_be_done_instead_are_said_too(outweigh, write):
    text = OWN.replace("date = 2025-03-07", f"date = {date.today()}")
    other = """
[[alternatives]]
change = "spot"
hardware = { terms = "spot", price_per_hour = { amount = 1, date = 2024-01-01, source = "long ago" } }
"""
    out = outweigh("cost", write("case.toml", text + other))[1]
    assert re.search(r"^Stale prices, [\d,]+ days old \(2024-01-01, long ago\): hardware.price_per_hour$", out, re.M)


def test_what_help_says_in_brackets_is_there(outweigh):
    assert "with [switch]" in outweigh("roi", "--help")[1]
    for words in (("run",), ("measure",), ("models", "show")):
        assert "org/name[@revision]" in outweigh(*words, "--help")[1]


def test_a_cost_is_a_document_for_programs(outweigh, write):
    code, out, _ = outweigh("cost", write("case.toml", HOURLY), "--json")
    document = json.loads(out)
    assert code == 0
    assert document["schema"] == "outweigh.cost/1"
    assert document["cost"]["total"]["value"] == "16231.710000"
    assert document["cost"]["total"]["low"] != document["cost"]["total"]["high"]
    assert [each["change"] for each in document["savings"]] == ["spot"]
    assert document["deployment"]["name"] == "case 5"


def test_carbon_says_where_its_figures_come_from(outweigh, write):
    code, out, _ = outweigh("carbon", write("case.toml", BOUGHT))
    assert code == 0
    assert re.search(r"together +5,431 kg CO₂e", out)
    assert "Source: grid of europe-west3: Google, in codecarbon's cloud/impact.csv (2025-03-07)" in out
    assert "Source: making of a machine: 2 × 318 kg" in out
    document = json.loads(outweigh("carbon", write("case.toml", BOUGHT), "--json")[1])
    assert document["schema"] == "outweigh.carbon/1"
    assert document["carbon"]["total_kilograms"]["value"] == pytest.approx(5430.7543)


def test_roi_says_what_switching_returns(outweigh, write):
    files = write("current.toml", BY_TOKEN), write("new.toml", OWN)
    code, out, _ = outweigh("roi", *files)
    assert code == 0
    assert re.search(r"net present value +2,711\.51 USD", out)
    assert re.search(r"payback +18\.68 months", out)
    assert re.search(r"break-even volume +1,510 million tokens a month", out)
    document = json.loads(outweigh("roi", *files, "--json")[1])
    assert document["schema"] == "outweigh.roi/1"
    assert document["return"]["chance"] == 1.0


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("amount = 1.01", "amount = -1.01"), "hardware.price_per_hour: a price cannot be negative"),
        (("horizon_months = 12", "horizon_months = 0"), "horizon_months"),
        (("percentile = 95", "percentile = 0.95"), "latency.percentile: write percent"),
        (("seconds = 10", 'seconds = "10000 ms"'), "latency.seconds: write a plain number of seconds"),
        (("seconds = 10", "seconds = 1"), "no number of replicas answers 95 % of the requests within 1 s"),
        (("[0.15", "[0, 0.15"), "load.hourly_requests_per_second"),
    ],
)
@pytest.mark.parametrize("verb", ["cost", "carbon"])
def test_nonsense_is_one_line(outweigh, write, verb, change, told):
    assert change[0] in HOURLY
    code, out, err = outweigh(verb, write("case.toml", HOURLY.replace(*change, 1)))
    assert (code, out) == (2, "")
    assert len(err.strip().splitlines()) == 1
    assert told in err


@pytest.mark.parametrize("price", ["amount = 0", "low = 0, amount = 0, high = 1"])
def test_what_costs_nothing_has_no_shares(outweigh, write, tmp_path, price):
    text = HOURLY.replace("low = 0.80, amount = 1.01, high = 1.20", price)
    assert text != HOURLY
    page = tmp_path / "page.html"
    code, out, err = outweigh("cost", write("case.toml", text), "--report", page)
    assert (code, err) == (0, "")
    assert re.search(r"case 5, spot +spot +-4,821.30 .*– +same model", out)
    assert page.exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("cost", "absent.toml"), "absent.toml: No such file"),
        (("cost", "CASE", "--run", "nobody"), "nobody"),
        (("cost", "CASE", "--margin", "2"), "--margin 2"),
        (("cost", "ALONE", "--margin", "2"), "--margin 2"),
        (("roi", "CASE", "CASE"), "give [switch]"),
    ],
)
def test_what_is_missing_is_named(outweigh, write, words, told):
    files = {"CASE": write("case.toml", HOURLY), "ALONE": write("alone.toml", OWN)}
    code, out, err = outweigh(*[files.get(word, word) for word in words])
    assert (code, out) == (2, "")
    assert told in err


@pytest.fixture
def stored(tmp_path, monkeypatch):
    """A run that measured a model at two loads and asked it a benchmark."""
    monkeypatch.setenv("OUTWEIGH_HOME", str(tmp_path / "home"))
    with runs.opened() as session:
        name = runs.begin(session, "m1", None, {})
        for slots, seconds in ((1, 1.0), (4, 2.0)):
            measurements.add(session, name, measured(slots=slots, seconds=seconds, tokens=(300, 100)))
        for benchmark in ("gsm8k", "mmlu"):
            runs.add_result(session, name, scored(benchmark=benchmark))
        runs.finish(session, name, RunStatus.FINISHED)
    return name


def test_a_run_says_how_fast_the_model_serves_and_how_often_it_is_right(outweigh, write, stored):
    text = re.sub(r"\[service\].*?\n\n", "", HOURLY, flags=re.S)
    text = text.replace('gpu = "A10G (24 GB)"', 'gpu = "A10G (24 GB)"\ngpus = 2')
    code, _, err = outweigh("cost", write("case.toml", text))
    assert code == 2 and "or a run that measured it (--run)" in err
    code, out, _ = outweigh("cost", write("case.toml", text), "--run", stored)
    assert code == 0 and "per correct answer" not in out
    assert "Note: the runs have several benchmarks (gsm8k, mmlu): --benchmark says which counts" in out
    code, out, err = outweigh("cost", write("case.toml", text), "--run", stored, "--benchmark", "mmlu", "--json")
    assert code == 0, err
    document = json.loads(out)
    assert document["deployment"]["service"]["source"] == "measured 2026-03-01, 4 at a time × (300 + 100) tokens"
    assert document["deployment"]["accuracy"]["likely"] == 0.8
    assert document["cost"]["per_correct"]["value"] > "0"
    assert any("was measured on" in note for note in document["cost"]["notes"])
    code, out, _ = outweigh("carbon", write("case.toml", text), "--run", stored)
    assert code == 0
    assert "small" in out
