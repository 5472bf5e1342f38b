"""As many machines as the load takes, in every world and month, and no more."""

import numpy as np
import pytest

from deployments import BOUGHT, deployment, spread
from outweigh.insight.fleet import HOURS, fleet, rate_kept, remarks
from outweigh.insight.worlds import Worlds, drawn, likely
from outweigh.records import UserError
from outweigh.stats.queueing import percentile

BUSY = {"mean_requests_per_second": 20, "growth_per_year": 1}


def machines(found):
    return fleet(found, likely(found)).most[0].astype(int).tolist()


def test_the_fewest_replicas_that_keep_the_limit():
    found = deployment(load=BUSY)
    (replicas,) = fleet(found, likely(found)).replicas[:, :, 0].astype(int).tolist()
    for month, count in enumerate(replicas):
        load = 20 * 2 ** (month / 12) * 2
        assert 2 * percentile(8 * count, load / (8 * count), 1.0, 0.95) <= 10
        fewer = 8 * (count - 1)
        assert load >= fewer or 2 * percentile(fewer, load / fewer, 1.0, 0.95) > 10


def test_a_machine_holds_as_many_replicas_as_it_has_gpus_for():
    replicas = machines(deployment(load=BUSY))
    fours = machines(deployment(load=BUSY, hardware={"gpus": 5}, service={"gpus_per_replica": 2}))
    assert fours == [-(-count // 2) for count in replicas]
    with pytest.raises(UserError, match="a replica takes 4 GPUs, but a machine has 2"):
        machines(deployment(hardware={"gpus": 2}, service={"gpus_per_replica": 4}))


def test_each_hour_has_its_own_machines_only_where_that_is_asked():
    load = {"mean_requests_per_second": None, "hourly_requests_per_second": [2.0] * 12 + [30.0] * 12}
    plain, hourly = deployment(load=load), deployment(load=load | {"scaling": "hourly"})
    fixed, scaled = (fleet(each, likely(each)) for each in (plain, hourly))
    assert fixed.most.tolist() == scaled.most.tolist()
    assert fixed.machine_hours[0, 0] == pytest.approx(fixed.most[0, 0] * HOURS)
    (small,) = set(machines(deployment(load={"mean_requests_per_second": 2})))
    assert small < fixed.most[0, 0]
    assert scaled.machine_hours[0, 0] == pytest.approx((small + fixed.most[0, 0]) / 2 * HOURS)


def test_bought_machines_stay_when_the_load_shrinks():
    shrinking = {"mean_requests_per_second": 40, "growth_per_year": -0.9}
    rented, bought = machines(deployment(load=shrinking)), machines(deployment(BOUGHT, load=shrinking))
    assert rented[-1] < rented[0]
    assert bought == [rented[0]] * 12


def test_a_limit_that_a_request_alone_breaks_has_no_fleet():
    with pytest.raises(UserError, match="no number of replicas answers 95 % of the requests within 5 s"):
        machines(deployment(latency={"seconds": 5}))


def test_worlds_in_which_nothing_is_fast_enough_are_told_and_have_no_machines():
    found = deployment(service={"seconds": spread(1, 2, 6)})
    many = fleet(found, drawn(found, 500))
    hopeless = np.isnan(many.machines).any(axis=(1, 2))
    slow = drawn(found, 500)["service.seconds"][:, 0] > 10 / 2.9957
    assert 0.1 < hopeless.mean() < 0.9
    assert hopeless.tolist() == slow.tolist()
    (told,) = remarks(found, many)
    assert f"in {hopeless.mean():.1%} of the draws no number of replicas keeps the limit" in told


def test_what_is_interpolated_between_many_worlds_is_what_each_world_gives():
    found = deployment(load=BUSY, service={"seconds": spread(1, 2, 3)})
    many = drawn(found, 300)
    together = fleet(found, many).replicas[:, 0, 0]
    alone = [
        fleet(found, Worlds({name: column[[row]] for name, column in many.columns.items()})).replicas[0, 0, 0]
        for row in range(0, 300, 10)
    ]
    off = np.abs(together[::10] - alone)
    assert off.max() <= 1
    assert (off > 0).mean() < 0.05


def test_large_fleets_are_close_to_one_at_a_time():
    found = deployment(load={"mean_requests_per_second": 700})
    (count,) = set(machines(found))
    load = 1400.0
    fits = [n for n in range(160, 200) if load < 8 * n and 2 * percentile(8 * n, load / 8 / n, 1.0, 0.95) <= 10]
    assert count == pytest.approx(fits[0], abs=1)


def test_the_rate_that_replicas_keep_is_the_one_that_they_are_sized_for():
    found = deployment()
    (rate,) = rate_kept(found, np.array([2.0]), 3)
    assert machines(found.but(load=found.load.but(mean_requests_per_second=0.999 * rate))) == [3] * 12
    assert machines(found.but(load=found.load.but(mean_requests_per_second=1.001 * rate))) == [4] * 12


def test_a_limit_in_milliseconds_is_suspected():
    found = deployment(latency={"seconds": 10000})
    (told,) = remarks(found, fleet(found, likely(found)))
    assert "were milliseconds meant?" in told


def test_a_load_beyond_all_reason_is_refused():
    with pytest.raises(UserError, match="more than 100,000 replicas"):
        machines(deployment(load={"mean_requests_per_second": 1e7}))
