"""LMArena's published text table as standings: ratings from people's votes between two answers, no shares.

Source of the columns: the csv files of github.com/fboulnois/llm-leaderboard-csv. A rating of the Bradley-Terry model
(1952) is told in whole points with both reaches of its 95 % interval, so an error is known to ± 0.3 points.
"""

import re
from collections.abc import Mapping
from datetime import date

from outweigh.records import RATING, Estimate, Provenance, Standing

LMARENA_TEXT = Provenance(
    name="lmarena-text",
    protocol="people's votes between two answers, Bradley-Terry rating",
    address="https://lmarena.ai/leaderboard/text",
    read_at=date(2025, 8, 6),
)
BENCHMARK = "lmarena_text"
COLUMNS = frozenset({"model", "arena_score", "95_pct_ci", "votes", "license"})
_Z = 1.959963984540054
_REACHES = re.compile(r"\+(\d+)/-(\d+)")


def standing(row: Mapping[str, str]) -> Standing:
    """One row of the table. ValueError or KeyError where it is none."""
    value, reaches = float(row["arena_score"]), _REACHES.fullmatch(row["95_pct_ci"].strip())
    if reaches is None:
        raise ValueError(f"{row['95_pct_ci']!r} is no interval such as +5/-4")
    above, below = (float(reach) for reach in reaches.groups())
    estimate = Estimate(
        metric=RATING,
        value=value,
        low=value - below,
        high=value + above,
        standard_error=(above + below) / (2 * _Z),
        count=int(row["votes"]),
        method="published",
        headline=True,
    )
    return Standing(
        provenance=LMARENA_TEXT.name,
        model=row["model"],
        license=row["license"].strip() or None,
        scores={BENCHMARK: estimate},
    )
