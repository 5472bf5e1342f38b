"""Needs from and to TOML: the records' own fields."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from outweigh.interop import toml_text
from outweigh.records import Need, UserError, needs


def read(path: Path) -> Need:
    """The need of a file. UserError, one line, for whatever is wrong in it."""
    return parse(toml_text.read(path), str(path))


def parse(text: str, where: str) -> Need:
    """The need in a text; errors name `where`."""
    return made(toml_text.values(text, where), where)


def made(values: Mapping[str, Any], where: str) -> Need:
    """The need of these values; errors name `where`."""
    try:
        return Need.model_validate(dict(values))
    except ValidationError as error:
        raise UserError(f"{where}: {toml_text.line(error, needs, '')}") from error


def written(need: Need) -> str:
    """A need as TOML that reads as the same need; what says nothing is left out."""
    values = need.model_dump(mode="json", exclude_defaults=True)
    tables = {name: value for name, value in values.items() if isinstance(value, dict)}
    lines = [f"{name} = {_value(value)}" for name, value in values.items() if name not in tables]
    for name, table in tables.items():
        lines += ["", f"[{name}]", *(f"{_key(key)} = {_value(value)}" for key, value in table.items())]
    return "\n".join(lines).strip() + "\n"


def _key(name: str) -> str:
    return name if name.replace("_", "").replace("-", "").isalnum() and name.isascii() else _value(name)


def _value(value: object) -> str:
    match value:
        case str():
            escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
            return f'"{escaped}"'
        case dict():
            return "{ " + ", ".join(f"{_key(str(key))} = {_value(each)}" for key, each in value.items()) + " }"
        case list() | tuple():
            return "[" + ", ".join(_value(each) for each in value) + "]"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case _:
            return str(value)
