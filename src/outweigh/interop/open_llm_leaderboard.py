"""The Open LLM Leaderboard's published tables (both versions) as standings.

Source of the columns: the csv files of github.com/fboulnois/llm-leaderboard-csv. Sizes of the test sets: the data
sets' own cards. The six scores of version 2 are those of lm-evaluation-harness's `leaderboard` group; its normalized
values are rescaled between chance and 1, for BBH and MUSR within each part: they cannot be had from the raw mean.
"""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Mapping
from datetime import date
from math import sqrt
from pathlib import Path

from outweigh.records import Estimate, Provenance, Standing, UserError

V2 = Provenance(
    name="open-llm-leaderboard-v2",
    protocol="lm-evaluation-harness, group leaderboard",
    address="https://huggingface.co/spaces/open-llm-leaderboard/open_llm_leaderboard",
    read_at=date(2025, 3, 21),
)
V1 = Provenance(
    name="open-llm-leaderboard-v1",
    protocol="lm-evaluation-harness at b281b0921",
    address="https://huggingface.co/spaces/open-llm-leaderboard-old/open_llm_leaderboard",
    read_at=date(2024, 7, 7),
)
# Column, benchmark, metric, samples.
_V2 = (
    # The mean of two accuracies, of 541 prompts and of their 834 instructions: the prompts alone are independent.
    ("ifeval", "leaderboard_ifeval", "strict_acc", 541),
    ("bbh", "leaderboard_bbh", "acc_norm", 5761),
    ("math", "leaderboard_math_hard", "exact_match", 1324),
    ("gpqa", "leaderboard_gpqa", "acc_norm", 1192),
    ("musr", "leaderboard_musr", "acc_norm", 756),
    ("mmlu_pro", "leaderboard_mmlu_pro", "acc", 12032),
)
_V1 = (
    ("arc", "arc_challenge", "acc_norm", 1172),
    ("hellaswag", "hellaswag", "acc_norm", 10042),
    ("mmlu", "mmlu", "acc", 14042),
    ("truthfulqa", "truthfulqa_mc2", "acc", 817),
    ("winogrande", "winogrande", "acc", 1267),
    ("gsm8k", "gsm8k", "acc", 1319),
)
V2_BENCHMARKS = tuple(benchmark for _, benchmark, _, _ in _V2)
V1_BENCHMARKS = tuple(benchmark for _, benchmark, _, _ in _V1)
_Z = 1.959963984540054


def _wilson(value: float, count: int) -> tuple[float, float]:
    """Wilson's interval of a published share: the samples are not at hand, so each counts as one right or wrong."""
    middle = (value + _Z**2 / (2 * count)) / (1 + _Z**2 / count)
    half = _Z / (1 + _Z**2 / count) * sqrt(value * (1 - value) / count + _Z**2 / (4 * count**2))
    return min(value, middle - half), max(value, middle + half)


def _estimate(metric: str, value: float, count: int) -> Estimate:
    low, high = _wilson(value, count)
    error = sqrt(value * (1 - value) / (count - 1))
    return Estimate(
        metric=metric,
        value=value,
        low=low,
        high=high,
        standard_error=error,
        count=count,
        method="wilson-published",
        headline=True,
    )


def _text(row: Mapping[str, str], name: str) -> str | None:
    return row.get(name, "").strip() or None


def _number(row: Mapping[str, str], name: str) -> float | None:
    said = _text(row, name)
    return None if said is None or said.upper() == "NA" else float(said)


def _flag(row: Mapping[str, str], name: str) -> bool:
    return (_text(row, name) or "").upper() in ("TRUE", "1")


def _day(row: Mapping[str, str], name: str) -> date | None:
    said = _text(row, name)
    return date.fromisoformat(said[:10]) if said and said.upper() != "NA" else None


def _parameters(row: Mapping[str, str], name: str) -> float | None:
    billions = _number(row, name)
    return billions * 1e9 if billions and billions > 0 else None


def _second(row: Mapping[str, str]) -> Standing:
    scores, normalized = {}, {}
    for column, benchmark, metric, count in _V2:
        value = _number(row, f"evaluations_{column}_value")
        if value is None:
            continue
        scores[benchmark] = _estimate(metric, value, count)
        normalized[benchmark] = float(row[f"evaluations_{column}_normalized_score"])
    likes, generation = _number(row, "metadata_hub_hearts"), _number(row, "metadata_generation")
    return Standing(
        provenance=V2.name,
        model=row["model_name"],
        revision=_text(row, "model_sha"),
        precision=_text(row, "model_precision"),
        kind=_text(row, "model_type"),
        architecture=_text(row, "model_architecture"),
        parameters=_parameters(row, "metadata_params_billions"),
        license=_text(row, "metadata_hub_license"),
        parent=_text(row, "metadata_base_model"),
        merged=_flag(row, "features_is_merged"),
        mixture_of_experts=_flag(row, "features_is_moe"),
        flagged=_flag(row, "features_is_flagged"),
        official=_flag(row, "features_is_official_provider"),
        # The column says the opposite of its name: it is TRUE for the models that can be had.
        available=_flag(row, "features_is_not_available_on_hub"),
        adapter=_text(row, "model_weight_type") == "Adapter",
        chat_template=_flag(row, "model_has_chat_template"),
        published=_day(row, "metadata_upload_date"),
        submitted=_day(row, "metadata_submission_date"),
        generation=None if generation is None else int(generation),
        likes=None if likes is None else int(likes),
        carbon_kilograms=_number(row, "metadata_co2_cost"),
        scores=scores,
        normalized=normalized,
    )


def _first(row: Mapping[str, str]) -> Standing:
    found = {name: _number(row, column) for column, name, _, _ in _V1}
    shares = {name: value / 100 for name, value in found.items() if value is not None}
    return Standing(
        provenance=V1.name,
        model=row["model"],
        precision=_text(row, "precision"),
        architecture=_text(row, "architecture"),
        parameters=_parameters(row, "params_b"),
        license=_text(row, "hub_license"),
        merged=_flag(row, "merged"),
        mixture_of_experts=_flag(row, "moe"),
        flagged=_flag(row, "flagged"),
        published=_day(row, "date"),
        scores={name: _estimate(metric, shares[name], n) for _, name, metric, n in _V1 if name in shares},
        normalized={name: 100 * value for name, value in shares.items()},
    )


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rb") if path.suffix.lower() == ".gz" else path.open("rb") as file:
        yield from csv.DictReader(io.TextIOWrapper(file, encoding="utf-8", newline=""))


def read_leaderboard(path: Path) -> tuple[Provenance, list[Standing]]:
    """The standings in a published csv or csv.gz, and what the figures are. UserError for any other table."""
    try:
        rows = list(_rows(path))
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"{path}: cannot be read as a csv table: {error}") from error
    columns = set(rows[0]) if rows else set()
    if "evaluations_ifeval_value" in columns:
        known, read = V2, _second
    elif {"model", "arc", "hellaswag"} <= columns:
        known, read = V1, _first
    else:
        raise UserError(f"{path}: not a table of the Open LLM Leaderboard: its columns are of neither version")
    standings = []
    for number, row in enumerate(rows, start=2):
        try:
            standings.append(read(row))
        except (ValueError, KeyError, TypeError, ZeroDivisionError) as error:
            raise UserError(f"{path}: row {number} cannot be read: {error}") from error
    return known, standings
