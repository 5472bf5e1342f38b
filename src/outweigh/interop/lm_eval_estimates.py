"""Estimates from a results file, each compared with the samples that it summarises.

lm-evaluation-harness 0.4.13, `api/metrics.py`: the standard error of a mean is the samples' deviation (n - 1) over √n.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from outweigh.interop.lm_eval_results import ResultsFile
from outweigh.interop.logged import Checks
from outweigh.records import Estimate, Transcript, UserError

_NO_METRIC = {"name", "alias", "sample_len", "sample_count"}
_NORMAL = "normal, from the imported standard error"
_RANGE = "the whole range, for want of a standard error"
_NONE = "no interval, for want of a standard error"


@dataclass(frozen=True)
class Table:
    """One task's numbers in a results file, or none where there is only a samples file."""

    path: Path
    task: str
    file: ResultsFile | None

    @property
    def entry(self) -> dict[str, Any]:
        """Metric keys and their values."""
        return self.file.results[self.task] if self.file else {}

    @property
    def keys(self) -> list[tuple[str, str]]:
        """(metric, filter) in the file's order, standard errors aside."""
        pairs = [key.partition(",") for key in self.entry if key not in _NO_METRIC]
        return [(metric, name) for metric, _, name in pairs if not metric.endswith("_stderr")]

    def is_mean(self, metric: str) -> bool:
        """Whether the file declares the metric to be the samples' mean. Without a file it is taken so."""
        if self.file is None:
            return True
        declared = self.file.configs[self.task].get("metric_list") or []
        found = [one.get("aggregation") for one in declared if isinstance(one, dict) and one.get("metric") == metric]
        return found == ["mean"]

    def number(self, key: str) -> float | None:
        """A stated number; "N/A" and what is missing are None."""
        value = self.entry.get(key)
        return float(value) if isinstance(value, int | float) else None

    def higher_is_better(self, metric: str) -> bool:
        """As declared; better is higher unless it is said."""
        declared = self.file.higher_is_better.get(self.task, {}) if self.file else {}
        return declared.get(metric) is not False


def mean_and_error(values: Sequence[float]) -> tuple[float, float | None]:
    """The mean and its standard error, which one value alone does not have."""
    mean = sum(values) / len(values)
    if len(values) < 2:
        return mean, None
    deviation = math.sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1))
    return mean, deviation / math.sqrt(len(values))


def estimates(table: Table, transcripts: Sequence[Transcript]) -> tuple[Estimate, ...]:
    """One estimate for each metric and filter, in the results file's order."""
    columns: dict[tuple[str, str], list[float]] = {}
    for score in (score for each in transcripts for score in each.scores):
        columns.setdefault((score.metric, score.filter), []).append(score.value)
    keys = table.keys if table.file else list(columns)
    missing = [key for key in columns if key not in keys]
    if missing:
        metric, name = missing[0]
        raise UserError(f"{table.path}: results.{table.task}: no {metric},{name}, though its samples have {metric}")
    return tuple(_estimate(table, key, columns.get(key, []), len(transcripts)) for key in keys)


def averaged(found: Sequence[Estimate], checks: Checks) -> Checks:
    """The checks of those metrics that are the mean over all of them; of others they say nothing of the error."""
    values = {(each.metric, each.filter): each.value for each in found}
    return {
        key: rows
        for key, rows in checks.items()
        if key in values and math.isclose(values[key], _mean_of_all(rows), rel_tol=1e-9, abs_tol=1e-9)
    }


def _mean_of_all(rows: Sequence[Sequence[bool]]) -> float:
    return sum(sum(row) for row in rows) / sum(len(row) for row in rows)


def _estimate(table: Table, key: tuple[str, str], values: Sequence[float], asked: int) -> Estimate:
    metric, name = key
    value, error = table.number(f"{metric},{name}"), table.number(f"{metric}_stderr,{name}")
    if values and table.is_mean(metric):
        counted = mean_and_error(values)
        _compare(table, f"{metric},{name}", value, counted[0])
        _compare(table, f"{metric}_stderr,{name}", error, counted[1])
        value, error = (value if value is not None else counted[0]), error if error is not None else counted[1]
    if value is None:
        raise UserError(f"{table.path}: results.{table.task}.{metric},{name}: expected a number")
    low, high, method = _interval(value, error, values)
    return Estimate(
        metric=metric,
        filter=name,
        value=value,
        low=low,
        high=high,
        standard_error=error,
        count=len(values) or asked,
        method=method,
        higher_is_better=table.higher_is_better(metric),
    )


def _compare(table: Table, key: str, stated: float | None, counted: float | None) -> None:
    """Both are the same number, unless one is not there."""
    if stated is None or counted is None or (math.isnan(stated) and math.isnan(counted)):
        return
    if not math.isclose(stated, counted, rel_tol=1e-9, abs_tol=1e-9):
        problem = f"{stated} is stated, its samples give {counted}; take both files anew"
        raise UserError(f"{table.path}: results.{table.task}.{key}: {problem}")


def _interval(value: float, error: float | None, values: Sequence[float]) -> tuple[float, float, str]:
    """The 95 % interval, inside 0 to 1 for scores that are 0 or 1."""
    binary = bool(values) and set(values) <= {0.0, 1.0}
    if error is None or math.isnan(error):
        return (0.0, 1.0, _RANGE) if binary else (value, value, _NONE)
    low, high = value - 1.96 * error, value + 1.96 * error
    return (max(low, 0.0), min(high, 1.0), _NORMAL) if binary else (low, high, _NORMAL)
