"""The report's answer: which one, how sure, what would change it, and what it costs."""

from dataclasses import replace

import pytest

import decisions
from html_page import parsed, plain
from outweigh.dashboard.clouds import WIDE_CLOUDS, Cloud, Clouds, axes, ellipse, labels, steps
from outweigh.dashboard.decision import Decision
from outweigh.dashboard.decision_front import chance, on_front, placed
from outweigh.dashboard.describe import headline
from outweigh.dashboard.evidence import Evidence
from outweigh.dashboard.report import report_html
from outweigh.records import CostName


@pytest.fixture(scope="module")
def found():
    return decisions.decision()


def page(case, decision, now):
    html = report_html(case.run, case.comparison, (), made_at=now, evidence=Evidence(decision=decision))
    return parsed(html)


def test_the_answer_is_the_heading_and_the_comparison_stands_below(make, kit, found):
    case = make()
    made = page(case, found, kit.NOW)
    heading = plain(made.all("h1")[0]["text"])
    assert heading.startswith("large: the best of the 3 models that keep the limits with a probability of")
    lede = plain(made.by_class("lede")[0]["text"])
    assert "forgoes" in lede
    assert case.comparison.finding.split(";")[0].rstrip(".") in lede
    order = [one["attrs"].get("id") for one in made.all("section")]
    assert order.index("pick") < order.index("plan") < order.index("answer")


def test_chances_are_bars_with_words(make, kit, found):
    made = page(make(), found, kit.NOW)
    pick = plain(made.by_id("pick")["text"])
    best = found.recommendation.ranked[0]
    assert f"large {chance(best.confidence)}" in pick
    widths = [
        float(one["attrs"]["width"]) for one in made.all("rect") if one["attrs"].get("class") in ("first", "other")
    ]
    assert widths[0] == pytest.approx(100 * best.confidence, abs=0.06)
    assert sum(widths) <= 100.5


def test_figures_say_how_they_came_about(make, kit, found):
    pick = plain(page(make(), found, kit.NOW).by_id("pick")["text"])
    assert "Energy of a request 50 J ± 25 estimated" in pick
    assert "Memory 9.00 GB measured" in pick
    assert "Precision bfloat16" in pick


def test_what_would_change_it_and_what_to_run(make, kit, found):
    pick = plain(page(make(), found, kit.NOW).by_id("pick")["text"])
    assert "What would change this answer" in pick
    assert "outweigh run org/" in pick


def test_a_model_s_name_keeps_its_small_letter(make, kit, found):
    said = found.recommendation.but(trade_offs=("org/small: 2.0 points [1.0, 3.0] ahead in code",))
    made = page(make(), replace(found, recommendation=said), kit.NOW)
    assert "org/small: 2.0 points [1.0, 3.0] ahead in code." in plain(made.by_id("pick")["text"])
    long = "one/model: the best of the 3 models that keep the limits with a probability of 60 %"
    assert headline(f"{long}. small/model is the best more often.")[1] == "small/model is the best more often."
    assert headline(f"{long}; taking it forgoes 1 point.") == (long, "Taking it forgoes 1 point.")


def test_who_was_removed_is_said(make, kit):
    made = page(make(), decisions.decision(max_memory_bytes=5e9), kit.NOW)
    assert plain(made.all("h1")[0]["text"]).startswith("middle:")
    assert "large" in plain(made.by_id("removed")["text"])


def test_nobody_left_is_the_heading(make, kit):
    decision = Decision(decisions.recommendation(max_memory_bytes=5e8))
    made = page(make(), decision, kit.NOW)
    assert plain(made.all("h1")[0]["text"]).startswith("No model keeps the limits")
    assert made.by_id("pick") is None


def test_a_plan_alone_leaves_the_heading(make, kit):
    case = make()
    made = page(case, Decision(plan=decisions.cost_plan()), kit.NOW)
    assert plain(made.all("h1")[0]["text"]) == plain(parsed(case.html()).all("h1")[0]["text"])
    text = plain(made.by_id("plan")["text"])
    assert "over 12 months" in text and "a million tokens" in text
    assert "What moves the total" in text and "price per hour" in text
    assert "becomes cheaper than" in " ".join(one["attrs"]["aria-label"] for one in made.all("div", role="img"))


def test_every_chart_of_the_decision_has_its_table(make, kit, found):
    made = page(make(), found, kit.NOW)
    for name in ("front", "tornado", "volume"):
        assert made.by_id(f"chart-{name}"), name
    captions = [plain(one["text"]) for one in made.all("caption")]
    assert "Cost of a month by volume" in captions
    assert "What moves the total, one input at a time" in captions


def test_where_all_are_on_the_front_nobody_is_said_to_be_beaten(make, kit, found):
    assert "none is beaten on both" in plain(page(make(), found, kit.NOW).by_id("main")["text"])


def test_the_front_is_who_nobody_beats_on_both():
    found = placed(decisions.recommendation(), CostName.MEMORY)
    assert on_front(found) == {"small", "middle", "large"}
    worse = [
        *found,
        placed(decisions.recommendation(), CostName.MEMORY)[0].__class__("worse", (30, 25, 35), found[0].cost, 0.5),
    ]
    assert on_front(worse) == {"small", "middle", "large"}


def test_a_staircase_goes_from_the_cheapest_to_the_worthiest():
    clouds = [
        Cloud(1, x, y, (x, x), (y, y), front=front) for x, y, front in ((3, 9, True), (1, 5, True), (2, 4, False))
    ]
    assert steps(clouds) == [(1, 5), (3, 5), (3, 9)]


def test_an_ellipse_reaches_the_ends_of_both_intervals():
    cloud = Cloud(1, 2.0, 50.0, (1.5, 4.0), (40.0, 55.0))
    x, y = axes(Clouds((cloud, Cloud(1, 3.0, 45.0, (2.0, 5.0), (41.0, 49.0))), "x", "y"), WIDE_CLOUDS)
    corners = ellipse(cloud, x, y)
    across, up = zip(*corners, strict=True)
    assert (min(across), max(across), min(up), max(up)) == pytest.approx((1.5, 4.0, 40.0, 55.0))


@pytest.mark.parametrize(
    ("share", "said"), [(1.0, "100 %"), (0.999, "over 99 %"), (0.61, "61 %"), (0.001, "under 1 %"), (0.0, "0 %")]
)
def test_chances_in_words(share, said):
    assert chance(share) == said


def test_where_more_is_better_both_ways_the_staircase_goes_down():
    clouds = [Cloud(1, x, y, (x, x), (y, y), front=True) for x, y in ((3, 5), (1, 9))]
    assert steps(clouds, more=True) == [(1, 9), (1, 5), (3, 5)]


def test_names_do_not_stand_on_each_other():
    near = [Cloud(1, 10 + at / 100, 50.0 + at / 100, (9, 11), (49, 51), f"a model with a name {at}") for at in range(6)]
    found = labels(Clouds(tuple(near), "x", "y"), WIDE_CLOUDS)
    assert [each.cloud for each in found] == near[: len(found)]
    assert 2 <= len(found) < 6, "what has no room is left out"
    assert len({(each.left, each.drop) for each in found}) == len(found)
