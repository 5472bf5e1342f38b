"""TOML that people write: read whole, and what is wrong with it in one line."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from types import ModuleType
from typing import Any

from pydantic import ValidationError

from outweigh.records import Record, UserError

_KINDS = ("rented", "bought", "hosted")


def read(path: Path) -> str:
    """The text of a file. UserError where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: not TOML ({error})") from error


def values(text: str, where: str) -> dict[str, Any]:
    """What a text says. UserError, naming `where`, if it is not TOML."""
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{where}: not TOML ({error})") from error


def line(error: ValidationError, records: ModuleType, whole: str) -> str:
    """What is wrong with the first unknown key, which explains what is missing, or else the first wrong value.

    `records` are the module whose fields an unknown key may have meant; `whole` names what was read, if it has to.
    """
    first = min(error.errors(), key=lambda each: each["type"] != "extra_forbidden")
    path = [str(part) for part in first["loc"] if part not in _KINDS]
    where = ".".join(path) or whole
    said = first["msg"].removeprefix("Value error, ")
    match first["type"]:
        case "missing":
            return f"{where} is missing"
        case "extra_forbidden":
            return f"unknown key {where}{_hint(path[-1], records)}"
        case "value_error":
            return f"{where}: {said}" if where else said
        case "union_tag_not_found" | "union_tag_invalid":
            found = f"got {tag!r}" if (tag := first["ctx"].get("tag")) else "it is missing"
            return f"{where}.kind must be one of {', '.join(_KINDS)} ({found})"
        case _:
            said = said.replace("Input", "it", 1).replace("Tuple", "it", 1).replace(" after validation", "")
            return f"{where}: {said} (got {_short(first['input'])})"


def _hint(key: str, records: ModuleType) -> str:
    """A key that is spelled like this one."""
    kinds = [each for each in vars(records).values() if isinstance(each, type) and issubclass(each, Record)]
    near = get_close_matches(key, {name for each in kinds for name in each.model_fields}, 1, 0.6)
    return f"; did you mean {near[0]}?" if near else ""


def _short(value: object) -> str:
    said = str(value) if isinstance(value, Decimal) else repr(value)
    return said if len(said) <= 60 else f"{said[:57]}…"
