"""What `outweigh predict --hardware` learns from and about whom, and what it prints."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from outweigh.insight.datasheets import Datasheet
    from outweigh.records import Footprint, Measurement, Precision, Predicted, Workload

HERE = "here"  # the machine that the runs were measured on
_NAMES = {
    "ttft_seconds": ("time to first token", 1e3, "ms"),
    "tpot_seconds": ("time per output token", 1e3, "ms"),
    "e2e_seconds": ("whole answer", 1.0, "s"),
    "peak_bytes": ("peak of memory", 1e-6, "MB"),
    "joules": ("energy of a batch", 1.0, "J"),
}


@dataclass(frozen=True)
class Elsewhere:
    """Figures of one model on one device; `work` says how it would be asked."""

    title: str
    device: str
    work: str
    figures: "tuple[Predicted, ...]"
    notes: tuple[str, ...]


def predicted(
    model: str,
    devices: tuple[str, str | None],
    runs: Sequence[str],
    lengths: tuple[int, int, int],
    size: tuple[float | None, str | None],
) -> Elsewhere:
    """Read the measurements, look at the model, and predict. UserError in one line for what is missing."""
    from outweigh.cli.predicting import check_parameters
    from outweigh.engine import reading
    from outweigh.insight import elsewhere
    from outweigh.insight.datasheets import datasheet
    from outweigh.insight.roofline import sized
    from outweigh.records import Workload

    wanted, measured_on = devices
    here = datasheet(measured_on) if measured_on else None
    there = None if wanted == HERE else datasheet(wanted)
    parameters, asked = size
    if parameters is not None:
        check_parameters(parameters)
    precision, measurements = _alike([each for name in runs for each in reading.load(name).measurements], asked)
    batch, prompt, output = lengths
    workload = Workload(batch_size=batch, prompt_tokens=prompt, output_tokens=output)
    title, weights, footprint = model, parameters or 0.0, None
    if parameters is None:
        title, weights, footprint = _found(model, workload, precision, there)
    work = sized(weights, precision, workload, footprint)
    figures, notes = elsewhere.everything(work, footprint, measurements, here, there)
    device = there.name if there else "the machine of the measurements"
    return Elsewhere(title, device, f"{workload.described} in {precision}", figures, notes)


def _alike(measurements: "list[Measurement]", asked: str | None) -> "tuple[Precision, list[Measurement]]":
    """The precision that is meant, and the measurements in it: what a machine reaches depends on it."""
    from outweigh.records import Precision, UserError

    there = sorted({each.model.precision for each in measurements if each.model.precision})
    if not there:
        raise UserError("nothing to predict from: no run has measurements of models in this process (outweigh measure)")
    if asked is None and len(there) > 1:
        raise UserError(f"the measurements are of several precisions: say --precision {' or '.join(there)}")
    if asked is not None and asked not in there:
        raise UserError(f"--precision {asked}: the measurements are in {', '.join(there)}")
    precision = Precision(asked) if asked else there[0]
    return precision, [each for each in measurements if each.model.precision == precision]


def _found(
    model: str, workload: "Workload", precision: "Precision", there: "Datasheet | None"
) -> "tuple[str, float, Footprint]":
    """A model's name, its weights and what it takes of memory, all from its files' headers."""
    from outweigh.cli.output import console
    from outweigh.engine.candidates import find, weights
    from outweigh.engine.config import RunConfig
    from outweigh.models.footprint import estimate
    from outweigh.records import UserError
    from outweigh.store.home import home

    out = console(stderr=True)
    cache = home() / "cache"
    found = find(model, RunConfig(precision=precision), cache, out.print)
    if found.located is None or not found.card.parameters:
        raise UserError(f"{model}: its size is not known here; say --parameters, such as 7e9")
    folder = weights(found.located, cache, out.print)
    device = "cuda" if there else found.device or "cpu"
    return found.title, found.card.parameters, estimate(folder, workload, precision=precision, device=device)


def print_elsewhere(out: "Console", found: Elsewhere) -> None:
    """The figures first, each with its interval, then what makes them doubtful."""
    from outweigh.cli.output import table

    out.print(f"{found.title} on {found.device}, {found.work}: predicted", style="bold", markup=False)
    made = table("", "predicted [90 %]", right=(1,))
    for each in found.figures:
        name, scale, unit = _NAMES[each.metric]
        value, low, high = (f"{scale * end:,.4g}" for end in (each.value, each.low, each.high))
        made.add_row(name, f"{value} [{low}, {high}] {unit}")
    out.print(made)
    for line in dict.fromkeys(line for each in found.figures for line in each.out_of_range):
        out.print(f"Out of range: {line}", style="yellow", markup=False)
    for line in dict.fromkeys(line for each in found.figures for line in each.basis):
        out.print(f"Based on: {line}", markup=False)
    for line in (found.figures[0].method, *found.notes):
        out.print(f"Note: {line}", style="dim", markup=False)
