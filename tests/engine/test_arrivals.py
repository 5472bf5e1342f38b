"""When requests are due: the same for a seed, at the rate that was asked for, in order."""

import json
from itertools import islice

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outweigh.engine.arrivals import Due, arrivals, read_trace
from outweigh.records import Arrival, UserError, Workload

rates = st.floats(0.01, 5000)


def times(workload, count, **how):
    return [due.seconds for due in islice(arrivals(workload, **how), count)]


@settings(deadline=None)
@given(rate=rates, seed=st.integers(0, 2**32), repeat=st.integers(0, 50), count=st.integers(1, 200))
def test_poisson_arrivals_are_sorted_and_the_same_for_a_seed(rate, seed, repeat, count):
    workload = Workload(arrival=Arrival.POISSON, rate=rate, seed=seed)
    found = times(workload, count, repeat=repeat)
    assert found == sorted(found) and found[0] > 0
    assert found == times(workload, count, repeat=repeat)
    assert times(workload, count + 20, repeat=repeat)[:count] == found
    assert times(workload, count, repeat=repeat + 1) != found
    assert times(workload.but(seed=seed + 1), count, repeat=repeat) != found


@settings(deadline=None)
@given(rate=rates, seed=st.integers(0, 2**32))
def test_poisson_gaps_are_exponential_at_the_rate(rate, seed):
    from scipy.stats import kstest

    gaps = np.diff(times(Workload(arrival=Arrival.POISSON, rate=rate, seed=seed), 2000), prepend=0) * rate
    assert kstest(gaps, "expon").pvalue > 1e-7  # 100 examples
    assert gaps.mean() == pytest.approx(1, abs=6 / np.sqrt(2000))


@settings(deadline=None)
@given(rate=rates, count=st.integers(2, 300))
def test_constant_arrivals_are_evenly_spaced_from_the_start(rate, count):
    found = times(Workload(arrival=Arrival.CONSTANT, rate=rate), count)
    assert found[0] == 0
    assert np.diff(found) == pytest.approx(np.full(count - 1, 1 / rate))


def test_a_closed_loop_has_no_times_of_its_own():
    workload = Workload(arrival=Arrival.CONCURRENCY, concurrency=4, prompt_tokens=10, output_tokens=3)
    assert list(islice(arrivals(workload), 3)) == [Due(None, 10, 3)] * 3


@pytest.mark.parametrize(
    ("workload", "message"),
    [
        (Workload(), "in this process"),
        (Workload(arrival=Arrival.CONCURRENCY), "needs a concurrency"),
        (Workload(arrival=Arrival.CONSTANT), "constant arrivals need a rate"),
        (Workload(arrival=Arrival.POISSON, concurrency=3), "poisson arrivals need a rate"),
        (Workload(arrival=Arrival.TRACE, trace="0" * 64), "need the trace"),
    ],
)
def test_a_workload_without_what_its_arrivals_need_is_refused(workload, message):
    with pytest.raises(UserError, match=message):
        arrivals(workload)


def trace_file(folder, *lines):
    path = folder / "trace.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines))
    return path


def row(timestamp, prompt=8, output=2, **more):
    return {"timestamp": timestamp, "input_length": prompt, "output_length": output, **more}


def test_a_trace_is_replayed_at_its_own_times_from_its_first(tmp_path):
    lines = [row(3000, 6758, 500, hash_ids=[0, 1]), "", row(1500.5, 7), row(1500, 9, 4)]
    trace = read_trace(trace_file(tmp_path, *lines))
    workload = Workload(arrival=Arrival.TRACE, trace=trace.digest)
    assert list(arrivals(workload, trace=trace)) == [Due(0.0, 9, 4), Due(0.0005, 7, 2), Due(1.5, 6758, 500)]


def test_a_trace_other_than_the_workload_s_is_refused(tmp_path):
    trace = read_trace(trace_file(tmp_path, row(0)))
    with pytest.raises(UserError, match="the trace that the workload names"):
        arrivals(Workload(arrival=Arrival.TRACE, trace="0" * 64), trace=trace)
    with pytest.raises(UserError, match="times of its own"):
        arrivals(Workload(arrival=Arrival.CONSTANT, rate=1), trace=trace)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "line 2: not JSON"),
        ("[" * 100_000, "line 2: not JSON"),
        ("[1]", "line 2: not a JSON object"),
        ({"timestamp": 1, "input_length": 2}, "line 2: no 'output_length'"),
        (row(-1), "'timestamp' is -1"),
        (row("0"), "'timestamp' is '0'"),
        (row(True), "'timestamp' is True"),
        (row(float("nan")), "'timestamp' is nan"),
        (row(10**400), "'timestamp' is 1"),
        (row(1, 0), "'input_length' is 0"),
        (row(1, 2.5), "'input_length' is 2.5"),
        (row(1, None), "'input_length' is None"),
        (row(1, 2, float("inf")), "'output_length' is inf"),
    ],
)
def test_a_bad_line_is_named_with_its_file(tmp_path, line, message):
    path = trace_file(tmp_path, row(0), line)
    with pytest.raises(UserError, match=message) as caught:
        read_trace(path)
    assert f"{path}, line 2" in str(caught.value) and "\n" not in str(caught.value)


def test_a_file_that_is_no_trace_is_named(tmp_path):
    with pytest.raises(UserError, match="No such file"):
        read_trace(tmp_path / "none.jsonl")
    with pytest.raises(UserError, match="no line in it"):
        read_trace(trace_file(tmp_path, "", " "))
    (tmp_path / "zip").write_bytes(b"PK\x03\x04\xff\xfe")
    with pytest.raises(UserError, match="not UTF-8"):
        read_trace(tmp_path / "zip")
