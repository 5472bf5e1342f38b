"""Leaderboards: order, ranges, the band of those tied for first, and what is said of it all."""

import pytest
from scipy.stats import kendalltau

from made_standings import TABLE, share, standing
from outweigh.insight.leaderboard import Entries, Order, leaderboard
from outweigh.records import RATING, Area, Filters, UserError, scoreboard

AREAS = {"x": Area.REASONING, "y": Area.REASONING, "z": Area.KNOWLEDGE}


def entries(*standings, own=0, families=None, **more):
    return Entries(
        board=scoreboard(standings),
        fetch=lambda rows: [standings[row] for row in rows],
        provenance=TABLE,
        titles={"x": "Ex", "y": "Why"},
        areas=AREAS,
        own=own,
        families=families,
        **more,
    )


def model(name, x, y, z, **facts):
    return standing(name, {"x": x, "y": y, "z": z}, **facts)


FOUR = (model("c", 0.5, 0.5, 0.5), model("a", 0.9, 0.8, 0.7), model("d", 0.2, 0.2, 0.2), model("b", 0.88, 0.8, 0.7))


def names(board):
    return [row.standing.model for row in board.rows]


def test_the_order_comes_with_ranges_and_one_band():
    board = leaderboard(entries(*FOUR))
    assert names(board) == ["a", "b", "c", "d"]
    assert [row.rank for row in board.rows] == [1, 2, 3, 4]
    assert [(row.range.low, row.range.high) for row in board.rows] == [(1, 2), (1, 2), (3, 3), (4, 4)]
    assert [row.tied_for_first for row in board.rows] == [True, True, False, False]
    assert (board.tied_for_first, board.tied_models) == (("a", "b"), 2)
    assert board.finding == (
        "2 of 4 models are tied for first by mean of 3 benchmarks: a, b. Any of them may truly be the best."
    )


def test_a_clear_first_is_said():
    board = leaderboard(entries(model("a", 0.9, 0.9, 0.9), model("b", 0.5, 0.5, 0.5)))
    assert board.finding == (
        "a is first of 2 models by mean of 3 benchmarks: every other one is behind by more than chance."
    )


def test_every_score_has_its_interval():
    for row in leaderboard(entries(*FOUR)).rows:
        for each in (row.score, row.mean, row.win_rate, row.z_score, *row.z_scores.values()):
            assert each.low <= each.value <= each.high
        assert row.mean.low < row.mean.value < row.mean.high
        assert row.score == row.mean
        assert set(row.z_scores) == {"reasoning", "knowledge"}


def test_a_model_that_lacks_a_benchmark_is_apart_and_has_no_average():
    lacking = standing("lacks", {"x": 0.99, "y": 0.99})
    board = leaderboard(entries(*FOUR, lacking))
    assert names(board) == ["a", "b", "c", "d"]
    (row,) = board.incomplete
    assert (row.standing, row.missing) == (lacking, ("z",))
    assert (row.rank, row.range, row.mean, row.win_rate, row.z_score, row.ranks) == (None, None, None, None, None, {})
    assert board.incomplete_models == 1
    assert any(note.startswith("1 models lack a benchmark and have no rank") for note in board.notes)


def test_a_benchmark_ranks_all_that_have_it_and_averages_stay_absent():
    board = leaderboard(entries(*FOUR, standing("lacks", {"x": 0.99})), order=Order(by="ex"))
    assert (board.sort, names(board)[:2]) == ("x", ["lacks", "a"])
    assert board.rows[0].score == share(0.99)
    assert (board.rows[0].mean, board.rows[0].missing) == (None, ("y", "z"))
    assert board.rows[1].mean is not None
    assert "first by Ex" in board.finding or "by Ex:" in board.finding


def test_other_averages_are_told_with_what_they_change():
    specialist = model("specialist", 1.0, 0.45, 0.45)
    board = leaderboard(
        entries(model("even", 0.62, 0.62, 0.6), specialist, *(model(f"m{i}", 0.6, 0.5, 0.5) for i in range(9)))
    )
    (row,) = [row for row in board.rows if row.standing.model == "specialist"]
    assert row.ranks == {"mean": 1, "win-rate": 11, "z": 11}
    assert [(each.first, each.second) for each in board.agreement] == [("mean", "win-rate"), ("mean", "z")]
    assert all(-1 <= each.tau <= 1 for each in board.agreement)
    assert any("of those shown specialist moves most, from 1 to 11" in note for note in board.notes)


def test_the_published_average_is_told_but_ranks_nothing():
    made = [each.but(normalized={"x": 10.0 * place, "y": 1.0, "z": 1.0}) for place, each in enumerate(FOUR)]
    board = leaderboard(entries(*made))
    assert [row.ranks["published"] for row in board.rows] == [3, 1, 4, 2]
    with pytest.raises(UserError, match="--sort 'published'"):
        leaderboard(entries(*made), order=Order(by="published"))


@pytest.mark.parametrize("by", ["win-rate", "z"])
def test_models_are_ranked_by_other_averages_too(by):
    board = leaderboard(entries(*FOUR), order=Order(by=by))
    assert names(board) == ["a", "b", "c", "d"]
    assert board.rows[0].score == (board.rows[0].win_rate if by == "win-rate" else board.rows[0].z_score)


def test_an_area_has_its_own_board():
    board = leaderboard(entries(*FOUR), Filters(area=Area.KNOWLEDGE))
    assert [column.benchmark for column in board.columns] == ["z"]
    assert board.rows[0].score == share(0.7)
    assert board.rows[0].win_rate is None
    assert board.agreement == ()
    with pytest.raises(UserError, match=r"--area code: this table has no benchmark of it; .* knowledge, reasoning"):
        leaderboard(entries(*FOUR), Filters(area=Area.CODE))


def test_one_s_own_is_shown_wherever_it_stands():
    board = leaderboard(entries(*FOUR, model("mine", 0.1, 0.1, 0.1, available=None), own=1), order=Order(limit=1))
    assert [(row.standing.model, row.own, row.rank) for row in board.rows] == [("a", False, 1), ("mine", True, 5)]
    lacking = standing("mine", {"x": 0.1}, available=None)
    others = [standing(f"lacks{place}", {"y": 0.5}) for place in range(20)]
    assert leaderboard(entries(*others, lacking, own=1)).incomplete[0].own


def test_a_family_is_shown_by_its_best_with_its_number():
    families = ["two", "one", "two", "one"]
    board = leaderboard(entries(*FOUR, families=families), order=Order(by_family=True))
    told = [(row.standing.model, row.family, row.family_size, row.rank) for row in board.rows]
    assert told == [("a", "one", 2, 1), ("c", "two", 2, 2)]
    assert board.models == 2
    assert any("the luckiest" in note for note in board.notes)
    with pytest.raises(UserError, match="--by-family: nothing is known"):
        leaderboard(entries(*FOUR), order=Order(by_family=True))


def test_traps_are_remarked_on():
    trap = model("org/trap-70B", 0.9, 0.9, 0.9, parameters=9e9, precision="4bit", parent="Removed", flagged=True)
    (row,) = leaderboard(entries(trap), Filters(flagged=True)).rows
    assert row.remarks == ("size disputed: 9 B in the files, 70 B in the name", "base removed", "flagged")


def test_what_is_left_out_is_told():
    board = leaderboard(entries(*FOUR, model("gone", 0.95, 0.95, 0.95, available=False)))
    assert board.left_out == {"no longer to be had": 1}
    assert "Left out: 1 no longer to be had (--unavailable brings them in)." in board.notes
    assert (board.models, board.considered) == (4, 5)


@pytest.mark.parametrize("by", ["mean", "win-rate", "z", "x"])
@pytest.mark.filterwarnings("error")
def test_nobody_left_and_one_left_are_findings(by):
    gone = model("gone", 0.9, 0.9, 0.9, available=False)
    board = leaderboard(entries(gone), order=Order(by=by))
    assert board.finding.startswith("No model with all the scores passes these filters")
    assert (board.rows, board.models) == ((), 0)
    board = leaderboard(entries(gone, FOUR[0]), order=Order(by=by))
    assert board.finding == "c is the only model that is left, so there is nobody to compare it with."
    assert (board.rows[0].rank, board.rows[0].range.high) == (1, 1)


def test_ratings_are_ranked_like_shares():
    def rated(name, value):
        score = share(0.5).but(metric=RATING, value=value, low=value - 5, high=value + 5)
        return standing(name, {}).but(scores={"arena": score})

    board = leaderboard(entries(rated("b", 1440.0), rated("a", 1470.0), rated("c", 1439.0)))
    assert [(row.standing.model, row.range.low, row.range.high) for row in board.rows] == [
        ("a", 1, 1),
        ("b", 2, 3),
        ("c", 2, 3),
    ]
    assert board.columns[0].metric == RATING


@pytest.mark.parametrize(
    ("order", "told"),
    [
        (Order(by="speed"), "--sort 'speed': no model of this table has it; there are .*mean"),
        (Order(limit=0), "--limit 0: show at least one model"),
    ],
)
def test_an_order_that_makes_no_sense_is_refused(order, told):
    with pytest.raises(UserError, match=told):
        leaderboard(entries(*FOUR), order=order)


@pytest.mark.parametrize("limit", [1, 2, 3, 5, None])
def test_the_first_are_shown_and_of_equals_who_comes_first_in_the_table(limit):
    made = [model(name, *[score] * 3) for name, score in zip("abcde", (0.5, 0.9, 0.5, 0.9, 0.5), strict=True)]
    assert names(leaderboard(entries(*made), order=Order(limit=limit))) == ["b", "d", "a", "c", "e"][:limit]


def test_an_order_by_one_benchmark_agrees_with_no_average():
    notes = leaderboard(entries(*FOUR), order=Order(by="x")).notes
    assert not any("tau" in note.lower() for note in notes)


def test_agreement_is_told_with_the_present_order_alone():
    made = [model(f"m{n}", 0.2 + n / 50, 0.9 - n / 40, 0.4 + (7 * n % 5) / 10) for n in range(9)]
    for by, others in (("mean", ["win-rate", "z"]), ("z", ["mean", "win-rate"]), ("x", [])):
        board = leaderboard(entries(*made), order=Order(by=by))
        assert [(each.first, each.second) for each in board.agreement] == [(by, other) for other in others]
        ranks = [(row.ranks["mean"], row.ranks["z"]) for row in board.rows]
        for each in board.agreement:
            if {each.first, each.second} == {"mean", "z"}:
                assert each.tau == pytest.approx(kendalltau(*zip(*ranks, strict=True)).statistic)
