"""What a public leaderboard says of one model: aggregates under one protocol, without the samples behind them."""

import re
from datetime import date

from pydantic import Field

from outweigh.records.base import Record
from outweigh.records.results import Estimate

RATING = "rating"  # the metric of scores that are no shares: points of a rating from votes
# 7B, 0.5b, 135M, 8x7B; not the 2.7B of A2.7B (active parameters), the 4b of 4bit, or the 78B of 1_78B (1.78 billion).
_SIZE = re.compile(
    r"(?<![A-Za-z0-9.])(?:(\d{1,2})x)?((?:(?<!\D\d_)\d{2,}|\d)(?:\.\d+)?)([bm])(?![A-Za-z0-9])", re.IGNORECASE
)
# Several weights in one number: said of a precision, or at the end of a name, which is then an upload in that form.
# Elsewhere in a name it tells what was tuned, and most of those were unpacked afterwards.
_PACKED = "4bit 8bit int4 int8 gptq awq nf4 bnb".split()
_LEAST = 1e7  # 1M in a name is a length of context
_UNITS = {"b": 1e9, "m": 1e6}


class Provenance(Record):
    """Who published figures, and how the models were asked. Two protocols never share a column."""

    name: str
    protocol: str
    address: str
    read_at: date


class Standing(Record):
    """One evaluation of one model. None is "not known".

    `scores` are raw, by benchmark, each with the interval of its number of samples; `normalized` is what the
    leaderboard shows, 0 at chance and 100 at best. `kind` is the leaderboard's own word for how the model was made.
    `parent` is what its card calls its base: a hint, for models may name themselves. `parameters` were counted from
    the files, which packed weights make too few. `flaws` say what answers lacked, where that is known.
    """

    provenance: str
    model: str
    revision: str | None = None
    precision: str | None = None
    kind: str | None = None
    architecture: str | None = None
    parameters: float | None = None
    license: str | None = None
    parent: str | None = None
    merged: bool = False
    mixture_of_experts: bool = False
    flagged: bool = False
    official: bool = False
    available: bool | None = None
    adapter: bool = False
    chat_template: bool | None = None
    published: date | None = None
    submitted: date | None = None
    generation: int | None = None
    likes: int | None = None
    carbon_kilograms: float | None = None
    flaws: tuple[str, ...] = ()
    scores: dict[str, Estimate] = Field(default_factory=dict)
    normalized: dict[str, float] = Field(default_factory=dict)

    @property
    def packed(self) -> bool:
        """Whether its files hold packed weights, so that they show fewer parameters than there are."""
        precision, name = (self.precision or "").casefold(), self.model.casefold()
        return any(mark in precision or name.endswith(("-" + mark, "_" + mark)) for mark in _PACKED)

    @property
    def named_parameters(self) -> float | None:
        """The parameters that the name speaks of; None where it names no size, or several.

        8x7B counts as 56 billion, although experts share layers.
        """
        found = _SIZE.findall(self.model.rsplit("/", maxsplit=1)[-1])
        sizes = {float(experts or 1) * float(size) * _UNITS[unit.lower()] for experts, size, unit in found}
        sizes = {size for size in sizes if size >= _LEAST}
        return sizes.pop() if len(sizes) == 1 else None
