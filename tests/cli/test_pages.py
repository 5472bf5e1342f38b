"""`--report` of the verbs that answer one question: the page is written whole, and a bad place is refused at once."""

import json
import re

import pytest

import standing_files
from cost_cases import BOUGHT, BY_TOKEN, HOURLY, OWN
from html_page import parsed, plain


@pytest.fixture
def written(said, tmp_path):
    """Run a verb with --report: (its output, the page)."""

    def told(*words):
        to = tmp_path / "page.html"
        out = said(*words, "--report", to)
        return out, parsed(to.read_text("utf-8"))

    return told


def heading(page):
    return plain(page.all("h1")[0]["text"])


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "v2.csv"
    path.write_text(standing_files.V2)
    return path


def test_a_leaderboard_s_page_has_the_rows_of_the_terminal(said, written, table):
    said("import", table)
    out, page = written("leaderboard", "--limit", "2", "--license", "apache-2.0", "--unavailable")
    assert re.search(r"Report: \S*page\.html", out)
    assert heading(page) == "org/gone-9B is first of 4 models by mean of 6 benchmarks"
    ranked = plain(page.by_id("ranking")["text"])
    assert "gone-9B" in ranked and "first-7B" in ranked and "small-1B" not in ranked
    assert "licence apache-2.0 · also those no longer to be had" in plain(page.by_class("scope")[0]["text"])
    _, page = written("leaderboard", "--by-family", "--all")
    assert "only the best of each family" in plain(page.by_class("scope")[0]["text"])


def test_a_page_goes_with_a_document(written, said, table):
    said("import", table)
    out, page = written("leaderboard", "--json")
    assert json.loads(out)["schema"] == "outweigh.leaderboard/1"
    assert page.by_id("ranking")


def test_recommend_and_pareto_write_their_pages(written, table):
    _, page = written("recommend", "--leaderboard", table, "--max-parameters", "8B")
    assert heading(page).startswith("org/first-7B: ")
    assert "up to 8 B parameters" in plain(page.by_class("scope")[0]["text"])
    _, page = written("pareto", "--leaderboard", table)
    assert "on the Pareto front with at least 95 %" in heading(page)
    assert "scores are those of open-llm-leaderboard-v2" in plain(page.by_id("notes")["text"])


def test_cost_carbon_and_roi_write_their_pages(written, write):
    _, page = written("cost", write("hourly.toml", HOURLY))
    assert re.search(r"costs 16,232 USD \(13,\d+–18,\d+\) over 12 months", heading(page))
    assert page.by_id("chart-volume") and page.by_id("chart-tornado")
    _, page = written("carbon", write("bought.toml", BOUGHT))
    assert "emits 5,431 kg CO₂e" in heading(page) and "in europe-west3" in heading(page)
    _, page = written("roi", write("current.toml", BY_TOKEN), write("new.toml", OWN))
    assert re.search(r"gains 2,712 USD", heading(page))
    assert page.by_id("chart-gains")


@pytest.mark.parametrize(
    "words",
    [
        ("leaderboard",),
        ("leaderboard", "--history", "nobody"),
        ("recommend", "nobody"),
        ("pareto", "nobody"),
        ("cost", "absent.toml"),
        ("carbon", "absent.toml"),
        ("roi", "absent.toml", "absent.toml"),
        ("predict", "nobody", "--benchmark", "none"),
    ],
)
def test_a_bad_place_is_refused_before_any_work(refused, tmp_path, words):
    assert "is a directory: give the name of a file" in refused(*words, "--report", tmp_path)
    assert "is not a directory: make it first" in refused(*words, "--report", tmp_path / "absent" / "page.html")


def test_a_history_has_no_page(refused, tmp_path):
    line = refused("leaderboard", "--history", "nobody", "--report", tmp_path / "page.html")
    assert line.endswith("--report does not go with --history: leave out one")
