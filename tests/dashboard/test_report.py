"""The report says what the comparison says, whole, plainly, and without trusting anybody's words."""

import subprocess
import sys
from dataclasses import replace
from itertools import combinations, pairwise

import pytest

from html_page import Page, labels, parsed, plain
from outweigh.dashboard import words
from outweigh.dashboard.report import ReportSample, report_html
from outweigh.insight.comparison import Scored, compare
from outweigh.records import Area, Matchup, Run, Step, StepKind, UserError, Verdict

EVIL = "<script>alert('x')</script>"


def read(case):
    return parsed(case.html())


def test_every_page_is_well_formed_with_one_heading_and_no_skipped_level(any_case):
    page = read(any_case)
    assert page.all("html", lang="en")
    levels = [int(one["tag"][1]) for one in page.elements if one["tag"] in ("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_ids_are_unique_and_every_link_inside_leads_somewhere(any_case):
    page = read(any_case)
    ids = [one["attrs"]["id"] for one in page.elements if "id" in one["attrs"]]
    assert len(ids) == len(set(ids))
    links = [one["attrs"]["href"] for one in page.elements if one["tag"] in ("a", "use")]
    assert links
    assert {link.removeprefix("#") for link in links} <= set(ids)


def test_a_page_asks_nothing_of_any_network(any_case):
    page = read(any_case)
    for one in page.elements:
        for name in ("src", "href", "xlink:href", "srcset", "action", "data", "poster", "style"):
            assert (one["attrs"].get(name) or "#").startswith("#"), one
    style = page.all("style")[0]["text"]
    assert "url(" not in style
    assert "@import" not in style
    assert not page.all("script")
    assert not page.all("link")
    policy = page.all("meta", **{"http-equiv": "Content-Security-Policy"})[0]["attrs"]["content"]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def test_the_finding_is_the_heading(make):
    page = read(make(finding="A outweighs B on 2 of 5 benchmarks, loses on 0 and ties on 3; with 500 samples each."))
    assert page.all("h1")[0]["text"] == "A outweighs B on 2 of 5 benchmarks, loses on 0 and ties on 3"
    assert page.by_class("lede")[0]["text"] == "With 500 samples each."


def test_every_table_has_a_caption_and_scoped_headers(any_case):
    page = read(any_case)
    tables = page.all("table")
    assert len(tables) == len(page.all("caption")) > 0
    assert all(one["attrs"].get("scope") in ("col", "row", "rowgroup") for one in page.all("th"))
    boxes = page.by_class("scroll")
    assert len(boxes) >= len(tables)
    assert all(box["attrs"]["tabindex"] == "0" and box["attrs"]["role"] == "region" for box in boxes)
    assert all(box["attrs"]["aria-label"] for box in boxes)


def test_every_chart_is_drawn_in_two_widths_with_a_sentence_and_its_numbers(any_case):
    page = read(any_case)
    figures = page.all("figure")
    assert figures
    assert len(page.by_class("wide")) >= len(figures)
    assert len(page.by_class("narrow")) == len(figures)
    assert len(labels(page)) == len(page.all("figcaption")) == len(figures)
    assert all(labels(page))
    drawn = [one for one in page.all("svg") if "plot" in one["attrs"].get("class", "")]
    assert all(one["attrs"]["aria-hidden"] == "true" and "width" not in one["attrs"] for one in drawn)


def test_charts_take_every_colour_from_the_page_s_theme(any_case):
    page = read(any_case)
    colours = {
        one["attrs"][name]
        for one in page.elements
        if "svg" in one["inside"]
        for name in ("fill", "stroke")
        if name in one["attrs"]
    }
    assert colours
    assert all(colour in ("none", "currentColor") or colour.startswith("var(--") for colour in colours)
    style = page.all("style")[0]["text"]
    assert all(f"{colour[4:-1]}:" in style for colour in colours - {"none", "currentColor"})


def test_descriptions_follow_the_data(make):
    first, _ = labels(read(make()))[:2]
    assert "SmolLM2-135M-Instruct is ahead by" in first
    turned = make()
    rows = tuple(
        row.but(
            estimates=row.estimates[::-1],
            differences=tuple(
                one.but(value=-one.value, low=-one.high, high=-one.low, verdict=_other(one.verdict))
                for one in row.differences
            ),
        )
        for row in turned.comparison.rows
    )
    first, second = labels(read(replace(turned, comparison=turned.comparison.but(rows=rows))))[:2]
    assert "gemma-3-270m is ahead by" in first
    assert "SmolLM2-135M-Instruct is ahead" not in first + second


def _other(verdict):
    return {Verdict.FIRST: Verdict.SECOND, Verdict.SECOND: Verdict.FIRST, Verdict.TIE: Verdict.TIE}[verdict]


def test_ties_are_said_and_drawn_as_ties(make):
    page = read(make(apart=0))
    overall, differences = labels(page)
    assert "is a tie" in overall
    assert differences == "No model is clearly first on any of 5 benchmarks."
    assert [one["text"] for one in page.by_class("rank")] == ["tied for first"] * 2
    assert len(page.by_class("tied")) == 2 + 2 * 5
    assert not page.by_class("best")
    shades = [one for one in page.all("path") if one["attrs"].get("fill") == "var(--tie-strong)"]
    assert len(shades) == 2 * (5 + 6), "both widths, the overall row with its areas or benchmarks"


def test_no_score_stands_without_its_interval(case):
    page = read(case)
    said = plain(" ".join(one["text"] for one in page.by_class("board")))
    for row in case.comparison.rows:
        if row.kind in ("benchmark", "group"):
            for estimate in row.estimates:
                both = words.score(estimate)
                assert both.spread
                assert f"{both.value} {both.spread}" in said


def test_a_row_holds_the_difference_its_p_value_and_what_it_could_see(make):
    case = make()
    page = read(case)
    said = plain(page.by_class("board")[0]["text"])
    for row in case.comparison.rows[:5]:
        one = row.differences[0]
        gap = words.gap(one)
        cells = f"{gap.value} {gap.spread} {words.p_value(one.adjusted_p_value)} {words.verdict(one)}"
        assert f"{cells} {words.minimum(one.minimum_detectable)} {one.count:,}" in said


def test_subjects_are_folded_with_their_group_first(make, kit):
    page = read(make(benchmarks=(*kit.FULL, *kit.MMLU), apart=0.08))
    main, folded = page.by_class("board")
    assert "Anatomy" not in main["text"]
    assert "MMLU" in main["text"]
    assert plain(folded["text"]).index("MMLU acc,") < plain(folded["text"]).index("Anatomy")
    assert "World religions" in folded["text"]
    assert "57 subjects of MMLU" in page.by_class("scope")[0]["text"]


def test_one_model_is_not_compared_with_anything(make, kit):
    page = read(make(kit.TWO[:1]))
    assert page.by_id("differences") is None
    assert "Verdict" not in page.by_id("main")["text"]
    assert "clearly above guessing on 2 of 2" in page.by_id("answer")["text"]


def test_every_pair_of_several_models_can_be_looked_up(make, kit):
    page = read(make(kit.FOUR))
    assert len([one for one in page.all("caption") if " minus " in one["text"]]) == 6


def test_pairs_have_effect_sizes(make, kit):
    case = make()
    rows = tuple(
        row.but(differences=tuple(each.but(effect=-0.21) for each in row.differences)) for row in case.comparison.rows
    )
    page = read(replace(case, comparison=case.comparison.but(rows=rows)))
    table = next(one for one in page.all("table") if " minus " in one["text"])
    assert "Effect, h" in table["text"] and "−0.21" in table["text"]


def test_failures_are_said_at_the_top_and_counted_below(make):
    page = read(make(problems=7))
    assert "7 failed, 21 lost part of the prompt" in plain(page.by_class("banner")[0]["text"])
    assert "7 failed, 21 cut off, 14 unreadable" in page.by_class("tag")[0]["text"]
    assert "ARC challenge SmolLM2-135M-Instruct 7 21 0" in plain(page.by_id("problems")["text"])
    clean = read(make())
    assert not clean.by_class("banner")
    assert "Every sample was answered" in clean.by_id("problems")["text"]


def test_remote_code_is_said_at_the_top(make):
    page = read(make(remote_code=True))
    assert "HuggingFaceTB/SmolLM2-135M-Instruct ran with remote code on" in page.by_class("banner")[0]["text"]
    assert "--trust-remote-code" in page.by_id("reproduce")["text"]
    assert not read(make()).by_class("banner")


def test_nobody_s_words_become_markup(make, kit):
    names = (f"org/{EVIL}model", 'org/x" onload="y')
    case = make(names)
    sample = ReportSample(EVIL, EVIL, EVIL, EVIL, (EVIL, "</dd></dl><style>*{display:none}</style>"), (True, False))
    rows = tuple(row.but(title=f"{EVIL}{row.title}", metric=EVIL) for row in case.comparison.rows)
    comparison = case.comparison.but(rows=rows, finding=f"{EVIL} wins.", notes=(EVIL,))
    run = case.run.but(name=EVIL, suite=EVIL, notes=(EVIL,))
    page = read(kit.Case(run, comparison, (sample,)))
    assert not page.all("script")
    assert len(page.all("style")) == 1
    assert not [one for one in page.elements if any(name.startswith("on") for name in one["attrs"])]
    assert EVIL in page.all("h1")[0]["text"]
    assert any(EVIL in one["text"] for one in page.by_class("quote"))
    assert any("<script>" in one["text"] for one in page.all("text")), "shown in the drawing as the words they are"


def test_names_that_no_drawing_can_hold_are_still_drawn(make):
    assert "\N{REPLACEMENT CHARACTER}" in make(("org/mo\x00del", "org/oth\x0ber")).html()


def test_samples_show_question_target_and_every_answer(make):
    page = read(make())
    samples = page.by_class("sample")
    assert len(samples) == 3
    assert "Which spoon gets hot fastest" in samples[0]["text"]
    assert "SmolLM2-135M-Instruct right, gemma-3-270m wrong" in samples[0]["text"]
    assert "no answer" in samples[2]["text"]
    assert "ARC challenge" in samples[0]["text"], "the benchmark by its title"


def test_a_sample_needs_one_answer_a_model(make, kit):
    case = make()
    sample = ReportSample("gsm8k", "4", "?", "1", ("1",), (True,))
    with pytest.raises(UserError, match="sample 4 of gsm8k: expected one answer and one mark for each of 2 models"):
        kit.Case(case.run, case.comparison, (sample,)).html()


def test_a_comparison_without_models_is_refused(make, kit):
    case = make()
    empty = case.comparison.but(models=(), rows=())
    with pytest.raises(UserError, match="no model"):
        kit.Case(case.run, empty).html()


def test_the_method_is_told(make):
    page = read(make())
    said = plain(page.by_id("method")["text"])
    for fact in (
        "Licence apache-2.0",
        "Licence not stated",
        "Precision float32",
        "Remote code off",
        "Parameters 135 M",
    ):
        assert fact in said
    assert "GSM8K gsm8k 1.0 written answer, greedy, at most 256 tokens 5 first 200 exact_match 1234" in said
    assert "not measured" in page.by_id("speed")["text"], "energy was not measured, which is not zero"


def test_what_was_not_measured_is_not_zero_and_a_part_is_no_total(make, kit):
    case = make()
    results = list(case.run.results)
    results[0] = results[0].but(usage=results[0].usage.but(seconds=None))
    page = read(kit.Case(case.run.but(results=tuple(results)), case.comparison))
    said = plain(page.by_id("speed")["text"])
    assert "SmolLM2-135M-Instruct 2,137 not measured not measured 384,660" in said
    assert "gemma-3-270m 2,137 14 min 43 s 2.4" in said


def test_joules_of_answers_come_with_their_bounds_and_their_source(make, kit):
    case = make()
    joules = {
        "energy_joules": 720.0,
        "energy_low_joules": 360.0,
        "energy_high_joules": 1080.0,
        "energy_source": "estimated from power table",
        "energy_estimated": True,
    }
    results = tuple(each.but(usage=each.usage.but(**joules)) for each in case.run.results)
    text = plain(read(kit.Case(case.run.but(results=results), case.comparison)).by_id("speed")["text"])
    assert "1.0 Wh, 0.50 to 1.5 (estimated from power table)" in text  # five benchmarks
    counted = {"energy_joules": 720.0, "energy_source": "RAPL"}
    exact = tuple(each.but(usage=each.usage.but(**counted)) for each in case.run.results)
    page = read(kit.Case(case.run.but(results=exact), case.comparison))
    assert "1.0 Wh (RAPL)" in plain(page.by_id("speed")["text"])


def test_who_beats_whom_and_what_a_step_changed_are_tables(make, kit):
    case = make(kit.FOUR)
    models = case.comparison.models
    matchups = tuple(
        Matchup(first=one, second=other, wins=3, losses=1, ties=2, unknown=0) for one, other in combinations(models, 2)
    )
    step = Step(
        parent=models[1],
        child=models[0],
        kinds=(StepKind.TUNED,),
        change=case.comparison.rows[-1].differences[0],
        better=("GSM8K",),
        ties=4,
    )
    found = case.comparison.but(matchups=matchups, lineage=(step,))
    page = read(kit.Case(case.run, found))
    text = plain(" ".join(one["text"] for one in page.all("table")))
    assert f"3{words.DASH}2{words.DASH}1" in text
    assert f"1{words.DASH}2{words.DASH}3" in text
    assert f"{models[1]} → {models[0]}" in text
    assert "fine-tuned" in text
    assert "Wins, ties and losses" not in make().html()


def test_the_commands_ask_for_the_same_again(make, kit):
    page = read(make())
    lines = [line.strip(" \\") for line in page.by_id("reproduce")["text"].splitlines()]
    revision = kit.spec(kit.TWO[0]).revision
    assert f"{kit.TWO[0]}@{revision}" in lines
    assert {"outweigh run", "--suite starter", "--seed 1234", "--precision float32"} <= set(lines)
    assert "--limit" not in page.by_id("reproduce")["text"], "benchmarks had different ones"
    case = make(benchmarks=kit.STARTER[:1])
    given = report_html(case.run, case.comparison, made_at=kit.NOW, commands=("outweigh run a 'b c'",))
    assert Page(given).all("code")[-1]["text"] == "outweigh run a 'b c'"


def test_what_was_not_answered_or_not_compared_is_said(make, kit):
    case = make()
    first, *rest = case.comparison.rows
    rows = (first.but(estimates=(first.estimates[0], None), differences=()), *rest)
    page = read(kit.Case(case.run, case.comparison.but(rows=rows)))
    assert "no score" in page.by_class("board")[0]["text"]
    assert "1 benchmark could not be compared" in labels(page)[1] or "of 4 benchmarks" in labels(page)[1]


def test_scores_that_are_no_shares_keep_their_unit_and_stay_off_the_axis_of_percentages(make, kit):
    case = make()
    rows = list(case.comparison.rows)
    one = rows[3].estimates[0].but(metric="bleu_max", value=11.34, low=9.1, high=14.2)
    gap = rows[3].differences[0].but(value=1.6, low=0.44, high=2.71, verdict=Verdict.FIRST)
    rows[3] = rows[3].but(
        metric="bleu_max", estimates=(one, one.but(value=9.7, low=8.1, high=12.6)), differences=(gap,)
    )
    page = read(kit.Case(case.run, case.comparison.but(rows=tuple(rows))))
    said = plain(page.by_class("board")[0]["text"])
    assert "bleu_max, in its own unit 11.3 9.1–14.2 9.7 8.1–12.6 +1.6 0.4–2.7" in said
    assert "1134" not in page.by_id("main")["text"]
    assert "Verse forms" not in " ".join(one["text"] for one in page.all("text"))


def test_a_real_comparison_makes_a_report(kit):
    """The comparison as `outweigh.insight` makes it, one model without a benchmark, names that need telling apart."""
    models = (kit.spec("a/same"), kit.spec("b/same"))
    results, columns = [], {}
    for index, model in enumerate(models):
        for asked in kit.STARTER[: 5 - index]:
            scores = {str(place): float(place % (3 + index) == 0) for place in range(asked.count)}
            result = kit.result(model, asked, sum(scores.values()) / len(scores))
            results.append(result)
            columns.setdefault(index, []).append(Scored(result, scores))
    from outweigh.insight.columns import labels as named

    names = named(results)
    comparison = compare({names[models[index].fingerprint]: column for index, column in columns.items()})
    page = read(kit.Case(Run(name="r", created_at=kit.NOW, results=tuple(results)), comparison))
    assert len(page.by_id("method")["text"].split("not pinned")) == 1, "each model found its spec"
    assert all(name in page.by_id("method")["text"] for name in names.values())
    assert comparison.finding.split(";")[0] in page.all("h1")[0]["text"]
    assert Area.SAFETY.value.capitalize() in page.by_id("benchmarks")["text"]


def test_the_starter_report_is_small(make):
    assert len(make().html().encode()) < 600_000


def test_the_same_input_makes_the_same_file(make, kit):
    case = make()
    assert report_html(case.run, case.comparison, case.samples, made_at=kit.NOW) == case.html()


def test_asking_for_the_report_loads_nothing_heavy():
    code = (
        "import sys, outweigh.dashboard.report;"
        "print([name for name in ('altair', 'vl_convert', 'jinja2', 'pandas', 'numpy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
