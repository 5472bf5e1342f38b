"""From runs to a decision: the recommendation and the cost plan behind `--need` and `--deployment`."""

import json
from pathlib import Path

import pytest

from html_page import parsed, plain
from measurements import figure, measured, scored
from outweigh.cli.deciding import Asked, decided
from outweigh.engine import reading
from outweigh.records import Area, Energy, ModelCard, Usage
from outweigh.store import measurements, runs
from outweigh.store.summary import RunStatus

EXAMPLES = Path(__file__).parents[2] / "examples"
ENERGY = Energy(
    source="table", estimated=True, method="2 W a thread", joules=9, low=8, high=10, idle_watts=None, seconds=1
)
USAGE = Usage(
    energy_joules=9, energy_low_joules=8, energy_high_joules=10, energy_estimated=True, energy_method="2 W a thread"
)
FLAGS = ("--need", EXAMPLES / "need.toml", "--deployment", EXAMPLES / "deployment.toml")


def stored(name="friday", *, timed=True):
    """A run that asked two models two benchmarks, and perhaps measured both."""
    with runs.opened() as session:
        name = runs.begin(session, name, None, {})
        for model, shift, seconds in (("org/small", 0.0, 2.0), ("org/large", 0.2, 4.0)):
            card = ModelCard(title=model.removeprefix("org/"), parameters=int(seconds * 1e8), license="mit")
            areas = (("gsm8k", Area.REASONING), ("triviaqa", Area.KNOWLEDGE), ("a", Area.CODE), ("b", Area.SAFETY))
            for benchmark, area in areas:
                result = scored(model, 0.5 + shift, benchmark, 0.1)
                runs.add_result(session, name, result.but(card=card, area=area, usage=USAGE))
            figures = (
                figure("e2e_seconds_mean", seconds), figure("e2e_seconds_p50", 0.9 * seconds),
                figure("ttft_seconds_mean", 0.2 * seconds), figure("tpot_seconds_mean", 0.02 * seconds),
                figure("peak_resident_bytes", 5e8 * seconds), figure("joules_per_request", 50 * seconds),
            )  # fmt: skip
            if timed:
                measurements.add(
                    session,
                    name,
                    measured(model, seconds=seconds, figures=figures, card=card, machine=None, energy=ENERGY),
                )
        runs.finish(session, name, RunStatus.FINISHED)
    return name


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("OUTWEIGH_HOME", str(tmp_path / "home"))


def test_a_comparison_ends_with_the_pick_and_its_price(home, said):
    stored()
    out = said("compare", "friday", *FLAGS)
    assert (
        out.index("Which one, and how sure") < out.index("large: the best of the 2 models") < out.index("What it costs")
    )
    assert "one small machine: large, 24 months" in out
    assert "by the token" in out
    assert "No cost plan" not in out


def test_an_answer_that_is_right_has_a_price_too(home, said):
    """Its share is the need's own mix of benchmarks: 0.7 on each of them."""
    stored()
    out = said("compare", "friday", *FLAGS)
    assert "per correct answer" in out
    assert "right answers: each model's mean of the need's goals by their weights" in out
    cost = json.loads(said("compare", "friday", *FLAGS, "--json"))["cost"]
    per_request = 250 * float(cost["per_million_tokens"]["value"]) / 1e6
    assert float(cost["per_correct"]["value"]) == pytest.approx(per_request / 0.7, rel=0.02)


def test_the_document_holds_both(home, said):
    stored()
    document = json.loads(said("compare", "friday", *FLAGS, "--json"))
    assert document["recommendation"]["ranked"][0]["model"] == "large"
    assert document["cost"]["model"] == "large"
    assert {each["name"] for each in document["cost_over_volume"]} >= {"one small machine", "by the token"}
    assert document["carbon"]["total_kilograms"]["value"] > 0
    assert document["missing"] == []


def test_the_report_begins_with_the_answer(home, said, tmp_path):
    stored()
    said("report", "friday", *FLAGS, "--to", tmp_path / "report.html")
    page = parsed((tmp_path / "report.html").read_text("utf-8"))
    assert plain(page.all("h1")[0]["text"]).startswith("large: the best of the 2 models that keep the limits")
    assert "over 24 months" in plain(page.by_id("plan")["text"])


def test_what_cannot_be_decided_is_said_and_the_rest_stays(home, said):
    stored(timed=False)
    out = said("compare", "friday", *FLAGS)
    assert "large" in out
    assert "No cost plan: one small machine: " in out


def test_where_no_model_keeps_the_limits_the_nearest_is_priced(home, said, tmp_path):
    stored()
    need = tmp_path / "need.toml"
    need.write_text("[limits]\nmax_latency_seconds = 1\nlatency_percentile = 50", "utf-8")
    out = said("compare", "friday", "--need", need, "--deployment", EXAMPLES / "deployment.toml")
    assert "No model keeps the limits. The least that would have to give way: max_latency_seconds = " in out
    assert "would leave small" in out and "one small machine: small, 24 months" in out
    assert "No cost plan" not in out


def test_a_latency_that_was_measured_too_briefly_says_so(home, said, tmp_path):
    name = stored(timed=False)
    why = "9 requests show 2 s, but an interval takes about 99 like these"
    brief = measured("org/small", figures=(figure("e2e_seconds_p50", 2.0),))
    with runs.opened() as session:
        measurements.add(session, name, brief.but(unmeasured={"e2e_seconds_p95": why}))
    need = tmp_path / "need.toml"
    need.write_text("[limits]\nmax_latency_seconds = 30", "utf-8")
    out = said("compare", "friday", "--need", need)
    assert f"small: max_latency_seconds not known: {why}; measure longer" in out
    assert "large: max_latency_seconds not known; `outweigh measure` it" in out


def test_a_decision_is_made_of_what_was_read_already(home):
    name = stored()
    run = reading.load(name)
    held = reading.held(run)
    with runs.opened() as session:
        runs.delete(session, name)
    found = decided([run], held, Asked(EXAMPLES / "need.toml", EXAMPLES / "deployment.toml"))
    assert (found.recommendation.ranked[0].model, found.plan.cost.model, found.missing) == ("large", "large", ())


@pytest.mark.parametrize("words", [("compare", "friday", *FLAGS), ("show", "friday")])
def test_a_remark_is_made_once_however_many_tables_it_belongs_to(home, said, words):
    stored()
    out = said(*words)
    assert out.count("Energy is estimated, not measured: 2 W a thread") == 1
    if words[0] == "compare":
        assert out.count("the energy of large is estimated") == out.count("the energy of small is estimated") == 1
    notes = [line for line in out.splitlines() if line.startswith("Note: ")]
    assert len(notes) == len(set(notes))


def test_nothing_is_decided_without_being_asked(home, said):
    stored()
    document = json.loads(said("compare", "friday", "--json"))
    assert not {"recommendation", "cost", "missing"} & document.keys()


@pytest.mark.parametrize(
    ("flag", "text", "words"),
    [
        ("--need", "[weights]\nreasoning = -1\n", "reasoning"),
        ("--deployment", "name = 'x'\n", "horizon_months"),
    ],
)
def test_a_bad_file_is_refused_before_any_work(home, refused, tmp_path, flag, text, words):
    (tmp_path / "bad.toml").write_text(text)
    for verb in ("compare", "report"):
        line = refused(verb, "package:nothing-here", flag, tmp_path / "bad.toml")
        assert words in line


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (("friday", "org/model"), "is a model and friday the name of a run"),
        (("friday", "--measure"), "--measure goes with models"),
    ],
)
def test_runs_and_models_are_not_mixed(home, refused, names, words):
    stored()
    assert words in refused("compare", *names)
