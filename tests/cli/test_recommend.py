"""`outweigh recommend` and `pareto` from the command line: the answer first, and one line for what is wrong."""

import io
import json
import sys

import pytest

from deployments import RENTED
from measurements import figure, measured, scored
from outweigh.records import Area, ModelCard
from outweigh.store import measurements, runs
from outweigh.store.summary import RunStatus
from standing_files import LMARENA

COLUMNS = (
    "model,arc,hellaswag,mmlu,truthfulqa,winogrande,gsm8k,"
    "architecture,precision,params_b,hub_license,merged,moe,flagged,date"
)


def row(name, score, size=7, licence="apache-2.0", flagged="FALSE"):
    scores = ",".join(f"{score + shift:.2f}" for shift in (0, 8, 3, -2, 6, -5))
    return f"org/{name},{scores},LlamaForCausalLM,bfloat16,{size},{licence},FALSE,FALSE,{flagged},2024-01-01"


@pytest.fixture
def board(tmp_path):
    """A small leaderboard of version 1: the best is large, the next has no free licence, one is flagged."""
    lines = [
        COLUMNS,
        row("large-70b", 70, 70),
        row("closed-7b", 62, 7, "other"),
        row("flagged-7b", 75, flagged="TRUE"),
        row("best-7b", 58),
        *(row(f"m{n}-7b", 40 + n) for n in range(8)),
    ]
    (tmp_path / "board.csv").write_text("\n".join(lines) + "\n")
    return tmp_path / "board.csv"


@pytest.fixture
def stored(tmp_path, monkeypatch):
    """A run that asked two models three benchmarks, and measured both."""
    monkeypatch.setenv("OUTWEIGH_HOME", str(tmp_path / "home"))
    with runs.opened() as session:
        name = runs.begin(session, "friday", None, {})
        for model, shift, seconds in (("org/small", 0.0, 2.0), ("org/large", 0.1, 4.0)):
            card = ModelCard(title=model.removeprefix("org/"), parameters=int(seconds * 1e9), license="mit")
            for benchmark, area in (("gsm8k", Area.REASONING), ("triviaqa", Area.KNOWLEDGE)):
                runs.add_result(session, name, scored(model, 0.6 + shift, benchmark, 0.1).but(card=card, area=area))
            figures = (
                figure("e2e_seconds_mean", seconds), figure("e2e_seconds_p95", 1.5 * seconds),
                figure("ttft_seconds_mean", 0.1 * seconds), figure("tpot_seconds_mean", seconds / 110),
                figure("peak_device_bytes", 1e9 * seconds), figure("joules_per_request", 40 * seconds),
            )  # fmt: skip
            measurements.add(session, name, measured(model, seconds=seconds, figures=figures, card=card))
        runs.finish(session, name, RunStatus.FINISHED)
    return name


def test_the_answer_comes_first(said, board):
    out = said("recommend", "--leaderboard", board, "--license", "apache-2.0", "--max-parameters", "8B")
    assert out.startswith("org/best-7b: the best of the 9 models that keep the limits with a probability of ")
    for title in ("Why:", "What is given up:", "What would change it:", "Removed by limits:", "How to deploy it:"):
        assert title in out or title == "What is given up:"
    assert "max_parameters: 1 model; 1 by it alone" in out
    assert "licences: 1 model; 1 by it alone" in out
    assert "not flagged: 1 model;" in out
    assert "org/closed-7b: licences not kept: it has other" in out
    assert "scores are those of open-llm-leaderboard-v1, read 2024-07-07" in out


def test_a_recommendation_is_a_document_for_programs(said, board):
    arguments = ("recommend", "--leaderboard", board, "--weight", "gsm8k=2", "--weight", "reasoning=1", "--json")
    document = json.loads(said(*arguments))
    assert document["schema"] == "outweigh.recommendation/1"
    found = document["recommendation"]
    assert found["ranked"][0]["model"] == "org/large-70b"
    assert found["ranked"][0]["fitness"]["low"] < found["ranked"][0]["fitness"]["high"]
    assert found["need"]["weights"] == {"gsm8k": 2, "reasoning": 1}
    assert said(*arguments) == json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    assert json.loads(said(*arguments, "--seed", "3"))["recommendation"]["seed"] == 3


def test_flags_change_the_need_of_a_file(said, board, tmp_path):
    (tmp_path / "need.toml").write_text(
        '[weights]\ngsm8k = 1\n[limits]\nlicences = ["apache-2.0"]\nmax_parameters = 80e9\n'
    )
    arguments = ("recommend", "--leaderboard", board, "--need", tmp_path / "need.toml", "--json")
    assert json.loads(said(*arguments))["recommendation"]["ranked"][0]["model"] == "org/large-70b"
    found = json.loads(said(*arguments, "--max-parameters", "8e9"))["recommendation"]
    assert found["ranked"][0]["model"] == "org/best-7b"
    assert found["need"]["limits"]["licences"] == ["apache-2.0"]


def test_where_and_under_which_load_it_is_to_run_may_be_flags(said, board, tmp_path):
    (tmp_path / "need.toml").write_text(
        'deployment = "cloud"\n[load]\nmean_requests_per_second = 1\nprompt_tokens = 100\noutput_tokens = 50\n'
        "[limits]\nmax_parameters = 80e9\n"
    )
    flags = ("--where", "laptop", "--output-tokens", "20", "--latency-percentile", "50")
    found = json.loads(said("recommend", "--leaderboard", board, "--need", tmp_path / "need.toml", "--json", *flags))[
        "recommendation"
    ]["need"]
    assert found["deployment"] == "laptop"
    assert (found["load"]["prompt_tokens"]["likely"], found["load"]["output_tokens"]["likely"]) == (100, 20)
    assert (found["limits"]["latency_percentile"], found["limits"]["max_parameters"]) == (50, 80e9)


def test_a_run_gives_quality_and_costs(said, stored):
    found = json.loads(said("recommend", stored, "--max-memory", "3GB", "--json"))["recommendation"]
    assert [each["model"] for each in found["ranked"]] == ["small"]
    assert [each["told"].split()[0] for each in found["removed"]] == ["4e+09"]
    out = said("recommend", stored)
    assert out.startswith("large: the best of the 2 models")
    assert "6 [5.4, 6.6]" in out and "4 [3.6, 4.4]" in out  # seconds for 95 % of the answers, and GB


DESK = """
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
gpus = 2
price_per_hour = 2
[load]
mean_requests_per_second = 1
prompt_tokens = 300
output_tokens = 100
[latency]
percentile = 95
seconds = 60
"""


def test_a_deployment_prices_every_measured_model(said, call, stored, tmp_path):
    assert RENTED["hardware"]["gpu"] in DESK
    (tmp_path / "desk.toml").write_text(DESK)
    found = json.loads(said("recommend", stored, "--deployment", tmp_path / "desk.toml", "--json"))["recommendation"]
    month = {each["model"]: each["costs"]["cost_per_month"]["value"] for each in found["ranked"]}
    assert set(month) == {"small", "large"} and min(month.values()) > 1000
    assert found["guidance"]["replicas"] >= 1
    code, out, err = call("recommend", stored, "--deployment", tmp_path / "desk.toml", "--max-cost-per-month", "1")
    assert (code, err) == (2, "")  # a script must not go on as if there were one
    assert out.startswith("No model keeps the limits. The least that would have to give way: max_cost_per_month = ")


def test_latency_is_that_of_the_deployment_s_lengths(said, stored, tmp_path):
    (tmp_path / "desk.toml").write_text(DESK.replace("output_tokens = 100", "output_tokens = 397"))
    (tmp_path / "need.toml").write_text('deployment = "laptop"\n')
    words = ("recommend", stored, "--need", tmp_path / "need.toml", "--json")
    for more, factor in ((), 1.5), (("--deployment", tmp_path / "desk.toml"), 1.5 * (0.1 + 396 / 110)):
        found = json.loads(said(*words, *more))["recommendation"]["ranked"]
        seconds = {each["model"]: each["costs"]["latency_seconds"]["value"] for each in found}
        assert seconds == pytest.approx({"small": 2 * factor, "large": 4 * factor})


def test_what_to_run_next_is_a_command(said, stored):
    with runs.opened() as session:
        name = runs.begin(session, "monday", None, {})
        for model, value in (("org/small", 0.5), ("org/large", 0.52), ("org/third", 0.3)):
            result = scored(model, value, "gsm8k", 0.2)
            runs.add_result(session, name, result.but(evaluation=result.evaluation.but(limit=50)))
        runs.finish(session, name, RunStatus.FINISHED)
    out = said("recommend", name)
    assert f"outweigh run org/large@{'0' * 40} --benchmark gsm8k --limit 100" in out
    assert "more samples; lowers the expected regret by" in out
    assert f"a further run counts where it is named too: outweigh recommend {name} latest" in out


def test_the_front_is_shown_with_chances(said, board, stored):
    out = said("pareto", stored, "--weight", "reasoning=1", "--weight", "memory_bytes=1")
    assert out.startswith("2 of 2 models are on the Pareto front with at least 95 %") or "likeliest" in out
    document = json.loads(said("pareto", "--leaderboard", board, "--json"))
    assert document["schema"] == "outweigh.pareto/1"
    assert document["pareto"]["models"][0]["chance"] > 0.5
    assert document["pareto"]["hypervolume"]["low"] <= document["pareto"]["hypervolume"]["high"]


ANSWERS = "gsm8k=2 mmlu\nlaptop\n0.5 800 200\ngsm8k=0.3\n\n\n8B\napache-2.0 mit\n"


def test_an_interview_ends_with_its_toml(call, board, monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "stdin", io.StringIO(ANSWERS))
    saved = tmp_path / "need.toml"
    code, out, err = call("recommend", "--leaderboard", board, "--interview", "--save", saved, "--json")
    assert code == 0, err
    assert json.loads(out)["recommendation"]["ranked"][0]["model"] == "org/best-7b"
    assert 'deployment = "laptop"' in err and "max_parameters = 8000000000" in err
    assert "mean_requests_per_second = 0.5" in err
    again = json.loads(call("recommend", "--leaderboard", board, "--need", saved, "--json")[1])
    assert again == json.loads(out)


class Terminal(io.StringIO):
    """Somebody who types."""

    def isatty(self):
        return True


def test_at_a_terminal_questions_are_shown_and_may_be_answered_again(call, board, monkeypatch):
    monkeypatch.setattr(sys, "stdin", Terminal(ANSWERS.replace("laptop", "moon\nlaptop")))
    code, out, err = call("recommend", "--leaderboard", board, "--interview", "--json")
    assert code == 0
    assert json.loads(out)["recommendation"]["need"]["deployment"] == "laptop"
    assert err.count("Where is it to run") == 2
    assert "not one of cloud, on-prem, edge, laptop" in err


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ("gsm8k=2\n", "the answers ended"),
        ("gsm8k=much\n" + "\n" * 7, "write a name and a number"),
        ("\nmoon\n" + "\n" * 6, "not one of cloud, on-prem, edge, laptop"),
        ("\n\n1 per second\n\n\n\n\n\n", "expected three numbers, such as 0.5 800 200"),
        ("\n\n\n\neight\n\n\n\n", "not bytes; write 8GB"),
    ],
)
def test_answers_that_make_no_sense_are_one_line(refused, board, monkeypatch, answers, told):
    monkeypatch.setattr(sys, "stdin", io.StringIO(answers))
    assert told in refused("recommend", "--leaderboard", board, "--interview")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--weight", "code"), "--weight code: write a name and a number, such as reasoning=2"),
        (("--weight", "gsm8k=-1"), "weights: gsm8k: a weight cannot be negative"),
        (("--weight", "gsm8k=0"), "weights sum to zero"),
        (("--weight", "maths=1"), "unknown area or benchmark 'maths'"),
        (("--weight", "creativity=1"), "no candidate has a score in the area creativity"),
        (("--max-memory", "2s"), "--max-memory 2s: not bytes; write 8GB"),
        (("--max-latency", "8GB"), "--max-latency 8GB: not a time"),
        (("--max-parameters", "-8e9"), "--max-parameters -8e9: not a count"),
        (("--max-parameters", "8"), "limits.max_parameters: counted in parameters"),
        (("--min-score", "gsm8k=40"), "gsm8k: write a share, such as 0.4, not percent"),
        (("--min-score", "maths=0.4"), "unknown area or benchmark 'maths'"),
        (("--max-cost-per-month", "-5"), "limits.max_cost_per_month: it should be greater than 0"),
        (("--where", "moon"), "deployment: it should be 'cloud', 'on-prem', 'edge' or 'laptop'"),
        (("--prompt-tokens", "800"), "load.output_tokens is missing"),
        (("--max-joules-per-request", "0"), "limits.max_joules_per_request: it should be greater than 0"),
        (("--seed", "-1"), "Invalid value for '--seed'"),
        (("--utility", "best"), "utility: it should be 'weighted' or 'max-min'"),
        (("--need", "absent.toml"), "absent.toml: No such file"),
        (("--save", "absent/need.toml"), "absent is not a directory"),
        (("friday",), "RUN does not go with --leaderboard"),
    ],
)
def test_nonsense_is_one_line(refused, board, words, told):
    assert told in refused("recommend", "--leaderboard", board, *words)


def test_an_imported_leaderboard_goes_by_its_name(said, refused, board, tmp_path):
    arguments = ("--license", "apache-2.0", "--json")
    for verb in ("recommend", "pareto"):
        words = arguments if verb == "recommend" else ("--json",)
        of_file = said(verb, "--leaderboard", board, *words)
        said("import", board)
        assert said(verb, "--leaderboard", "open-llm-leaderboard-v1", *words) == of_file
    assert "there is no table 'v3' of a public leaderboard" in refused("recommend", "--leaderboard", "v3")
    (tmp_path / "arena.csv").write_text(LMARENA)
    told = "lmarena-text: its scores are ratings in points; expected shares of right answers"
    assert told in refused("recommend", "--leaderboard", tmp_path / "arena.csv")


def test_an_unknown_run_is_named(refused):
    assert "nobody" in refused("recommend", "nobody")
