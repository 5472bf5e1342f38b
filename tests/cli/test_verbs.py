"""The verbs on a run of tiny models: what one writes the others read."""

import json
import re
from dataclasses import replace

import pytest

from outweigh.cli.failures import guarded
from outweigh.cli.main import app, dashed
from tiny import save_llama

pytest.importorskip("torch")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A home with one finished run of two models on two benchmarks."""
    root = tmp_path_factory.mktemp("place")
    for name, seed in (("first", 1), ("second", 2)):
        save_llama(root / name, seed=seed, chat=True)
    openbook, trivia = root / "hub/allenai/openbookqa/main", root / "hub/mandarjoshi/trivia_qa/rc.nocontext"
    for folder in (openbook, trivia):
        folder.mkdir(parents=True)
    choices = {"text": ["red", "green", "blue", "grey"], "label": list("ABCD")}
    rows = [{"id": str(n), "question_stem": f"Leaf {n} is", "choices": choices, "answerKey": "B"} for n in range(12)]
    (openbook / "test.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    pool = [row | {"question_stem": f"Sky {row['id']} is"} for row in rows]
    (openbook / "train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in pool))
    rows = [
        {"question": f"Who is {n}", "question_id": str(n), "answer": {"value": "a", "aliases": ["a", "b"]}}
        for n in range(6)
    ]
    (trivia / "validation.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return root


@pytest.fixture
def outweigh(place, monkeypatch, capsys):
    monkeypatch.setenv("OUTWEIGH_HOME", str(place / "home"))
    monkeypatch.setenv("OUTWEIGH_MIRROR", str(place / "hub"))

    def call(*arguments, code=0):
        capsys.readouterr()
        words = dashed([str(word) for word in arguments])
        found = guarded(lambda: app(args=words, standalone_mode=False), json="--json" in words)
        out, err = capsys.readouterr()
        assert found == code, err
        call.said.append(err)
        return out

    call.said = []
    return call


@pytest.fixture
def finished(outweigh, place):
    """The run, which is asked once and free from then on."""
    words = ["--benchmark", "openbookqa", "--benchmark", "triviaqa", "--max-tokens", 8, "--name", "pair", "--json"]
    return json.loads(outweigh("run", place / "first", place / "second", *words))


def test_a_run_as_json_carries_every_record(finished):
    results = finished["run"]["results"]
    assert [(r["evaluation"]["benchmark"], r["asked"], r["failed"]) for r in results] == [
        ("openbookqa", 12, 0),
        ("triviaqa", 6, 0),
    ] * 2
    assert all(result["usage"]["seconds"] > 0 for result in results)
    assert all(len(result["evaluation"]["model"]["revision"]) == 64 for result in results)
    assert finished["comparison"]["finding"]


def test_the_same_run_again_is_the_same(finished, outweigh, place):
    words = ["--benchmark", "openbookqa", "--benchmark", "triviaqa", "--max-tokens", 8, "--name", "pair"]
    out = outweigh("run", place / "first", place / "second", *words)
    assert "All 36 samples had been answered before: nothing was asked." in out


def test_a_raised_limit_asks_only_what_is_new(finished, outweigh, place):
    assert "nothing was asked" in outweigh("run", place / "first", "--benchmark", "openbookqa", "--limit", 5)
    outweigh("run", place / "second", "--benchmark", "openbookqa", "--num-fewshot", 1, "--seed", 7, "--limit", 4)
    words = ["--benchmark", "openbookqa", "--num-fewshot", 1, "--seed", "0,1,2,7", "--limit", 6]
    again = outweigh("run", place / "second", *words)
    assert "2 samples were asked now, 4 had been answered before." in again


def test_what_another_evaluation_asked_is_not_asked_again(finished, outweigh, place, monkeypatch):
    words = ["--benchmark", "openbookqa", "--num-fewshot", 0]  # without shots the draw's seed changes no prompt
    out = outweigh("run", place / "first", *words, "--seed", 8, "--name", "eight")
    assert "All 12 samples had been answered before: nothing was asked." in out
    assert outweigh.said[-1].endswith("12 samples; 12 of 12 answers were known already\n")
    assert "0.0 (12 known)" in outweigh("show", "eight")
    out = outweigh("run", place / "first", *words, "--seed", 9, "--no-cache")
    assert "All 12 samples were asked now." in out
    monkeypatch.setenv("OUTWEIGH_RUN_NO_CACHE", "1")
    assert "All 12 samples were asked now." in outweigh("run", place / "first", *words, "--seed", 10)


@pytest.fixture
def known(outweigh):
    """How many answers are known, as `outweigh doctor` has it."""

    def count():
        checks = json.loads(outweigh("doctor", "--json"))["checks"]
        (found,) = (each["found"] for each in checks if each["name"] == "database")
        return int(found.split(", ")[1].split()[0])

    return count


def test_imported_answers_are_never_known(finished, outweigh, place, known):
    before = known()
    folder = json.loads(outweigh("export", "pair", "--to", place / "elsewhere", "--json"))["files"][0].rsplit("/", 1)[0]
    for log in (place / folder).glob("results_*.json"):
        plain = json.loads(log.read_text())
        del plain["outweigh"]  # as another harness writes it
        log.write_text(json.dumps(plain))
    outweigh("import", folder, "--name", "foreign")
    assert known() == before > 0
    outweigh("delete", "foreign", "--yes")
    assert known() == before


def test_a_run_is_marked_again(finished, outweigh, monkeypatch):
    before = outweigh("show", "pair", "--json")
    told = outweigh("remark", "pair").splitlines()
    assert len(told) == 4 and all(line.endswith(": nothing changed") for line in told)
    found = json.loads(outweigh("remark", "pair", "--json"))
    assert found["schema"] == "outweigh.remark/1"
    assert [(each["benchmark"], each["changed"], each["problem"]) for each in found["results"]] == [
        ("openbookqa", 0, None),
        ("triviaqa", 0, None),
    ] * 2
    assert outweigh("show", "pair", "--json") == before


def test_what_remark_changed_is_told_and_what_it_could_not_is_an_error(finished, outweigh, monkeypatch):
    from outweigh.benchmarks.catalogue import OPENBOOKQA

    def mark(sample, response):
        return tuple(score.but(value=1.0) for score in OPENBOOKQA.mark(sample, response))

    before = json.loads(outweigh("show", "pair", "--json"))["run"]["results"][0]
    with monkeypatch.context() as patch:
        patch.setattr("outweigh.engine.remarking.BENCHMARKS", (replace(OPENBOOKQA, mark=mark),))
        first, second, *_ = outweigh("remark", "pair", code=2).splitlines()
    wrong = 12 - round(12 * before["estimates"][0]["value"])
    assert "first · OpenBookQA: acc " in first and " → 100.0 [" in first
    assert f"; {wrong} of 12 samples are marked otherwise" in first
    assert "first · TriviaQA: not marked: this Outweigh has no benchmark triviaqa" in second
    outweigh("remark", "pair")
    assert json.loads(outweigh("show", "pair", "--json"))["run"]["results"][0]["estimates"] == before["estimates"]


def test_deleting_a_run_forgets_what_it_asked(finished, outweigh, place, known):
    words = ["--benchmark", "openbookqa", "--num-fewshot", 2]
    before = known()
    outweigh("run", place / "first", *words, "--name", "asks")
    outweigh("run", place / "first", *words, "--seed", 1234, "--limit", 6, "--name", "shares")
    assert known() == before + 12
    outweigh("delete", "asks", "--yes")
    assert known() == before + 12  # the other run still holds that journal
    outweigh("delete", "shares", "--yes")
    assert known() == before


@pytest.mark.parametrize("json_flag", [(), ("--json",)])
def test_ctrl_c_in_a_run_prints_the_name_by_which_it_goes_on(finished, outweigh, place, monkeypatch, json_flag):
    from outweigh.cli.progress import Bar

    def stopped(self, transcripts, scores):
        raise KeyboardInterrupt

    words = ["run", place / "first", "--benchmark", "openbookqa", "--num-fewshot", 3, "--seed", 70 + len(json_flag)]
    with monkeypatch.context() as patch:
        patch.setattr(Bar, "advance", stopped)
        out = outweigh(*words, *json_flag, code=130)
    line = outweigh.said[-1].splitlines()[-1]
    name = line.split("--name ")[1].split()[0]
    assert line == f"outweigh: interrupted; the same command with --name {name} goes on where this one stopped"
    if json_flag:
        assert json.loads(out)["error"]["code"] == "interrupted"
    assert "had been answered before" not in outweigh("show", name)
    assert name in outweigh(*words, "--name", name)


def test_ctrl_c_elsewhere_is_one_word(outweigh, monkeypatch):
    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("outweigh.engine.reading.load", stopped)
    outweigh("show", "latest", code=130)
    assert outweigh.said[-1] == "outweigh: interrupted\n"


def test_a_run_shows_what_its_answers_took(finished, outweigh):
    shown = outweigh("show", "pair")
    assert "joules/correct" in shown and "memory" in shown
    for result in finished["run"]["results"]:
        usage = result["usage"]
        assert usage["peak_memory_bytes"] > 50e6
        known = {each["metric"] for each in result["costs"]} | result["unpriced"].keys()
        assert {"joules_per_request", "joules_per_correct"} <= known
        if usage["energy_estimated"]:
            assert "Energy is estimated, not measured" in shown
            assert re.search(r"about [\d.]+ W", shown)
            assert "about " in shown


def test_one_run_gives_quality_and_what_it_costs(finished, outweigh, place):
    words = ["run", place / "first", place / "second", "--benchmark", "openbookqa", "--benchmark", "triviaqa"]
    words += ["--max-tokens", 8, "--name", "pair"]  # the run that was finished before is measured now
    out = outweigh(*words, "--measure", "--measure-budget", "1s")
    assert "nothing was asked" in out
    for told in ("adj. p", "joules/correct", "whole p50", "in turns", "requests that write"):
        assert told in out
    again = json.loads(outweigh(*words, "--measure", "--measure-budget", "1s", "--json"))
    assert [len(again["run"][part]) for part in ("results", "measurements")] == [4, 2]
    assert len(again["versus"]) == 1
    assert (
        again["run"]["measurements"][0]["energy"] is None or "idle_watts" in again["run"]["measurements"][0]["energy"]
    )
    outweigh("run", place / "first", "--benchmark", "openbookqa", "--measure", "--measure-budget", "soon", code=2)
    assert "--measure-budget soon" in outweigh.said[-1]


def test_another_run_of_a_taken_name_is_refused(finished, outweigh, place):
    outweigh("run", place / "first", "--benchmark", "openbookqa", "--name", "pair", code=2)


def test_the_tables_name_models_benchmarks_and_verdicts(finished, outweigh):
    table = outweigh("compare", "pair")
    for words in ("first", "second", "OpenBookQA", "TriviaQA", "Overall", "adj. p", "tie"):
        assert words in table
    assert "openbookqa" in outweigh("show", "pair")
    assert "pair" in outweigh("show")


def test_samples_show_prompt_expected_and_answers(finished, outweigh):
    shown = outweigh("samples", "pair", "--benchmark", "openbookqa", "--sample", "3", "--full")
    assert "Leaf 3 is" in shown
    assert "expected: green" in shown
    assert shown.count("first:") == shown.count("second:") == 1
    found = json.loads(outweigh("samples", "pair", "--json", "--limit", 100))
    assert found["found"] == 18
    assert {side["model"] for group in found["samples"] for side in group} == {"first", "second"}
    disagreeing = json.loads(outweigh("samples", "pair", "--disagree", "--json", "--limit", 100))
    assert 0 <= disagreeing["found"] < 18


def test_a_report_is_one_file(finished, outweigh, place):
    outweigh("report", "pair", "--to", place / "report.html")
    text = (place / "report.html").read_text()
    assert text.lower().startswith("<!doctype html>")
    assert "<script" not in text


def test_export_and_import_lose_nothing(finished, outweigh, place):
    files = json.loads(outweigh("export", "pair", "--to", place / "out", "--json"))["files"]
    assert sorted(name.rsplit("/", 1)[-1].split("_")[0] for name in files) == ["results"] * 2 + ["samples"] * 4
    folder = files[0].rsplit("/", 1)[0]
    results = json.loads(outweigh("import", folder, "--name", "back", "--json"))["results"]
    assert len(results) == 2
    back = json.loads(outweigh("show", "back", "--json"))["run"]["results"]
    mine = [r for r in finished["run"]["results"] if r["evaluation"]["model"]["name"].endswith("/first")]
    for theirs, own in zip(back, mine, strict=True):
        for one, other in zip(theirs["estimates"], own["estimates"], strict=True):
            assert one == other
    outweigh("delete", "back", "--yes")


def test_deleting_a_run_keeps_what_others_share(finished, outweigh, place):
    outweigh("run", place / "first", "--benchmark", "openbookqa", "--name", "shares")
    gone = json.loads(outweigh("delete", "shares", "--yes", "--json"))["deleted"]
    assert gone["works"] == []
    outweigh("run", place / "first", "--benchmark", "openbookqa", "--name", "own", "--num-fewshot", 0, "--seed", 99)
    assert len(json.loads(outweigh("delete", "own", "--yes", "--json"))["deleted"]["works"]) == 1
    assert "nothing was asked" in outweigh("run", place / "first", "--benchmark", "openbookqa")


def test_a_chat_template_is_another_evaluation(finished, outweigh, place):
    words = ["--benchmark", "openbookqa", "--limit", 3, "--apply-chat-template", "--json", "--name", "chat"]
    run = json.loads(outweigh("run", place / "first", *words))["run"]
    assert run["results"][0]["evaluation"]["model"]["chat_template"] == "on"
    (group, *_) = json.loads(outweigh("samples", "chat", "--json"))["samples"]
    request = group[0]["transcript"]["request"]
    assert request["contexts"][0].endswith("<user>Leaf 0 is\n<assistant>")
    assert request["continuations"][0] == "red"


@pytest.mark.parametrize(
    "words",
    [
        ["models", "show", "MODEL"],
        ["benchmarks", "list"],
        ["benchmarks", "show", "gsm8k"],
        ["benchmarks", "show", "mmlu_stem"],
        ["suites", "list"],
        ["suites", "show", "quick"],
        ["doctor"],
    ],
    ids=lambda words: "-".join(words),
)
def test_the_looking_verbs_speak_table_and_json(outweigh, place, words):
    words = [str(place / "first") if word == "MODEL" else word for word in words]
    assert outweigh(*words).strip()
    assert json.loads(outweigh(*words, "--json"))["schema"].startswith("outweigh.")


def test_an_adaptive_run_says_what_it_saved_and_how_it_compares(finished, outweigh, place, monkeypatch):
    words = [place / "first", place / "second", "--benchmark", "openbookqa", "--name", "adaptive"]
    out = outweigh("run", *words, "--until-decided")
    assert "OpenBookQA: not decided after all 12 samples" in out
    assert "nothing was asked" in out
    assert "hold whenever one stops" in " ".join(out.split())
    monkeypatch.setenv("OUTWEIGH_RUN_UNTIL_DECIDED", "1")
    told = json.loads(outweigh("run", *words, "--json"))
    assert told["savings"] == [
        {
            "title": "OpenBookQA",
            "outcome": "exhausted",
            "asked": 12,
            "pool": 12,
            "wanted": "not decided",
            "unasked": 0.0,
        }
    ]
    assert {each["evaluation"]["stopping"]["outcome"] for each in told["run"]["results"]} == {"exhausted"}
    (difference,) = told["comparison"]["rows"][0]["differences"]
    assert difference["method"] == "paired betting, anytime-valid"
    compared = json.loads(outweigh("compare", "adaptive", "--json"))["comparison"]
    assert compared == told["comparison"]
    outweigh("report", "adaptive", "--to", place / "adaptive.html")
    text = (place / "adaptive.html").read_text()
    assert "--until-decided" in text
    assert "hold whenever one stops" in text
    outweigh("export", "adaptive", "--to", place / "adaptive-out")
    back = json.loads(outweigh("import", next((place / "adaptive-out").iterdir()), "--name", "back", "--json"))
    assert back["results"][0]["evaluation"]["stopping"]["pool"] == 12
    for name in ("back", "adaptive"):
        outweigh("delete", name, "--yes")


def test_a_config_file_gives_what_flags_would(finished, outweigh, place):
    (place / "run.toml").write_text(
        f'models = ["{place / "first"}"]\nbenchmarks = ["openbookqa"]\nlimit = 3\nbatch-size = 2\n'
    )
    run = json.loads(outweigh("run", "--config", place / "run.toml", "--limit", 2, "--json"))["run"]
    assert run["results"][0]["asked"] == 2
