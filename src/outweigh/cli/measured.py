"""Measurements, and what evaluations took, as tables."""

from collections.abc import Sequence

from rich.console import Console

from outweigh.cli.output import Remarks, percent, table
from outweigh.records import (
    Arrival,
    Estimate,
    Measurement,
    Noise,
    Pace,
    Precise,
    Result,
    Run,
    Stopped,
    Usage,
    Versus,
    energy_estimated,
)
from outweigh.stats.scaling import Load, exponents, knee
from outweigh.stats.starts import told

_SHOWN = (
    "ttft_seconds_p50", "tpot_seconds_p50", "e2e_seconds_p50", "e2e_seconds_p95", "output_tokens_per_second",
    "peak_resident_bytes",
)  # fmt: skip
_SCALES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


def print_measurements(out: Console, run: Run, remarks: Remarks | None = None) -> None:
    """One row a model and workload; then what surrounds the figures, said once where it is the same for all."""
    found, names = run.measurements, run.measured
    if not found:
        return
    made = table(
        "model", "workload", "first token p50", "a token p50", "whole p50 [95 %]", "p95", "tokens/s out", "memory",
        "joules/token", "idle", "repeats", right=(2, 3, 4, 5, 6, 7, 8, 9, 10),
    )  # fmt: skip
    for each in found:
        made.add_row(
            names[each.model.fingerprint],
            each.workload.described,
            _time(each.figure("ttft_seconds_p50")),
            _time(each.figure("tpot_seconds_p50")),
            _time(each.figure("e2e_seconds_p50"), wide=True),
            _time(each.figure("e2e_seconds_p95")),
            _rate(each.figure("output_tokens_per_second")),
            _bytes(each.figure("peak_resident_bytes")),
            _joules(each),
            _idle(each),
            str(each.precise.repeats) if each.precise else "–",
        )
    out.print(made)
    several = len(found) > 1
    lines = [
        line
        for each in found
        for line in _remarks(f"{names[each.model.fingerprint]}, {each.workload.described}: " if several else "", each)
    ]
    (remarks or Remarks(out)).add(lines)
    for line in _growth(found, names):
        out.print(line, markup=False)


def _growth(found: Sequence[Measurement], names: dict[str, str]) -> list[str]:
    """How time grows with the sizes of a sweep, and the load beyond which more of it stops paying, model by model.

    Loads of one kind only: a rate and a number of requests at a time are different quantities.
    """
    lines = []
    for fingerprint, arrival in dict.fromkeys((each.model.fingerprint, each.workload.arrival) for each in found):
        title = names[fingerprint]
        mine = [each for each in found if (each.model.fingerprint, each.workload.arrival) == (fingerprint, arrival)]
        figures = [(each, each.figure("e2e_seconds_p50")) for each in mine]
        timed = [(each, figure.value) for each, figure in figures if figure and each.workload.load]
        sizes = {
            "load": [each.workload.load or 1.0 for each, _ in timed],
            "prompt": [float(each.workload.prompt_tokens) for each, _ in timed],
            "output": [float(each.workload.output_tokens) for each, _ in timed],
        }
        grown = exponents(sizes, [value for _, value in timed]) if timed else {}
        if grown:
            told = ", ".join(
                f"{name} to the {each.value:.2f} [{each.low:.2f}, {each.high:.2f}]" for name, each in grown.items()
            )
            lines.append(f"{title}: time grows as {told}")
        lines += _knees(title, timed)
    return lines


def _knees(title: str, timed: Sequence[tuple[Measurement, float]]) -> list[str]:
    lines = []
    for sizes in dict.fromkeys((each.workload.prompt_tokens, each.workload.output_tokens) for each, _ in timed):
        loads = [
            Load(each.workload.load or 1.0, (rate.value,), (value,))
            for each, value in timed
            if (each.workload.prompt_tokens, each.workload.output_tokens) == sizes
            and (rate := each.figure("requests_per_second"))
        ]
        if len(loads) >= 3:
            where = knee(loads)
            best = f"the knee is at a load of {where.load:g}" if where.load else "no knee"
            lines.append(f"{title}, {sizes[0]} + {sizes[1]} tokens: {best}: {where.reason}")
    return lines


def print_versus(out: Console, verdicts: Sequence[Versus]) -> None:
    """One line for every pair."""
    for each in verdicts:
        interval = "" if each.low is None or each.high is None else f" [{each.low:.3f}, {each.high:.3f}]"
        if each.pace is Pace.NO_EVIDENCE:
            told = f"{each.model} against {each.baseline}: no evidence of a difference"
        else:
            told = f"{each.model} is {each.pace} than {each.baseline}"
        how = "in turns" if each.paired else "not in turns"
        out.print(f"{each.workload.described}: {told}, time × {each.ratio:.3f}{interval}, {how}", markup=False)


def _remarks(who: str, each: Measurement) -> list[str]:
    lines = _sureness(who, each.precise) if each.precise else [f"{who}{_asked(each)}"]
    if each.precise and each.workload.arrival is Arrival.BATCH:  # a process of ours, not a server's
        lines.append(f"{who}{told(each.precise.starts)}")
    if each.conditions and each.conditions.noise is not Noise.QUIET:
        lines.append(f"The machine was {each.conditions.noise}: {'; '.join(each.conditions.reasons)}")
    if each.energy is not None and each.energy.estimated:
        lines.append(energy_estimated(each.energy.method))
    elif each.energy is None:
        lines.append(f"no energy_joules: {each.unmeasured.get('energy_joules', 'no counters here')}")
    lines += [f"{who}no {metric}: {why}" for metric in _SHOWN if (why := each.unmeasured.get(metric))]
    if each.footprint is not None:
        lines.append(f"{who}{_size(each.footprint.total_bytes)} of memory were expected before loading")
    return lines + [f"{who}{note}" for note in each.notes]


def _asked(each: Measurement) -> str:
    """The size of a measurement that another tool took."""
    return f"{each.requests:,} requests, {f'{each.failed:,}' if each.failed else 'none'} failed"


def _sureness(who: str, precise: Precise) -> list[str]:
    reached = "no interval" if precise.reached is None else f"± {percent(precise.reached)} %"
    lines = []
    if precise.stopped is Stopped.BUDGET:
        lines.append(
            f"{who}the time was up at {reached} of the median, not ± {percent(precise.wanted)} %: "
            "a longer --budget makes it surer"
        )
    elif precise.stopped is Stopped.NARROW:
        lines.append(f"{who}stopped at {reached} of the median")
    elif precise.stopped is Stopped.INTERRUPTED:
        lines.append(f"{who}interrupted at {reached} of the median; the run takes it anew when it goes on")
    if precise.outliers:
        lines.append(f"{who}{precise.outliers} of {precise.repeats} repeats were out of line; they count")
    return lines


def _time(found: Estimate | None, *, wide: bool = False) -> str:
    if found is None:
        return "–"
    scale, unit = (1.0, "s") if found.value >= 1 else (1e3, "ms")
    value = f"{_short(found.value * scale)} {unit}"
    return f"{value} [{_short(found.low * scale)}, {_short(found.high * scale)}]" if wide else value


def _rate(found: Estimate | None) -> str:
    return "–" if found is None else f"{_short(found.value)} [{_short(found.low)}, {_short(found.high)}]"


def _bytes(found: Estimate | None) -> str:
    return "–" if found is None else _size(found.value)


def _joules(each: Measurement) -> str:
    found = each.figure("joules_per_token")
    if found is None:
        return "–"
    about = "about " if each.energy is not None and each.energy.estimated else ""
    return _bounded(found.value, found.low, found.high, about)


def _idle(each: Measurement) -> str:
    """Watts that were taken off; what comes from a table was not measured."""
    if each.energy is None:
        return "–"
    if each.energy.idle_watts is None:
        return "in it"
    return f"{'' if each.energy.idle_seconds else 'about '}{each.energy.idle_watts:.3g} W"


def print_usage(out: Console, run: Run, remarks: Remarks | None = None) -> None:
    """One row an evaluation: what its answers took, and what each and each right one cost; then what to know of it."""
    kept = [each for each in run.results if each.usage.energy_joules is not None or each.usage.peak_memory_bytes]
    if not kept:
        return
    made = table(
        "model", "benchmark", "asked", "seconds", "memory", "device", "joules [bounds]", "idle", "joules/request",
        "joules/correct [95 %]", right=(2, 3, 4, 5, 6, 7, 8, 9),
    )  # fmt: skip
    for each in kept:
        took = each.usage
        about = "about " if took.energy_estimated else ""
        made.add_row(
            each.model,
            each.evaluation.benchmark,
            f"{each.asked - each.cached:,}",
            "–" if took.seconds is None else f"{took.seconds:.1f}",
            "–" if took.peak_memory_bytes is None else _size(took.peak_memory_bytes),
            "–" if took.peak_device_bytes is None else _size(took.peak_device_bytes),
            _bounded(took.energy_joules, took.energy_low_joules, took.energy_high_joules, about),
            _taken_off(took),
            *(_cost(each.cost(metric), about) for metric in ("joules_per_request", "joules_per_correct")),
        )
    out.print(made)
    (remarks or Remarks(out)).add(line for each in kept for line in _lacks(each))


def _taken_off(took: Usage) -> str:
    """Watts of idling that are not in an evaluation's joules: always a table's, for counters have idling in them."""
    if took.energy_joules is None:
        return "–"
    return "in it" if took.idle_watts is None else f"about {took.idle_watts:.3g} W"


def _cost(found: Estimate | None, about: str) -> str:
    return "–" if found is None else _bounded(found.value, found.low, found.high, about)


def _bounded(value: float | None, low: float | None, high: float | None, about: str) -> str:
    if value is None or low is None or high is None:
        return "–"
    told, least, most = (_short(each, 2 if about else 4) for each in (value, low, high))
    return f"{about}{told} [{least}, {most}]"


def _lacks(each: Result) -> list[str]:
    """How the energy was come by, and why a figure is not there."""
    who, took = f"{each.model}, {each.evaluation.benchmark}: ", each.usage
    lines = [energy_estimated(took.energy_method)] if took.energy_estimated else []
    if took.energy_joules is not None and not took.energy_estimated:
        lines.append(f"Energy is counted: {took.energy_method}")
    lacking = [(name, took.unmeasured.get(name)) for name in ("peak_memory_bytes", "energy_joules")]
    if took.energy_joules is not None:
        lacking.append(("joules_per_correct", each.unpriced.get("joules_per_correct")))
    return lines + [f"{who}no {name}: {why}" for name, why in lacking if why]


def _size(count: float) -> str:
    for scale, prefix in _SCALES:
        if count >= scale:
            return f"{count / scale:.3g} {prefix}B"
    return f"{count:.0f} B"


def _short(value: float, digits: int = 4) -> str:
    """So many significant digits, without an exponent."""
    return f"{value:,.0f}" if abs(value) >= 10 ** (digits - 1) else f"{value:.{digits}g}"
