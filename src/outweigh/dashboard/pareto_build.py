"""Builds the page of a Pareto front: how likely each model is on it, and what the likeliest reach on every goal."""

from collections.abc import Sequence

from outweigh.dashboard import decision_front, words
from outweigh.dashboard.charts import Aside, ChartRow, Figure, Mark, Range
from outweigh.dashboard.clouds import Cloud, Clouds
from outweigh.dashboard.decision_front import TITLES, Interval, chance, ranged, unit_of
from outweigh.dashboard.decision_page import Chance
from outweigh.dashboard.describe import headline
from outweigh.dashboard.measured_page import Panel, Tile
from outweigh.dashboard.panels import drawn
from outweigh.dashboard.recommend_build import asked
from outweigh.dashboard.report_page import Key, Table
from outweigh.dashboard.verb_page import Section, VerbPage
from outweigh.insight import pareto
from outweigh.records import CostName, Front, OnFront

_FIRST = 3  # models that are held side by side
_COSTS = {each.value for each in CostName}
_BARS = 10
_DRAWN = 20  # models of one chart
_HINT = "Ellipse: the 95 % interval both ways. Filled, on the dashed line: no other model is better on both."
_GOALS = 16  # that one chart holds
_AXIS = Range(0.0, 100.0, (0.0, 25.0, 50.0, 75.0, 100.0))


def front_page(found: Front, currency: str | None) -> VerbPage:
    """The whole page."""
    finding, lede = headline(found.answer)
    keys = tuple(Key(series, each.model, each.model) for series, each in enumerate(found.models[:_FIRST], start=1))
    series = {key.title: key.series for key in keys}
    section = Section(
        "front",
        "Who may be on the front",
        f"A model is on the front where no other is at least as good on {_goals(found)} and better on one.",
        panels=tuple(_panels(found, keys, currency)),
        keys=keys,
        chances=tuple(
            Chance(series.get(each.model, 0), each.model, chance(each.chance), 100 * each.chance)
            for each in found.models[:_BARS]
        ),
        chances_title="How likely each is on the front",
        tables=(_everyone(found, currency),),
    )
    return VerbPage(
        verb="pareto",
        finding=finding,
        lede=lede,
        scope=" · ".join((*asked(found.need), f"{found.worlds:,} draws")),
        tiles=tuple(_tiles(found, series)),
        sections=(section,),
        notes=found.notes,
    )


def _panels(found: Front, keys: Sequence[Key], currency: str | None) -> list[Panel]:
    """Quality against a cost where that is a goal, else two goals; where there are more, all of them side by side."""
    traded = None if _COSTS & {*found.objectives} else _against(found, keys)
    cost = decision_front.cost_drawn([each.costs for each in found.models])
    if traded is None and cost is not None:
        series = {key.title: key.series for key in keys}
        traded = decision_front.panel(decision_front.placed_on(found, cost), cost, series, currency)
    whole = None if traded and len(found.objectives) == 2 else _apart(found, keys)
    return [panel for panel in (traded, whole) if panel]


def _goals(found: Front) -> str:
    return words.listed([title(name).lower() for name in found.objectives])


def title(objective: str) -> str:
    """What an objective is called."""
    named = {each.value: said for each, said in TITLES.items()}
    return named.get(objective, objective.replace("_", " "))


def _tiles(found: Front, series: dict[str, int]) -> list[Tile]:
    first = found.models[0]
    often = f"of {found.worlds:,} draws, in which everything is as it may be"
    tiles = [_model("Likeliest on the front", first, series, often)]
    knee = next((each for each in found.models if each.model == found.knee), None)
    if knee is not None:
        tiles.append(_model("Knee of the front", knee, series, "lies furthest out between the front's ends"))
    if found.hypervolume is not None:
        covered = words.score(found.hypervolume)
        tiles.append(
            Tile("What the front covers", None, covered.value, "%", covered.spread, "of all that could be had")
        )
    return tiles


def _model(label: str, each: OnFront, series: dict[str, int], line: str) -> Tile:
    key = Key(series.get(each.model, 0), each.model, each.model)
    return Tile(label, key, chance(each.chance), "", "", line)


def _against(found: Front, keys: Sequence[Key]) -> Panel | None:
    """The first two goals against each other, for the likeliest models in which both are known."""
    across, upright = (title(name) for name in (*found.objectives, "", "")[:2])
    pairs: list[tuple[OnFront, Interval, Interval]] = []
    for each in found.models[:_DRAWN]:
        one, other = each.values[:2] if len(each.values) > 1 else (None, None)
        if one and other:
            pairs.append((each, one, other))
    if len(pairs) < 2:
        return None
    front = _undominated([(one[0], other[0]) for _, one, other in pairs])
    series = {key.title: key.series for key in keys}
    clouds = tuple(
        Cloud(
            series.get(each.model, 0),
            *(100 * one[0], 100 * other[0]),
            (100 * one[1], 100 * one[2]),
            (100 * other[1], 100 * other[2]),
            each.model if each.model in series or each.model == found.knee else "",
            at in front,
        )
        for at, (each, one, other) in enumerate(pairs)
    )
    kept = words.listed([each.model for at, (each, _, _) in enumerate(pairs) if at in front])
    data = Table(
        f"{across} and {upright}, in points",
        ("Model", across, upright, "On this front", "On the front of all goals"),
        tuple(
            (each.model, _points(one), _points(other), "yes" if at in front else "no", chance(each.chance))
            for at, (each, one, other) in enumerate(pairs)
        ),
        frozenset({1, 2, 4}),
    )
    figure = Clouds(clouds, f"{across}, points", f"{upright}, points", more=True)
    chart = drawn(figure, "front", f"At likely values nobody drawn beats these on both: {kept}.", data)
    return Panel(f"{upright[:1].upper()}{upright[1:]} against {across}", _HINT, chart)


def _undominated(values: Sequence[tuple[float, float]]) -> set[int]:
    import numpy as np

    return set(np.flatnonzero(pareto.front(np.array(values), [True, True])).tolist())


def _apart(found: Front, keys: Sequence[Key]) -> Panel | None:
    """The likeliest models on every goal, where there is more than one of each."""
    models = found.models[: len(keys)]
    goals = list(enumerate(found.objectives))
    if len(models) < 2 or not 1 < len(found.objectives) <= _GOALS:
        return None
    rows = tuple(_line(title(name), [each.values[at] for each in models]) for at, name in goals)
    figure = Figure(rows, "Points, more is better", ranges=(_AXIS, _AXIS))
    data = Table(
        "The likeliest models on every goal, in points",
        ("Goal", *(key.title for key in keys)),
        tuple((title(name), *(_points(each.values[at]) for each in models)) for at, name in goals),
        frozenset(range(1, 1 + len(keys))),
    )
    chart = drawn(figure, "goals", _sentence(found, models), data, beside=True)
    hint = "Bar: the 95 % interval. Costs are what is left of their limit."
    return Panel("What the likeliest reach", hint, chart, keyed=True)


def _line(name: str, values: Sequence[tuple[float, float, float] | None]) -> ChartRow:
    marks = tuple(
        Mark(_inside(value[0]), _inside(value[1]), _inside(value[2]), series)
        for series, value in enumerate(values, start=1)
        if value is not None
    )
    best = max((value[0], at) for at, value in enumerate(values, start=1) if value is not None)[1] if marks else None
    symbols = () if best is None else (best,)
    return ChartRow(name, marks, Aside("highest" if marks else "not known", symbols=symbols))


def _inside(share: float) -> float:
    return min(max(100 * share, 0.0), 100.0)


def _sentence(found: Front, models: Sequence[OnFront]) -> str:
    """Which of the likeliest is highest on what."""
    best: dict[str, list[str]] = {}
    for at, name in enumerate(found.objectives):
        known = [(each.values[at] or (0.0,))[0] for each in models if each.values[at]]
        if len(known) == len(models):
            best.setdefault(models[known.index(max(known))].model, []).append(title(name))
    parts = [f"{model} is highest on {words.listed(names)}" for model, names in best.items()]
    return f"Of the likeliest {len(models)}, {'; '.join(parts)}." if parts else "No goal is known of all of them."


def _points(value: tuple[float, float, float] | None) -> str:
    return "not known" if value is None else ranged(*value, 100.0)


def _everyone(found: Front, currency: str | None) -> Table:
    """Every model that may be on the front, the likeliest first."""
    costs = [name for name in CostName if any(name in each.costs for each in found.models)]
    chosen = {
        name: unit_of(name, [each.costs[name].value for each in found.models if name in each.costs], currency)
        for name in costs
    }
    heads = (
        "Model",
        "On the front",
        *(f"{title(name)}, points" for name in found.objectives),
        *(f"{TITLES[name]}, {chosen[name].name}" for name in costs),
    )
    rows = tuple(
        (
            each.model,
            chance(each.chance),
            *map(_points, each.values),
            *(decision_front.cost_of(each.costs.get(name), chosen[name].factor) for name in costs),
        )
        for each in found.models
    )
    return Table("Every model that may be on the front", heads, rows, frozenset(range(1, len(heads))))
