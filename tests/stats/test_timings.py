"""Raw times become figures in the field's definitions, each with its interval or a reason."""

import numpy as np
import pytest

from outweigh.records import Arrival, Limits, Timing, Workload
from outweigh.stats.timings import summarise

NAMES = {
    *(
        f"{latency}_{which}"
        for latency in ("ttft_seconds", "itl_seconds", "tpot_seconds", "e2e_seconds")
        for which in ("p50", "p90", "p95", "p99", "mean")
    ),
    "requests_per_second",
    "prompt_tokens_per_second",
    "output_tokens_per_second",
    "output_tokens_per_second_per_user",
}
CONCURRENCY = Workload(arrival=Arrival.CONCURRENCY, concurrency=1)


def request(number, start, *, first=0.2, gap=0.05, tokens=5, **fields):
    """A request sent at `start` of which the tokens come `gap` apart."""
    times = tuple(start + first + gap * place for place in range(tokens))
    timing = Timing(
        request=number,
        due=start,
        sent=start,
        tokens=times,
        done=times[-1] + 0.01,
        input_tokens=100,
        output_tokens=tokens,
    )
    return timing.but(**fields)


def many(count, seed=0, **fields):
    """Requests one after the other; everything about them varies by a tenth."""
    rng = np.random.default_rng(seed)
    found, start = [], 0.0
    for number in range(count):
        first, gap = 0.2 * rng.lognormal(sigma=0.1), 0.05 * rng.lognormal(sigma=0.1)
        found.append(request(number, start, first=first, gap=gap, **fields))
        start = found[-1].done
    return found


def by_name(timings, workload=CONCURRENCY):
    found = summarise(timings, workload)
    return {each.metric: each for each in found.figures}, found.unmeasured


def test_every_metric_is_a_figure_or_has_a_reason():
    for timings in (many(100), many(3), many(1), []):
        figures, unmeasured = by_name(timings)
        assert set(figures) | set(unmeasured) == NAMES
        assert not set(figures) & set(unmeasured)


def test_latencies_follow_their_definitions():
    timings = many(60)
    figures, _ = by_name(timings)
    assert figures["ttft_seconds_p50"].value == pytest.approx(np.median([t.tokens[0] - t.due for t in timings]))
    assert figures["e2e_seconds_mean"].value == pytest.approx(np.mean([t.done - t.due for t in timings]))
    tpots = [(t.tokens[-1] - t.tokens[0]) / 4 for t in timings]
    assert figures["tpot_seconds_p90"].value == pytest.approx(np.quantile(tpots, 0.9))
    gaps = [after - before for t in timings for before, after in zip(t.tokens, t.tokens[1:], strict=False)]
    assert figures["itl_seconds_p90"].value == pytest.approx(np.quantile(gaps, 0.9))
    assert figures["itl_seconds_p50"].count == len(gaps) == 240
    assert figures["output_tokens_per_second_per_user"].value == pytest.approx(np.mean([1 / each for each in tpots]))


def test_rates_are_totals_over_the_span():
    timings = many(60)
    span = timings[-1].done - timings[0].due
    figures, _ = by_name(timings)
    assert figures["requests_per_second"].value == pytest.approx(60 / span)
    assert figures["prompt_tokens_per_second"].value == pytest.approx(6000 / span)
    assert figures["output_tokens_per_second"].value == pytest.approx(300 / span)
    for name in ("requests_per_second", "output_tokens_per_second"):
        assert figures[name].low < figures[name].value < figures[name].high
        assert figures[name].higher_is_better


def test_latencies_count_from_when_a_request_was_due():
    late = [each.but(due=each.due - 1.0) for each in many(30)]
    figures, _ = by_name(late, Workload(arrival=Arrival.POISSON, rate=2))
    assert figures["ttft_seconds_p50"].value > 1.1


def test_thirty_requests_have_no_p99_but_say_what_it_takes():
    figures, unmeasured = by_name(many(30))
    assert "ttft_seconds_p50" in figures
    assert "ttft_seconds_p99" not in figures
    assert "30 requests show 0." in unmeasured["ttft_seconds_p99"]
    assert "an interval takes about" in unmeasured["ttft_seconds_p99"]


def test_a_thousand_requests_have_one():
    figures, unmeasured = by_name(many(1000))
    assert unmeasured == {}
    p99 = figures["ttft_seconds_p99"]
    assert p99.low <= p99.value <= p99.high
    assert not p99.higher_is_better


def test_warm_up_counts_nowhere():
    cold = [request(100 + number, -9.0 + 2 * number, first=1.5, warmup=True) for number in range(3)]
    assert by_name([*cold, *many(30)]) == by_name(many(30))


def test_failed_requests_have_no_latency_but_their_time_counts():
    kept = many(30)
    start = kept[-1].done
    broken = Timing(request=30, due=start, sent=start, tokens=(start + 5,), done=start + 10, failed="cut")
    figures, _ = by_name([*kept, broken])
    plain, _ = by_name(kept)
    assert figures["e2e_seconds_p50"] == plain["e2e_seconds_p50"]
    assert figures["requests_per_second"].value == pytest.approx(30 / (start + 10))


def test_an_answer_in_one_piece_has_no_first_token():
    whole = [each.but(tokens=(each.done,), counts=(5,)) for each in many(30)]
    figures, unmeasured = by_name(whole)
    for name in ("ttft_seconds_p50", "itl_seconds_mean", "tpot_seconds_p50", "output_tokens_per_second_per_user"):
        assert unmeasured[name] == "answers came in one piece"
    assert figures["e2e_seconds_p50"].count == 30
    assert "output_tokens_per_second" in figures


def test_an_answer_of_one_token_has_a_first_token_and_no_gaps():
    figures, unmeasured = by_name(many(30, tokens=1))
    assert "ttft_seconds_p50" in figures
    assert unmeasured["itl_seconds_p50"] == "answers had one token"


def test_a_stream_of_unknown_length_has_gaps_but_no_time_per_token():
    timings = [each.but(output_tokens=None, input_tokens=None) for each in many(30)]
    figures, unmeasured = by_name(timings, CONCURRENCY.but(limits=Limits(tpot_seconds=1)))
    assert {"ttft_seconds_p50", "itl_seconds_p50", "output_tokens_per_second"} <= set(figures)
    assert unmeasured["tpot_seconds_p50"] == "the number of output tokens is not known"
    assert unmeasured["prompt_tokens_per_second"] == "the number of prompt tokens is not known"
    assert "without their number" in unmeasured["goodput_requests_per_second"]


def test_a_few_tokens_that_came_together_share_their_gap():
    bundled = [each.but(tokens=(*each.tokens[:2], *each.tokens[3:]), counts=(1, 1, 2, 1)) for each in many(3)]
    timings = [*bundled, *many(60)[3:]]
    figures, _ = by_name(timings)
    assert figures["itl_seconds_p50"].count == 240
    mean = np.mean([(t.tokens[-1] - t.tokens[0]) / 4 for t in timings])
    assert figures["itl_seconds_mean"].value == pytest.approx(mean)
    _, unmeasured = by_name([each.but(tokens=each.tokens[::2], counts=(1, 2, 2)) for each in many(60)])
    assert unmeasured["itl_seconds_p50"] == "100% of the tokens came several at a time"


def test_goodput_counts_what_keeps_to_every_limit():
    slow = {3, 7, 11}
    timings = [each.but(due=each.due - (1.0 if each.request in slow else 0.0)) for each in many(40)]
    limits = Limits(ttft_seconds=0.5, tpot_seconds=0.2)
    figures, _ = by_name(timings, CONCURRENCY.but(limits=limits))
    good, all_of_them = figures["goodput_requests_per_second"], figures["requests_per_second"]
    assert good.value == pytest.approx(all_of_them.value * 37 / 40)
    whole = [each.but(tokens=(each.done,), counts=(5,)) for each in timings]
    _, unmeasured = by_name(whole, CONCURRENCY.but(limits=limits))
    assert "limit on the first token" in unmeasured["goodput_requests_per_second"]
    figures, _ = by_name(whole, CONCURRENCY.but(limits=Limits(e2e_seconds=0.9)))
    assert "goodput_requests_per_second" in figures


def batches(repeats, size, pause):
    """Batches whose requests run together; another model takes its turn in the pauses."""
    rng = np.random.default_rng(1)
    found, start = [], 0.0
    for repeat in range(repeats):
        gap = 0.05 * rng.lognormal(sigma=0.1)
        batch = [request(repeat * size + place, start, gap=gap, repeat=repeat) for place in range(size)]
        found += batch
        start = batch[-1].done + pause
    return found


def test_what_lies_between_batches_is_not_measured():
    workload = Workload(batch_size=8)
    close, apart = by_name(batches(30, 8, 0.0), workload)[0], by_name(batches(30, 8, 7.0), workload)[0]
    for name in ("requests_per_second", "output_tokens_per_second"):
        assert apart[name].value == pytest.approx(close[name].value)
        assert apart[name].high == pytest.approx(close[name].high)
        assert apart[name].count == 30


def test_requests_of_one_batch_count_as_one():
    """Forty times of five batches are worth five, and no interval; those of forty batches as many as one each."""
    _, unmeasured = by_name(batches(5, 8, 0.0), Workload(batch_size=8))
    assert "40 requests show" in unmeasured["e2e_seconds_p50"]
    eight = by_name(batches(40, 8, 0.0), Workload(batch_size=8))[0]["e2e_seconds_p50"]
    one = by_name(batches(40, 1, 0.0), Workload(batch_size=1))[0]["e2e_seconds_p50"]
    assert eight.high - eight.low == pytest.approx(one.high - one.low, rel=0.25)
    assert eight.count == 320


def started(repeats=45, starts=5, spread=0.05):
    """Batches of one request, all slower or faster by what their start has drawn."""
    rng = np.random.default_rng(3)
    paces = np.exp(spread * rng.normal(size=starts))
    found, start = [], 0.0
    for repeat in range(repeats):
        number = repeat * starts // repeats
        pace = paces[number] * rng.lognormal(sigma=0.002)
        found.append(request(repeat, start, first=0.2 * pace, gap=0.05 * pace, repeat=repeat).but(start=number))
        start = found[-1].done + 1
    return found


def test_every_figure_of_time_holds_what_starts_differ_by():
    timings, workload = started(), Workload(batch_size=1)
    figures, _ = by_name(timings, workload)
    blind, _ = by_name([each.but(start=0) for each in timings], workload)
    assert {"ttft_seconds_p50", "e2e_seconds_p90", "e2e_seconds_mean", "output_tokens_per_second"} <= figures.keys()
    for name, figure in figures.items():
        assert figure.method.endswith(", starts-t"), name
        assert (figure.high - figure.low) / figure.value > 0.05, name
        if name in blind:
            assert figure.value == blind[name].value, name
            assert figure.low <= blind[name].low <= blind[name].high <= figure.high, name


def test_starts_make_no_interval_of_a_quantile_that_so_few_values_do_not_reach():
    _, unmeasured = by_name(started(repeats=30), Workload(batch_size=1))
    assert "30 requests show" in unmeasured["e2e_seconds_p99"]
    assert "30 requests show" in unmeasured["e2e_seconds_p90"]


def test_two_starts_leave_every_figure_as_it_is():
    timings, workload = started(starts=2), Workload(batch_size=1)
    assert by_name(timings, workload) == by_name([each.but(start=0) for each in timings], workload)


@pytest.mark.parametrize("arrival", [Arrival.BATCH, Arrival.CONCURRENCY])
def test_rates_and_means_hold_the_truth(arrival):
    rng = np.random.default_rng(2)
    held = {"requests_per_second": 0, "e2e_seconds_mean": 0}
    for _ in range(400):
        firsts = 0.2 * rng.lognormal(sigma=0.3, size=40)
        starts = np.concatenate([[0], np.cumsum(firsts + 0.21)])
        timings = [request(n, starts[n], first=firsts[n], repeat=n * (arrival == "batch")) for n in range(40)]
        figures, _ = by_name(timings, Workload(arrival=arrival))
        mean = 0.2 * np.exp(0.3**2 / 2) + 0.21
        for name, truth in (("requests_per_second", 1 / mean), ("e2e_seconds_mean", mean)):
            held[name] += figures[name].low <= truth <= figures[name].high
    assert min(held.values()) >= 0.93 * 400
