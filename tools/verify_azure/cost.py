"""What a run costs: its price an hour, its estimate, and the meter that stops it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from amlops.errors import AmlopsError
from amlops.report.cost import HOURS, Bill, estimate

from .environment import Wanted

USUAL = timedelta(hours=3)
"""How long a run is expected to take on Azure: an hour for registry and platform, the rest for images, deployments and
rollouts. Unmeasured."""
CLEANING = timedelta(minutes=30)
"""What clean-up may still cost is kept back from the cap."""
BY_USE = 1.25
"""A quarter on top for what is paid by use (storage, logs, requests, image builds), which no price list can know."""


class CapReached(AmlopsError):
    """What runs has cost as much as it may."""


@dataclass(frozen=True, slots=True)
class Price:
    """`hour` is what everything together costs an hour at the most; `note` says where machines' prices come from."""

    hour: float
    currency: str
    note: str

    @property
    def usual(self) -> float:
        return self.hour * USUAL.total_seconds() / 3600


def price_of(wanted: Wanted) -> Price:
    """Raises AmlopsError (exit code 2) for a size without a price: what isn't known has no cap."""
    found = estimate((), wanted.priced(), wanted.region)
    bill: Bill = found.after
    if bill.unknown:
        raise AmlopsError(f"--size: no price is known of {', '.join(sorted(bill.unknown))}; name another", exit_code=2)
    elsewhere = f"; {', '.join(sorted(bill.elsewhere))}" if bill.elsewhere else ""
    return Price(bill.most / HOURS * BY_USE, found.currency, f"{found.source}{elsewhere}")


@dataclass
class Meter:
    """Counts the whole price from the start on, whatever of it is there yet. `now` is Azure's time; where Azure doesn't
    tell it, this machine's clock goes on."""

    price: Price
    cap: float
    now: Callable[[], datetime]
    _began: datetime = field(init=False)
    _started: float = field(init=False)

    def __post_init__(self) -> None:
        self._began, self._started = self.now(), time.monotonic()

    @property
    def hours(self) -> float:
        mine = time.monotonic() - self._started
        try:
            return max(mine, (self.now() - self._began).total_seconds()) / 3600
        except AmlopsError:
            return mine / 3600

    @property
    def spent(self) -> float:
        return self.hours * self.price.hour

    def check(self) -> None:
        """Raises CapReached while there is still enough for the clean-up."""
        spent, kept = self.spent, self.price.hour * CLEANING.total_seconds() / 3600
        if spent + kept > self.cap:
            money = f"{spent:.2f} of {self.cap:.2f} {self.price.currency}"
            raise CapReached(f"the cap is reached: {money} may be spent by now, and the rest is kept for the clean-up")
