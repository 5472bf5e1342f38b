"""A model over time: in order, table by table, with what changed."""

from datetime import date

import pytest

from made_standings import standing
from outweigh.insight.leaderboard_history import history


def test_results_come_in_the_order_of_their_days_and_tables_stay_apart():
    late = standing("m", {"x": 0.6, "y": 0.4}, submitted=date(2025, 2, 1))
    early = standing("m", {"x": 0.5, "y": 0.4}, submitted=date(2024, 5, 1))
    other = standing("m", {"x": 0.1}, provenance="other")
    mine, theirs = history("m", [late, other, early])
    assert [each.standing for each in mine.moments] == [early, late]
    assert (theirs.table, theirs.moments[0].change) == ("other", None)
    first, second = mine.moments
    assert first.change is None
    assert second.mean.value == pytest.approx(0.5)
    assert second.change.value == pytest.approx(0.05)
    assert second.change.low < 0.05 < second.change.high
    assert second.change.high - second.change.low > second.mean.high - second.mean.low


def test_other_benchmarks_have_no_change():
    moments = history("m", [standing("m", {"x": 0.5}), standing("m", {"x": 0.5, "y": 0.1})])[0].moments
    assert [each.change for each in moments] == [None, None]
