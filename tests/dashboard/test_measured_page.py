"""The page of a measured run: the finding first, every figure with its interval or a reason, charts where data are."""

import pytest

import made_measurements as made_up
from html_page import labels, parsed, plain
from outweigh.dashboard import units
from outweigh.dashboard.report import report_html
from outweigh.records import Run, UserError

EVIL = "<script>alert('x')</script>"
SHOWN = ("e2e_seconds_p50", "ttft_seconds_p50", "tpot_seconds_p50", "output_tokens_per_second", "joules_per_token")
SECTIONS = {
    "one": ["times", "energy"],
    "two in turns": ["times", "energy"],
    "a tie": ["times"],
    "growing": ["times", "load", "energy"],
    "sweep": ["times", "sizes", "energy"],
    "prompts alone": ["times", "sizes", "energy"],
    "server": ["times", "load"],
    "overrun": ["times"],
    "imported": [],
}


def read(case):
    return parsed(case.html())


def board(page):
    return next(one for one in page.all("table") if "cost" in one["attrs"].get("class", ""))


def test_the_finding_is_the_heading_and_the_table_is_on_the_first_screen(make_measured):
    page = read(make_measured("two in turns"))
    heading = plain(page.all("h1")[0]["text"])
    assert heading.startswith("SmolLM2-135M-Instruct is 1.57 times as fast as gemma-3-270m (1.55–1.59)")
    sections = [one["attrs"].get("id") for one in page.all("section")]
    assert sections[0] == "cost"
    assert page.by_id("answer") is page.by_id("method") is page.by_id("speed") is page.by_id("reading") is None


@pytest.mark.parametrize("kind", ["one", "two in turns", "growing", "sweep", "server", "servers with limits"])
def test_every_figure_of_the_table_stands_with_its_interval_or_its_reason(make_measured, kind):
    case = make_measured(kind)
    page = read(case)
    said = plain(board(page)["text"])
    reasons = [plain(one["text"]) for one in page.all("li") if one["attrs"].get("id", "").startswith("why-")]
    for metric in SHOWN:
        figures = [found for one in case.run.measurements if (found := one.figure(metric))]
        unit = units.unit_of(metric, [found.value for found in figures])
        for found in figures:
            both = units.said(found, unit)
            assert both.spread
            assert f"{both.value} {both.spread}" in said
        for one in case.run.measurements:
            why = one.unmeasured.get(metric) or one.unmeasured.get("energy_joules" if "joules" in metric else "")
            assert one.figure(metric) or why in reasons


def test_what_is_not_there_leads_to_the_reason(make_measured):
    page = read(make_measured("server"))
    links = [one for one in page.all("a") if one["attrs"]["href"].startswith("#why-")]
    assert len(links) == 2 * 5, "memory and energy of five loads"
    assert page.by_id("why-1")["text"].strip() == made_up.NOT_HERE
    assert all("for reason 1" in one["attrs"]["aria-label"] for one in links)


def test_a_row_says_how_sure_it_is_why_it_ended_and_what_the_machine_did(make_measured):
    run = make_measured("a tie").run
    said = plain(board(read(make_measured("a tie")))["text"])
    for one in run.measurements:
        assert f"± {units.percent(one.precise.reached)} {one.precise.repeats} repeats" in said
    assert said.count("unsteady") == 2
    assert "1.19 expected" in said, "the footprint beside the peak"
    assert "not watched" in board(read(make_measured("server")))["text"]


def test_estimated_energy_is_called_so_in_the_table_the_chart_and_the_tile(make_measured):
    page = read(make_measured("one"))
    assert "estimated" in board(page)["text"]
    assert "estimated" in page.by_class("tiles")[0]["text"]
    assert "an estimated" in labels(page)[-1]
    counted = read(make_measured("sweep of two, counted"))
    assert "estimated" not in counted.by_id("cost")["text"]
    assert "gpu-0, package-0 and dram-0" in plain(counted.by_id("energy")["text"])


def test_the_faster_is_bold_and_a_tie_is_shaded(make_measured):
    fast = [one for one in read(make_measured("two in turns")).all("td") if "best" in one["attrs"].get("class", "")]
    assert len(fast) == 1
    tied = [one for one in read(make_measured("a tie")).all("td") if "tied" in one["attrs"].get("class", "")]
    assert len(tied) == 2
    assert not [one for one in read(make_measured("a tie")).all("td") if "best" in one["attrs"].get("class", "")]


def test_every_verdict_can_be_looked_up_with_its_interval_and_method(make_measured):
    page = read(make_measured("three"))
    table = next(one for one in page.all("table") if "Times as fast" in one["text"])
    assert table["text"].count("paired log ratios") == 3
    assert "SmolLM2-135M-Instruct gemma-3-270m batch 1 × (256 + 32) 1.57 1.55–1.59 faster yes" in plain(table["text"])
    assert not [one for one in read(make_measured("one")).all("table") if "Times as fast" in one["text"]]


@pytest.mark.parametrize("kind", sorted(SECTIONS))
def test_a_chart_appears_only_where_the_run_has_the_data_for_it(make_measured, kind):
    page = read(make_measured(kind))
    ids = [one["attrs"].get("id") for one in page.all("section")]
    assert ids == ["cost", *SECTIONS[kind], "measuring", *(["reproduce"] if kind != "imported" else [])]


def test_a_sweep_has_heat_maps_and_curves_with_their_growth(make_measured):
    case = make_measured("sweep")
    page = read(case)
    said = plain(page.by_id("sizes")["text"])
    assert "grows with batch size to the power 0.55 (0.48–0.62) and prompt length to the power 0.40 (0.33–0.47)" in said
    heat = next(one for one in page.elements if "heat" in one["attrs"].get("class", "").split())
    for one in case.run.measurements:
        figure = one.figure("e2e_seconds_p50")
        assert units.said(figure, units.SECONDS).value in heat["text"]
    charts = [one["attrs"]["id"] for one in page.all("figure")]
    assert charts == [
        "chart-times", "chart-heat-0-0", "chart-e2e-prompt-0", "chart-ttft-prompt-0", "chart-rates-0", "chart-energy",
    ]  # fmt: skip


def test_the_sentences_follow_the_data(make_measured):
    first, rate = labels(read(make_measured("server")))[1:]
    assert first.startswith("smollm2 gives the first token after 80 ms (76–82) with 1 at a time, 389 ms (± 13) with 16")
    assert "its knee, at 4 at a time (one figure a load, so without an interval)" in rate
    assert labels(read(make_measured("one")))[0].endswith("2 of 45 are out of line.")


def test_the_method_is_told(make_measured):
    page = read(make_measured("a tie"))
    said = plain(page.by_id("measuring")["text"])
    for fact in ("Precision float32", "Processor AMD EPYC 9B14, 2 cores", "transformers 5.23.0", "In turns with"):
        assert fact in said
    assert "all, in turns unsteady: other processes took 4% of the processor 0.09 cores busy, most by python" in said
    assert "took 0.1 % 3.20 GHz, moved by 1.0 % slowed nothing down governor performance" in said
    assert "SmolLM2-135M-Instruct and gemma-3-270m: float32 because the processor computes it best" in said
    assert "SmolLM2-135M-Instruct and gemma-3-270m: of one start: what starts differ by is in no interval" in said
    assert "e2e" not in said, "figures have names"
    alone = plain(read(make_measured("one")).by_id("measuring")["text"])
    served = plain(read(make_measured("server")).by_id("measuring")["text"])
    assert "Nobody watched" in served
    assert "the server's" in served and "of one start" not in served
    assert "Neighbours are compared in pairs" not in alone


def test_a_run_that_compared_and_measured_shows_both_with_the_same_symbols(make_both):
    page = read(make_both())
    assert page.all("h1")[0]["text"].startswith("SmolLM2-135M-Instruct outweighs")
    assert "Measured: SmolLM2-135M-Instruct is 1.57 times as fast" in plain(page.by_class("hero")[0]["text"])
    ids = [one["attrs"]["id"] for one in page.all("section")]
    assert ids.index("answer") < ids.index("cost") < ids.index("benchmarks") < ids.index("measuring")
    lines = page.by_id("reproduce")["text"]
    assert "outweigh run" in lines and "outweigh measure" in lines
    assert len(page.by_id("measuring")["text"].split("Licence")) == 1, "a model is described once"


def test_nobody_s_words_become_markup():
    made = made_up.two_models(
        models=(made_up.spec("org/<b>model"), made_up.spec('org/x" onload="y')), notes=(EVIL,),
        conditions=made_up.UNSTEADY.but(reasons=(EVIL,), busiest=(EVIL,), power_mode=EVIL),
        energy=lambda seconds: made_up.counted(seconds).but(parts={EVIL: seconds, "b": seconds}, method=EVIL),
    )  # fmt: skip
    run, evidence = made
    page = parsed(report_html(run.but(name=EVIL, notes=(EVIL,)), None, made_at=made_up.NOW, evidence=evidence))
    assert not page.all("script")
    assert not [one for one in page.elements if any(name.startswith("on") for name in one["attrs"])]
    assert "<b>model" in page.all("h1")[0]["text"]
    assert page.by_id("conditions")["text"].count(EVIL) == 3


def test_a_run_with_nothing_in_it_is_refused():
    with pytest.raises(UserError, match="run empty has neither a result nor a measurement"):
        report_html(Run(name="empty", created_at=made_up.NOW), None, made_at=made_up.NOW)


def test_a_report_without_measurements_has_no_word_of_them(make):
    page = read(make())
    assert page.by_id("cost") is page.by_id("measuring") is None
    assert "#cost" not in {one["attrs"]["href"] for one in page.all("a")}


def test_the_same_input_makes_the_same_file(make_measured):
    case = make_measured("growing")
    assert report_html(case.run, None, made_at=made_up.NOW, evidence=case.evidence) == case.html()
