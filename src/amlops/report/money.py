"""Amounts as people read them."""

from __future__ import annotations

from .cost import Estimate


def changed(*costs: Estimate) -> str:
    """By how much a month gets dearer: `+335 USD`, `+0 to +167 USD` where clusters may grow, `±0` for nothing."""
    least, most = sum(cost.least for cost in costs), sum(cost.most for cost in costs)
    unknown = "; some not priced" if any(cost.after.unknown for cost in costs) else ""
    if round(least) == round(most):
        amount = f"{_signed(least)} {costs[0].currency}" if round(least) else "±0"
    else:
        low, high = sorted((least, most))
        amount = f"{_signed(low)} to {_signed(high)} {costs[0].currency}"
    return amount + unknown


def _signed(amount: float) -> str:
    rounded = round(amount)
    return f"{'+' if rounded >= 0 else '−'}{abs(rounded):,}"
