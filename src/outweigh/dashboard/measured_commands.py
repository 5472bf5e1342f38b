"""The command that measures the same again."""

import shlex
from collections.abc import Sequence

from outweigh.records import Arrival, Measurement, ModelSource, Run, Stopped, Workload


def commands(run: Run) -> tuple[str, ...]:
    """The command that measures the same again, a line an argument; none for what another tool measured.

    Not covered: the number of threads, traces, and limits.
    """
    every = [one for one in run.measurements if one.model.source is not ModelSource.EXTERNAL]
    if not every:
        return ()
    names = dict.fromkeys(_argument(one) for one in every)
    parts = ["outweigh measure", *(shlex.quote(name) for name in names), *_flags([one.workload for one in every])]
    first = every[0]
    if first.precise and first.precise.stopped is Stopped.FIXED:
        parts.append(f"--repeats {first.precise.repeats}")
    elif first.precise and first.precise.budget_seconds:
        parts += [f"--budget {first.precise.budget_seconds:g}s", f"--within {first.precise.wanted:g}"]
    precisions = {one.model.precision for one in every}
    parts += [f"--precision {precision}" for precision in precisions if precision and len(precisions) == 1]
    return (" \\\n  ".join(parts), f"outweigh report {shlex.quote(run.name)}")


def _argument(one: Measurement) -> str:
    """A model as the command line names it."""
    spec = one.model
    if spec.source is ModelSource.PACKAGE:
        return f"package:{spec.name}"
    return f"{spec.name}@{spec.revision}" if spec.source is ModelSource.HUB and spec.revision else spec.name


def _flags(workloads: Sequence[Workload]) -> list[str]:
    """The sweep's flags."""
    flags: list[tuple[str, Sequence[float | None]]] = [
        ("--batch-size", [each.batch_size for each in workloads]),
        ("--concurrency", [each.concurrency for each in workloads if each.arrival is Arrival.CONCURRENCY]),
        ("--rate", [each.rate for each in workloads]),
        ("--prompt-tokens", [each.prompt_tokens for each in workloads]),
        ("--output-tokens", [each.output_tokens for each in workloads]),
        ("--seed", [each.seed for each in workloads]),
    ]
    found = []
    for flag, values in flags:
        given = sorted({value for value in values if value is not None})
        default = flag == "--concurrency" and given == [1]  # a flag that models of this disk refuse
        found += [f"{flag} {','.join(f'{value:g}' for value in given)}"] if given and not default else []
    if any(each.arrival is Arrival.CONSTANT for each in workloads):
        found.append("--arrival constant")
    return found
