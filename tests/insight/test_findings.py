"""What a comparison says in one sentence."""

from outweigh.insight.comparison import compare
from outweigh.insight.findings import named, points
from outweigh.records import Area


def said(columns):
    return compare(columns).finding


def test_one_model_is_told_with_its_interval(make):
    columns = {"A": [make("arc", "1100"), make("gsm", "1110", area=Area.CODE)]}
    found = compare(columns)
    overall = found.rows[-1].estimates[0]
    assert found.finding == (
        f"A scores 62.5 % overall (95 % interval {overall.low * 100:.1f} to {overall.high * 100:.1f} %), "
        "from 8 samples."
    )
    assert said({"A": [make("arc", "1100")]}).startswith("A scores 50.0 % in reasoning (95 % interval 15.0 to 85.0 %)")


def test_one_model_whose_results_cannot_be_averaged(make):
    columns = {"A": [make("arc", "1100", area=None), make("gsm", "11", area=None)]}
    assert said(columns) == "A has results on 2 benchmarks, of which no single score can be made."
    assert said({"A": [make("arc", "1100", area=None)]}).startswith("A scores 50.0 % on ARC")


def test_the_better_of_two_comes_first(make):
    one = {"A": [make("arc", "0" * 60), make("gsm", "10" * 30)], "B": [make("arc", "1" * 60), make("gsm", "10" * 30)]}
    assert said(one) == (
        "B outweighs A on 1 of 2 benchmarks, loses on 0 and ties on 1; "
        "with 60 samples each, gaps under about 13 to 36 points may go unseen."
    )


def test_two_models_that_each_win_once(make):
    columns = {"A": [make("arc", "0" * 30), make("gsm", "1" * 30)], "B": [make("arc", "1" * 30), make("gsm", "0" * 30)]}
    assert said(columns).startswith(
        "A and B outweigh each other on 1 of 2 benchmarks each and tie on 0; with 30 samples"
    )


def test_two_models_without_a_visible_difference(make):
    columns = {name: [make("arc", "10" * 10), make("gsm", "1100")] for name in ("A", "B")}
    assert said(columns).startswith("No difference between A and B can be shown on any of 2 benchmarks; with 4 to 20")


def test_two_models_on_one_benchmark(make):
    assert said({"A": [make("arc", "1" * 9)], "B": [make("arc", "1" * 2 + "0" * 7)]}).startswith(
        "A outweighs B on ARC by 77.8 points; with 9 samples, gaps under about"
    )
    assert said({"A": [make("arc", "10")], "B": [make("arc", "11")]}).startswith(
        "No difference between A and B can be shown on ARC; with 2 samples, gaps under about 100 points"
    )


def test_scores_that_are_no_shares_are_told_as_they_are(make):
    columns = {"A": [make("bleu", [40.0, 55.0] * 10)], "B": [make("bleu", [10.0, 21.0] * 10)]}
    assert said(columns) == "A outweighs B on BLEU by 32.0; with 20 samples."
    assert said({"A": columns["A"]}).startswith("A scores 47.5 on BLEU (95 % interval 43.9 to 51.1), from 20 samples")


def test_the_best_of_many_and_who_is_tied_with_it(make):
    columns = {
        "A": [make("arc", "1" * 50 + "0" * 10)],
        "B": [make("arc", "1" * 52 + "0" * 8)],
        "C": [make("arc", "1" * 5 + "0" * 55)],
        "D": [],
    }
    assert said(columns).startswith(
        "B scores best in reasoning with 86.7 %; it outweighs C; A cannot be told apart from it; "
        "D cannot be placed for want of results; with 60 samples each, gaps under about"
    )


def test_many_models_without_a_common_average(make):
    columns = {name: [make("arc", "10", area=None), make("gsm", "10", area=None)] for name in "ABC"}
    assert said(columns) == "3 models were compared on 2 benchmarks; no average of them can be made."


def test_points_have_at_most_one_decimal():
    assert [points(value) for value in (0.117, -0.04, 0.01, 0.0004)] == [
        "11.7 points",
        "4 points",
        "1 point",
        "0 points",
    ]


def test_names_are_listed_as_in_speech():
    assert [named(names) for names in ((), ("A",), ("A", "B"), ("A", "B", "C"))] == ["", "A", "A and B", "A, B and C"]
