"""What other ways to do the same work save, and what they cost in accuracy. Only what was given or measured counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from outweigh.insight.costing import check
from outweigh.insight.ledger import ledger
from outweigh.insight.worlds import DRAWS, SEED, amount, drawn, estimate, likely
from outweigh.records import Alternative, Change, Deployment, Estimate, Plan, Quality, Saving, UserError

if TYPE_CHECKING:
    from outweigh.stats.units import Floats

_ROUNDED = 1e-3  # by which rates of hours may miss the same mean
_KEPT = (Quality.SAME, Quality.EQUAL)


def savings(plan: Plan, *, margin: float = 0.01, draws: int = DRAWS, seed: int = SEED) -> tuple[Saving, ...]:
    """Every alternative: first those whose accuracy is within `margin` for certain, then by what they save."""
    if not 0 <= margin < 1:
        raise UserError(f"--margin {margin:g}: give a share of answers from 0 to below 1, such as 0.01 for a point")
    if not plan.alternatives:
        return ()
    base = plan.deployment
    check(base)
    middle, spread = ledger(base, likely(base)).total, ledger(base, drawn(base, draws, seed)).total
    found = []
    for each in plan.alternatives:
        other = each.deployment
        _same_work(base, other)
        check(other)
        saved = float((middle - ledger(other, likely(other)).total)[0])
        quality, accuracy = _quality(base, each, margin, draws, seed)
        found.append(
            Saving(
                change=each.change,
                name=other.name,
                saving=amount(saved, spread - ledger(other, drawn(other, draws, seed)).total, base.currency),
                share=saved / float(middle[0]) if middle[0] else None,
                quality=quality,
                accuracy=accuracy,
            )
        )
    return tuple(sorted(found, key=lambda each: (each.quality not in _KEPT, -each.saving.value)))


def _same_work(base: Deployment, other: Deployment) -> None:
    """UserError where the alternative does not do the same work, so that less money would be no saving."""
    if base.currency != other.currency or base.horizon_months != other.horizon_months:
        raise UserError(f"{other.name}: an alternative keeps the currency and horizon_months of {base.name}")
    asked = [sum(each.load.hours) / len(each.load.hours) for each in (base, other)]
    if abs(asked[0] - asked[1]) > _ROUNDED * asked[0] or base.load.volume != other.load.volume:
        raise UserError(
            f"{other.name}: an alternative answers as many requests as {base.name}, {asked[0]:.6g} a second on average "
            f"(got {asked[1]:.6g}), times the same volume"
        )


def _quality(
    base: Deployment, other: Alternative, margin: float, draws: int, seed: int
) -> tuple[Quality, Estimate | None]:
    """What changes in accuracy; the difference is of independent figures, which is wider than one in pairs."""
    new = other.deployment
    if other.change not in (Change.MODEL, Change.QUANTIZE) and base.model == new.model:
        return Quality.SAME, None
    if base.accuracy is None or new.accuracy is None:
        return Quality.UNKNOWN, None
    values: Floats = drawn(new, draws, seed)["accuracy"] - drawn(base, draws, seed)["accuracy"]
    found = estimate("accuracy_difference", new.accuracy.likely - base.accuracy.likely, values, higher_is_better=True)
    if found.low >= -margin:
        return Quality.EQUAL, found
    return (Quality.WORSE if found.high < -margin else Quality.UNPROVEN), found
