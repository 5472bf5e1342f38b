"""Standings: kept whole or not at all, found again, and packed in columns."""

from datetime import date

import numpy as np
import pytest
import sqlalchemy

from made_standings import TABLE, standing
from outweigh.records import Provenance, UserError, scoreboard
from outweigh.store import standings
from outweigh.store.database import opened
from outweigh.store.summary import Keeping
from outweigh.store.tables import ColumnRow, ProvenanceRow, StandingRow

FIRST = (
    standing("org/a-7B", {"x": 0.5, "y": 0.25}, parameters=7.2e9, license="mit", published=date(2024, 5, 1)),
    standing("org/b", {"x": 0.75}, license="apache-2.0", flagged=True, available=None),
    standing("org/c-135M", {"y": 0.125}, normalized={"y": 3.5}, parent="org/a-7B", official=True),
)
SECOND = (standing("org/d", {"x": 0.1, "y": 0.2}),)


def counts(session):
    return [
        session.scalar(sqlalchemy.select(sqlalchemy.func.count()).select_from(table))
        for table in (ProvenanceRow, StandingRow, ColumnRow)
    ]


def test_what_was_kept_is_read_again_as_it_was(url):
    with opened(url) as session:
        kept = standings.keep(session, TABLE, FIRST)
    assert (kept.provenance, kept.standings, kept.benchmarks) == (TABLE, 3, ("x", "y"))
    assert kept.change is Keeping.ADDED
    with opened(url, reading=True) as session:
        assert standings.read(session, TABLE.name) == list(FIRST)
        assert standings.rows(session, TABLE.name, [2, 0]) == [FIRST[2], FIRST[0]]
        assert standings.provenances(session) == [kept.but(change=Keeping.UNCHANGED)]
        assert standings.of_model(session, "org/b") == [FIRST[1]]


def test_the_same_table_again_adds_nothing(url):
    with opened(url) as session:
        standings.keep(session, TABLE, FIRST)
        before = counts(session)
    with opened(url) as session:
        assert standings.keep(session, TABLE, list(FIRST)).change is Keeping.UNCHANGED
        assert counts(session) == before


def test_a_newer_table_takes_the_place_of_the_older(url):
    newer = TABLE.but(read_at=date(2025, 4, 1))
    with opened(url) as session:
        standings.keep(session, TABLE, FIRST)
        assert standings.keep(session, newer, SECOND).change is Keeping.REPLACED
    with opened(url) as session:
        assert standings.read(session, TABLE.name) == list(SECOND)
        assert counts(session)[:2] == [1, 1]
        with pytest.raises(UserError, match=r"the table of 2025-03-21 is older than the one that is held \(2025-04-01"):
            standings.keep(session, TABLE, FIRST)
        assert standings.read(session, TABLE.name) == list(SECOND)


def test_a_replacement_that_breaks_off_leaves_the_older_table(url):
    def break_off():
        with opened(url) as session:
            standings.keep(session, TABLE, SECOND)
            raise KeyError

    with opened(url) as session:
        standings.keep(session, TABLE, FIRST)
    with pytest.raises(KeyError):
        break_off()
    with opened(url) as session:
        assert standings.read(session, TABLE.name) == list(FIRST)


def test_tables_of_two_protocols_stay_apart(url):
    other = Provenance(name="other", protocol="asked otherwise", address="", read_at=TABLE.read_at)
    theirs = [each.but(provenance="other") for each in SECOND]
    with opened(url) as session:
        standings.keep(session, TABLE, FIRST)
        standings.keep(session, other, theirs)
        assert [each.provenance.protocol for each in standings.provenances(session)] == [
            "asked thus",
            "asked otherwise",
        ]
        assert standings.read(session, "other") == theirs
        assert standings.read(session, TABLE.name) == list(FIRST)


def test_columns_say_what_the_standings_say(url):
    with opened(url) as session:
        standings.keep(session, TABLE, FIRST)
        board = standings.scoreboard(session, TABLE.name)
    made = scoreboard(FIRST)
    assert (board.benchmarks, board.metrics, board.words) == (made.benchmarks, made.metrics, made.words)
    for name, column in made.columns.items():
        np.testing.assert_array_equal(board[name], column)
    np.testing.assert_array_equal(board["values"], [[0.5, 0.25], [0.75, np.nan], [np.nan, 0.125]])
    np.testing.assert_array_equal(board["named_parameters"], [7e9, np.nan, 135e6])
    assert board.is_word("license", "MIT").tolist() == [True, False, False]
    assert board["available"].tolist() == [1, -1, 1]
    assert board["published"].tolist() == [date(2024, 5, 1).toordinal(), 0, 0]


def test_what_is_not_there_is_named_with_what_is(url):
    with opened(url) as session:
        with pytest.raises(UserError, match=r"no table 'board' .* none was imported yet: outweigh import"):
            standings.read(session, TABLE.name)
        standings.keep(session, TABLE, FIRST)
        with pytest.raises(UserError, match="no table 'borad' of a public leaderboard: there are board"):
            standings.scoreboard(session, "borad")
        with pytest.raises(UserError, match="the table has no models"):
            standings.keep(session, TABLE, [])
        assert standings.like(session, "other/A-7b") == ["org/a-7B"]
        assert standings.like(session, "org/c-136M") == ["org/c-135M"]
        assert standings.like(session, "nothing of this kind") == []


def test_many_places_are_found_in_the_order_asked_for(url):
    many = [standing(f"org/m{place}", {"x": place / 3000}) for place in range(2500)]
    with opened(url) as session:
        standings.keep(session, TABLE, many)
        order = list(range(2499, -1, -1))
        assert [each.model for each in standings.rows(session, TABLE.name, order)] == [f"org/m{i}" for i in order]
