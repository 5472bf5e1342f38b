"""Published tables are known by their columns, read whole, and refused where they are not whole."""

import gzip
from datetime import date

import numpy as np
import pytest
from statsmodels.stats.proportion import proportion_confint

import standing_files as made
from outweigh.benchmarks.catalogue import BENCHMARKS, GROUPS, benchmarks
from outweigh.interop.leaderboard_tasks import AREAS, ASKED, TITLES
from outweigh.interop.open_llm_leaderboard import V2_BENCHMARKS
from outweigh.interop.recognising import Format, format_of
from outweigh.interop.standing_files import read_standings
from outweigh.records import RATING, UserError
from shared_data import SHARED

TABLES = SHARED / "leaderboards"
needs_tables = pytest.mark.skipif(not TABLES.is_dir(), reason=f"no real tables at {TABLES}: set OUTWEIGH_SHARED")


@pytest.fixture
def written(tmp_path):
    def write(text, name="table.csv"):
        path = tmp_path / name
        path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
        return path

    return write


@pytest.mark.parametrize(
    ("text", "name", "count", "benchmarks"),
    [
        (made.V2, "open-llm-leaderboard-v2", 5, 6),
        (made.V1, "open-llm-leaderboard-v1", 2, 6),
        (made.LMARENA, "lmarena-text", 3, 1),
    ],
)
@pytest.mark.parametrize("file", ["table.csv", "table.csv.gz"])
def test_a_table_is_known_by_its_columns(written, text, name, count, benchmarks, file):
    path = written(text, file)
    assert format_of(path) is Format.LEADERBOARD
    assert Format.LEADERBOARD.tool is None
    provenance, standings = read_standings(path)
    assert (provenance.name, len(standings)) == (name, count)
    assert {len(each.scores) for each in standings} == {benchmarks}
    assert {each.provenance for each in standings} == {name}


def test_a_rating_is_no_share_and_keeps_its_interval(written):
    provenance, (_, second, _) = read_standings(written(made.LMARENA))
    score = second.scores["lmarena_text"]
    assert (score.metric, score.value, score.low, score.high, score.count) == (RATING, 1466, 1460, 1473, 9000)
    assert score.standard_error == pytest.approx(13 / 2 / 1.96, rel=1e-4)
    assert (second.model, second.license) == ("Open-Talker-70B", "MIT")
    assert "votes" in provenance.protocol


def test_every_benchmark_of_version_2_says_how_it_was_asked():
    assert tuple(ASKED["open-llm-leaderboard-v2"]) == V2_BENCHMARKS
    assert set(V2_BENCHMARKS) <= set(TITLES)
    assert sum(len(each.tasks) for each in ASKED["open-llm-leaderboard-v2"].values()) == 39


def test_benchmarks_of_a_table_are_of_the_area_of_ours_of_the_same_name():
    ours = {each.id for each in BENCHMARKS} | GROUPS.keys()
    assert {name: benchmarks(name)[0].area for name in AREAS if name in ours} == {
        name: area for name, area in AREAS.items() if name in ours
    }
    assert len(ours & AREAS.keys()) == 6


def test_ifeval_is_as_sure_as_its_prompts_allow(written):
    """Its score is the mean of two accuracies of the same 541 prompts; here a prompt's instructions go together."""
    rng = np.random.default_rng(4)
    sizes = np.repeat([1, 2, 3], [305, 179, 57])
    chances = rng.choice([0.02, 0.98], (400, 541))
    followed = rng.binomial(sizes, chances)
    shares = ((followed == sizes).mean(axis=1) + followed.sum(axis=1) / sizes.sum()) / 2
    truth = (np.mean([(0.02**n + 0.98**n) / 2 for n in sizes]) + 0.5) / 2
    rows = [made.v2_row(f"org/m{n}", 0.5, evaluations_ifeval_value=str(share)) for n, share in enumerate(shares)]
    _, standings = read_standings(written(made.v2_table(*rows)))
    found = [each.scores["leaderboard_ifeval"] for each in standings]
    assert 0.92 <= np.mean([each.low <= truth <= each.high for each in found]) <= 0.98
    low, high = proportion_confint(shares * 1375, 1375, method="wilson")
    assert np.mean((low <= truth) & (truth <= high)) < 0.85


def test_another_table_is_refused(written):
    with pytest.raises(UserError, match=r"not recognised by its columns; expected a table of the Open LLM Leaderboard"):
        read_standings(written("a,b\n1,2\n"))
    with pytest.raises(UserError, match=r"not recognised by its columns"):
        read_standings(written(""))


def test_a_broken_table_is_refused_in_one_line(written, tmp_path):
    packed = gzip.compress(made.V2.encode())
    for name, content in {"cut.csv.gz": packed[:-20], "wrong.csv.gz": b"no gzip", "latin.csv": b"model,\xff\n"}.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UserError, match="cannot be read as a csv table") as error:
            read_standings(tmp_path / name)
        assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (made.LMARENA.replace("+7/-6", "7"), r"row 3 cannot be read: '7' is no interval such as \+5/-4"),
        (made.LMARENA.replace("1200", "high"), "row 4 cannot be read: could not convert"),
        (made.V2.replace(",0.4,", ",much,", 1), "row 3 cannot be read: could not convert"),
    ],
)
def test_a_row_that_cannot_be_read_is_named(written, text, told):
    with pytest.raises(UserError, match=told):
        read_standings(written(text))


@needs_tables
def test_the_real_tables_are_read_whole():
    provenance, standings = read_standings(TABLES / "open_llm_leaderboard_v2.csv.gz")
    assert (len(standings), len({each.model for each in standings})) == (4576, 4497)
    assert provenance.read_at == date(2025, 3, 21)
    assert all(set(each.scores) == set(V2_BENCHMARKS) for each in standings)
    _, rated = read_standings(TABLES / "lmarena_text.csv")
    assert len(rated) == 266
    assert all(each.scores["lmarena_text"].low < each.scores["lmarena_text"].high for each in rated)
