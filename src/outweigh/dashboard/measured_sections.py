"""Which charts a run's measurements have, and what is said of each."""

from outweigh.dashboard import measured_curves, measured_energy, measured_times, words
from outweigh.dashboard.measured_curves import FIRST, LATENCY, RATE, Sweep
from outweigh.dashboard.measured_page import MeasuredSection, Panel
from outweigh.dashboard.measured_reading import Measures
from outweigh.dashboard.measured_rows import Row, shown
from outweigh.dashboard.measured_surface import surface
from outweigh.dashboard.panels import drawn
from outweigh.records import Arrival

_DOTS = (
    "Dot: one request (or batch); ring: out of line, yet counted. Below: the median and, hollow, the time that 19 of 20"
    " keep to, each with its 95 % interval."
)
_BARS = "Solid: what the work took{}. Below: the whole with the bounds of its error."
_IDLE = " Outline: what idling took in the same time, which is not in it."


def sections(found: Measures) -> tuple[MeasuredSection, ...]:
    """Every chart that the run has the data for."""
    swept = measured_curves.sweeps(found)
    made = [_times(found)]
    for sweep in swept:
        suffix = f"-{sweep.arrival}" if len(swept) > 1 else ""
        made.append(surface(found, sweep, suffix) if sweep.sized else _load(found, sweep, suffix))
    made.append(_energy(found))
    return tuple(each for each in made if each is not None)


def _some(rows: list[Row]) -> str:
    """What is not drawn."""
    if len(shown(rows)) == len(rows):
        return ""
    count = len({workload.fingerprint for _, workload, _ in rows})
    return f" Drawn are the lightest and the heaviest of {count} workloads; the table has all."


def _times(found: Measures) -> MeasuredSection | None:
    """Raw times of whole requests."""
    rows = measured_times.timed(found)
    if not rows:
        return None
    said, data = measured_times.said(found), measured_times.table(found)
    panel = Panel(
        "Time of a whole request", _DOTS + _some(rows), drawn(measured_times.figure(found), "times", said, data)
    )
    text = "All that was timed after the warm-up. What lies far out was not taken away: it is in every figure."
    return MeasuredSection("times", "Times", "How long requests take", text, (panel,))


def _energy(found: Measures) -> MeasuredSection | None:
    """Where the joules went."""
    rows = measured_energy.known(found)
    if not rows:
        return None
    said, data = measured_energy.said(found), measured_energy.table(found)
    names = measured_energy.names(found)
    split = f", from strong to faint {words.listed(names)}" if len(names) > 1 else ""
    idle = _IDLE if any(one.energy and one.energy.idle_watts is not None for _, _, one in rows) else ""
    hint = _BARS.format(split) + idle + _some(rows)
    panel = Panel(
        "Energy of a written token",
        hint,
        drawn(measured_energy.figure(found), "energy", said, data),
    )
    guessed = "Estimated, not counted. " if any(one.energy and one.energy.estimated for _, _, one in rows) else ""
    how = "; ".join(dict.fromkeys(one.energy.method for _, _, one in rows if one.energy))
    text = f"{guessed}{how[:1].upper()}{how[1:]}."
    return MeasuredSection("energy", "Energy", "Where the energy goes", text, (panel,))


def _load(found: Measures, sweep: Sweep, suffix: str) -> MeasuredSection | None:
    """Times and rates against the load, at one length of texts."""
    models = found.cast.models
    panels = []
    late = "; hollow and dashed, what 19 of 20 keep to" if len(models) <= measured_curves.CROWD else ""
    for metric, title, hint, columns in (
        (FIRST, "Time to the first token", f"Symbol: the median{late}. Bar: the 95 % interval.", LATENCY),
        (RATE, "Tokens a second", "Written over all requests. Bar: the 95 % interval.", (RATE,)),
    ):
        figure = measured_curves.by_load(found, sweep, metric)
        if figure is None:
            continue
        said = [measured_curves.ends_said(found, model, sweep.workloads, metric) for model in models]
        if metric == RATE:
            said += [measured_curves.knee_said(found, model, sweep, sweep.workloads) for model in models]
        data = measured_curves.table(found, models, sweep.workloads, columns)
        chart = drawn(figure, f"{metric.split('_')[0]}-load{suffix}", " ".join(part for part in said if part), data)
        panels.append(Panel(title, hint, chart, keyed=len(models) > 1))
    if not panels:
        return None
    title = "What batches change" if sweep.arrival is Arrival.BATCH else "Under load"
    text = (
        f"{sweep.title.partition(',')[0]} from {sweep.loads[0]:g} to {sweep.loads[-1]:g}, each with"
        f" {sweep.prompts[0]:,} tokens read and {sweep.outputs[0]:,} written."
    )
    return MeasuredSection(f"load{suffix}", "Load", title, text, tuple(panels), columns=True)
