"""Grams of CO₂ equivalent a kilowatt-hour, from the tables of github.com/mlco2/codecarbon, `codecarbon/data`.

`cloud/impact.csv` has one number for a cloud provider's region, such as europe-west3; `private_infra/
global_energy_mix.json` one for a country by its three letters, such as DEU, with the year.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path

from outweigh.records import UserError


def intensities(path: Path) -> dict[str, float]:
    """The intensity of every region of a table. UserError for a file that is none."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        return _countries(json.loads(text)) if path.suffix == ".json" else _regions(text)
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from error
    except KeyError as error:
        raise UserError(f"{path}: not a table of carbon intensities (no column {error})") from error
    except (TypeError, ValueError, AttributeError, csv.Error) as error:
        raise UserError(f"{path}: not a table of carbon intensities ({error})") from error


def intensity(found: Mapping[str, float], region: str, where: str) -> float:
    """The intensity of a region; `where` names the table."""
    by_name = {name.casefold(): value for name, value in found.items()}
    if region.casefold() not in by_name:
        near = get_close_matches(region.casefold(), by_name, 1, 0.5)
        hint = f"; did you mean {near[0]}?" if near else f"; it has {', '.join(sorted(found)[:5])} and others"
        raise UserError(f"place.region {region!r} is not in {where}{hint}")
    return by_name[region.casefold()]


def _regions(text: str) -> dict[str, float]:
    found = {row["region"]: float(row["impact"]) for row in csv.DictReader(text.splitlines())}
    if not found:
        raise ValueError("no rows")
    return found


def _countries(table: Mapping[str, Mapping[str, object]]) -> dict[str, float]:
    return {code: float(str(row["carbon_intensity"])) for code, row in table.items()}
