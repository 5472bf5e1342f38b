"""Charts of a sweep over lengths of texts, model by model: heat maps, and curves along each thing that varied."""

from collections.abc import Sequence

from outweigh.dashboard import measured_curves, units, words
from outweigh.dashboard.measured_curves import FIRST, RATE, Sweep
from outweigh.dashboard.measured_page import MeasuredSection, Panel
from outweigh.dashboard.measured_reading import WHOLE, Measures
from outweigh.dashboard.panels import drawn
from outweigh.records import Workload

_LENGTHS = {"prompt_tokens": ("prompt length", "read"), "output_tokens": ("answer length", "written")}
_TITLES = {WHOLE: "Whole request", FIRST: "First token"}


def surface(found: Measures, sweep: Sweep, suffix: str) -> MeasuredSection | None:
    """Times over loads and lengths. Where no load varied, all models share a chart."""
    panels: list[Panel] = []
    models = found.cast.models
    for index, model in enumerate(models):
        panels += _heats(found, model, sweep, f"{index}{suffix}")
        if sweep.loaded:
            panels += _along(found, (model,), sweep, f"{index}{suffix}")
            panels += _rates(found, model, sweep, f"{index}{suffix}")
    if not sweep.loaded:
        panels += _along(found, models, sweep, f"all{suffix}")
    if not panels:
        return None
    varied = [
        name
        for name, values in (("load", sweep.loads), ("prompt length", sweep.prompts), ("answer length", sweep.outputs))
        if len(values) > 1
    ]
    text = " ".join(measured_curves.growth(found, model, sweep) for model in models)
    title = f"How time grows with {words.listed(varied)}"
    return MeasuredSection(f"sizes{suffix}", "Sizes", title, text, tuple(panels), columns=True)


def _titled(found: Measures, models: Sequence[str], title: str) -> str:
    """A panel's title, with the model's name where each model has a panel of its own."""
    if len(models) > 1 or len(found.cast.models) == 1:
        return title
    return f"{models[0]}: {title[:1].lower()}{title[1:]}"


def _heats(found: Measures, model: str, sweep: Sweep, name: str) -> list[Panel]:
    """A heat map; one for every length of answers, if that is the third thing that varied."""
    three = sweep.loaded and len(sweep.prompts) > 1 and len(sweep.outputs) > 1
    panels = []
    for output in sweep.outputs if three else (None,):
        figure = measured_curves.heat(found, model, sweep, output)
        if figure is None:
            continue
        inside = sweep.workloads if output is None else sweep.only(output_tokens=output)
        data = measured_curves.table(found, (model,), inside, (WHOLE,))
        title = _titled(found, (model,), "Whole request" + (f", {output:,} tokens written" if output else ""))
        hint = "Median; small, half the width of its 95 % interval. The stronger the colour, the longer, by powers."
        chart = drawn(figure, f"heat-{name}-{output or 0}", _range_said(found, model, inside), data)
        panels.append(Panel(title, hint, chart))
    return panels


def _range_said(found: Measures, model: str, workloads: Sequence[Workload]) -> str:
    """The shortest and the longest median of a model among workloads."""
    timed = [
        (figure.value, each.fingerprint, each, figure)
        for each in workloads
        if (figure := found.figure(model, each, WHOLE))
    ]
    least, most = min(timed), max(timed)
    return (
        f"{model} takes from {units.whole(least[3])} with {found.short(least[2])} "
        f"to {units.whole(most[3])} with {found.short(most[2])}."
    )


def _along(found: Measures, models: Sequence[str], sweep: Sweep, name: str) -> list[Panel]:
    """Whole requests against each length that varied, and first tokens against the prompt's."""
    wanted = [("prompt_tokens", WHOLE), ("prompt_tokens", FIRST)] if len(sweep.prompts) > 1 else []
    wanted += [("output_tokens", WHOLE)] if len(sweep.outputs) > 1 else []
    panels = []
    for dimension, metric in wanted:
        figure = measured_curves.along(found, models, sweep, dimension, metric)
        if figure is None:
            continue
        other, fixed = (
            ("output_tokens", sweep.outputs[-1])
            if dimension == "prompt_tokens"
            else ("prompt_tokens", sweep.prompts[-1])
        )
        hint = f"With {fixed:,} tokens {_LENGTHS[other][1]}. Bar: the 95 % interval."
        data = measured_curves.table(found, models, sweep.workloads, (metric,))
        line = sweep.only(load=sweep.loads[-1], **{other: fixed})
        said = " ".join(measured_curves.ends_said(found, model, line, metric) for model in models)
        title = _titled(found, models, f"{_TITLES[metric]} by {_LENGTHS[dimension][0]}")
        chart = drawn(figure, f"{metric.split('_')[0]}-{dimension.split('_')[0]}-{name}", said, data)
        panels.append(Panel(title, hint, chart, keyed=len(models) > 1))
    return panels


def _rates(found: Measures, model: str, sweep: Sweep, name: str) -> list[Panel]:
    """Tokens a second against the load."""
    figure = measured_curves.rates(found, model, sweep)
    if figure is None:
        return []
    dimension = "prompt_tokens" if len(sweep.prompts) > 1 else "output_tokens"
    which = _LENGTHS[dimension][1]
    line = sweep.only(prompt_tokens=sweep.prompts[-1], output_tokens=sweep.outputs[-1])
    said = " ".join(
        part
        for part in (
            measured_curves.ends_said(found, model, line, RATE),
            measured_curves.knee_said(found, model, sweep, line),
        )
        if part
    )
    hint = f"A line for every number of tokens {which}. Bar: the 95 % interval."
    data = measured_curves.table(found, (model,), sweep.workloads, (RATE,))
    chart = drawn(figure, f"rates-{name}", said or f"Tokens a second of {model}.", data)
    return [Panel(_titled(found, (model,), "Tokens a second by load"), hint, chart)]
