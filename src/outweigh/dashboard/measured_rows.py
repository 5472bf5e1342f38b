"""What charts of measurements share: which lines are drawn, what they are called, and a figure in a plain table."""

from collections.abc import Sequence

from outweigh.dashboard import units, words
from outweigh.dashboard.measured_reading import Measures
from outweigh.dashboard.units import Unit
from outweigh.records import Measurement, Workload

_ROWS = 8  # lines of a chart; of more workloads the lightest and the heaviest are drawn

Row = tuple[str, Workload, Measurement]


def shown(rows: Sequence[Row]) -> list[Row]:
    """All lines, or those of the first and the last workload where they are too many."""
    if len(rows) <= _ROWS:
        return list(rows)
    ends = (rows[0][1], rows[-1][1])
    return [row for row in rows if row[1] in ends]


def titled(found: Measures, model: str, workload: Workload) -> tuple[str, str]:
    """A line's title and note: what tells it from the other lines comes first."""
    if len(found.workloads) == 1:
        return model, ""
    if len(found.cast.models) == 1:
        return found.short(workload), ""
    return model, found.short(workload)


def cell(one: Measurement, metric: str, unit: Unit) -> str:
    """A figure with its interval, or why there is none."""
    figure = one.figure(metric)
    return str(units.said(figure, unit)) if figure else one.unmeasured.get(metric, words.NOT_MEASURED)
