"""Published tables of leaderboards: which a csv or csv.gz file is, by its columns, and what it says."""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from outweigh.interop import lmarena
from outweigh.interop.open_llm_leaderboard import read_leaderboard
from outweigh.records import Provenance, Standing, UserError

WANTED = "a table of the Open LLM Leaderboard or of LMArena (csv or csv.gz)"
_OPEN_LLM = ({"model_name", "evaluations_ifeval_value"}, {"model", "arc", "hellaswag"})


def is_table(path: Path) -> bool:
    """Whether it is called as a table is; `read_standings` says whether it can be read."""
    return path.is_file() and path.name.lower().endswith((".csv", ".csv.gz"))


def read_standings(path: Path) -> tuple[Provenance, list[Standing]]:
    """Every standing of a published table, and who published it. UserError for any other file, or a broken one."""
    columns = _columns(path)
    if any(known <= columns for known in _OPEN_LLM):
        return read_leaderboard(path)
    if columns >= lmarena.COLUMNS:
        return lmarena.LMARENA_TEXT, _lmarena(path)
    raise UserError(f"{path}: not recognised by its columns; expected {WANTED}")


def _columns(path: Path) -> set[str]:
    with _readable(path), _opened(path) as lines:
        return set(next(csv.reader(lines), []))


def _lmarena(path: Path) -> list[Standing]:
    with _readable(path), _opened(path) as lines:
        rows = list(csv.DictReader(lines))
    found = []
    for number, row in enumerate(rows, start=2):
        try:
            found.append(lmarena.standing(row))
        except (ValueError, KeyError, AttributeError) as error:
            raise UserError(f"{path}: row {number} cannot be read: {error}") from error
    return found


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    with (
        gzip.open(path, "rb") if path.suffix.lower() == ".gz" else path.open("rb") as file,
        io.TextIOWrapper(file, encoding="utf-8-sig", newline="") as text,
    ):
        yield text


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"{path}: cannot be read as a csv table: {error}") from error
