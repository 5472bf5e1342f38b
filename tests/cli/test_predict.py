"""`outweigh predict` from the command line: figures with intervals, documents, and one line for what is wrong."""

import csv
import json
import random
import re

import pytest

from html_page import parsed, plain

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


def test_a_model_of_the_table_is_predicted_without_its_own_score(said, leaderboard):
    out = said("predict", "org/model-100", "--benchmark", "gsm8k", "--from", leaderboard)
    assert re.search(r"gsm8k of org/model-100: \d+\.\d % \[\d+\.\d, \d+\.\d\], predicted", out)
    assert re.search(r"Measured: \d+\.\d % \[.*\]; the prediction was made without it", out)
    assert "Based on: arc_challenge, hellaswag, mmlu, truthfulqa_mc2, winogrande, parameters" in out


def test_a_new_model_is_described_by_flags(said, leaderboard):
    flags = ["--score", "mmlu=0.45", "--parameters", "12e9", "--architecture", "LlamaForCausalLM"]
    out = said("predict", "me/new", "--benchmark", "gsm8k", "--from", leaderboard, *flags, "--json")
    document = json.loads(out)
    found = document["prediction"]
    assert document["schema"] == "outweigh.prediction/1"
    assert document["measured"] is None
    assert found["predicted"] is True
    assert found["low"] <= found["value"] <= found["high"]
    assert 35 < found["value"] < 55
    assert found["basis"] == ["mmlu", "parameters", "architecture", "name"]


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
    assert "Out of range: 2e+03 billion parameters are outside what was seen, 1 to 40" in out
    assert "Out of range: its architecture is not known" in out


@pytest.mark.parametrize(
    ("flags", "line"),
    [
        (["--benchmark", "chess"], "chess is no benchmark of this leaderboard: it has arc_challenge"),
        (["--benchmark", "gsm8k", "--score", "mmlu"], "give a share from 0 to 1, such as mmlu=0.41"),
        (["--benchmark", "gsm8k", "--score", "mmlu=41"], "--score mmlu=41: give a share from 0 to 1"),
        (["--benchmark", "gsm8k", "--score", "chess=0.4"], "'chess' is no benchmark of this leaderboard"),
        (["--benchmark", "gsm8k", "--parameters", "7"], "--parameters 7: give the number of weights, such as 7e9"),
        (["--benchmark", "gsm8k", "--published", "soon"], "--published 'soon'"),
    ],
)
def test_nonsense_gets_one_line(refused, leaderboard, flags, line):
    assert line in refused("predict", "me/new", "--from", leaderboard, *flags)


def test_without_a_leaderboard_it_says_what_to_give(refused, tmp_path):
    assert "give its csv or csv.gz with --from" in refused("predict", "a", "--benchmark", "gsm8k")
    assert "cannot be read" in refused("predict", "a", "--benchmark", "gsm8k", "--from", tmp_path / "none.csv")
