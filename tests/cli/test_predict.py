"""`outweigh predict` from the command line: figures with intervals, documents, and one line for what is wrong."""

import csv
import json
import random
import re

import pytest

from html_page import parsed, plain
from measurements import measured, timed
from outweigh.store import measurements, runs
from outweigh.store.summary import RunStatus
from standing_files import LMARENA

COLUMNS = ("arc", "hellaswag", "mmlu", "truthfulqa", "winogrande", "gsm8k")


@pytest.fixture(scope="module")
def leaderboard(tmp_path_factory):
    """A made-up table in the columns of the leaderboard's first version."""
    path = tmp_path_factory.mktemp("leaderboard") / "v1.csv"
    draw = random.Random(5)
    with path.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["model", *COLUMNS, "architecture", "precision", "params_b", "hub_license", "merged", "date"])
        for row in range(240):
            billions = 1 + row // 6
            skill = 20 + 15 * draw.random() + billions
            scores = [round(skill + draw.gauss(0, 1), 3) for _ in COLUMNS]
            card = ["LlamaForCausalLM", "bfloat16", billions, "apache-2.0", "FALSE", "2024-02-03"]
            out.writerow([f"org/model-{row}", *scores, *card])
    return path


@pytest.fixture
def arena(tmp_path):
    """A table of ratings."""
    path = tmp_path / "arena.csv"
    path.write_text(LMARENA)
    return path


def test_a_model_of_the_table_is_predicted_without_its_own_score(said, leaderboard):
    out = said("predict", "org/model-100", "--benchmark", "gsm8k", "--from", leaderboard)
    assert re.search(r"gsm8k of org/model-100: \d+\.\d % \[\d+\.\d, \d+\.\d\], predicted", out)
    assert re.search(r"Measured: \d+\.\d % \[.*\]; the prediction was made without it", out)
    assert "Based on: arc_challenge, hellaswag, mmlu, truthfulqa_mc2, winogrande, parameters" in out


def test_a_new_model_is_described_by_flags(said, leaderboard):
    flags = ["--score", "mmlu=0.45", "--parameters", "12B", "--architecture", "LlamaForCausalLM"]
    out = said("predict", "me/new", "--benchmark", "gsm8k", "--from", leaderboard, *flags, "--json")
    document = json.loads(out)
    found = document["prediction"]
    assert document["schema"] == "outweigh.prediction/1"
    assert document["measured"] is None
    assert found["predicted"] is True
    assert found["low"] <= found["value"] <= found["high"]
    assert 35 < found["value"] < 55
    assert found["basis"] == ["mmlu", "parameters", "architecture", "name"]


def test_benchmarks_answer_to_their_titles(said, leaderboard):
    words = ("predict", "me/new", "--from", leaderboard, "--json")
    by_title = said(*words, "--benchmark", "GSM8K", "--score", "TruthfulQA=0.45")
    assert by_title == said(*words, "--benchmark", "gsm8k", "--score", "truthfulqa_mc2=0.45")


def test_a_prediction_s_page_holds_both_scores(said, leaderboard, tmp_path):
    words = ("predict", "org/model-100", "--benchmark", "gsm8k", "--from", leaderboard, "--report", tmp_path / "p.html")
    out = said(*words)
    assert "Report: " in out
    page = parsed((tmp_path / "p.html").read_text("utf-8"))
    assert re.fullmatch(
        r"org/model-100 is predicted to reach \d+(\.\d)? % \(\d+(\.\d)?–\d+(\.\d)?\) on GSM8K",
        plain(page.all("h1")[0]["text"]),
    )
    assert "Measured" in plain(page.by_class("tiles")[0]["text"])
    assert "TruthfulQA" in plain(page.by_id("chart-prediction")["text"])


def test_what_was_never_seen_is_said(said, leaderboard):
    out = said("predict", "me/new", "--benchmark", "gsm8k", "--from", leaderboard, "--parameters", "2e12")
    assert "Out of range: 2,000 billion parameters are outside what was seen, 1 to 40" in out
    assert "Out of range: its architecture is not known" in out


@pytest.mark.parametrize(
    ("flags", "line"),
    [
        (["--benchmark", "chess"], "chess is no benchmark of this leaderboard: it has arc_challenge"),
        (["--benchmark", "gsm8k", "--score", "mmlu"], "give a share from 0 to 1, such as mmlu=0.41"),
        (["--benchmark", "gsm8k", "--score", "mmlu=41"], "--score mmlu=41: give a share from 0 to 1"),
        (["--benchmark", "gsm8k", "--score", "chess=0.4"], "'chess' is no benchmark of this leaderboard"),
        (["--benchmark", "gsm8k", "--parameters", "7"], "--parameters 7: give the number of weights, such as 7e9"),
        (["--benchmark", "gsm8k", "--published", "soon"], "--published soon: expected a day such as 2024-06-30"),
        (["--benchmark", "gsm8k", "--parameters", "7GB"], "--parameters 7GB: not a count; write 8e9 or 8B"),
        (["--benchmark", "gsm8k", "--score", "gsm8k=0.4"], "--score gsm8k: this is what is to be predicted"),
    ],
)
def test_nonsense_gets_one_line(refused, leaderboard, flags, line):
    assert line in refused("predict", "me/new", "--from", leaderboard, *flags)


def test_without_a_leaderboard_it_says_what_to_give(refused, tmp_path):
    line = refused("predict", "a", "--benchmark", "gsm8k")
    assert "nothing to learn from yet: import a leaderboard's table (outweigh import FILE.csv)" in line
    assert "give its csv or csv.gz with --from" in line
    assert "cannot be read" in refused("predict", "a", "--benchmark", "gsm8k", "--from", tmp_path / "none.csv")


@pytest.fixture
def machine(call):
    """Holds a run of five models, each measured with two batch sizes."""
    with runs.opened() as session:
        name = runs.begin(session, "m1", None, {})
        for size in (1e8, 5e8, 1e9, 2e9, 4e9):
            for batch in (1, 8):
                measurements.add(session, name, timed(f"org/m{size:g}", size, batch))
        runs.finish(session, name, RunStatus.FINISHED)


def test_times_of_a_model_that_is_not_here_are_predicted(said, machine):
    out = said("predict", "me/new", "--parameters", "3e9", "--hardware", "here")
    assert "me/new on the machine of the measurements, batch 1 × (256 + 32) in bfloat16: predicted" in out
    assert re.search(r"time per output token +302 \[[\d.]+, [\d.]+\] ms", out)
    assert "Note: no memory: it takes a model whose files are here" in out


def test_another_device_takes_the_one_that_was_measured(said, machine):
    flags = ["--parameters", "3e9", "--hardware", "h100-sxm", "--measured-on", "l4", "--batch-size", "16", "--json"]
    document = json.loads(said("predict", "me/new", *flags))
    assert document["hardware"] == "h100-sxm"
    assert [each["metric"] for each in document["predictions"]] == [
        "ttft_seconds", "tpot_seconds", "e2e_seconds", "joules",
    ]  # fmt: skip
    for each in document["predictions"]:
        assert each["predicted"] is True
        assert each["low"] <= each["value"] <= each["high"]
        assert "batch size 16 is outside what was measured, 1 to 8" in each["out_of_range"]
        assert any("nothing was measured there" in line for line in each["out_of_range"])


@pytest.mark.parametrize(
    ("flags", "line"),
    [
        ([], "predict one thing: a score with --benchmark NAME"),
        (["--benchmark", "gsm8k", "--hardware", "l4"], "predict one thing"),
        (["--hardware", "abacus"], "no datasheet of 'abacus' is known: take one of h200-sxm"),
        (["--hardware", "l4", "--parameters", "3e9"], "say which one was measured"),
        (["--hardware", "here", "--parameters", "3e9", "--precision", "float32"], "the measurements are in bfloat16"),
        (["--hardware", "here", "--parameters", "3"], "--parameters 3: give the number of weights, such as 7e9"),
        (["--hardware", "here", "--run", "nobody"], "nobody"),
        (["--hardware", "here", "--report", "page.html"], "--report draws a predicted score"),
    ],
)
def test_hardware_that_cannot_be_predicted_gets_one_line(refused, machine, flags, line):
    assert line in refused("predict", "me/new", *flags)


def test_a_run_without_measurements_in_this_process_gets_one_line(refused, call):
    with runs.opened() as session:
        name = runs.begin(session, "m1", None, {})
        measurements.add(session, name, measured(model=timed("a", 1e9).model.but(precision=None)))
        runs.finish(session, name, RunStatus.FINISHED)
    assert "nothing to predict from" in refused("predict", "me/new", "--hardware", "here", "--parameters", "3e9")


def test_an_imported_table_is_learnt_from_as_its_file_is(said, refused, leaderboard, arena):
    asked = ("predict", "org/model-100", "--benchmark", "gsm8k", "--json")
    of_file = json.loads(said(*asked, "--from", leaderboard))
    assert (of_file["provenance"]["name"], of_file["rows"]) == ("open-llm-leaderboard-v1", 239)
    said("import", leaderboard)
    assert json.loads(said(*asked)) == of_file
    said("import", arena)
    line = refused("predict", "org/model-100", "--benchmark", "gsm8k")
    assert "they are never mixed: say --from lmarena-text or open-llm-leaderboard-v1" in line
    out = said("predict", "org/model-100", "--benchmark", "gsm8k", "--from", "open-llm-leaderboard-v1")
    assert "Learnt from: 239 evaluations of open-llm-leaderboard-v1 (lm-evaluation-harness at b281b0921)" in out
    assert "read on 2024-07-07" in out
    line = refused("predict", "a", "--benchmark", "gsm8k", "--from", "v3")
    assert "there is no table 'v3' of a public leaderboard: there are lmarena-text, open-llm-leaderboard-v1" in line


def test_ratings_are_not_predicted(said, refused, arena):
    told = "lmarena_text is a rating in points, and only shares of right answers can be predicted"
    asked = ("predict", "Big-Talker", "--benchmark", "lmarena_text")
    assert told in refused(*asked, "--from", arena)
    said("import", arena)
    assert told in refused(*asked)
