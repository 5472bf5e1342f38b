"""A load goes out when it is due, whatever the server does, and every request is counted on both sides."""

import json
import os
import signal
import subprocess
import sys
import threading
from itertools import pairwise

import pytest

pytest.importorskip("aiohttp")

from outweigh.engine import driving
from outweigh.engine.arrivals import read_trace
from outweigh.engine.driving import Load, drive
from outweigh.models.endpoint_client import Endpoint
from outweigh.records import Arrival, UserError, Workload
from serving import serving


def workload(arrival, **more):
    return Workload(arrival=arrival, **{"prompt_tokens": 20, "output_tokens": 4, **more})


def quantile(values, share):
    return sorted(values)[int(share * (len(values) - 1))]


def test_a_stall_shows_in_the_open_loop_s_percentiles_as_it_would_not_in_a_naive_count():
    """For one second of four nothing is written. Who asks one after another meets it once in hundreds of requests."""
    with serving(stall=(1.0, 2.0)) as (endpoint, _):
        opened = drive(endpoint, Load(workload(Arrival.CONSTANT, rate=50), seconds=4), chat=False).timings
    with serving(stall=(1.0, 2.0)) as (endpoint, _):
        closed = drive(endpoint, Load(workload(Arrival.CONCURRENCY, concurrency=1), seconds=4), chat=False).timings
    assert len(opened) == 200 and not any(each.failed for each in opened)
    held = [each for each in opened if each.e2e > 0.1]
    assert len(held) > 40  # those that were due in the stall, and each waited for its end
    assert quantile([each.e2e for each in opened], 0.99) > 0.8
    assert quantile([each.e2e for each in opened], 0.9) > 0.3
    assert max(each.sent - each.due for each in held) < 0.5  # sent when due, though nothing was answered
    assert len(closed) > 200
    naive = [each.done - each.sent for each in closed]
    assert max(naive) > 0.8 and quantile(naive, 0.99) < 0.1


def test_waiting_for_a_place_counts_from_when_it_was_due():
    load = Load(workload(Arrival.CONSTANT, rate=200, concurrency=2), requests=30)
    with serving(first=0.05) as (endpoint, seen):
        timings = drive(endpoint, load, chat=False).timings
        assert seen()["highest"] <= 2
    assert [each.due for each in timings] == [number / 200 for number in range(30)]
    assert timings[-1].sent - timings[-1].due > 0.3  # 15 rounds of 50 ms less 150 ms
    assert timings[-1].ttft == timings[-1].tokens[0] - timings[-1].due
    assert timings[-1].ttft > timings[-1].sent - timings[-1].due + 0.04


def test_two_hundred_streams_at_once_all_complete_and_none_is_doubled():
    load = Load(workload(Arrival.CONCURRENCY, concurrency=200, output_tokens=6), requests=400)
    with serving(first=0.8, gap=0.02) as (endpoint, seen):
        driven = drive(endpoint, load, chat=True)
        counted = seen()
    assert (driven.interrupted, driven.cut) == (False, 0)
    assert [each.request for each in driven.timings] == list(range(400))
    assert [each.failed for each in driven.timings] == [None] * 400
    assert (counted["streams"], counted["ended"], counted["highest"]) == (400, 400, 200)
    assert len(set(counted["prompts"])) == 400
    for each in driven.timings:
        assert (each.input_tokens, each.output_tokens) == (20, 6)
        assert sum(each.counts or [1] * len(each.tokens)) == 6
        assert each.due <= each.sent <= each.tokens[0] <= each.tokens[-1] <= each.done


def test_in_the_closed_loop_a_request_is_due_when_the_one_before_it_has_ended():
    load = Load(workload(Arrival.CONCURRENCY, concurrency=3), requests=30)
    with serving(first=0.01) as (endpoint, _):
        timings = drive(endpoint, load, chat=False).timings
    ends = {0.0: 3, **{each.done: 1 for each in timings}}
    for each in timings:
        ends[each.due] -= 1
    assert min(ends.values()) == 0 and sum(ends.values()) == 3
    changes = sorted([(each.sent, 1) for each in timings] + [(each.done, -1) for each in timings])
    under_way = [sum(step for _, step in changes[: place + 1]) for place in range(len(changes))]
    assert max(under_way) == 3


def test_a_load_ends_after_its_seconds_and_waits_for_what_is_under_way():
    load = Load(workload(Arrival.POISSON, rate=100), seconds=0.5)
    with serving(first=0.4) as (endpoint, seen):
        timings = drive(endpoint, load, chat=False).timings
        assert seen()["ended"] == len(timings)
    assert 20 <= len(timings) <= 90
    assert max(each.due for each in timings) < 0.5 < max(each.done for each in timings)
    again = [due.seconds for _, due in load.due()]
    assert [each.due for each in timings] == again


def test_a_trace_is_sent_at_its_times_and_lengths(tmp_path):
    rows = [{"timestamp": 40 * n, "input_length": 10 + n, "output_length": 1 + n} for n in range(8)]
    path = tmp_path / "trace.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    trace = read_trace(path)
    with serving() as (endpoint, _):
        timings = drive(endpoint, Load(workload(Arrival.TRACE, trace=trace.digest), trace=trace), chat=False).timings
    assert [each.due for each in timings] == [0.04 * n for n in range(8)]
    assert [(each.input_tokens, each.output_tokens) for each in timings] == [(10 + n, 1 + n) for n in range(8)]


def test_failures_stand_among_the_others_with_their_reason():
    with serving(fails=5) as (endpoint, _):
        timings = drive(endpoint, Load(workload(Arrival.CONSTANT, rate=200), requests=50), chat=False).timings
    failed = [each for each in timings if each.failed]
    assert len(timings) == 50 and len(failed) == 10
    assert {each.failed for each in failed} == {"the server answered 500 Internal Server Error: out of luck"}
    assert all(each.tokens == () and each.done >= each.sent for each in failed)


def test_two_loads_of_one_seed_have_the_same_times_but_other_words():
    wanted = workload(Arrival.POISSON, rate=500)
    with serving() as (endpoint, seen):
        first, second = (drive(endpoint, Load(wanted, requests=20), chat=False).timings for _ in range(2))
        third = drive(endpoint, Load(wanted, requests=20, repeat=1), chat=False).timings
        prompts = seen()["prompts"]
    assert [each.due for each in first] == [each.due for each in second] != [each.due for each in third]
    assert {each.repeat for each in third} == {1}
    assert len(set(prompts)) == 60


def test_progress_is_told_after_every_request():
    told = []
    with serving(fails=4) as (endpoint, _):
        load = Load(workload(Arrival.CONSTANT, rate=300), requests=12)
        drive(endpoint, load, chat=False, ended=told.append)
    assert [each.done for each in told] == list(range(1, 13))
    assert (told[-1].sent, told[-1].failed) == (12, 3)
    assert all(before.at <= after.at for before, after in pairwise(told))


INTERRUPTED = """
import json, sys
from outweigh.engine.driving import Load, drive
from outweigh.models.endpoint_client import Endpoint
from outweigh.records import Workload
wanted = Workload(arrival=sys.argv[2], rate=40, concurrency=8, prompt_tokens=20, output_tokens=3)
told = lambda each: print(each.done, flush=True)
driven = drive(Endpoint(sys.argv[1], "test"), Load(wanted, seconds=60), chat=False, ended=told)
print(json.dumps([driven.interrupted, driven.cut, [each.request for each in driven.timings]]))
"""


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("arrival", ["constant", "concurrency"])
def test_ctrl_c_gives_back_what_was_measured(arrival):
    with serving(first=0.1, gap=0.01) as (endpoint, seen):
        child = subprocess.Popen(
            [sys.executable, "-c", INTERRUPTED, endpoint.url, arrival],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        guard = threading.Timer(30, child.kill)
        guard.start()
        while int(child.stdout.readline()) < 10:
            pass
        child.send_signal(signal.SIGINT)
        out, errors = child.communicate()
        guard.cancel()
        counted = seen()
    assert child.returncode == 0 and errors == ""
    interrupted, cut, requests = json.loads(out.splitlines()[-1])
    assert interrupted and len(requests) >= 10 and len(requests) == len(set(requests))
    assert 1 <= cut <= 8
    assert counted["ended"] >= len(requests) and counted["streams"] <= len(requests) + cut


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_ctrl_c_loses_nothing_that_has_ended_but_waits_to_be_parsed(monkeypatch):
    monkeypatch.setattr(driving, "_SECONDS", 60.0)
    main = threading.main_thread().ident
    with serving(stall=(0.5, 60)) as (endpoint, seen):
        timer = threading.Timer(1.5, signal.pthread_kill, (main, signal.SIGINT))
        timer.start()
        driven = drive(endpoint, Load(workload(Arrival.CONSTANT, rate=10)), chat=False)
        timer.join()
        ended = seen()["ended"]
    assert driven.interrupted and driven.cut > 0
    assert len(driven.timings) == ended > 0


def test_more_places_than_the_system_allows_are_refused():
    with pytest.raises(UserError, match="ulimit -n"):
        drive(
            Endpoint("http://127.0.0.1:9/v1", "m"), Load(workload(Arrival.CONCURRENCY, concurrency=10**7)), chat=False
        )
