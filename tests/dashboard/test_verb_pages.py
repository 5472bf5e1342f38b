"""The page of each verb: the finding first, every figure with its interval, and what nobody knows said as such."""

import re
from dataclasses import replace
from datetime import date

import pytest

import decisions
import verb_pages as made
from html_page import labels, parsed, plain
from outweigh.dashboard.leaderboard_board import said
from outweigh.dashboard.recommend_build import recommend_page
from outweigh.dashboard.report import verb_html
from outweigh.insight.leaderboard import Order
from outweigh.records import Estimate, Filters, Quality


@pytest.fixture
def read(kit):
    """A page as a browser would make it."""
    return lambda page: parsed(verb_html(page, made_at=kit.NOW))


def text(page, name="main"):
    return plain(page.by_id(name)["text"])


def heading(page):
    return plain(page.all("h1")[0]["text"])


@pytest.mark.parametrize("name", sorted(made.PAGES))
def test_a_page_says_which_verb_made_it_and_when(read, name):
    page = read(made.made(name))
    verb = name.split(",")[0]
    assert f"Made by Outweigh on 23 November 2026 by outweigh {verb}." in plain(page.all("footer")[0]["text"])
    assert "run" not in plain(page.all("footer")[0]["text"])


def test_a_leaderboard_s_heading_says_who_is_tied(read):
    page = read(made.ranked())
    assert heading(page) == "2 of 5 models are tied for first by mean of 3 benchmarks"
    assert "Any of them may truly be the best. As it was measured, best-7B scores 60.2 % (± 1.6)" in text(page)
    clear = read(made.ranked(made.MODELS[0], made.MODELS[4]))
    assert heading(clear) == "org/best-7B is first of 2 models by mean of 3 benchmarks"
    bands = [plain(one["text"]) for one in clear.by_class("band")]
    assert bands[0] == "First · every other model is behind by more than chance"


def test_there_is_one_band_of_those_that_may_be_first(read):
    page = read(made.ranked())
    bands = [plain(one["text"]) for one in page.by_class("band")]
    assert [each.partition(" · ")[0] for each in bands] == ["Tied for first", "Behind the first"]
    shown = text(page, "ranking")
    assert shown.index("Tied") < shown.index("best-7B") < shown.index("near-7B") < shown.index("Behind the first")
    assert shown.index("Behind the first") < shown.index("small-1B")
    first = read(made.ranked(order=Order(limit=1)))
    assert "1 more is not shown" in plain(first.by_class("band")[0]["text"])


def test_a_row_says_rank_owner_size_licence_base_and_completeness(read):
    rows = {plain(one["text"]).split()[1]: plain(one["text"]) for one in read(made.ranked()).all("tr")}
    assert "1–2 near-7B other · 7.6 B · apache-2.0 · from best-7B merge" in rows["near-7B"]
    assert "official" in rows["best-7B"]
    assert "size disputed: 9 B in the files, 70 B in the name" in rows["packed-70B"]
    assert "licence not known" in rows["packed-70B"]
    assert "base removed" in rows["last-3B"] and "from" not in rows["last-3B"]
    assert rows["last-3B"].endswith("3 of 3")


def test_every_score_of_a_leaderboard_stands_with_its_interval(read):
    shown = text(read(made.ranked()), "ranking")
    for row in made.board(*made.MODELS).rows:
        for each in (row.mean, row.win_rate, row.z_score, *row.standing.scores.values()):
            found = said(each)
            assert found.spread
            assert plain(f"{found.value} {found.spread}") in shown


def test_shade_and_bold_say_who_reaches_the_best(read):
    page = read(made.ranked())
    cells = [one for one in page.all("td") if "number" in (one["attrs"].get("class") or "")]
    gpqa = [one for one in cells if plain(one["text"]).startswith(("39.5", "38.5", "31.0"))]
    kinds = {plain(one["text"])[:4]: one["attrs"]["class"].split()[1:] for one in reversed(gpqa)}  # the table is first
    assert kinds == {"39.5": ["best", "tied"], "38.5": ["tied"], "31.0": []}


def test_the_filters_that_were_asked_for_are_said(read):
    scope = plain(read(made.made("leaderboard, families")).by_class("scope")[0]["text"])
    assert "up to 8 B · licence mit or apache-2.0 · only the best of each family · 4 of 6 evaluations ranked" in scope
    page = read(made.ranked(filters=Filters(min_parameters=5e8, official=True)))
    assert "500 M or more · official providers" in plain(page.by_class("scope")[0]["text"])
    assert "best of 2 of best" in text(read(made.made("leaderboard, families")), "ranking")


def test_who_lacks_a_benchmark_is_listed_apart(read):
    page = read(made.ranked())
    assert "partly-3B" not in text(page, "ranking")
    assert "org/partly-3B 2 of 3 IFEval BBH 50.0 ± 3.1; GPQA 35.0 ± 3.0" in text(page, "behind")
    partial = read(made.ranked(order=Order(by="bbh")))
    assert "2 of 3" in text(partial, "ranking") and "A dash: the model was not asked" in text(partial, "ranking")


def test_one_s_own_models_are_marked(read):
    page = read(made.ranked(*made.MODELS[:5], made.model("me/mine-1B", 0.5, 0.3, 0.5), own=1))
    assert "mine-1B me · 7.6 B · apache-2.0 yours" in text(page, "ranking")


def test_ratings_are_points_and_have_no_averages(read):
    page = read(made.rated())
    assert heading(page) == "2 of 3 models are tied for first by arena"
    shown = text(page, "ranking")
    assert "1,470 1,465–1,476" in shown
    assert "arena, points" in shown
    assert "Win rate" not in shown and "size not known" not in shown


def test_where_nobody_is_ranked_the_page_says_so(read):
    other = made.model("org/other-3B").but(scores={"ifeval": made.share(0.5)})
    page = read(made.ranked(made.MODELS[5], other))
    assert heading(page) == "No model with all the scores passes these filters"
    assert page.by_id("ranking") is None
    assert "org/partly-3B" in text(page, "behind")


def test_charts_of_a_leaderboard_say_who_is_ahead_and_what_size_buys(read):
    apart, size = labels(read(made.ranked()))
    assert apart == "The ranges of the first overlap on BBH, GPQA and IFEval."
    assert size == "No model drawn that is as small scores higher than best-7B (7.6 B) and small-1B (1.2 B)."
    assert "packed-70B" not in text(read(made.ranked()), "chart-size")


def test_names_that_two_models_share_have_their_owners(read):
    page = read(made.ranked(made.MODELS[0], made.MODELS[0].but(model="me/best-7B"), made.MODELS[2]))
    assert "me/best-7B" in text(page, "charts")
    twice = [made.MODELS[0].but(precision=name) for name in ("float16", "4bit")]
    page = read(made.ranked(*twice, made.MODELS[2]))
    assert "best-7B, float16" in text(page, "charts")
    assert "org · 7.6 B · apache-2.0 · float16" in text(page, "ranking")


def test_a_recommendation_alone_has_the_pick_and_what_was_asked(read):
    page = read(made.made("recommend"))
    assert heading(page).startswith("large: the best of the 3 models that keep the limits with a probability of")
    assert "forgoes" in plain(page.by_class("lede")[0]["text"])
    assert "desk · every area counts the same · 256 draws" in plain(page.by_class("scope")[0]["text"])
    assert page.by_id("pick") and page.by_id("chart-front")


def test_where_no_model_keeps_the_limits_it_is_said_which_removed_whom(read):
    found = decisions.recommendation(max_memory_bytes=5e8, max_latency_seconds=9)
    page = read(recommend_page(found, None))
    assert heading(page) == "No model keeps the limits"
    assert "The least that would have to give way" in plain(page.by_class("lede")[0]["text"])
    assert "memory up to 500 MB · answers within 9 s" in plain(page.by_class("scope")[0]["text"])
    limits = text(page, "limits")
    assert "max_memory_bytes 3 3 0" in limits
    assert all(name in limits for name in decisions.THREE)


def test_a_front_says_how_likely_each_model_is_on_it(read):
    page = read(made.made("pareto"))
    assert "are on the Pareto front with at least 95 %" in heading(page)
    assert "knee" in plain(page.by_class("lede")[0]["text"]).casefold()
    assert "gsm8k 66.7 % and mmlu 33.3 %" in plain(page.by_class("scope")[0]["text"])
    chances = plain(page.by_class("chances")[0]["text"])
    assert all(name in chances for name in decisions.THREE)
    against, goals = labels(page)
    assert "large" in against
    assert goals == "Of the likeliest 3, large is highest on gsm8k and mmlu; small is highest on Memory."


def test_a_cost_says_the_sum_where_it_goes_and_what_is_assumed(read):
    page = read(made.made("cost"))
    assert heading(page).startswith("small costs ") and "over 12 months" in heading(page)
    assert "A million tokens" in text(page)
    assert "hardware" in text(page, "plan")
    assumed = text(page, "assumed")
    assert "hardware, price per hour 2 1–4 least and most a quote (2025-03-07)" in assumed
    assert "load, prompt tokens 300 exact" in assumed
    assert "service, seconds 2 1.5–3 least and most assumed" in assumed


def test_a_cost_says_where_another_option_is_cheaper_and_what_it_does_to_the_answers(read):
    plan = decisions.cost_plan()
    page = read(made.cost(replace(plan, crossings=())))
    assert "At none of these volumes does anything cost less than “desk”." in text(page, "plan")
    page = read(made.cost(replace(plan, volumes=plan.volumes[::-1], crossings=())))
    assert "At none of these volumes does “by the token” cost less than “desk”." in text(page, "plan")
    better = Estimate(metric="x", value=-0.02, low=-0.05, high=0.01, standard_error=None, count=9, method="monte-carlo")
    (saving,) = plan.savings
    worse = replace(plan, savings=(saving.but(quality=Quality.UNPROVEN, accuracy=better),), crossings=())
    assert "not shown to be equal: −2.0 ± 3.0 points" in text(read(made.cost(worse)), "plan")
    alone = read(made.cost(replace(plan, volumes=plan.volumes[:1], crossings=())))
    assert re.search(r"A month costs [\d,]+ USD \(.*\) at .* million tokens and", text(alone, "plan"))


def test_stale_prices_are_said_above_the_sums(read):
    plan = decisions.cost_plan()
    old = plan.cost.but(stale=("Stale prices, 200 days old (2025-03-07, a quote): hardware.price_per_hour",))
    page = read(made.cost(replace(plan, cost=old)))
    (banner,) = page.by_class("banner")
    assert plain(banner["text"]) == "Stale prices, 200 days old (2025-03-07, a quote). hardware.price_per_hour."
    late = read(made.switched(today=date(2026, 4, 1)))
    assert "Stale prices, 390 days old" in plain(late.by_class("banner")[0]["text"])


def test_emissions_are_split_with_intervals_and_sources(read):
    page = read(made.made("carbon"))
    assert heading(page).startswith("small emits ") and "in here, 12 months" in heading(page)
    split, hours = labels(page)
    assert split.startswith("Running the machines takes ") and "making the machines takes" in split
    assert hours.startswith("The grid emits least at 8:00, 150 g a kilowatt-hour, and most at 16:00, 500 g.")
    assert "Making of a machine a study" in text(page, "assumed")
    one = read(made.emitted({"grams_per_kwh": 300, "date": "2025-01-01", "source": "a table"}))
    assert len(labels(one)) == 1 and "Grid of here a table (2025-01-01)" in text(one, "split")
    alone = read(made.emitted())
    assert labels(alone)[0].startswith("All of it is from running the machines")
    assert "No embodied kilograms: no hardware.embodied is given" in text(alone, "notes")


def test_a_switch_says_whether_it_pays_and_when(read):
    page = read(made.switched())
    assert heading(page).startswith("Switching from “by the token” to “own” gains ")
    assert "It pays in over 99 % of the 200 draws of all that is uncertain" in plain(page.by_class("lede")[0]["text"])
    gains, moves = labels(page)
    assert gains.startswith("Discounted gains first outweigh what was invested in month")
    assert moves.startswith("The net present value moves most with “load, volume”: from ")
    tiles = plain(page.by_class("tiles")[0]["text"])
    assert "Paid back after" in tiles and "Internal rate" in tiles and "Breaks even at" in tiles
    assert "switch, migration 1,000 500–2,000" in text(page, "assumed")


def test_a_switch_that_may_or_does_lose_is_said_to(read):
    loss = read(made.bought())
    assert heading(loss).startswith("Switching from “by the token” to “own” loses ")
    assert "under 1 %" in plain(loss.by_class("lede")[0]["text"])
    assert "– it is never paid back" in plain(loss.by_class("tiles")[0]["text"])
    unsure = read(made.switched(amount=1.5))
    assert "may gain or lose: " in heading(unsure)


def test_a_switch_without_anything_uncertain_says_so_instead_of_drawing_what_moves_it(read):
    page = read(made.bought(migration=1000))
    assert plain(page.by_class("scope")[0]["text"]) == "12 months · every input is given as exact"
    assert "draws" not in plain(page.by_class("lede")[0]["text"])
    assert "What moves the net present value Nothing every input is given as exact" in text(page, "flows")
    assert "97.5 %" not in text(page, "flows")


def test_a_figure_without_an_interval_is_told_in_its_own_unit(read):
    page = read(made.switched(amount=1.5))
    assert "% a year at likely values, but in" in plain(page.by_class("tiles")[0]["text"])


def test_a_prediction_is_called_predicted_everywhere(read):
    page = read(made.made("predict"))
    assert heading(page) == "me/new-7B is predicted to reach 34.5 % (28.1–41.0) on GPQA"
    assert "Nobody measured it: the score is predicted" in plain(page.by_class("lede")[0]["text"])
    (sentence,) = labels(page)
    assert sentence == "GPQA is predicted at 34.5 % (28.1–41.0); the known score is BBH at 41.0 ± 3.0."
    assert "GPQA 34.5 28.1–41.0 predicted, 90 % interval" in text(page, "chart-prediction")
    parameters, score, card = (plain(each["text"]) for each in page.by_class("banner"))
    assert "Out of range. 12 billion parameters are outside" in parameters
    assert "Out of range. BBH 41.0 is outside what was seen" in score
    assert "Out of range. Its architecture is not known." in card
    assert "BBH, parameters, name" in text(page, "prediction")


def test_the_measured_score_stands_beside_the_predicted_one(read):
    page = read(made.made("predict, measured too"))
    assert "33.0 % (± 2.9)" in plain(page.by_class("lede")[0]["text"])
    assert "lies inside the predicted interval" in plain(page.by_class("tiles")[0]["text"])
    assert "GPQA 33.0 ± 2.9 measured, 95 % interval" in text(page, "chart-prediction")
    assert "lies outside the predicted interval" in text(read(made.predicted(0.5)))


def test_without_costs_two_goals_are_drawn_against_each_other(read):
    candidates, need = made.trio()
    found = made.trade([each.but(costs={}) for each in candidates], need, worlds=256)
    (against,) = labels(read(made.front_page(found, None)))
    assert against == "At likely values nobody drawn beats these on both: large."
