"""What switching from one deployment to another returns: net present value, payback, rate of return, break-even.

Gains are what the current deployment pays less what the new one pays, and what more correct answers are worth. What is
paid at once comes at the start, the rest at the end of each month, discounted at the monthly root of the yearly rate.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import isfinite
from typing import TYPE_CHECKING

from outweigh.insight.break_even import tokens_per_month
from outweigh.insight.costing import check, stale
from outweigh.insight.fleet import remarks
from outweigh.insight.ledger import Ledger, ledger, paid
from outweigh.insight.worlds import (
    DRAWS,
    SEED,
    Worlds,
    amount,
    drawn,
    estimate,
    identity,
    likely,
    money,
    swings,
    swung,
    uncertain,
)
from outweigh.records import RETURN_UNITS, Deployment, Estimate, Hosted, Return, Swing, UserError

if TYPE_CHECKING:
    from outweigh.stats.units import Floats

_BREAK_EVEN = "break_even_tokens_per_month"
_LESS_IS_BETTER = (_BREAK_EVEN, "payback_months")
_LOWEST, _HIGHEST = -0.99, 10.0  # monthly rates between which one is looked for


@dataclass(frozen=True)
class Gains:
    """What is gained in each world: at once, then at the end of each month; what was invested.

    `summed` is the present value of what was gained up to each of these times.
    """

    flows: Floats
    invested: Floats
    summed: Floats
    spent: Ledger  # by the new deployment

    @property
    def present(self) -> Floats:
        """The net present value of each world."""
        present: Floats = self.summed[:, -1]
        return present


def switch(current: Deployment, new: Deployment, *, today: date, draws: int = DRAWS, seed: int = SEED) -> Return:
    """What switching returns at likely values, with intervals over `draws` worlds."""
    _check(current, new)
    middle = gains(current, new, likely(current), likely(new))
    spread = gains(current, new, drawn(current, draws, seed), drawn(new, draws, seed))
    figures = (
        ("return_on_investment", on_investment, "nothing is invested"),
        ("payback_months", payback, "it is never paid back"),
        ("internal_rate_per_year", rate_of_return, "there is no single rate"),
    )
    found = {name: whole(name, float(of(middle)[0]), of(spread), never) for name, of, never in figures}
    found[_BREAK_EVEN] = _break_even(current, new, draws, seed)
    return Return(
        current=current.name,
        new=new.name,
        horizon_months=new.horizon_months,
        invested=amount(float(middle.invested[0]), spread.invested, new.currency),
        net_present_value=amount(float(middle.present[0]), spread.present, new.currency),
        chance=float((spread.present > 0).mean()),
        **{name: each for name, each in found.items() if isinstance(each, Estimate)},
        flows=tuple(money(each) for each in middle.flows[0]),
        summed=tuple(
            amount(float(middle.summed[0, month]), spread.summed[:, month], new.currency)
            for month in range(middle.summed.shape[1])
        ),
        swings=_swings(current, new),
        stale=stale(today, current, new),
        unmeasured={name: each for name, each in found.items() if isinstance(each, str)},
        draws=draws,
        notes=tuple(remarks(new, spread.spent.fleet)),
    )


def gains(current: Deployment, new: Deployment, before: Worlds, after: Worlds) -> Gains:
    """What switching gains, world by world."""
    import numpy as np

    spent = ledger(new, after)
    flows = paid(current, before, ledger(current, before)) - paid(new, after, spent)
    if new.switch is not None and new.switch.value_per_correct is not None:
        better = after["accuracy"] - before["accuracy"]
        flows[:, 1:] += after["switch.value_per_correct"] * better * spent.requests
    flows[:, :1] -= after["switch.migration"] + after.get("switch.retraining")
    months = np.arange(flows.shape[1])
    discount = (1 + after["switch.discount_per_year"]) ** (-months / 12)
    return Gains(flows, np.maximum(-flows[:, 0], 0), (flows * discount).cumsum(axis=1), spent)


def on_investment(found: Gains) -> Floats:
    """All gains less what was invested, over that; NaN where nothing was."""
    import numpy as np

    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(found.invested > 0, found.flows.sum(axis=1) / found.invested, np.nan)


def payback(found: Gains) -> Floats:
    """Months after which, for the first time, as much was gained as invested, without interest; infinity for never."""
    import numpy as np

    summed = found.flows.cumsum(axis=1)
    reached = summed >= 0
    month = reached.argmax(axis=1)
    rows = np.arange(len(summed))
    missing = summed[rows, np.maximum(month - 1, 0)]
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.where(month > 0, 1 + missing / found.flows[rows, month], 0.0)
    return np.where(reached.any(axis=1), np.maximum(month - part, 0.0), np.inf)


def rate_of_return(found: Gains) -> Floats:
    """The yearly rate at which what is gained is worth what was invested before; NaN unless there is exactly one."""
    import numpy as np

    flows = found.flows
    gained = np.maximum.accumulate(flows > 0, axis=1)
    single = (flows < 0).any(axis=1) & gained[:, -1] & ~(gained & (flows < 0)).any(axis=1)
    low, high = np.full(len(flows), _LOWEST), np.full(len(flows), _HIGHEST)
    months = np.arange(flows.shape[1])

    def value(rate: Floats) -> Floats:
        return np.asarray((flows * (1 + rate[:, None]) ** (-months)).sum(axis=1))

    single &= (value(low) > 0) & (value(high) < 0)
    for _ in range(60):
        middle = (low + high) / 2
        above = value(middle) > 0
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return np.where(single, (1 + low) ** 12 - 1, np.nan)


def _check(current: Deployment, new: Deployment) -> None:
    """UserError where the two cannot be compared."""
    check(current)
    check(new)
    if new.switch is None:
        raise UserError(f"{new.name}: give [switch] with migration and discount_per_year: what does moving to it cost?")
    if current.name == new.name:
        raise UserError(f"both deployments are called {new.name!r}: give each a name of its own")
    if current.currency != new.currency:
        raise UserError(f"{current.name} is in {current.currency}, {new.name} in {new.currency}: give both in one")
    if current.horizon_months != new.horizon_months:
        raise UserError(
            f"{current.name} is for {current.horizon_months} months, {new.name} for {new.horizon_months}: "
            "give both the same horizon_months"
        )
    for name in ("hours", "volume", "growth_per_year"):
        if getattr(current.load, name) != getattr(new.load, name):
            raise UserError(f"{current.name} and {new.name} answer different loads ({name}): give both the same")
    if new.switch.value_per_correct is not None and (current.accuracy is None or new.accuracy is None):
        raise UserError(
            "switch.value_per_correct needs the accuracy of both deployments: give it, or a run that asked (--run) and "
            "--benchmark"
        )


def whole(name: str, value: float, values: Floats, never: str) -> Estimate | str:
    """A figure that every draw has, or why there is none."""
    import numpy as np

    missing = float((~np.isfinite(values)).mean())
    if not isfinite(value):
        return never if missing == 1 else f"{never}, at likely values and in {missing:.0%} of the draws"
    if missing:
        scale, unit = RETURN_UNITS[name]
        said = f"{scale * value:,.0f}" if scale * value >= 1000 else f"{scale * value:.4g}"
        return f"{said} {unit} at likely values, but in {missing:.1%} of the draws {never}: it has no interval"
    return estimate(name, value, values, higher_is_better=name not in _LESS_IS_BETTER)


def _break_even(current: Deployment, new: Deployment, draws: int, seed: int) -> Estimate | str:
    if not isinstance(current.hardware, Hosted):
        return "the current deployment is not paid by the token"
    if isinstance(new.hardware, Hosted):
        return "the new deployment is paid by the token too"
    middle = tokens_per_month(current, new, likely(current), likely(new))
    spread = tokens_per_month(current, new, drawn(current, draws, seed), drawn(new, draws, seed))
    return whole(_BREAK_EVEN, float(middle[0]), spread, "no volume is enough")


def _swings(current: Deployment, new: Deployment) -> tuple[Swing, ...]:
    """What each input moves the net present value by; what is one thing in both deployments moves in both."""
    before, after = uncertain(current), uncertain(new)
    both = [name for name in after if name in before and identity(current, name) == identity(new, name)]
    named: list[tuple[str, str | None, str | None]] = [(name, name, name) for name in both]
    named += [(f"{name} ({current.name})", name, None) for name in before if name not in both]
    named += [(f"{name} ({new.name})", None, name) for name in after if name not in both]
    if not named:
        return ()
    ends = {label: (after if late else before)[late or old or ""] for label, old, late in named}
    worlds = swung(current, [old for _, old, _ in named]), swung(new, [late for *_, late in named])
    return swings(ends, gains(current, new, *worlds).present)
