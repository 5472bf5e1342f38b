"""Exponents and knees are found where they are, with intervals that hold, and not where there are none."""

import numpy as np
import pytest

from outweigh.stats.scaling import Load, exponents, knee

SETS = 500


def test_exponents_of_several_sizes_are_told_apart_and_held():
    rng = np.random.default_rng(1)
    batch, prompt = (each.ravel() for each in np.meshgrid([1, 2, 4, 8], [64, 128, 256, 512]))
    truth = {"batch": 0.7, "prompt": 1.3}
    held = dict.fromkeys(truth, 0)
    for _ in range(SETS):
        times = 1e-3 * batch**0.7 * prompt**1.3 * np.exp(0.05 * rng.normal(size=16))
        found = exponents({"batch": batch, "prompt": prompt, "output": [64] * 16}, times)
        assert set(found) == set(truth)
        for name, value in truth.items():
            held[name] += found[name].low <= value <= found[name].high
    assert min(held.values()) >= 0.93 * SETS


def test_repeats_of_a_setting_count_once():
    once = exponents({"batch": [1, 2, 4]}, [1.0, 1.9, 4.1])
    thrice = exponents({"batch": [1, 2, 4] * 3}, [1.0, 1.9, 4.1, 0.9, 1.8, 4.0, 7.0, 2.0, 9.0])
    assert once["batch"] == thrice["batch"]
    assert once["batch"].settings == 3
    assert once["batch"].value == pytest.approx(1.02, abs=0.01)


@pytest.mark.parametrize(
    "sizes",
    [{"batch": [2, 2, 2]}, {"batch": [1, 2, 2]}, {"batch": [1, 2, 4], "prompt": [10, 20, 40]}, {}],
)
def test_what_cannot_be_told_has_no_exponent(sizes):
    assert exponents(sizes, [1.0, 2.0, 3.0]) == {}


def test_sizes_that_vary_together_are_not_told_apart():
    doubling = [1, 2, 4, 8, 16]
    assert exponents({"batch": doubling, "prompt": [10 * each for each in doubling]}, doubling) == {}


@pytest.mark.parametrize(("sizes", "times"), [([1, 0, 2], [1, 1, 1]), ([1, 2], [1, 1, 1]), ([1, 2, 3], [1, -1, 1])])
def test_sizes_and_times_must_make_sense(sizes, times):
    with pytest.raises(ValueError, match="above 0"):
        exponents({"batch": sizes}, times)


def served(rng, sizes, fixed=16.0, spread=0.03, repeats=5):
    """Batches that take `fixed` + size: the power, size / time², is largest where they are equal."""
    found = []
    for size in sizes:
        latency = (fixed + size) * np.exp(spread * rng.normal(size=repeats))
        found.append(Load(size, tuple(size / latency), tuple(latency)))
    return found


def test_the_knee_is_where_it_is_and_its_interval_holds_it():
    rng = np.random.default_rng(2)
    found = [knee(served(rng, [1, 2, 4, 8, 12, 16, 24, 32, 64, 128])) for _ in range(SETS)]
    assert np.mean([each.low <= 16 <= each.high for each in found]) >= 0.93
    assert np.mean([each.load in (12, 16, 24) for each in found]) >= 0.9
    assert np.mean([each.low >= 8 and each.high <= 32 for each in found]) >= 0.95


def test_noisier_repeats_place_it_less_narrowly():
    rng = np.random.default_rng(3)
    sizes = [1, 2, 4, 8, 16, 32, 64, 128]
    widths = []
    for spread in (0.01, 0.3):
        found = [knee(served(rng, sizes, spread=spread)) for _ in range(100)]
        widths.append(np.mean([np.log2(each.high / each.low) for each in found]))
    assert widths[0] < 0.5 < 1 < widths[1]


def test_no_knee_is_an_answer():
    rng = np.random.default_rng(4)
    rising, saturated = knee(served(rng, [1, 2, 4])), knee(served(rng, [64, 128, 256]))
    assert rising.load is saturated.load is None
    assert "still grows faster" in rising.reason
    assert "from the lowest load on" in saturated.reason
    assert "at least 3 loads" in knee(served(rng, [1, 2])).reason


def test_few_repeats_have_a_knee_without_an_interval():
    found = knee(served(np.random.default_rng(5), [2, 16, 128], repeats=2))
    assert (found.load, found.low, found.high) == (16, None, None)


@pytest.mark.parametrize("broken", [Load(1, (), ()), Load(1, (1.0,), ()), Load(1, (0.0,), (1.0,))])
def test_loads_must_make_sense(broken):
    with pytest.raises(ValueError, match=r"as many|above 0"):
        knee([broken])
