"""`outweigh export`: a run as another tool's files."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from outweigh.cli.output import AsJson

if TYPE_CHECKING:
    from outweigh.records import Estimate, Measurement, Result, Run


class _Format(StrEnum):
    lm_eval = "lm-eval"
    prometheus = "prometheus"
    openmetrics = "openmetrics"
    influx = "influx"
    json = "json"
    parquet = "parquet"


_STANDARD_OUTPUT = Path("-")
_MANY = (_Format.lm_eval, _Format.parquet)  # formats of several files


def export(
    run: Annotated[str, typer.Argument(help="A run by name, or `latest`.")],
    to: Annotated[
        Path | None,
        typer.Option(
            help="The directory (lm-eval, parquet) or file to write. Default, and -, for a file: standard output.",
            show_default=False,
        ),
    ] = None,
    format: Annotated[
        _Format,
        typer.Option(
            help="Results as lm-eval's logs; measurements as Prometheus's text, OpenMetrics text, InfluxDB's line "
            "protocol or JSON; or their raw times as Parquet."
        ),
    ] = _Format.lm_eval,
    as_json: AsJson = False,
) -> None:
    """Write a run's results or measurements as other tools read them."""
    from outweigh.cli.files import check_target, write_whole
    from outweigh.engine import reading

    held = reading.load(run)
    if format in _MANY:
        write = _results if format is _Format.lm_eval else _times
        _say([str(path) for path in write(held, to)], format, None, as_json)
        return
    measured = _measured(held)
    place = None if to in (None, _STANDARD_OUTPUT) else to
    if place is None:
        _say([], format, _text(measured, format), as_json)
        return
    check_target(place, f"{held.name}.{format.value}")
    write_whole(place, _text(measured, format).encode())
    _say([str(place)], format, None, as_json)


def _say(files: list[str], format: _Format, text: str | None, as_json: bool) -> None:
    """The text, or where it went."""
    from outweigh.cli.output import console, print_json

    if as_json:
        told = {"format": format.value, "files": files}
        print_json("export", told if text is None else {**told, "text": text})
    elif text is not None:
        sys.stdout.write(text)
        sys.stdout.flush()  # a reader that has gone is noticed here, not while the process ends
    else:
        for path in files:
            console().print(path, markup=False, soft_wrap=True)


def _folder(to: Path | None, format: _Format) -> Path:
    from outweigh.records.errors import UserError

    if to is None or to == _STANDARD_OUTPUT:
        raise UserError(f"--format {format.value} writes several files: give a directory with --to")
    if to.exists() and not to.is_dir():
        raise UserError(f"--to {to}: is a file; give a directory")
    return to


def _text(measured: "tuple[Measurement, ...]", format: _Format) -> str:
    from outweigh.interop.influx import influx_lines
    from outweigh.interop.prometheus import openmetrics_json, openmetrics_text, prometheus_text

    write = {
        _Format.prometheus: prometheus_text,
        _Format.openmetrics: openmetrics_text,
        _Format.influx: influx_lines,
        _Format.json: openmetrics_json,
    }[format]
    return write(measured)


def _measured(run: "Run") -> "tuple[Measurement, ...]":
    """The run's measurements, of which there must be some."""
    from outweigh.records.errors import UserError

    if not run.measurements:
        rest = "; its results go out with --format lm-eval" if run.results else ""
        raise UserError(f"the run {run.name} has no measurements, which `outweigh measure` makes{rest}")
    return run.measurements


def _times(run: "Run", to: Path | None) -> list[Path]:
    """A Parquet file with the raw times of each measurement that has some."""
    from outweigh.cli.files import make_folder, write_whole
    from outweigh.cli.output import console
    from outweigh.engine import reading
    from outweigh.records import ModelSource
    from outweigh.records.errors import UserError

    names = run.measured
    held = [(each, reading.times(run, each)) for each in _measured(run)]
    if all(content is None for _, content in held):
        foreign = held[0][0].model.source is ModelSource.EXTERNAL
        why = f": the files of {held[0][0].harness} had none" if foreign else ""
        raise UserError(f"no raw times are kept of the run {run.name}{why}")
    folder = _folder(to, _Format.parquet)
    make_folder(folder)
    files = []
    for each, content in held:
        title, work = names[each.model.fingerprint], each.workload.described
        if content is None:
            line = f"No raw times are kept of {title}, {work}: no file"
            console(stderr=True).print(line, markup=False, style="yellow", soft_wrap=True)
            continue
        files.append(folder / f"{_plain(title)}_{_plain(work)}_{each.key[:8]}.parquet")
        write_whole(files[-1], content)
    return files


def _plain(text: str) -> str:
    """As a part of a file's name: letters, digits, and what needs no quotes."""
    import re

    return re.sub(r"[^\w.+-]+", "-", text.replace(" + ", "+")).strip("-")[:80]


def _results(run: "Run", to: Path | None) -> list[Path]:
    """lm-evaluation-harness's results_*.json and samples_<task>_*.jsonl of each model."""
    from datetime import UTC, datetime

    from outweigh.cli.files import unwritable
    from outweigh.engine import reading
    from outweigh.insight.columns import labels
    from outweigh.interop.lm_eval_write import write
    from outweigh.interop.logged import Logged
    from outweigh.records.errors import UserError

    if not run.results:
        rest = "; its measurements go out with --format prometheus" if run.measurements else ""
        raise UserError(f"the run {run.name} has no results that lm-eval's files could hold{rest}")
    folder = _folder(to, _Format.lm_eval)
    held = reading.held(run)
    names = labels([result for result, _ in held])
    files: list[Path] = []
    for fingerprint in names:
        mine = [Logged(r, tuple(t)) for r, t in held if r.evaluation.model.fingerprint == fingerprint]
        groups = _groups([each.result for each in mine])
        try:
            files += write(mine, folder, groups=groups, when=datetime.now(UTC))
        except OSError as error:
            raise unwritable(folder, error) from error
    return files


def _groups(results: "list[Result]") -> "dict[str, Estimate]":
    from outweigh.benchmarks.catalogue import GROUPS
    from outweigh.insight.groups import pooled

    by_id = {result.evaluation.benchmark: result for result in results}
    found = {}
    for name, members in GROUPS.items():
        if any(member not in by_id for member in members):
            continue
        estimate = pooled([by_id[member].headline for member in members])
        if estimate is not None:
            found[name] = estimate
    return found
