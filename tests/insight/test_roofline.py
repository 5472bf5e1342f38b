"""Times on a machine of known peaks, told from measurements, and on another from its datasheet."""

import pytest

from measurements import OPERATIONS, OVERHEAD, TRAFFIC, measured, timed
from outweigh.insight.datasheets import Datasheet, datasheet
from outweigh.insight.elsewhere import energy, everything, memory, times
from outweigh.insight.roofline import Work, fitted, work_of
from outweigh.records import Footprint, Machine, UserError

OTHER = Machine(cpu="y", cores=2, memory_bytes=1 << 30, system="Linux")
HERE = datasheet("l4")


MEASURED = [
    timed(f"m{size:g}", size, batch, noise=noise)
    for size, noise in ((1.35e8, 1.01), (5e8, 0.99), (1.5e9, 1.02), (3e9, 0.98))
    for batch in (1, 4, 16)
]


def test_what_the_machine_reaches_is_found_again():
    found = fitted(MEASURED)
    assert found.operations_per_second == pytest.approx(OPERATIONS, rel=0.1)
    assert found.bytes_per_second == pytest.approx(TRAFFIC, rel=0.1)
    assert found.models == 4
    assert 0.005 < found.spread < 0.1


def test_a_model_in_between_is_within_its_interval_and_said_to_be_predicted():
    new = timed("new", 1e9, 8)
    for found, metric in zip(times(work_of(new), MEASURED), ("ttft_seconds_p50", "tpot_seconds_p50"), strict=False):
        assert found.low < new.figure(metric).value < found.high
        assert found.predicted is True
        assert found.out_of_range == ()


def test_a_whole_answer_is_its_first_token_and_the_others():
    first, later, whole = times(work_of(timed("new", 1e9)), MEASURED)
    assert whole.value == pytest.approx(first.value + 31 * later.value)


def test_on_another_machine_the_shares_of_the_peaks_are_carried_over_and_that_is_said():
    twice = Datasheet("twice", 2 * HERE.operations_per_second, 4 * HERE.bytes_per_second, 1, 1, "made up", HERE.read_on)
    work = work_of(timed("new", 1e9))
    here, there = times(work, MEASURED), times(work, MEASURED, HERE, twice)
    assert there[1].value - OVERHEAD == pytest.approx((here[1].value - OVERHEAD) / 4, rel=0.02)
    assert "nothing was measured there" in there[1].out_of_range[-1]


def test_sizes_beyond_what_was_measured_are_flagged():
    found = times(Work(7e10, 1.4e11, 1000, 64, 4096, 32), MEASURED)[0]
    assert [line.split(" ")[0] for line in found.out_of_range] == ["parameters", "batch", "prompt"]


def test_memory_is_the_footprint_times_what_others_took_beyond_theirs():
    footprint = Footprint(weights_bytes=1000, cache_bytes=0, activation_bytes=0, runtime_bytes=0)
    found = memory(footprint, MEASURED)
    assert found.value == pytest.approx(1200, rel=0.001)
    assert found.low <= found.value <= found.high


def test_energy_is_the_share_of_the_power_limit_and_less_sure_than_the_time():
    seconds = times(work_of(timed("new", 1e9)), MEASURED, HERE, datasheet("l40s"))[2]
    found = energy(seconds, MEASURED, HERE, datasheet("l40s"))
    assert found.value == pytest.approx(seconds.value * 50 / HERE.watts * 350)
    assert found.high / found.value >= seconds.high / seconds.value - 1e-9
    assert found.out_of_range == seconds.out_of_range


def test_energy_on_the_same_machine_needs_no_datasheet():
    seconds = times(work_of(timed("new", 1e9)), MEASURED)[2]
    assert energy(seconds, MEASURED).value == pytest.approx(50 * seconds.value)


def test_energy_from_estimates_says_so():
    guessed = [each.but(energy=each.energy.but(estimated=True)) for each in MEASURED]
    seconds = times(work_of(timed("new", 1e9)), guessed)[2]
    assert energy(seconds, guessed).out_of_range == ("the energy of the measured models was estimated, not counted",)


def test_everything_is_told_with_what_is_missing_and_why():
    server = measured()
    figures, notes = everything(work_of(timed("new", 1e9)), None, [*MEASURED, server])
    assert [each.metric for each in figures] == ["ttft_seconds", "tpot_seconds", "e2e_seconds", "joules"]
    assert len(notes) == 2
    assert notes[0].startswith("left out: small: a roofline takes measurements of batches")
    assert notes[1] == "no memory: it takes a model whose files are here"


def test_more_memory_than_the_device_has_is_flagged():
    footprint = Footprint(weights_bytes=int(3e10), cache_bytes=0, activation_bytes=0, runtime_bytes=0)
    assert memory(footprint, MEASURED, datasheet("l4")).out_of_range == ("more than the 24 GB of l4",)
    assert memory(footprint, MEASURED, datasheet("l40s")).out_of_range == ()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (MEASURED[:3], "3 models at least, not of 1"),
        ([*MEASURED, MEASURED[0].but(machine=OTHER)], "several machines"),
        ([measured()], "measurements of batches"),
        ([MEASURED[0].but(card=None)], "parameters or precision are not known"),
    ],
)
def test_what_cannot_be_fitted_is_refused_in_one_line(given, said):
    with pytest.raises(UserError, match=said):
        fitted(given)


def test_another_machine_needs_the_peaks_of_the_one_that_was_measured():
    with pytest.raises(UserError, match="which one was measured"):
        times(work_of(MEASURED[0]), MEASURED, None, HERE)


def test_an_unknown_device_is_refused_with_those_that_are_known():
    with pytest.raises(UserError, match="h100-sxm"):
        datasheet("abacus")
