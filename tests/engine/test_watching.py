"""What an earlier run can be held against, and what is said where it cannot."""

from datetime import UTC, datetime

from outweigh.engine.watching import unmatched, versus_earlier
from outweigh.records import Arrival, Estimate, Limits, Measurement, ModelSource, ModelSpec, Run, Workload

WHEN = datetime(2026, 3, 2, tzinfo=UTC)
LOAD = Workload(arrival=Arrival.CONCURRENCY, concurrency=2, prompt_tokens=64, output_tokens=16)


def measured(name="org/m", workload=LOAD, harness="outweigh 0.1.0", value=1.0):
    figure = Estimate(
        metric="e2e_seconds_p50",
        value=value or 1.0,
        low=0.99 * (value or 1.0),
        high=1.01 * (value or 1.0),
        standard_error=None,
        count=99,
        method="order statistics",
    )
    return Measurement(
        model=ModelSpec(source=ModelSource.EXTERNAL, name=name),
        machine=None,
        workload=workload,
        figures=(figure,) if value else (),
        unmeasured={} if value else {"e2e_seconds_p50": "the tool kept it to itself"},
        precise=None,
        conditions=None,
        requests=99,
        samples_digest="0" * 64,
        harness=harness,
        started_at=WHEN,
        finished_at=WHEN,
    )


def run(*measurements, name="now"):
    return Run(name=name, created_at=WHEN, measurements=measurements)


def test_another_tools_measurement_is_held_against_by_its_load():
    earlier = run(measured("other/m", LOAD.but(seed=7), "AIPerf 0.13.0", value=2.0), name="before")
    (versus,) = versus_earlier(run(measured()), earlier)
    assert (versus.baseline, versus.ratio, versus.paired) == ("m in before", 0.5, False)
    assert unmatched(run(measured()), earlier) == ()


def test_our_own_seeds_are_part_of_the_load():
    earlier = run(measured(workload=LOAD.but(seed=7)), name="before")
    assert versus_earlier(run(measured()), earlier) == ()


def test_limits_are_no_part_of_the_load():
    earlier = run(measured(workload=LOAD.but(limits=Limits(ttft_seconds=0.5))), name="before")
    assert len(versus_earlier(run(measured()), earlier)) == 1


def test_no_load_in_common_is_one_line():
    sweep = run(*(measured(workload=LOAD.but(concurrency=n)) for n in (4, 8)))
    theirs = run(*(measured(workload=LOAD.but(concurrency=n)) for n in range(10, 16)), name="before")
    assert unmatched(sweep, theirs) == (
        "Nothing in before to hold this against: no load in common, here 4 at a time × (64 + 16), 8 at a time × "
        "(64 + 16), there 10 at a time × (64 + 16), 11 at a time × (64 + 16), 12 at a time × (64 + 16), "
        "13 at a time × (64 + 16) and 2 more",
    )


def test_each_measurement_without_a_counterpart_says_why():
    mine = run(measured(), measured(workload=LOAD.but(concurrency=4)), measured("org/n"))
    (first, second) = unmatched(mine, run(measured(), name="before"))
    assert first == "m, 4 at a time × (64 + 16): nothing in before to hold it against, which has no such load"
    assert second == (
        "n, 2 at a time × (64 + 16): nothing in before to hold it against, which has this load only for m"
    )


def test_a_figure_that_is_missing_is_named_with_its_reason():
    there = unmatched(run(measured()), run(measured(value=None), name="before"))
    here = unmatched(run(measured(value=None)), run(measured(), name="before"))
    why = "the tool kept it to itself"
    who = "m, 2 at a time × (64 + 16): not held against before: no e2e_seconds_p50"
    assert there == (f"{who} in before, {why}",)
    assert here == (f"{who} here, {why}",)
