"""What stands behind measurements comes from the store, for one run or several, and is never another run's."""

import pytest

import made_measurements as made_up
from outweigh.dashboard.evidence import gathered
from outweigh.dashboard.report import report_html
from outweigh.engine import reading
from outweigh.interop.timing_parquet import timing_bytes
from outweigh.records import Pace
from outweigh.store import measurements, runs
from outweigh.store.artifacts import Artifacts
from outweigh.store.summary import RunStatus


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("OUTWEIGH_HOME", str(tmp_path / "home"))


def kept(made, name, *, times=True):
    """The run as the store gives it back."""
    run, evidence = made
    with runs.opened() as session:
        runs.begin(session, name, None, {"measure": name})
        for one in run.measurements:
            measurements.add(session, name, one)
        runs.finish(session, name, RunStatus.FINISHED, ())
    for key, found in evidence.timings.items() if times else ():
        measurements.keep_timings(Artifacts.default(), name, key, timing_bytes(found))
    return reading.load(name)


def test_a_run_s_times_and_verdicts_come_from_the_store():
    made = made_up.two_models()
    run, evidence = gathered([kept(made, "one")])
    assert evidence.timings == made[1].timings
    (versus,) = evidence.versus
    assert (versus.model, versus.baseline, versus.pace) == ("SmolLM2-135M-Instruct", "gemma-3-270m", Pace.FASTER)
    assert report_html(run.but(name="calm-heron", created_at=made_up.NOW), None, made_at=made_up.NOW, evidence=evidence)


def test_measurements_of_several_runs_stand_together_and_the_latest_counts():
    early = kept(made_up.two_models(), "early")
    late = kept(
        made_up.run(
            made_up.measurement(made_up.SMALL, made_up.BATCH, made_up.batches(made_up.BATCH, first=0.2, gap=0.02))
        ),
        "late",
    )
    run, evidence = gathered([early, late])
    assert len(run.measurements) == 2
    small = next(one for one in run.measurements if one.model == made_up.SMALL)
    assert small == late.measurements[0]
    assert evidence.timings[small.key][0].tokens[0] == pytest.approx(0.2, rel=0.1)
    assert evidence.versus == (), "models of different runs are not compared"


def test_names_are_those_of_all_runs_together():
    made_up_half = made_up.SMALL.but(precision="float16")
    early = kept(made_up.two_models(), "early")
    late = kept(
        made_up.two_models(models=(made_up_half, made_up.OTHER), workloads=(made_up.BATCH.but(batch_size=2),)), "late"
    )
    run, evidence = gathered([early, late])
    assert {each.model for each in evidence.versus} == {
        "SmolLM2-135M-Instruct (float32)",
        "SmolLM2-135M-Instruct (float16)",
    }
    assert {each.model for each in evidence.versus} <= set(run.measured.values())


def test_an_imported_run_has_no_times():
    run, evidence = gathered([kept(made_up.imported(), "other", times=False)])
    assert evidence.timings == {}
    assert len(run.measurements) == 1
