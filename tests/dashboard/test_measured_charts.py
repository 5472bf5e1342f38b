"""Charts of measurements: nothing out of line is left out, axes hold all they show, words do not meet."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

import made_measurements as made_up
from outweigh.dashboard import measured_curves, measured_energy, measured_times
from outweigh.dashboard.axes import Axis, measured
from outweigh.dashboard.charts import NARROW, WIDE
from outweigh.dashboard.curves import NARROW_FRAME, WIDE_FRAME, end_heights, x_range, y_axis
from outweigh.dashboard.measured_build import everyone
from outweigh.dashboard.measured_reading import measures
from outweigh.dashboard.plans import planned, words
from outweigh.records import Arrival, Workload

POSITIVE = st.lists(st.floats(min_value=1e-6, max_value=1e6), min_size=1, max_size=20)


def read(made):
    run, evidence = made
    who = everyone(run, (), 0)
    return measures(run, who.measured, who.names, evidence)


@given(POSITIVE, st.integers(3, 8), st.booleans())
def test_an_axis_holds_every_value_with_few_round_ticks(values, labels, zero):
    axis = Axis(values, labels=labels, zero=zero)
    room = (axis.range.high - axis.range.low) * 1e-6
    assert all(axis.range.low - room <= axis.at(value) <= axis.range.high + room for value in values)
    assert 2 <= len(axis.range.ticks) == len(axis.range.labels) <= 2 * labels
    assert all(before < after for before, after in pairwise(axis.range.ticks))
    assert not zero or axis.range.low <= 0


def test_an_axis_by_powers_reaches_no_further_than_the_next_tick():
    assert Axis([0.28, 105.0], labels=3).range.labels == ("0.1", "1", "10", "100", "1,000")
    assert Axis([0.28, 120.0], labels=7).range.labels == ("0.1", "0.3", "1", "3", "10", "30", "100", "300")


def test_an_axis_of_loads_has_its_ticks_where_something_was_measured():
    axis = measured([1, 2, 4, 8, 16, 32], 4, log=True)
    assert axis.labels == ("2", "8", "32"), "some of too many, and always the largest"
    assert measured([64, 512], 8, log=True).labels == ("64", "512")


@given(st.lists(st.floats(0, 200), min_size=1, max_size=9))
def test_titles_at_the_ends_of_curves_never_meet(wanted):
    placed = sorted(end_heights(wanted, 200.0, [1.0] * len(wanted)))
    assert all(after - before >= 14.99 for before, after in pairwise(placed))
    apart = end_heights(wanted, 200.0, [float(index) for index in range(len(wanted))])
    assert apart == wanted, "curves that end elsewhere are in nobody's way"


def test_every_time_is_a_dot_and_what_is_out_of_line_a_ring():
    found = read(made_up.one_model())
    (row,) = measured_times.figure(found).rows
    assert len(row.dots) == 45
    assert sum(dot.far for dot in row.dots) == 2
    assert all(abs(dot.shift) <= 9 for dot in row.dots)
    assert row.marks[0].value == pytest.approx(0.0), "the median in the middle"


def test_of_very_many_times_the_outliers_are_still_drawn():
    workload = Workload(arrival=Arrival.CONCURRENCY, concurrency=4, prompt_tokens=8, output_tokens=4)
    times = list(made_up.requests(workload, first=0.1, gap=0.01, count=3000))
    late = times[1500]
    times[1500] = late.but(tokens=tuple(each + 9 for each in late.tokens), done=late.done + 9)
    found = read(made_up.run(made_up.measurement(made_up.SERVED, workload, tuple(times))))
    (row,) = measured_times.figure(found).rows
    assert len(row.dots) < 1100
    ((_, _, one),) = found.every
    assert sum(dot.far for dot in row.dots) == len(found.times(one).far) > 1
    assert "3,000" in measured_times.said(found)


def test_a_warm_up_is_in_no_chart():
    times = made_up.batches(made_up.BATCH, first=0.31, gap=0.03, repeats=45)
    slow = times[0].but(tokens=tuple(each * 9 for each in times[0].tokens), done=times[0].done * 9)
    found = read(made_up.run(made_up.measurement(made_up.SMALL, made_up.BATCH, (slow, *times[1:]))))
    (only,) = found.every
    assert only[2].precise.warmups == 1
    assert len(found.times(only[2]).values) == 44


def test_every_row_has_the_times_themselves_at_the_ticks_of_both_widths():
    figure = measured_times.figure(read(made_up.growing()))
    for layout in (WIDE, NARROW):
        plan = planned(figure, layout)
        said = [word.text for word in words(plan) if word.align == "center"]
        assert len(said) == len(figure.rows) * len(plan.range.ticks)
    phone = [word.text for word in words(planned(figure, NARROW))]
    assert {"batch 1", "batch 2", "batch 4"} <= set(phone), "a phone's rows say which workload they are about"


def test_of_many_workloads_the_first_and_the_last_are_drawn_and_all_are_in_the_table():
    found = read(made_up.sweep())
    assert [row.title for row in measured_times.figure(found).rows] == [
        "batch 1 and 64 tokens read",
        "batch 8 and 512 tokens read",
    ]
    assert len(measured_times.table(found).rows) == 16


def test_parts_of_the_energy_add_up_to_the_whole_and_idling_stands_beside():
    found = read(made_up.sweep(prompts=(64,), loads=(1,), energy=made_up.counted))
    ((_, _, one),) = found.every
    (row,) = measured_energy.figure(found).rows
    *parts, idle = row.bars
    assert [bar.beside for bar in row.bars] == [False, False, False, True]
    assert parts[-1].high == pytest.approx(one.figure("joules_per_token").value)
    assert idle.high == pytest.approx(85.0 * one.energy.seconds / (one.energy.joules / parts[-1].high))
    assert "gpu-0 80 %, package-0 18 %, dram-0 3 %" in measured_energy.said(found)


def test_a_part_below_zero_is_not_drawn_and_keeps_its_number():
    def resting(seconds):
        energy = made_up.counted(seconds)
        return energy.but(
            parts={"package-0": 40.0 * seconds, "gpu-0": -2.0 * seconds}, joules=38.0 * seconds, low=30.0 * seconds
        )

    found = read(made_up.sweep(prompts=(64,), loads=(1,), energy=resting))
    (row,) = measured_energy.figure(found).rows
    assert all(bar.low <= bar.high for bar in row.bars)
    assert "−" in " ".join(measured_energy.table(found).rows[0])


def test_curves_of_load_hold_medians_tails_and_their_intervals():
    found = read(made_up.server())
    (sweep,) = measured_curves.sweeps(found)
    curves = measured_curves.by_load(found, sweep, measured_curves.FIRST)
    assert [curve.faint for curve in curves.curves] == [False, True]
    for frame in (WIDE_FRAME, NARROW_FRAME):
        places, log = x_range(curves, frame)
        assert log
        axis = y_axis(curves, frame)
        assert all(
            axis.range.low <= axis.at(end) <= axis.range.high
            for p in curves.curves[1].points
            for end in (p.low, p.high)
        )
        assert places.labels[-1] == "16"


def test_the_knee_of_batches_has_an_interval_from_every_batch():
    loads = (1, 2, 4, 8, 16)
    made = []
    for load in loads:
        workload = made_up.BATCH.but(batch_size=load)
        gap = 0.03 * (1 + 0.02 * load) * max(1.0, load / 4) ** 1.5
        times = made_up.batches(workload, first=gap, gap=gap, repeats=24, seed=load)
        made.append(made_up.measurement(made_up.SMALL, workload, times))
    found = read(made_up.run(*made))
    (sweep,) = measured_curves.sweeps(found)
    said = measured_curves.knee_said(found, found.cast.models[0], sweep, sweep.workloads)
    assert "its knee, at batch 4 (95 % interval 4–4)" in said
    assert measured_curves.by_load(found, sweep, measured_curves.RATE).upright == (4.0, "knee")


def test_a_heat_map_has_a_square_for_every_setting_and_its_strongest_colour_for_the_longest():
    found = read(made_up.sweep())
    (sweep,) = measured_curves.sweeps(found)
    heat = measured_curves.heat(found, found.cast.models[0], sweep, None)
    assert (heat.columns, heat.rows) == (("64", "128", "256", "512"), ("batch 8", "batch 4", "batch 2", "batch 1"))
    assert len(heat.cells) == 16
    assert max(heat.cells, key=lambda cell: float(cell.said)).level == 6
    assert min(heat.cells, key=lambda cell: float(cell.said)).level == 0
