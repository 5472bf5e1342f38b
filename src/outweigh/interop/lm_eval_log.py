"""The lines of a `samples_*.jsonl` file, each checked against its own hashes and against its sample's other lines."""

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from outweigh.interop.lm_eval_lines import doc_hash
from outweigh.records import UserError, digest


class Line(BaseModel):
    """One sample under one filter. Metric columns are its extra fields."""

    model_config = ConfigDict(strict=True, extra="allow", frozen=True)

    doc_id: int
    doc: dict[str, Any]
    target: str
    arguments: dict[str, dict[str, Any]]
    resps: list[list[Any]]
    filtered_resps: list[Any]
    filter: str
    metrics: list[str]
    doc_hash: str
    prompt_hash: str
    target_hash: str

    @property
    def prompt(self) -> object:
        """The first request's text; a chat request to an API is logged as a list of one JSON text."""
        first = self.arguments.get("gen_args_0", {}).get("arg_0")
        return first[0] if isinstance(first, list) and len(first) == 1 else first

    @property
    def columns(self) -> dict[str, Any]:
        """Everything beside the fixed fields, metric values among it."""
        return self.model_extra or {}


@dataclass(frozen=True)
class Placed:
    """A line and where it stands."""

    path: Path
    number: int
    line: Line

    def wrong(self, field: str, problem: str) -> UserError:
        """One line that names file, line and field."""
        return wrong(self.path, self.number, field, problem)


def wrong(path: Path, number: int, field: str, problem: str) -> UserError:
    """What is the matter with one field of one line."""
    return UserError(f"{path}:{number}: {field}: {problem}")


def lines(path: Path) -> list[Placed]:
    """Every line in file order, gzipped or not. Raises UserError at the first that is wrong."""
    found = [Placed(path, number, _line(path, number, text)) for number, text in _texts(path)]
    if not found:
        raise UserError(f"{path}: empty: a samples file of lm-evaluation-harness has a line for every sample")
    for placed in found:
        _check_hashes(placed)
    return found


def by_sample(found: list[Placed]) -> list[tuple[Placed, ...]]:
    """The lines of each sample by position: one for each filter, filters in the file's order."""
    filters = list(dict.fromkeys(placed.line.filter for placed in found))
    grouped: dict[int, dict[str, Placed]] = {}
    for placed in found:
        same = grouped.setdefault(placed.line.doc_id, {})
        earlier = same.setdefault(placed.line.filter, placed)
        if earlier is not placed:
            raise placed.wrong("doc_id", f"{placed.line.doc_id} stands on line {earlier.number} already")
    for same in grouped.values():
        _check_agreement(list(same.values()), filters)
    return [tuple(grouped[doc_id][name] for name in filters) for doc_id in sorted(grouped)]


def _texts(path: Path) -> Iterator[tuple[int, str]]:
    number = 0
    try:
        with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8") as file:
            for text in file:
                number += 1
                if text.strip():
                    yield number, text
    except UnicodeDecodeError:
        raise UserError(f"{path}:{number + 1}: not UTF-8 text; a samples file is JSON lines") from None
    except (OSError, EOFError, zlib.error) as error:
        raise UserError(f"{path}:{number + 1}: cannot be read: {error}") from None


def _line(path: Path, number: int, text: str) -> Line:
    try:
        line = Line.model_validate(json.loads(text))
    except json.JSONDecodeError as error:
        raise UserError(f"{path}:{number}: not JSON: {error.msg} at column {error.colno}") from None
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "line"
        problem = f"{first['msg'].lower()}; expected a sample as lm-evaluation-harness 0.4.13 logs it"
        raise wrong(path, number, field, problem) from None
    for metric in line.metrics:
        if metric not in line.columns:
            raise wrong(path, number, metric, "named in `metrics`, but the line has no such column")
    return line


def _check_hashes(placed: Placed) -> None:
    """Every hash is that of the text it stands for."""
    line = placed.line
    if not isinstance(line.prompt, str):
        raise placed.wrong("arguments", "gen_args_0.arg_0 is missing or no text")
    hashes = {
        "doc": (line.doc_hash, doc_hash(line.doc)),
        "prompt": (line.prompt_hash, digest(line.prompt)),
        "target": (line.target_hash, digest(line.target)),
    }
    for name, (stated, actual) in hashes.items():
        if stated != actual:
            problem = f"{stated[:12]}… is stated, the {name} has {actual[:12]}…; the line was changed, take it anew"
            raise placed.wrong(f"{name}_hash", problem)


def _check_agreement(same: list[Placed], filters: list[str]) -> None:
    """Every filter saw the same sample, request and response."""
    first = same[0]
    for placed in same[1:]:
        for field in ("doc_hash", "target", "arguments", "resps"):
            if getattr(placed.line, field) != getattr(first.line, field):
                raise placed.wrong(field, f"differs from line {first.number}, which is the same sample")
    missing = set(filters) - {placed.line.filter for placed in same}
    if missing:
        problem = f"sample {first.line.doc_id} has no line for filter {', '.join(sorted(missing))}; others have"
        raise first.wrong("filter", problem)
