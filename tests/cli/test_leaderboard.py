"""`outweigh import` of leaderboards' tables and `outweigh leaderboard` over them and over one's own runs."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

import standing_files as made
from made_standings import share
from outweigh.interop.leaderboard_tasks import ASKED
from outweigh.records import Evaluation, ModelSource, ModelSpec, Protocol, Result
from outweigh.store import runs
from outweigh.store.database import opened

LOGS = Path(__file__).parents[1] / "interop" / "lm_eval"


@pytest.fixture
def tables(tmp_path):
    """The three kinds of table as files."""
    paths = {}
    for name, text in {"v2": made.V2, "v1": made.V1, "arena": made.LMARENA}.items():
        paths[name] = tmp_path / f"{name}.csv"
        paths[name].write_text(text)
    return paths


def keep_own(value, tasks=None):
    """A run that asked the group `leaderboard` whole, or only some of its tasks."""
    now = datetime(2025, 6, 1, tzinfo=UTC)
    with opened() as session:
        run = runs.begin(session, "mine", None, {})
        for how in ASKED["open-llm-leaderboard-v2"].values():
            counts = [how.samples - len(how.tasks) + 1] + [1] * (len(how.tasks) - 1)
            for task, count in zip(how.tasks, counts, strict=True):
                if tasks is not None and task not in tasks:
                    continue
                spec = ModelSpec(source=ModelSource.HUB, name="me/newcomer-3B", revision="1" * 40)
                result = Result(
                    evaluation=Evaluation(
                        model=spec, benchmark=task, version="1", protocol=Protocol.LIKELIHOOD, shots=how.shots
                    ),
                    title=task,
                    estimates=tuple(share(value, count, metric) for metric in how.metrics),
                    asked=count,
                    samples_digest="d",
                    harness="lm-evaluation-harness 0.4.13",
                    started_at=now,
                    finished_at=now,
                )
                runs.add_result(session, run, result)


def ranked(said, *flags):
    return json.loads(said("leaderboard", *flags, "--json"))["leaderboard"]


def models(board):
    return [row["standing"]["model"] for row in board["rows"]]


def test_a_table_is_imported_once_and_said_to_be_held(said, tables):
    first = said("import", tables["v2"])
    assert first.splitlines()[0] == (
        "Imported: open-llm-leaderboard-v2, 4 models in 5 evaluations on 6 benchmarks, read on 2025-03-21; "
        "protocol: lm-evaluation-harness, group leaderboard."
    )
    assert first.splitlines()[1] == "Next: outweigh leaderboard --from open-llm-leaderboard-v2"
    assert said("import", tables["v2"]).startswith("Held already, nothing added: open-llm-leaderboard-v2, 4 models")
    tables["v2"].write_text(made.v2_table(made.v2_row("org/new-7B", 0.5)))
    assert said("import", tables["v2"]).startswith("Replaced with: open-llm-leaderboard-v2, 1 models")
    assert models(ranked(said)) == ["org/new-7B"]


def test_an_import_says_in_json_what_it_did(said, tables):
    found = json.loads(said("import", tables["arena"], "--json"))
    assert (found["schema"], found["standings"], found["models"], found["change"]) == (
        "outweigh.import/1",
        3,
        3,
        "added",
    )
    assert found["provenance"]["name"] == "lmarena-text"


def test_what_cannot_be_imported_leaves_nothing(refused, tables, tmp_path):
    assert "--name mine: a leaderboard's table goes by its own name" in refused(
        "import", tables["v2"], "--name", "mine"
    )
    tables["v2"].write_text("a,b\n1,2\n")
    assert "not recognised by its columns" in refused("import", tables["v2"])
    assert "nothing to rank yet: import a leaderboard's table" in refused("leaderboard")


def test_the_finding_comes_first_then_the_table_then_the_notes(said, tables):
    said("import", tables["v2"])
    lines = said("leaderboard").splitlines()
    assert lines[0] == (
        "org/first-7B is first of 4 models by mean of 6 benchmarks: every other one is behind by more than chance."
    )
    assert "read on 2025-03-21 · 4 of 5 evaluations ranked" in lines[1]
    assert lines[2].split()[:4] == ["rank", "model", "size", "mean"]
    assert lines[3].split()[:4] == ["1", "org/first-7B", "7.2", "B"]
    assert any(line.startswith("Note: Left out: 1 no longer to be had") for line in lines)


def test_filters_and_orders_reach_the_table(said, tables):
    said("import", tables["v2"])
    assert models(ranked(said, "--max-size", "3B")) == ["org/small-1B"]
    assert models(ranked(said, "--license", "MIT")) == ["org/second-7B"]
    assert models(ranked(said, "--official")) == ["org/small-1B"]
    assert models(ranked(said, "--since", "2024-09-01")) == ["org/second-7B"]
    assert models(ranked(said, "--limit", "1", "--unavailable")) == ["org/gone-9B"]
    assert models(ranked(said, "--sort", "bbh", "--precision", "float16")) == ["org/second-7B"]
    assert [c["title"] for c in ranked(said, "--area", "knowledge")["columns"]] == ["GPQA", "MMLU-Pro"]
    board = ranked(said, "--by-family")
    assert sum(row["family_size"] for row in board["rows"]) == 4
    assert ranked(said, "--sort", "win-rate")["sort"] == "win-rate"


def test_tables_are_never_mixed(said, refused, tables):
    said("import", tables["v2"])
    said("import", tables["v1"])
    assert "say --from open-llm-leaderboard-v1 or open-llm-leaderboard-v2 or own" in refused("leaderboard")
    board = ranked(said, "--from", "open-llm-leaderboard-v1")
    assert models(board) == ["org/old-7B", "org/older-3B"]
    assert board["columns"][0]["benchmark"] == "arc_challenge"


def test_ratings_are_shown_as_points(said, tables):
    said("import", tables["arena"])
    out = said("leaderboard")
    assert out.startswith("2 of 3 models are tied for first by Arena: Big-Talker, Open-Talker-70B.")
    assert "1,470 [1,465, 1,475]" in out
    assert "win rate" not in out


def test_own_runs_are_ranked_alone_and_told_why_not_elsewhere(said, tables):
    said("import", LOGS, "--name", "logs")
    board = ranked(said)
    assert (board["provenance"], board["rows"][0]["own"]) == (None, True)
    assert "outweigh compare" in " ".join(board["notes"])
    said("import", tables["v2"])
    notes = ranked(said)["notes"]
    assert notes[0].startswith("Your own models do not stand here: none was asked leaderboard_ifeval or")
    assert "lm_eval --model outweigh" in notes[0]
    assert ranked(said, "--from", "own")["provenance"] is None
    said("import", tables["v1"])
    assert "at commit b281b0921" in ranked(said, "--from", "open-llm-leaderboard-v1")["notes"][0]


def test_a_newcomer_that_was_asked_the_same_stands_among_the_others(said, tables):
    said("import", tables["v2"])
    keep_own(0.5)
    board = ranked(said)
    assert models(board) == ["org/first-7B", "newcomer-3B", "org/second-7B", "org/second-7B", "org/small-1B"]
    assert [row["own"] for row in board["rows"]] == [False, True, False, False, False]
    assert board["rows"][1]["rank"] == 2
    assert board["rows"][1]["range"] == {"low": 2, "high": 2}
    assert "newcomer-3B (yours)" in said("leaderboard", "--limit", "1")


def test_a_newcomer_that_was_asked_a_part_has_no_rank_and_is_told_why(said, tables):
    said("import", tables["v2"])
    keep_own(0.5, {"leaderboard_mmlu_pro", "leaderboard_ifeval", "leaderboard_gpqa_main"})
    board = ranked(said)
    (row,) = board["incomplete"]
    assert (row["own"], row["standing"]["model"], row["rank"]) == (True, "newcomer-3B", None)
    assert set(row["standing"]["scores"]) == {"leaderboard_ifeval", "leaderboard_mmlu_pro"}
    assert board["notes"][0] == (
        "Your own newcomer-3B has no leaderboard_gpqa: 2 of its 3 tasks were not asked, such as "
        "leaderboard_gpqa_diamond."
    )
    assert "newcomer-3B (yours): 2 of 6 benchmarks, lacks BBH, MATH 5, GPQA, MuSR" in said("leaderboard")
    assert models(ranked(said, "--sort", "mmlu-pro"))[1] == "newcomer-3B"


def test_a_model_s_history_is_told_by_date(said, refused, tables):
    said("import", tables["v2"])
    lines = said("leaderboard", "--history", "org/second-7B").splitlines()
    assert lines[0] == "org/second-7B · open-llm-leaderboard-v2"
    assert [line.split()[0] for line in lines[2:4]] == ["2024-08-05", "2024-12-01"]
    assert "+5.0 [" in lines[3]
    (found,) = json.loads(said("leaderboard", "--history", "org/second-7B", "--json"))["histories"]
    assert [moment["change"] is None for moment in found["moments"]] == [True, False]
    line = refused("leaderboard", "--history", "second-7b")
    assert line.endswith("no table and no run has this model; did you mean org/second-7B?")


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--min-size", "-3"], "--min-size -3: a size is a number above 0, in billions of parameters, or with a unit"),
        (["--max-size", "big"], "--max-size big: a size is a number above 0"),
        (["--max-size", "0"], "--max-size 0: a size is a number above 0"),
        (["--min-size", "9", "--max-size", "7"], "--min-size 9 is above --max-size 7"),
        (["--license", "apache"], "--license 'apache': no model of this table has it; there are apache-2.0, mit"),
        (["--precision", "int3"], "--precision 'int3': no model of this table has it; there are"),
        (["--sort", "speed"], "--sort 'speed': no model of this table has it; there are"),
        (["--from", "v3"], "there is no table 'v3' of a public leaderboard: there are open-llm-leaderboard-v2"),
        (["--area", "cooking"], "--area cooking: there are reasoning, code, knowledge, creativity, safety"),
        (["--area", "code"], "--area code: this table has no benchmark of it"),
        (["--since", "lately"], "--since lately: expected a day such as 2024-06-30"),
        (["--limit", "0"], "--limit 0: show at least one model"),
        (["--hardware", "H100"], "--hardware: open-llm-leaderboard-v2 does not say on what its models ran"),
        (["--from", "own"], "--from own: no run has a result yet"),
    ],
)
def test_bad_input_is_one_line(said, refused, tables, flags, told):
    said("import", tables["v2"])
    assert told in refused("leaderboard", *flags)


def test_every_flag_is_an_environment_variable_by_its_own_name(said, tables, monkeypatch):
    for path in tables.values():
        said("import", path)
    monkeypatch.setenv("OUTWEIGH_LEADERBOARD_FROM", "open-llm-leaderboard-v2")
    monkeypatch.setenv("OUTWEIGH_LEADERBOARD_ALL", "1")
    monkeypatch.setenv("COLUMNS", "160")
    assert ranked(said)["provenance"]["name"] == "open-llm-leaderboard-v2"
    for flag in ("predict from", "predict license", "recommend license", "recommend language"):
        assert f"OUTWEIGH_{flag.upper().replace(' ', '_')}]" in said(flag.split()[0], "--help")


def test_models_of_a_table_are_compared_by_their_means(said, refused, tables):
    said("import", tables["v2"])
    words = ("compare", "org/first-7B", "ORG/second-7b", "--leaderboard", "open-llm-leaderboard-v2")
    found = json.loads(said(*words, "--json"))["comparison"]
    assert found["models"] == ["org/first-7B", "org/second-7B (bfloat16)", "org/second-7B (float16)"]
    assert [row["title"] for row in found["rows"]][:2] == ["IFEval", "BBH"]
    assert not any(each["paired"] for row in found["rows"] for each in row["differences"])
    assert found["notes"][0].startswith("Only means are known, not answers (open-llm-leaderboard-v2, read 2025-03-21: ")
    assert "unpaired" in said(*words)
    line = refused("compare", "org/frist-7B", "--leaderboard", "open-llm-leaderboard-v2")
    assert line.endswith(
        "org/frist-7B: not a model of open-llm-leaderboard-v2; did you mean org/first-7B or org/second-7B?"
    )
    assert "name the models to compare" in refused("compare", "--leaderboard", "open-llm-leaderboard-v2")
    tables["arena"].write_text(made.LMARENA.splitlines()[0] + "\n")
    assert "name the models to compare" in refused("compare", "--leaderboard", tables["arena"])
    assert "--measure does not go with --leaderboard" in refused(*words, "--measure")
    assert "--report does not go with --leaderboard" in refused(*words, "--report", "page.html")
