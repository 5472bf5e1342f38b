"""Curves and heat maps of measurements: how times and rates go with the load and with the lengths of texts."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from outweigh.dashboard import measured_words, units, words
from outweigh.dashboard.curves import Curve, Curves, HeatCell, HeatMap, Point
from outweigh.dashboard.measured_reading import WHOLE, Measures, distinct
from outweigh.dashboard.measured_rows import cell
from outweigh.dashboard.report_page import Table
from outweigh.dashboard.units import Unit
from outweigh.records import Arrival, Estimate, Workload
from outweigh.stats.scaling import Exponent, Knee, Load, exponents, knee

RATE = "output_tokens_per_second"
FIRST = "ttft_seconds_p50"
_LATE = "ttft_seconds_p95"
_STEPS = 7  # colours of the ramp
CROWD = 3  # models beyond which only medians are drawn
_LOADS = {
    Arrival.BATCH: ("Batch size", "batch {}", "batch size"),
    Arrival.CONCURRENCY: ("Requests at a time", "{} at a time", "requests at a time"),
    Arrival.CONSTANT: ("Requests a second, evenly spaced", "{} a second", "requests a second"),
    Arrival.POISSON: ("Requests a second, at random", "{} a second", "requests a second"),
}


@dataclass(frozen=True)
class Sweep:
    """The workloads of one kind of arrival, and what varied in them."""

    arrival: Arrival
    workloads: tuple[Workload, ...]

    @property
    def loads(self) -> tuple[float, ...]:
        """Every load."""
        return distinct(each.load for each in self.workloads if each.load)

    @property
    def prompts(self) -> tuple[int, ...]:
        """Every length of prompts."""
        return tuple(sorted({each.prompt_tokens for each in self.workloads}))

    @property
    def outputs(self) -> tuple[int, ...]:
        """Every length of answers."""
        return tuple(sorted({each.output_tokens for each in self.workloads}))

    @property
    def sized(self) -> bool:
        """Whether the lengths of texts varied."""
        return len(self.prompts) > 1 or len(self.outputs) > 1

    @property
    def loaded(self) -> bool:
        """Whether the load varied."""
        return len(self.loads) > 1

    @property
    def title(self) -> str:
        """What the load is, on an axis."""
        return _LOADS[self.arrival][0]

    def said(self, load: float) -> str:
        """A load in words."""
        return _LOADS[self.arrival][1].format(f"{load:g}")

    def only(self, **wanted: float) -> tuple[Workload, ...]:
        """The workloads with these lengths or this load."""
        return tuple(
            each for each in self.workloads if all(getattr(each, name) == value for name, value in wanted.items())
        )


def sweeps(found: Measures) -> list[Sweep]:
    """Each kind of arrival whose load or lengths varied."""
    kinds = dict.fromkeys(each.arrival for each in found.workloads if each.arrival in _LOADS)
    every = [Sweep(kind, tuple(each for each in found.workloads if each.arrival is kind)) for kind in kinds]
    return [each for each in every if each.loaded or each.sized]


def _points(
    found: Measures, model: str, workloads: Sequence[Workload], metric: str, dimension: str
) -> tuple[Point, ...]:
    """One metric of a model along a dimension of workloads, in the metric's own unit."""
    return tuple(
        Point(float(getattr(workload, dimension)), figure.value, figure.low, figure.high)
        for workload in workloads
        if (figure := found.figure(model, workload, metric)) and words.known(figure.low, figure.high)
    )


def _scaled(points: Sequence[Point], unit: Unit) -> tuple[Point, ...]:
    return tuple(Point(each.x, *(value * unit.factor for value in (each.y, each.low, each.high))) for each in points)


def by_load(found: Measures, sweep: Sweep, metric: str) -> Curves | None:
    """A metric of every model against the load, at one length of texts; None if fewer than two loads have it."""
    whole = [(model, _points(found, model, sweep.workloads, metric, "load")) for model in found.cast.models]
    lines = [(model, points, False) for model, points in whole if len(points) > 1]
    if metric == FIRST and len(found.cast.models) <= CROWD:
        late = [(model, _points(found, model, sweep.workloads, _LATE, "load")) for model in found.cast.models]
        lines += [(model, points, True) for model, points in late if len(points) > 1]
    if not any(not faint for _, _, faint in lines):
        return None
    values = [point.y for _, points, _ in lines for point in points]
    unit = units.unit_of(metric, values)
    curves = tuple(Curve(found.series(model), _scaled(points, unit), faint=faint) for model, points, faint in lines)
    spread = max(values) / min(values)
    return Curves(
        curves, sweep.title, f"{_TITLES[metric]}, {unit.name}", log=spread > 25, upright=_upright(found, sweep)
    )


_TITLES = {FIRST: "First token", RATE: "Written", WHOLE: "Whole request"}


def _upright(found: Measures, sweep: Sweep) -> tuple[float, str] | None:
    """The knee of the only model."""
    if len(found.cast.models) > 1:
        return None
    where = knees(found, found.cast.models[0], sweep.workloads)
    return (where.load, "knee") if where and where.load else None


def along(found: Measures, models: Sequence[str], sweep: Sweep, dimension: str, metric: str = WHOLE) -> Curves | None:
    """Times against a length, a line for every load; of the other length the largest counts."""
    other = "output_tokens" if dimension == "prompt_tokens" else "prompt_tokens"
    fixed = {other: max(getattr(each, other) for each in sweep.workloads)}
    lines = [
        (
            model,
            sweep.said(load) if sweep.loaded else "",
            _points(found, model, sweep.only(load=load, **fixed), metric, dimension),
        )
        for model in models
        for load in sweep.loads
    ]
    title = "Prompt, tokens" if dimension == "prompt_tokens" else "Answer, tokens"
    return _lined(found, lines, (title, metric), _reach(found, sweep, metric))


def rates(found: Measures, model: str, sweep: Sweep) -> Curves | None:
    """Tokens a second against the load, a line for every length of prompts (or of answers, if those alone varied)."""
    dimension = "prompt_tokens" if len(sweep.prompts) > 1 else "output_tokens"
    fixed = {} if dimension == "output_tokens" else {"output_tokens": sweep.outputs[-1]}
    lengths, read = (sweep.prompts, "read") if dimension == "prompt_tokens" else (sweep.outputs, "written")
    lines = [
        (model, f"{length:,} {read}", _points(found, model, sweep.only(**{dimension: length}, **fixed), RATE, "load"))
        for length in lengths
    ]
    return _lined(found, lines, (sweep.title, RATE), _reach(found, sweep, RATE))


def _lined(
    found: Measures,
    lines: Sequence[tuple[str, str, tuple[Point, ...]]],
    titles: tuple[str, str],
    reach: Sequence[float],
) -> Curves | None:
    """Lines with what tells them apart at their ends; None without two points on one."""
    kept = [(model, title, points) for model, title, points in lines if len(points) > 1]
    if not kept:
        return None
    unit = units.unit_of(titles[1], reach)
    curves = tuple(Curve(found.series(model), _scaled(points, unit), title) for model, title, points in kept)
    log = max(reach) / min(reach) > 8
    return Curves(
        curves, titles[0], f"{_TITLES[titles[1]]}, {unit.name}", log, reach=tuple(each * unit.factor for each in reach)
    )


def _reach(found: Measures, sweep: Sweep, metric: str) -> list[float]:
    """Every value of all models, so that their charts share an axis."""
    return [figure.value for figure, _, workload in measured_words.every(found, metric) if workload in sweep.workloads]


def heat(found: Measures, model: str, sweep: Sweep, output: int | None) -> HeatMap | None:
    """Times of whole requests by load and length; `output` is the length of answers where three things varied."""
    across = "prompt_tokens" if len(sweep.prompts) > 1 else "output_tokens"
    down = "load" if sweep.loaded else "output_tokens"
    if across == down or len({getattr(each, down) for each in sweep.workloads}) < 2:
        return None
    inside = sweep.workloads if output is None else sweep.only(output_tokens=output)
    cells = [(each, figure) for each in inside if (figure := found.figure(model, each, WHOLE))]
    columns = distinct(getattr(each, across) for each in sweep.workloads)
    lines = distinct(getattr(each, down) for each in sweep.workloads)[::-1]
    every = [figure.value for figure, _, workload in measured_words.every(found, WHOLE) if workload in sweep.workloads]
    unit = units.unit_of(WHOLE, every)
    squares = tuple(
        _square((columns.index(getattr(each, across)), lines.index(getattr(each, down))), figure, unit, every)
        for each, figure in cells
    )
    rows = tuple(sweep.said(line) if down == "load" else f"{line:g} tokens" for line in lines)
    title = "Prompt, tokens" if across == "prompt_tokens" else "Answer, tokens"
    said = tuple(f"{column:,.0f}" for column in columns)
    upright = f"Whole request, {unit.name}" + ("" if down == "load" else ", by length of the answer")
    return HeatMap(said, rows, squares, title, upright) if len(squares) > 1 else None


def _square(place: tuple[int, int], figure: Estimate, unit: Unit, every: Sequence[float]) -> HeatCell:
    low, high = math.log(min(every)), math.log(max(every))
    share = (math.log(figure.value) - low) / (high - low) if high > low else 0.0
    said = units.said(figure, unit).value
    sure = f"± {units.percent((figure.high - figure.low) / 2 / figure.value)}"
    return HeatCell(*place, said, sure, min(_STEPS - 1, int(share * _STEPS)))


def grown(found: Measures, model: str, sweep: Sweep) -> dict[str, Exponent]:
    """How time grows with each thing that varied."""
    timed = [(each, figure.value) for each in sweep.workloads if (figure := found.figure(model, each, WHOLE))]
    sizes = {
        _LOADS[sweep.arrival][2]: [each.load or 1.0 for each, _ in timed],
        "prompt length": [float(each.prompt_tokens) for each, _ in timed],
        "answer length": [float(each.output_tokens) for each, _ in timed],
    }
    return exponents(sizes, [value for _, value in timed]) if timed else {}


def growth(found: Measures, model: str, sweep: Sweep) -> str:
    """The exponents in a sentence, or why there are none."""
    powers = grown(found, model, sweep)
    if not powers:
        return f"{model}: too few settings for how time grows."
    said = [
        f"{name} to the power {words.fixed(each.value, 2)} ({words.span(each.low, each.high, 2, 1.0)})"
        for name, each in powers.items()
    ]
    return f"The time of {model} grows with {words.listed(said)}."


def knees(found: Measures, model: str, workloads: Sequence[Workload]) -> Knee | None:
    """The load beyond which more of it stops paying; None for fewer than three loads."""
    loads = [load for each in workloads if each.load and (load := _load(found, model, each))]
    return knee(loads) if len(loads) > 2 else None


def _load(found: Measures, model: str, workload: Workload) -> Load | None:
    """Throughput and latency of every batch; of a server, whose requests overlap, the figures of the whole load."""
    one = found.at(model, workload)
    if one is None or workload.load is None:
        return None
    raw = found.times(one).values if workload.arrival is Arrival.BATCH else ()
    if len(raw) > 2 and min(raw) > 0:
        return Load(workload.load, tuple(workload.load / each for each in raw), raw)
    rate, whole = one.figure("requests_per_second"), one.figure(WHOLE)
    return Load(workload.load, (rate.value,), (whole.value,)) if rate and whole else None


def knee_said(found: Measures, model: str, sweep: Sweep, workloads: Sequence[Workload]) -> str:
    """The knee in a sentence, with its interval or why it has none."""
    where = knees(found, model, workloads)
    if where is None:
        return ""
    if where.load is None:
        return f"{model} has no knee here: {where.reason}."
    sure = "one figure a load, so without an interval"
    if where.low is not None and where.high is not None:
        sure = f"95 % interval {words.span(where.low, where.high, 0, 1.0)}"
    return f"Throughput over latency of {model} is largest, its knee, at {sweep.said(where.load)} ({sure})."


def ends_said(found: Measures, model: str, workloads: Sequence[Workload], metric: str) -> str:
    """A figure at the first and the last of these workloads."""
    figures = [(each, figure) for each in workloads if (figure := found.figure(model, each, metric))]
    if len(figures) < 2:
        return ""
    (first, least), (last, most) = figures[0], figures[-1]
    verb = {FIRST: "gives the first token after", RATE: "writes"}.get(metric, "takes")
    unit = units.unit_of(metric, (least.value, most.value))
    ends = [f"{units.whole(each, unit)} with {found.short(where)}" for where, each in ((first, least), (last, most))]
    return f"{model} {verb} {', '.join(ends)}."


def table(found: Measures, models: Sequence[str], workloads: Sequence[Workload], metrics: Sequence[str]) -> Table:
    """The numbers behind curves and heat maps."""
    used = {metric: _unit(found, metric) for metric in metrics}
    lines = tuple(
        (model, found.named(workload), *(cell(one, metric, used[metric]) for metric in metrics))
        for workload in workloads
        for model in models
        if (one := found.at(model, workload))
    )
    heads = ("Model", "Workload", *(f"{_HEADS[metric]}, {used[metric].name}" for metric in metrics))
    caption = f"{words.listed([_HEADS[metric] for metric in metrics])}, with 95 % intervals"
    who = f"{models[0]}: " if len(models) == 1 and len(found.cast.models) > 1 else ""
    return Table(f"{who}{caption}", heads, lines, frozenset(range(2, len(heads))))


_HEADS = {
    FIRST: "First token, median",
    _LATE: "First token, 95th percentile",
    RATE: "Tokens written",
    WHOLE: "Whole request, median",
}
LATENCY = (FIRST, _LATE)


def _unit(found: Measures, metric: str) -> Unit:
    return units.unit_of(metric, [figure.value for figure, _, _ in measured_words.every(found, metric)])
