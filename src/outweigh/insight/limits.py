"""Which limits each candidate keeps, with what probability; and the least that must give way where none keeps them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from outweigh.insight.beliefs import Beliefs
from outweigh.insight.probabilities import probability
from outweigh.records import Candidate, CostName, LimitEffect, Need, Relaxation, Removed, UserError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from outweigh.stats.units import Floats

    Bools = NDArray[np.bool_]


_UNKNOWN = 1e6  # times itself that a limit must move for a model whose figure is not known
_MEASURE = "; `outweigh measure` it"
_SAID = {"max_latency_seconds": "latency", "max_cost_per_month": "cost", "max_cost_per_million_tokens": "cost"}
_WANTING = {
    **{f"max_{cost.value}": _MEASURE for cost in CostName},
    **{f"max_{cost.value}": f"{_MEASURE} and give --deployment" for cost in (CostName.PER_MONTH, CostName.PER_MILLION)},
}


@dataclass(frozen=True)
class Kept:
    """One limit: in which worlds each candidate keeps it (one row where all worlds agree).

    `drawn` are the candidates' own figures in the worlds and `stated` as they stand, NaN where they are not known; None
    where the limit is no number, or nothing was stated.
    """

    name: str
    threshold: float | None
    worlds: Bools
    known: Bools
    drawn: Floats | None = None
    stated: Floats | None = None

    @property
    def chance(self) -> Floats:
        """The probability that each candidate keeps it."""
        found: Floats = self.worlds.mean(axis=0)
        return found

    def likely(self, place: int) -> float:
        """A candidate's own figure: as it was stated, or the mean of the worlds."""
        if self.stated is not None:
            return float(self.stated[place])
        return float("nan") if self.drawn is None else float(self.drawn[:, place].mean())

    def needed(self, certainty: float) -> Floats:
        """For every candidate the threshold at which it would be kept with that probability."""
        import numpy as np

        if self.drawn is None:
            return np.full(len(self.known), np.nan)
        share = certainty if self.name.startswith("max") else 1 - certainty
        return np.asarray(np.quantile(self.drawn, share, axis=0), dtype=float)


def checked(need: Need, beliefs: Beliefs) -> list[Kept]:
    """Every limit of the need, those that always hold included: a model can be had, and is not flagged."""
    return [*_facts(need, beliefs.candidates), *_scores(need, beliefs), *_costs(need, beliefs)]


def together(limits: Sequence[Kept], beliefs: Beliefs) -> Bools:
    """In which worlds each candidate keeps all limits: worlds × candidates."""
    import numpy as np

    found = np.ones((beliefs.worlds, len(beliefs.candidates)), dtype=bool)
    for each in limits:
        found &= each.worlds
    return found


def _facts(need: Need, candidates: Sequence[Candidate]) -> Iterator[Kept]:
    limits = need.limits
    if any(each.available is not None for each in candidates):
        yield _fact("available", [each.available is not False for each in candidates], [True] * len(candidates))
    if any(each.flagged for each in candidates):
        yield _fact("not flagged", [not each.flagged for each in candidates], [True] * len(candidates))
    if limits.licences:
        allowed = {each.lower() for each in limits.licences}
        found = [each.license is not None and each.license.lower() in allowed for each in candidates]
        yield _fact("licences", found, [each.license is not None for each in candidates])
    if limits.languages:
        wanted = {each.lower() for each in limits.languages}
        found = [wanted <= {said.lower() for said in each.languages} for each in candidates]
        yield _fact("languages", found, [bool(each.languages) for each in candidates])
    if limits.max_parameters is not None:
        yield _number("max_parameters", limits.max_parameters, [each.parameters for each in candidates], most=True)
    if limits.min_context_tokens is not None:
        tokens = [each.context_tokens for each in candidates]
        yield _number("min_context_tokens", limits.min_context_tokens, tokens, most=False)


def _fact(name: str, kept: Sequence[bool], known: Sequence[bool]) -> Kept:
    import numpy as np

    return Kept(name, None, np.array([kept], dtype=bool), np.array(known, dtype=bool))


def _number(name: str, threshold: float, found: Sequence[float | None], *, most: bool) -> Kept:
    import numpy as np

    values = np.array([np.nan if each is None else each for each in found], dtype=float)
    kept = values <= threshold if most else values >= threshold
    return Kept(name, threshold, kept[None], np.isfinite(values), values[None])


def _scores(need: Need, beliefs: Beliefs) -> Iterator[Kept]:
    import numpy as np

    for name, least in need.limits.min_score.items():
        drawn = beliefs.scores[:, :, beliefs.members(name)].mean(axis=2)
        known = np.ones(drawn.shape[1], dtype=bool)
        yield Kept(f"min_score.{name}", least, drawn >= least, known, drawn)


def _costs(need: Need, beliefs: Beliefs) -> Iterator[Kept]:
    import numpy as np

    for cost in CostName:
        most = need.limits.at_most(cost)
        if most is None:
            continue
        _same_money(need, beliefs.candidates, cost)
        drawn = beliefs.costs.get(cost)
        if drawn is None:
            drawn = np.full((1, len(beliefs.candidates)), np.nan)
        stated = np.array([each.costs[cost].value if cost in each.costs else np.nan for each in beliefs.candidates])
        yield Kept(f"max_{cost.value}", most, drawn <= most, np.isfinite(stated), drawn, stated)


def _same_money(need: Need, candidates: Sequence[Candidate], cost: CostName) -> None:
    if cost not in (CostName.PER_MONTH, CostName.PER_MILLION) or need.limits.currency is None:
        return
    for each in candidates:
        if cost in each.costs and each.currency not in (None, need.limits.currency):
            raise UserError(
                f"max_{cost.value} is in {need.limits.currency}, but {each.title} costs {each.currency}: "
                "give both in one currency"
            )


def removed(limits: Sequence[Kept], keeps: Floats, beliefs: Beliefs, certainty: float) -> tuple[Removed, ...]:
    """Every candidate that keeps all limits with less than this certainty, with the one it is least likely to keep."""
    import numpy as np

    out = np.flatnonzero(keeps < certainty)
    if not len(out):
        return ()
    chances = np.array([each.chance for each in limits])
    worst = chances.argmin(axis=0)
    found = []
    for place in out.tolist():
        limit, chance = limits[worst[place]], float(chances[worst[place], place])
        told = _told(limit, place, chance, beliefs.candidates[place])
        if chance >= certainty:
            told = f"{told}; all limits together are kept with {probability(keeps[place])}"
        found.append(Removed(model=beliefs.candidates[place].title, limit=limit.name, chance=chance, told=told))
    return tuple(found)


def _told(limit: Kept, place: int, chance: float, candidate: Candidate) -> str:
    if not limit.known[place]:
        why = candidate.guidance.unknown.get(_SAID.get(limit.name, "")) if candidate.guidance else None
        return f"not known: {why}" if why else f"not known{_WANTING.get(limit.name, '')}"
    if limit.threshold is None:
        has = {"licences": candidate.license, "languages": ", ".join(candidate.languages)}.get(limit.name)
        return f"not kept: it has {has}" if has else "not kept"
    sure = f", kept with {probability(chance)}" if 0 < chance < 1 else ""
    return f"{limit.likely(place):.4g} where the limit is {limit.threshold:.4g}{sure}"


def effects(limits: Sequence[Kept], certainty: float) -> tuple[LimitEffect, ...]:
    """How many candidates each limit removes, and how many no other limit would."""
    import numpy as np

    if not limits:
        return ()
    fails = np.array([each.chance < certainty for each in limits])
    alone = fails & (fails.sum(axis=0) == 1)
    return tuple(
        LimitEffect(
            limit=each.name,
            failing=int(fails[place].sum()),
            alone=int(alone[place].sum()),
            unknown=int((fails[place] & ~each.known).sum()),
        )
        for place, each in enumerate(limits)
    )


def relaxation(limits: Sequence[Kept], worth: Floats, beliefs: Beliefs, certainty: float) -> Relaxation:
    """The model for which the least must give way: the fewest limits, then the smallest relative changes.

    Of equals the one that is worth most. Giving up a limit that is no number counts as a change by the whole; who only
    would keep a limit if its figure were known comes last.
    """
    import numpy as np

    fails = np.array([each.chance < certainty for each in limits])
    needed = np.array([each.needed(certainty) for each in limits])
    price = np.where(fails, _changes(limits, needed), 0).sum(axis=0)
    best = int(np.lexsort((-worth, price, fails.sum(axis=0)))[0])
    given = [_relaxed(limits[row], best, needed[row, best]) for row in np.flatnonzero(fails[:, best]).tolist()]
    given = given or [f"a certainty below {certainty:g}"]
    title = beliefs.candidates[best].title
    return Relaxation(model=title, limits=tuple(given), told=f"{' and '.join(given)} would leave {title}")


def _changes(limits: Sequence[Kept], needed: Floats) -> Floats:
    """By how much of itself each threshold must move for each candidate."""
    import numpy as np

    thresholds = np.array([each.threshold or np.nan for each in limits])[:, None]
    moved = np.abs(needed / thresholds - 1)
    known = np.array([each.known for each in limits])
    return np.where(known, np.where(np.isfinite(moved), moved, 1.0), _UNKNOWN)


def _relaxed(limit: Kept, place: int, needed: float) -> str:
    if not limit.known[place]:
        return f"no limit on {limit.name} (it is not known of this model)"
    if limit.threshold is None:
        return f"no limit on {limit.name}"
    return f"{limit.name} = {_rounded(needed, up=limit.name.startswith('max'))}"


def _rounded(value: float, *, up: bool) -> str:
    """Three digits, rounded so that the limit is kept."""
    from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal

    context = Context(prec=3, rounding=ROUND_CEILING if up else ROUND_FLOOR)
    return f"{float(context.create_decimal(Decimal(value))):g}"
