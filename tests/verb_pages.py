"""Pages of verbs, each built from what the verb itself computes, on models and deployments that do not exist."""

from datetime import date, timedelta
from functools import cache

import decisions
from deployments import BOUGHT, HOSTED, RENTED, deployment, spread
from made_standings import TABLE, share, standing
from outweigh.dashboard.carbon_build import carbon_page
from outweigh.dashboard.cost_build import cost_verb_page
from outweigh.dashboard.leaderboard_build import leaderboard_page
from outweigh.dashboard.pareto_build import front_page
from outweigh.dashboard.prediction_build import prediction_page
from outweigh.dashboard.recommend_build import recommend_page
from outweigh.dashboard.return_build import return_page
from outweigh.insight import emissions
from outweigh.insight.leaderboard import Entries, Order, leaderboard
from outweigh.insight.switching import switch
from outweigh.insight.trade import trade
from outweigh.records import RATING, Area, Estimate, Filters, Need, Predicted, scoreboard

TODAY = date(2025, 4, 1)
AREAS = {"bbh": Area.REASONING, "gpqa": Area.KNOWLEDGE, "ifeval": None}
TITLES = {"bbh": "BBH", "gpqa": "GPQA", "ifeval": "IFEval"}
GRID = {"hourly_grams_per_kwh": [400.0] * 8 + [150.0] * 8 + [500.0] * 8, "date": "2025-01-01", "source": "a table"}
PLACE = {"region": "here", "pue": spread(1.1, 1.2, 1.5), "grid": GRID}
EMBODIED = {"kilograms": spread(800, 1000, 1500), "lifetime_years": 4, "source": "a study"}
MOVE = {"migration": {"low": 500, "amount": 1000, "high": 2000}, "discount_per_year": 0.1}
VOLUME = {"volume": spread(0.5, 1, 2)}


def model(name, *scores, **facts):
    """A model of the table; sizes and licences are there unless a test says otherwise."""
    facts = {"parameters": 7.6e9, "license": "apache-2.0"} | facts
    return standing(name, dict(zip(("bbh", "gpqa", "ifeval"), scores, strict=False)), **facts)


MODELS = (
    model("org/best-7B", 0.62, 0.385, 0.80, official=True),
    model("other/near-7B", 0.615, 0.395, 0.79, parent="org/best-7B", merged=True),
    model("org/small-1B", 0.45, 0.31, 0.60, parameters=1.2e9),
    model("org/packed-70B", 0.40, 0.28, 0.50, parameters=9e9, license=None),
    model("org/last-3B", 0.30, 0.25, 0.40, parameters=3.1e9, parent="Removed"),
    model("org/partly-3B", 0.50, 0.35),
)


def board(*models, order=Order(), own=0, **more):  # noqa: B008 - it is frozen
    """A leaderboard of these models."""
    entries = Entries(
        board=scoreboard(models),
        fetch=lambda rows: [models[row] for row in rows],
        provenance=TABLE,
        titles=TITLES,
        areas=AREAS,
        own=own,
        **more,
    )
    return leaderboard(entries, Filters(), order)


def ranked(*models, filters=Filters(), **asked):  # noqa: B008 - it is frozen
    """The page of a leaderboard."""
    return leaderboard_page(board(*(models or MODELS), **asked), filters)


def families():
    """The best of each family."""
    names = ["best", "best", "small", "packed", "last", "partly"]
    made = board(*MODELS, order=Order(by_family=True), families=names)
    return leaderboard_page(made, Filters(max_parameters=8e9, licenses=("mit", "apache-2.0")), by_family=True)


def rated():
    """A table of votes."""
    points = {"low": 1465.0, "high": 1475.0, "standard_error": None, "count": 900, "method": "published"}
    models = [
        standing(name, {}, license="mit").but(
            scores={"arena": Estimate(metric=RATING, value=value, **points | {"low": value - 5, "high": value + 6})}
        )
        for name, value in (("Big-Talker", 1470.0), ("Open-Talker", 1466.0), ("Old-Talker", 1200.0))
    ]
    return leaderboard_page(board(*models), Filters())


def trio(**limits):
    """What the decisions of the tests are about: three models with scores and costs."""
    return [decisions.candidate(name, *each) for name, each in zip(decisions.THREE, decisions.FIGURES, strict=True)], (
        Need.model_validate({"name": "desk", "weights": {"gsm8k": 2, "mmlu": 1}, "limits": limits})
    )


def front(**limits):
    """The page of a front."""
    return front_page(trade(*trio(**limits), worlds=256), None)


def emitted(grid=GRID, **hardware):
    """The page of emissions, by a grid that is known by the hour unless a test says otherwise."""
    place = PLACE | {"grid": grid}
    own = deployment(RENTED | {"place": place}, hardware={"watts": spread(100, 200, 300), **hardware})
    return carbon_page(emissions.carbon(own, draws=200), own)


def switched(amount=3.0, today=TODAY, **move):
    """The page of a switch from tokens by the piece to a machine."""
    price = {"price_per_million_prompt_tokens": amount, "price_per_million_output_tokens": amount}
    current = deployment(HOSTED, hardware=price, load=VOLUME)
    new = deployment(RENTED | {"name": "own", "switch": MOVE | move}, load=VOLUME)
    return return_page(switch(current, new, today=today, draws=200), current, new)


def bought(**move):
    """The page of a switch to a machine that is bought, at a loss."""
    price = {"price_per_million_prompt_tokens": 0.05, "price_per_million_output_tokens": 0.05}
    current, new = deployment(HOSTED, hardware=price), deployment(BOUGHT | {"name": "own", "switch": MOVE | move})
    return return_page(switch(current, new, today=TODAY, draws=200), current, new)


def cost(plan=None):
    """The page of a rented machine's cost."""
    own = deployment(
        service={"seconds": spread(1.5, 2, 3)}, hardware={"price_per_hour": {"low": 1, "amount": 2, "high": 4}}
    )
    return cost_verb_page(plan or decisions.cost_plan(), own)


PREDICTED = Predicted(
    metric="gpqa",
    unit="percent",
    value=34.52,
    low=28.1,
    high=41.04,
    level=0.9,
    method="a blend of learners",
    basis=("bbh", "parameters", "name"),
    out_of_range=(
        "12 billion parameters are outside what was seen, 1 to 9",
        "bbh 41.0 is outside what was seen, 42.0 to 60.0",
        "its architecture is not known",
    ),
)
ASKED = model("me/new-7B", 0.41, parent="org/best-7B", published=date(2025, 1, 1) - timedelta(days=1))


def predicted(measured=None):
    """The page of a prediction, perhaps beside the measured score."""
    return prediction_page(PREDICTED, ASKED, measured and share(measured), TITLES)


PAGES = {
    "leaderboard": ranked,
    "leaderboard, families": families,
    "recommend": lambda: recommend_page(decisions.recommendation(), "USD"),
    "pareto": lambda: front(max_memory_bytes=1e10),
    "cost": cost,
    "carbon": lambda: emitted(embodied=EMBODIED),
    "roi": switched,
    "roi, a loss": bought,
    "predict": predicted,
    "predict, measured too": lambda: predicted(0.33),
}
made = cache(lambda name: PAGES[name]())
