"""Headlines, tiles and sentences of measurements say what the figures say, with their intervals, and no more."""

import re

import pytest

import made_measurements as made_up
from outweigh.dashboard import measured_tiles, measured_words, units
from outweigh.dashboard.measured_banners import banners
from outweigh.dashboard.measured_build import everyone, part
from outweigh.dashboard.measured_commands import commands
from outweigh.dashboard.measured_reading import measures, turned
from outweigh.dashboard.report_page import Key
from outweigh.records import ChatTemplate, Noise, Pace, Precision, Stopped

FACTOR = re.compile(r"\d[\d.]* times as fast as \S+ \([\d.]+–[\d.]+\)")


def read(made):
    run, evidence = made
    who = everyone(run, (), 0)
    return measures(run, who.measured, who.names, evidence)


def headline(made):
    return measured_words.headline(read(made))


def tiles(made):
    found = read(made)
    keys = [Key(series, model, model) for model, series in zip(found.cast.models, found.cast.series, strict=True)]
    return {tile.label: tile for tile in measured_tiles.tiles(found, keys)}


def test_the_headline_names_the_faster_model_by_how_much_and_how_sure():
    run, evidence = made_up.two_models()
    finding, _ = headline((run, evidence))
    (versus,) = evidence.versus
    assert (versus.pace, versus.paired) == (Pace.FASTER, True)
    low, high = 1 / versus.high, 1 / versus.low
    assert (
        finding
        == f"SmolLM2-135M-Instruct is {1 / versus.ratio:.2f} times as fast as gemma-3-270m ({low:.2f}–{high:.2f})"
    )


def test_the_headline_turns_around_when_the_times_do():
    quick, slow = made_up.two_models(), made_up.two_models(gap=0.02)
    assert headline(quick)[0].startswith("SmolLM2-135M-Instruct is")
    assert headline(slow)[0].startswith("gemma-3-270m is")
    assert FACTOR.search(headline(slow)[0])


def test_without_evidence_nobody_is_called_faster():
    finding, lede = headline(made_up.a_tie())
    assert finding == "No evidence that SmolLM2-135M-Instruct or gemma-3-270m is faster"
    assert FACTOR.search(lede)
    assert "which may be chance" in lede
    assert tiles(made_up.a_tie())["Faster"].value == "no evidence"


def test_a_pair_without_an_interval_is_no_evidence_and_says_why():
    run, evidence = made_up.two_models()
    (versus,) = evidence.versus
    unsure = versus.but(low=None, high=None, pace=Pace.NO_EVIDENCE)
    finding, lede = headline((run, type(evidence)((unsure,), evidence.timings)))
    assert finding.startswith("No evidence")
    assert "(no interval: too few repeats)" in lede


def test_several_workloads_are_counted_and_the_widest_difference_is_named():
    run, evidence = made_up.growing()
    first, second, third = evidence.versus
    tie = second.but(ratio=1.0, low=0.99, high=1.01, pace=Pace.NO_EVIDENCE)
    wide = third.but(ratio=0.25, low=0.24, high=0.26)
    finding, lede = headline((run, type(evidence)((first, tie, wide), evidence.timings)))
    assert finding == "SmolLM2-135M-Instruct is faster than gemma-3-270m at 2 of 3 workloads, no evidence at 1"
    assert "The widest difference is with batch 4: SmolLM2-135M-Instruct is 4.0 times as fast" in lede
    both = headline(
        (
            run,
            type(evidence)(
                (first, turned(second).but(model=second.model, baseline=second.baseline), third), evidence.timings
            ),
        )
    )[0]
    assert both == "SmolLM2-135M-Instruct is faster than gemma-3-270m at 2 of 3 workloads, gemma-3-270m at 1"


def test_of_three_models_the_next_one_is_the_measure_of_the_fastest():
    models = {made_up.SMALL: 0.03, made_up.OTHER: 0.047, made_up.THIRD: 0.04}
    finding, _ = headline(made_up.models_in_turns(models))
    assert finding.startswith("SmolLM2-135M-Instruct is fastest: 1.33 times as fast as Qwen3-0.6B (")
    assert finding.endswith(", the next")
    level = headline(made_up.models_in_turns({made_up.SMALL: 0.03, made_up.OTHER: 0.0301, made_up.THIRD: 0.0302}))[0]
    assert level == "No evidence on which of SmolLM2-135M-Instruct, gemma-3-270m and Qwen3-0.6B is fastest"


def test_models_of_different_workloads_are_not_compared():
    one = made_up.measurement(made_up.SMALL, made_up.BATCH, made_up.batches(made_up.BATCH, first=0.3, gap=0.03))
    other = made_up.BATCH.but(batch_size=2)
    made = made_up.run(one, made_up.measurement(made_up.OTHER, other, made_up.batches(other, first=0.3, gap=0.03)))
    assert headline(made)[0] == "2 models were measured, none of them against another"


def test_one_model_says_what_a_request_takes_and_a_sweep_its_ends():
    finding, lede = headline(made_up.one_model())
    assert re.fullmatch(r"SmolLM2-135M-Instruct takes 1\.2\d+ s \(± [\d.]+\) for the median request", finding)
    assert "the first token comes after" in lede
    ends = headline(made_up.server())[0]
    assert re.search(
        r"takes 0\.88\d? s \(.+\) for the median request with 1 at a time, and 3\.3\d? s \(.+\) with 16 at", ends
    )


def test_a_median_without_an_interval_is_no_headline():
    run, evidence = made_up.one_model()
    few = run.measurements[0].but(figures=(), unmeasured={"e2e_seconds_p50": "5 requests show 1.2 s, but it takes 6"})
    finding, lede = headline((run.but(measurements=(few,)), evidence))
    assert finding == "SmolLM2-135M-Instruct was measured, but no time of a whole request is sure"
    assert "5 requests show 1.2 s, but it takes 6" in lede


def test_the_least_memory_is_named_and_equal_needs_are_not_ranked():
    assert (
        "SmolLM2-135M-Instruct needs the least memory, 1.26 GB at its peak against 1.99 GB."
        in headline(made_up.two_models())[1]
    )
    equal = made_up.sweep((made_up.SMALL, made_up.OTHER), (64,), (1,))
    assert "Memory peaks at 1.26 GB with each of them." in headline(equal)[1]
    assert tiles(equal)["Peak memory"].key is None
    near = made_up.run(
        *(
            made_up.measurement(model, made_up.BATCH, made_up.batches(made_up.BATCH, first=0.3, gap=0.03), peak=peak)
            for model, peak in ((made_up.SMALL, 1_257_000_000), (made_up.OTHER, 1_265_000_000))
        )
    )
    assert "Memory peaks at 1.26 GB to 1.27 GB with each of them." in headline(near)[1]


def test_memory_is_the_accelerator_s_where_the_model_ran_on_one():
    run, evidence = made_up.one_model()
    (one,) = run.measurements
    card = made_up.figure("peak_device_bytes", 3.5e9, 3.5e9, 3.5e9)
    made = run.but(measurements=(one.but(figures=(*one.figures, card)),)), evidence
    assert tiles(made)["Peak memory"].value == "3.50"
    assert "Memory peaks at 3.50 GB." in headline(made)[1]


def test_estimated_energy_is_called_so_and_overlapping_ranges_have_no_first():
    lede = headline(made_up.two_models())[1]
    assert "A token takes an estimated" in lede
    assert "these ranges overlap" in lede
    assert "estimated" in tiles(made_up.two_models())["Energy a token"].spread
    counted = made_up.two_models(energy=made_up.counted)
    assert "estimated" not in headline(counted)[1]
    assert "overlap" not in headline(counted)[1]
    assert tiles(counted)["Fewest joules a token"].key.title == "SmolLM2-135M-Instruct"


def test_energy_that_was_not_measured_has_its_reason_and_no_tile():
    assert f"Energy was not measured: {made_up.NO_COUNTERS}." in headline(made_up.a_tie())[1]
    assert not [label for label in tiles(made_up.a_tie()) if "Energy" in label or "joules" in label]


def test_every_value_of_a_tile_has_its_interval():
    for kind in ("one", "two in turns", "sweep", "server"):
        for label, tile in tiles(made_up.KINDS[kind]()).items():
            assert tile.spread or "memory" in label, (kind, tile)


@pytest.mark.parametrize(
    ("metric", "ends", "said"),
    [
        ("e2e_seconds_p50", (1.2402, 1.2311, 1.2513), "1.24 s (± 0.01)"),
        ("tpot_seconds_p50", (0.0312, 0.0309, 0.0314), "31.2 ms (± 0.2)"),
        ("output_tokens_per_second", (25.81, 25.5, 26.1), "25.8 tokens/s (± 0.3)"),
        ("joules_per_token", (0.42, 0.25, 0.59), "0.42 J (± 0.17)"),
        ("joules_per_token", (0.00042, 0.00025, 0.00059), "420 µJ (± 170)"),
        ("output_tokens_per_second", (12345.0, 12000.0, 12700.0), "12,345 tokens/s (± 350)"),
        ("e2e_seconds_p50", (1.24, 1.24, 1.5), "1.2 s (1.2–1.5)"),
        ("e2e_seconds_p99", (1.24, 1.0, float("inf")), "1.24 s (1.00 or more)"),
        ("goodput_requests_per_second", (0.0, 0.0, 0.0), "0.0 requests/s (± 0.0)"),
    ],
)
def test_a_figure_has_one_unit_and_no_more_digits_than_its_interval(metric, ends, said):
    assert units.whole(made_up.figure(metric, *ends, "clustered")) == said


def test_what_was_reached_needs_no_interval():
    assert units.whole(made_up.figure("peak_resident_bytes", 1.257e9, 1.257e9, 1.257e9)) == "1.26 GB"


def test_an_unquiet_machine_and_failed_requests_are_told_first():
    assert banners(read(made_up.two_models())) == ()
    (unsteady,) = banners(read(made_up.a_tie()))
    assert unsteady.title == "The machine was unsteady"
    assert unsteady.text.startswith("Other processes took 4% of the processor.")
    noisy = made_up.one_model(conditions=made_up.UNSTEADY.but(noise=Noise.NOISY))
    assert banners(read(noisy))[0].title == "The machine was noisy"
    (failed,) = banners(read(made_up.server(loads=(2,), fails=7)))
    assert failed.text.startswith("7 of 150 are in no time")


def test_the_same_unrest_at_several_workloads_is_told_once_with_its_range():
    run, evidence = made_up.growing()
    shares = (4, 9, 6, 4, 4, 4)
    restless = tuple(
        one.but(conditions=made_up.UNSTEADY.but(reasons=(f"other processes took {share}% of the processor",)))
        for one, share in zip(run.measurements, shares, strict=True)
    )
    (told,) = banners(read((run.but(measurements=restless), evidence)))
    assert told.title == "The machine was unsteady at 3 of 3 workloads"
    assert told.text.startswith("Other processes took 4 to 9% of the processor. Times may")


def test_no_superlative_where_ranges_overlap():
    assert {"Quickest request", "Most tokens a second", "Fewest joules a token"} <= set(
        tiles(made_up.sweep(energy=made_up.counted))
    )
    run, evidence = made_up.sweep(prompts=(64, 65), loads=(1,))
    level = tiles((run, evidence))
    assert {"Whole request", "Tokens a second", "Energy a token"} <= set(level)
    assert level["Tokens a second"].line.endswith("ranges overlap")


def test_a_server_that_does_not_keep_up_is_told_first():
    (told,) = banners(read(made_up.overrun()))
    assert told.title == "The server did not keep up"
    assert "smollm2 with poisson 8/s" in told.text


def test_a_model_has_one_name_and_one_symbol_on_the_whole_page(make):
    case = make()
    asked = list(dict.fromkeys(each.evaluation.model for each in case.run.results))
    chatting = asked[0].but(chat_template=ChatTemplate.ON)
    half = asked[1].but(precision=Precision.FLOAT16)
    made, _ = made_up.two_models(models=(chatting, half))
    who = everyone(case.run.but(measurements=made.measurements), case.comparison.models, 0)
    assert who.names[chatting.fingerprint] == case.comparison.models[0]
    assert who.names[half.fingerprint] == "gemma-3-270m (float16)"
    assert who.compared.series == (1, 2)
    assert who.measured.series == (1, 3)
    assert who.count == 3


def test_the_command_measures_the_same_again():
    run, _ = made_up.two_models(workloads=[made_up.BATCH.but(batch_size=size) for size in (4, 1)])
    lines = commands(run)[0].split(" \\\n  ")
    assert lines[0] == "outweigh measure"
    assert f"{made_up.SMALL.name}@{made_up.SMALL.revision}" in lines
    wanted = {"--batch-size 1,4", "--prompt-tokens 256", "--output-tokens 32", "--budget 60s", "--within 0.01"}
    assert wanted | {"--precision float32", "--seed 1234"} <= set(lines)
    assert "--concurrency 1,2,4,8,16" in commands(made_up.server()[0])[0]
    fixed, _ = made_up.one_model()
    fixed = fixed.measurements[0].but(precise=fixed.measurements[0].precise.but(stopped=Stopped.FIXED))
    assert "--repeats 45" in commands(run.but(measurements=(fixed,)))[0]
    assert commands(made_up.imported()[0]) == ()


def test_the_part_is_whole_for_every_kind_of_run():
    for make in made_up.KINDS.values():
        run, evidence = make()
        page = part(run, everyone(run, (), 0), evidence)
        assert page.finding and not page.finding.endswith(".")
        assert sum(len(lines) for _, lines in page.board.bands) == len(run.measurements)
