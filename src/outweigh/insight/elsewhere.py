"""What a model would take on a machine that is not at hand: time, memory and energy, each said to be predicted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from outweigh.insight.roofline import Work, fitted, predicted_figure, predicted_times, work_of
from outweigh.records import Footprint, Measurement, Predicted, UserError

if TYPE_CHECKING:
    from outweigh.insight.datasheets import Datasheet

_DEVICES = ("peak_device_bytes", "peak_resident_bytes")


def everything(
    work: Work,
    footprint: Footprint | None,
    measurements: Sequence[Measurement],
    here: Datasheet | None = None,
    there: Datasheet | None = None,
) -> tuple[tuple[Predicted, ...], tuple[str, ...]]:
    """Times, memory and energy of the work, and why what is not among them is not. UserError where not even times are.

    Measurements of servers, and of models whose size is not known, are left out and told.
    """
    usable, notes = _usable(measurements)
    found = list(times(work, usable, here, there))
    try:
        if footprint is None:
            raise UserError("no memory: it takes a model whose files are here")
        found.append(memory(footprint, usable, there))
    except UserError as error:
        notes.append(str(error))
    try:
        found.append(energy(found[2], usable, here, there))
    except UserError as error:
        notes.append(str(error))
    return tuple(found), tuple(notes)


def _usable(measurements: Sequence[Measurement]) -> tuple[list[Measurement], list[str]]:
    """Those that a roofline can be fitted to, and why the others are none of them."""
    usable, notes = [], []
    for each in measurements:
        try:
            work_of(each)
            usable.append(each)
        except UserError as error:
            notes.append(f"left out: {error}")
    return usable, list(dict.fromkeys(notes))


def times(
    work: Work, measurements: Sequence[Measurement], here: Datasheet | None = None, there: Datasheet | None = None
) -> tuple[Predicted, ...]:
    """Latencies of the work on the measurements' machine, or on another (`there`) whose peaks are known as `here`'s."""
    roofline = fitted(measurements)
    if there is None:
        return predicted_times(work, roofline)
    if here is None:
        raise UserError("to predict for another machine, say which one was measured: its peaks are needed as well")
    return predicted_times(work, roofline.on(here, there), (carried(here, there),))


def memory(footprint: Footprint, measurements: Sequence[Measurement], there: Datasheet | None = None) -> Predicted:
    """The peak of memory: the estimate from headers, times what the measured models took beyond theirs."""
    import numpy as np

    ratios: dict[str, list[float]] = {}
    for each in measurements:
        seen = next((figure for name in _DEVICES if (figure := each.figure(name)) is not None), None)
        if each.footprint is not None and seen is not None:
            ratios.setdefault(each.model.fingerprint, []).append(np.log(seen.value / each.footprint.total_bytes))
    if len(ratios) < 2:
        raise UserError("no memory: it takes at least 2 models of which a peak and a footprint are known")
    logs = np.array([np.mean(found) for found in ratios.values()])
    value = footprint.total_bytes * float(np.exp(logs.mean()))
    doubts: tuple[str, ...] = ()
    if there is not None and value > there.memory_bytes:
        doubts = (f"more than the {there.memory_bytes / 1e9:g} GB of {there.name}",)
    return predicted_figure("peak_bytes", "B", value, float(logs.std(ddof=1)), len(logs), doubts)


def energy(
    seconds: Predicted,
    measurements: Sequence[Measurement],
    here: Datasheet | None = None,
    there: Datasheet | None = None,
) -> Predicted:
    """Joules of so many seconds: at the power of the measured models, on another device that share of its limit."""
    import numpy as np

    powers: dict[str, list[float]] = {}
    for each in measurements:
        if each.energy is not None and each.energy.joules > 0 and each.energy.seconds > 0:
            powers.setdefault(each.model.fingerprint, []).append(np.log(each.energy.joules / each.energy.seconds))
    if len(powers) < 2:
        raise UserError("no energy: it takes at least 2 models whose energy was measured")
    logs = np.array([np.mean(found) for found in powers.values()])
    watts = float(np.exp(logs.mean()))
    doubts = seconds.out_of_range
    if any(each.energy is not None and each.energy.estimated for each in measurements):
        doubts += ("the energy of the measured models was estimated, not counted",)
    device = there or here
    if here is not None and device is not None:
        watts *= device.watts / here.watts
        doubts += (f"power above the limit of {device.name}",) if watts > device.watts else ()
    found = predicted_figure("joules", "J", seconds.value * watts, float(logs.std(ddof=1)), len(logs), doubts)
    # Errors of power and of time are independent factors: their distances add as squares, on the logarithm's scale.
    below, above = (
        float(np.hypot(np.log(end / found.value), np.log(other / seconds.value)))
        for end, other in ((found.low, seconds.low), (found.high, seconds.high))
    )
    return found.but(low=found.value * float(np.exp(-below)), high=found.value * float(np.exp(above)))


def carried(here: Datasheet, there: Datasheet) -> str:
    """What is taken for granted when one machine's shares of its peaks are used for another."""
    return f"the shares of peak that {here.name} reached are taken to hold on {there.name}: nothing was measured there"
