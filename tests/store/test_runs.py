"""Runs: begun, filled, found, finished and deleted."""

import math
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import sqlalchemy
from hypothesis import given, settings
from hypothesis import strategies as st

from outweigh.records import Estimate, Evaluation, ModelSource, ModelSpec, Protocol, Result, Usage, UserError
from outweigh.store import runs
from outweigh.store.database import opened
from outweigh.store.summary import RunStatus
from outweigh.store.tables import ResultRow, RunRow

Make = Callable[..., Result]


def test_a_run_without_a_name_gets_one_of_its_own(url: str) -> None:
    with opened(url) as session:
        names = {runs.begin(session, None, "quick", {"limit": 10}) for _ in range(20)}
    assert len(names) == 20
    with opened(url) as session:
        assert {run.name for run in runs.listing(session)} == names


def test_a_name_that_another_process_takes_meanwhile_is_not_used(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    offered = iter(["blue-lion", "blue-lion", "red-fox"])
    monkeypatch.setattr(runs, "generated_name", lambda _: next(offered))
    with opened(url) as session:
        assert runs.begin(session, None, None, {}) == "blue-lion"
        assert runs.begin(session, None, None, {}) == "red-fox"


def test_a_rerun_with_equal_settings_goes_on(url: str) -> None:
    with opened(url) as session:
        assert runs.begin(session, "mine", "quick", {"models": ["a"], "limit": 10}) == "mine"
        runs.finish(session, "mine", RunStatus.INTERRUPTED)
    with opened(url) as session:
        assert runs.begin(session, "mine", "quick", {"limit": 10, "models": ["a"]}) == "mine"
        (run,) = runs.listing(session)
    assert run.status is RunStatus.RUNNING


def test_a_taken_name_says_by_what_and_what_differs(url: str, make_result: Make) -> None:
    with opened(url) as session:
        runs.begin(session, "mine", "quick", {"models": ["a"], "limit": 10})
        runs.add_result(session, "mine", make_result())
        runs.finish(session, "mine", RunStatus.FINISHED)
        today = f"{datetime.now(UTC):%Y-}"
        with pytest.raises(UserError) as caught:
            runs.begin(session, "mine", "full", {"models": ["a"], "limit": 20})
    message = str(caught.value)
    for words in ('"mine" is taken', today, "suite quick, finished, 1 results", "(suite, limit)", "another name"):
        assert words in message
    assert "\n" not in message


def test_a_run_gives_back_its_results_in_the_order_they_came(url: str, make_result: Make) -> None:
    results = [make_result(benchmark=name) for name in ("mmlu", "arc_easy", "gsm8k")]
    with opened(url) as session:
        runs.begin(session, "mine", "quick", {})
        for result in results:
            runs.add_result(session, "mine", result)
        runs.finish(session, "mine", RunStatus.FINISHED, notes=("a", "b", "a"))
        runs.begin(session, "other", "quick", {})
        for result in reversed(results):
            runs.add_result(session, "other", result)
    with opened(url, reading=True) as session:
        run = runs.load(session, "mine")
        other = runs.load(session, "other")
    assert run.results == tuple(results)
    assert other.results == tuple(reversed(results))
    assert (run.name, run.suite, run.notes) == ("mine", "quick", ("a", "b"))
    assert run.created_at.utcoffset() is not None
    assert abs((datetime.now(UTC) - run.created_at).total_seconds()) < 3600


def test_a_result_is_added_once_however_often(url: str, make_result: Make) -> None:
    with opened(url) as session:
        runs.begin(session, "mine", None, {})
        runs.add_result(session, "mine", make_result())
        runs.add_result(session, "mine", make_result(benchmark="mmlu"))
    with opened(url) as session:
        runs.add_result(session, "mine", make_result())
    with opened(url) as session:
        assert [result.evaluation.benchmark for result in runs.load(session, "mine").results] == ["arc_easy", "mmlu"]


def test_a_later_result_of_an_evaluation_takes_the_place_of_the_earlier(url: str, make_result: Make) -> None:
    fingerprint = make_result().evaluation.fingerprint
    with opened(url) as session:
        assert runs.find_result(session, fingerprint) is None
        for name in ("one", "two"):
            runs.begin(session, name, None, {})
        runs.add_result(session, "one", make_result(value=0.25))
        runs.add_result(session, "two", make_result(value=0.75))
    with opened(url) as session:
        assert runs.find_result(session, fingerprint) == make_result(value=0.75)
        assert runs.load(session, "one").results == runs.load(session, "two").results == (make_result(value=0.75),)
        assert session.scalar(sqlalchemy.select(ResultRow.headline)) == 0.75


def test_results_are_found_by_model_and_by_benchmark(url: str, make_result: Make) -> None:
    with opened(url) as session:
        runs.begin(session, "mine", None, {})
        for model, benchmark in (("org/a", "x"), ("org/b", "x"), ("org/a", "y")):
            runs.add_result(session, "mine", make_result(model, benchmark))
        told = [(each.evaluation.model.name, each.evaluation.benchmark) for each in runs.results(session)]
        assert told == [("org/a", "x"), ("org/b", "x"), ("org/a", "y")]
        assert [each.evaluation.benchmark for each in runs.results(session, model="org/a")] == ["x", "y"]
        (titled, _) = runs.results(session, model=make_result("org/a").model)
        for said in ("ORG/a", "package:org/a", f"org/a@{'0' * 40}"):
            assert len(runs.results(session, model=said)) == 2
        assert titled.evaluation.model.name == "org/a"
        (other,) = runs.results(session, benchmarks={"y", "z"})
        assert other.evaluation.benchmark == "y"
        assert runs.results(session, benchmarks=()) == runs.results(session, model="org") == []


def test_the_listing_tells_of_every_run_newest_first(url: str, make_result: Make) -> None:
    with opened(url) as session:
        runs.begin(session, "old", "quick", {})
        runs.begin(session, "new", None, {})
        runs.add_result(session, "old", make_result(model="org/b"))
        runs.add_result(session, "old", make_result(model="org/a"))
        runs.add_result(session, "old", make_result(model="org/a", benchmark="mmlu"))
        runs.finish(session, "old", RunStatus.FAILED)
        session.execute(
            sqlalchemy.update(RunRow).where(RunRow.name == "old").values(created_at=datetime(2024, 1, 1, tzinfo=UTC))
        )
    with opened(url, reading=True) as session:
        new, old = runs.listing(session)
    assert (new.name, new.status, new.suite, new.results) == ("new", RunStatus.RUNNING, None, 0)
    assert (old.name, old.status, old.suite, old.results) == ("old", RunStatus.FAILED, "quick", 3)
    assert (old.models, old.benchmarks) == (("b", "a"), ("arc_easy", "mmlu"))
    assert old.created_at == datetime(2024, 1, 1, tzinfo=UTC)


def test_a_run_is_found_by_name_beginning_or_age(url: str) -> None:
    with opened(url) as session:
        with pytest.raises(UserError, match="no runs yet"):
            runs.load(session, "latest")
        for name in ("blue-lion", "blue-owl", "red-fox"):
            runs.begin(session, name, None, {})
        for wanted, found in {"red": "red-fox", "blue-o": "blue-owl", "latest": "red-fox", "-": "red-fox"}.items():
            assert runs.load(session, wanted).name == found
        with pytest.raises(UserError, match="several runs"):
            runs.load(session, "blue")
        with pytest.raises(UserError, match="did you mean red-fox"):
            runs.load(session, "rad-fox")


def test_changing_a_run_takes_its_whole_name(url: str, make_result: Make) -> None:
    with opened(url) as session:
        runs.begin(session, "blue-lion", None, {})
        for change in (
            lambda: runs.add_result(session, "blue", make_result()),
            lambda: runs.finish(session, "blue", RunStatus.FINISHED),
            lambda: runs.delete(session, "blue"),
            lambda: runs.delete(session, "latest"),
        ):
            with pytest.raises(UserError, match="there is no run"):
                change()
        assert len(runs.listing(session)) == 1


def test_deleting_a_run_keeps_what_others_share(url: str, make_result: Make) -> None:
    own, shared = make_result(benchmark="own"), make_result(benchmark="shared")
    with opened(url) as session:
        for name in ("one", "two"):
            runs.begin(session, name, None, {})
            runs.add_result(session, name, shared)
        runs.add_result(session, "one", own)
    with opened(url) as session:
        deleted = runs.delete(session, "one")
    assert (deleted.name, deleted.results, deleted.works) == ("one", 1, (own.evaluation.work,))
    with opened(url) as session:
        assert runs.load(session, "two").results == (shared,)
        assert runs.find_result(session, own.evaluation.fingerprint) is None
        last = runs.delete(session, "two")
        assert (last.results, last.works) == (1, (shared.evaluation.work,))
        assert runs.listing(session) == []


def test_a_journal_is_kept_while_another_run_uses_it_with_another_limit(url: str, make_result: Make) -> None:
    few, all_of_them = make_result(limit=10), make_result()
    assert few.evaluation.work == all_of_them.evaluation.work
    with opened(url) as session:
        runs.begin(session, "few", None, {})
        runs.begin(session, "all", None, {})
        runs.add_result(session, "few", few)
        runs.add_result(session, "all", all_of_them)
        deleted = runs.delete(session, "few")
        assert (deleted.results, deleted.works) == (1, ())
        assert runs.delete(session, "all").works == (few.evaluation.work,)


def test_a_journal_without_a_result_belongs_to_the_runs_that_claim_it(url: str) -> None:
    with opened(url) as session:
        for name in ("one", "two"):
            runs.begin(session, name, None, {})
            runs.claim(session, name, "w" * 64)
            runs.claim(session, name, "w" * 64)
        runs.claim(session, "one", "a" * 64)
        assert runs.delete(session, "one").works == ("a" * 64,)
        assert runs.delete(session, "two").works == ("w" * 64,)


def test_a_result_of_another_version_is_explained(url: str, make_result: Make) -> None:
    with opened(url) as session:
        runs.begin(session, "mine", None, {})
        runs.add_result(session, "mine", make_result())
        row = session.scalars(sqlalchemy.select(ResultRow)).one()
        row.record = {**row.record, "asked": "many"}
    with opened(url) as session, pytest.raises(UserError, match=r"cannot read \(at asked\)"):
        runs.load(session, "mine")


numbers = st.floats(allow_nan=False)
texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=20)
times = st.datetimes(timezones=st.just(UTC))
estimates = st.builds(
    Estimate, metric=texts, value=numbers, low=numbers, high=numbers, standard_error=st.none() | numbers
)
results = st.builds(
    Result,
    evaluation=st.builds(
        Evaluation,
        model=st.builds(ModelSpec, source=st.sampled_from(ModelSource), name=texts, adapter=st.none() | texts),
        benchmark=texts,
        version=texts,
        protocol=st.sampled_from(Protocol),
        shots=st.integers(0, 100),
    ),
    title=texts,
    estimates=st.lists(estimates, max_size=3).map(tuple),
    usage=st.builds(Usage, seconds=st.none() | numbers),
    samples_digest=texts,
    harness=texts,
    notes=st.lists(texts, max_size=2).map(tuple),
    started_at=times,
    finished_at=times,
)


@given(st.lists(results, max_size=4, unique_by=lambda result: result.evaluation.fingerprint))
@settings(max_examples=40, deadline=None)
def test_every_result_comes_back_exactly(tmp_path_factory: pytest.TempPathFactory, given_results: list[Result]) -> None:
    with opened(f"sqlite:///{tmp_path_factory.getbasetemp()}/exact.db") as session:
        name = runs.begin(session, None, None, {})
        for result in given_results:
            runs.add_result(session, name, result)
        session.flush()
        session.expire_all()
        assert runs.load(session, name).results == tuple(given_results)


def test_a_value_that_is_no_number_comes_back_as_such(url: str, make_result: Make) -> None:
    result = make_result(value=math.nan)
    result = result.but(estimates=(result.estimates[0].but(high=math.inf),))
    with opened(url) as session:
        runs.begin(session, "mine", None, {})
        runs.add_result(session, "mine", result)
    with opened(url) as session:
        (estimate,) = runs.load(session, "mine").results[0].estimates
    assert math.isnan(estimate.value)
    assert estimate.high == math.inf
