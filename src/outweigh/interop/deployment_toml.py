"""Deployments from TOML: the records' own fields, with prices' common details said once and tables looked up.

`[prices]` gives currency, date and source to every price that does not say its own; a bare number is then a price.
`hardware.price_per_hour = { table = "cloud-gpus.csv", … }` and `place.grid = { table = "impact.csv", … }` are looked
up, by the hardware's or the place's own words, in a file beside the TOML. `[[alternatives]]` say what they change:
a key that they give replaces that of the deployment.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from outweigh.interop import carbon_table, price_table, toml_text
from outweigh.records import Change, Deployment, Plan, UserError, deployment

_RATES = ("mean_requests_per_second", "peak_requests_per_second", "hourly_requests_per_second")


def read(path: Path) -> Plan:
    """The deployment of a file and its alternatives. UserError, one line, for whatever is wrong in it."""
    return parse(toml_text.read(path), path.parent, str(path))


def parse(text: str, folder: Path, where: str) -> Plan:
    """The deployment in a text; tables are looked for in `folder`, and errors name `where`."""
    values = toml_text.values(text, where)
    defaults = values.pop("prices", {})
    others = values.pop("alternatives", [])
    if not isinstance(defaults, dict) or not isinstance(others, list):
        raise UserError(f"{where}: write [prices] and [[alternatives]] as tables")
    base = _validated(values, defaults, folder, where)
    found = []
    for place, other in enumerate(others, start=1):
        named = f"{where}, alternative {place}"
        change = other.pop("change", None) if isinstance(other, dict) else None
        if change not in list(Change):
            raise UserError(f"{named}: change must be one of {', '.join(Change)} (got {change!r})")
        changed = {"name": f"{base.name}, {change}"} | _merged(values, other)
        found.append({"change": change, "deployment": _validated(changed, defaults, folder, named)})
    return Plan.model_validate({"deployment": base, "alternatives": found})


def _merged(values: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The deployment's own values, key by key of each section, with those that the alternative gives."""
    merged = {name: value for name, value in values.items() if name != "name"}
    for name, value in changes.items():
        own = merged.get(name)
        if not (isinstance(own, dict) and isinstance(value, dict)):
            merged[name] = value
            continue
        if name == "hardware" and value.get("kind", own.get("kind")) != own.get("kind"):
            merged[name] = value
            continue
        dropped = _RATES if any(rate in value for rate in _RATES) else ()
        merged[name] = {key: each for key, each in own.items() if key not in dropped} | value
    return merged


def _validated(values: Mapping[str, Any], defaults: Mapping[str, Any], folder: Path, where: str) -> Deployment:
    try:
        found = _looked_up(values, folder)
        return Deployment.model_validate(found, context={"price": dict(defaults)})
    except ValidationError as error:
        raise UserError(f"{where}: {toml_text.line(error, deployment, 'the deployment')}") from error
    except UserError as error:
        raise UserError(f"{where}: {error}") from error


def _looked_up(values: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The values with every table replaced by what it says."""
    found = dict(values)
    hardware, place = found.get("hardware"), found.get("place")
    rent = hardware.get("price_per_hour") if isinstance(hardware, dict) else None
    if isinstance(hardware, dict) and isinstance(rent, dict) and "table" in rent:
        table = folder / str(rent["table"])
        amount = price_table.price(price_table.offers(table), hardware, table.name)
        said = {key: value for key, value in rent.items() if key != "table"}
        looked_up = {"currency": price_table.CURRENCY, "amount": amount, "source": table.name}
        found["hardware"] = hardware | {"price_per_hour": looked_up | said}
    grid = place.get("grid") if isinstance(place, dict) else None
    if isinstance(place, dict) and isinstance(grid, dict) and "table" in grid:
        table = folder / str(grid["table"])
        grams = carbon_table.intensity(carbon_table.intensities(table), str(place.get("region")), table.name)
        said = {key: value for key, value in grid.items() if key != "table"}
        found["place"] = place | {"grid": {"grams_per_kwh": grams} | said}
    return found
