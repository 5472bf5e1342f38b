"""Rows into samples: the part of loading that every benchmark shares."""

from collections.abc import Callable, Iterator
from typing import Any

from outweigh.benchmarks.benchmark import Dataset, Loaded, Rows
from outweigh.records import Sample, UserError, canonical_json, digest

Row = dict[str, Any]
Read = Callable[[int, Row], Sample]


def loads(dataset: Dataset, read: Read) -> Callable[[Rows], Loaded]:
    """Load the evaluated split and the pool of shots, turning each row into a sample with `read`."""

    def load(rows: Rows) -> Loaded:
        evaluated = rows.split(dataset, dataset.split)
        if evaluated is None:
            raise UserError(f"{dataset.repository} ({dataset.config}) has no split {dataset.split!r}")
        pool, notes = _pool(rows, dataset, evaluated)
        samples = tuple(_samples(dataset, dataset.split, evaluated, read))
        shots = tuple(_samples(dataset, "shots", pool, read)) if pool is not evaluated else samples
        return Loaded(samples, shots, digest(canonical_json([evaluated, pool])), notes)

    return load


def _pool(rows: Rows, dataset: Dataset, evaluated: list[Row]) -> tuple[list[Row], tuple[str, ...]]:
    for split in dataset.shots:
        pool = evaluated if split == dataset.split else rows.split(dataset, split)
        if pool is not None:
            skipped = dataset.shots[: dataset.shots.index(split)]
            where = f"{dataset.repository} has no split {', '.join(skipped)} here: shots come from {split}"
            return pool, (where,) if skipped else ()
    return [], ()


def _samples(dataset: Dataset, split: str, rows: list[Row], read: Read) -> Iterator[Sample]:
    for position, row in enumerate(rows):
        try:
            yield read(position, row)
        except (KeyError, ValueError, TypeError, IndexError, AttributeError) as error:
            wrong = f"it has no {error}" if isinstance(error, KeyError) else str(error)
            raise UserError(
                f"{dataset.repository} ({dataset.config}/{split}), row {position + 1}: not a row of this "
                f"benchmark: {wrong}"
            ) from error
