"""Tables of cloud GPU offers: the csv files of github.com/the-full-stack/website, `docs/cloud-gpus`.

`cloud-gpus.csv` has Cloud, GPU Type, GPUs, On-demand, Spot and Name, `serverless-gpus.csv` Vendor, GPU Type, GPUs and
Per-Hour, all in US dollars an hour for the whole machine. They carry no date: whoever reads one says what it is.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from pathlib import Path

from outweigh.records import Terms, UserError

CURRENCY = "USD"
_SHOWN = 12  # names of a table


@dataclass(frozen=True)
class Offer:
    """A machine at a provider, with its prices an hour; None where it is not to be had so."""

    provider: str
    gpu: str
    gpus: int
    instance: str | None
    prices: Mapping[Terms, Decimal]


def offers(path: Path) -> list[Offer]:
    """Every offer of a table. UserError for a file that is none."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            found = [_offer(row) for row in csv.DictReader(lines)]
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from error
    except KeyError as error:
        raise UserError(f"{path}: not a table of cloud GPU offers (no column {error})") from error
    except (ValueError, UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"{path}: not a table of cloud GPU offers ({error})") from error
    if not found:
        raise UserError(f"{path}: not a table of cloud GPU offers (it has no rows)")
    return found


def price(found: Sequence[Offer], wanted: Mapping[str, object], where: str) -> Decimal:
    """The price an hour of what `wanted` names by provider, gpu, gpus, instance and terms; `where` names the table."""
    left = list(found)
    for name in ("provider", "gpu", "gpus", "instance"):
        said = wanted.get(name, 1 if name == "gpus" else None)
        if said is None:
            continue
        kept = [each for each in left if _plain(getattr(each, name)) == _plain(said)]
        if not kept:
            known = sorted({str(getattr(each, name)) for each in left})
            near = get_close_matches(str(said), known, 3, 0.5) or known[:_SHOWN]
            more = " and others" if len(near) == _SHOWN else ""
            raise UserError(f"hardware.{name} {said!r} is not in {where}: it has {', '.join(near)}{more}")
        left = kept
    return _only(left, wanted, where)


def _only(left: Sequence[Offer], wanted: Mapping[str, object], where: str) -> Decimal:
    said = wanted.get("terms", Terms.ON_DEMAND)
    prices = {each.prices[Terms(str(said))] for each in left if said in list(Terms) and Terms(str(said)) in each.prices}
    told = f"{wanted.get('provider')} {wanted.get('gpu')} × {wanted.get('gpus', 1)}"
    if not prices:
        raise UserError(f"{where} has no {said} price of {told}: write price_per_hour yourself")
    if len(prices) > 1:
        names = ", ".join(sorted({str(each.instance) for each in left if each.instance}))
        more = f"name hardware.instance ({names})" if names else "write price_per_hour yourself"
        raise UserError(f"{where} has {len(prices)} {said} prices of {told}: {more}")
    return prices.pop()


def _offer(row: Mapping[str, str]) -> Offer:
    hosted = "Vendor" in row
    read = {Terms.ON_DEMAND: row["Per-Hour" if hosted else "On-demand"], Terms.SPOT: row.get("Spot", "")}
    return Offer(
        provider=row["Vendor" if hosted else "Cloud"],
        gpu=row["GPU Type"],
        gpus=int(row["GPUs"]),
        instance=row.get("Name") or None,
        prices={terms: _decimal(text) for terms, text in read.items() if text and text.strip()},
    )


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text.strip().lstrip("$"))
    except InvalidOperation as error:
        raise ValueError(f"{text!r} is no price") from error


def _plain(value: object) -> str:
    return " ".join(str(value).split()).casefold()
