"""What somebody asked for, and whether they may: a subscription is named twice, and the money is agreed to."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from amlops.config import Names
from amlops.errors import AmlopsError

from .cost import CLEANING, USUAL, Price
from .environment import TAG, Wanted

SUBSCRIPTION = "AMLOPS_VERIFY_SUBSCRIPTION"
CAP = 10.0
"""What a run may cost where nothing else is said."""
REFUSED = 2
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_RUN = re.compile(r"v[a-z0-9]{5}")


@dataclass(frozen=True, slots=True)
class Asked:
    """`what` is run, clean or questions; `run` names a run to clean; `spend` is None where nobody agreed yet."""

    what: str
    run: str | None
    subscription: str
    again: str | None
    spend: float | None
    group: str
    region: str
    size: str
    out: Path | None


def parser() -> argparse.ArgumentParser:
    words = argparse.ArgumentParser(
        prog="python -m tools.verify_azure", description="The whole story on a real subscription, which costs money."
    )
    words.add_argument("what", nargs="?", default="run", choices=("run", "clean", "questions"))
    words.add_argument("run", nargs="?", help="with clean: a run's id (default: all that have expired)")
    words.add_argument("--subscription", metavar="ID", help=f"the same id as in {SUBSCRIPTION}, instead of typing it")
    words.add_argument("--yes-spend", type=float, metavar="EUR", help="agree to spend so much at the most, unasked")
    words.add_argument("--group", default="", metavar="ID", help="object id of a Microsoft Entra group, as the team")
    words.add_argument("--region", default="westeurope", help="(default: %(default)s)")
    words.add_argument("--size", default="Standard_DS2_v2", help="of every machine (default: %(default)s)")
    words.add_argument("--out", type=Path, metavar="DIR", help="where answers go (default: .local/verify-azure/RUN)")
    return words


def asked(words: Sequence[str], process: Mapping[str, str]) -> Asked:
    """Raises AmlopsError (exit code 2) where something is missing that nothing is made without."""
    found = parser().parse_args(words)
    subscription = process.get(SUBSCRIPTION, "").lower()
    given = Asked(
        found.what,
        found.run,
        subscription,
        found.subscription.lower() if found.subscription else None,
        found.yes_spend,
        found.group.lower(),
        found.region,
        found.size,
        found.out,
    )
    problems = list(_problems(given)) if found.what != "questions" else []
    if problems:
        raise AmlopsError("\n".join(problems), exit_code=REFUSED)
    return given


def _problems(given: Asked) -> list[str]:
    found = []
    if not _GUID.fullmatch(given.subscription):
        found.append(f"{SUBSCRIPTION}: it names no subscription; set it to the id of one that may be used and billed")
    if given.run is not None and (given.what != "clean" or not _RUN.fullmatch(given.run)):
        found.append(f'"{given.run}" is no id of a run; one looks like v7k2qa, and goes with clean')
    if given.what == "clean":
        return found
    if not _GUID.fullmatch(given.group):
        found.append("--group: it names no group; give the object id of one in Microsoft Entra ID, empty or not")
    if given.again is not None and given.again != given.subscription:
        found.append(f"--subscription: it is not what {SUBSCRIPTION} says; make sure which one is meant")
    if given.spend is not None and given.again is None:
        found.append("--yes-spend: the subscription is to be named a second time; add --subscription ID")
    return found


def announcement(wanted: Wanted, price: Price) -> str:
    """What will be made, what it costs, and how it goes away."""
    names = Names(wanted.environment)
    groups = ", ".join((names.state_resource_group, names.registry_resource_group, names.resource_group))
    hours, cleaning = USUAL.total_seconds() / 3600, CLEANING.total_seconds() / 60
    return f"""run {wanted.run} in the subscription {wanted.subscription}, {wanted.region}

makes    the resource groups {groups}
         an ML registry; a workspace with storage, vault, container registry and logs; a cluster of 1 x {wanted.size}
         an online endpoint with at most 2 deployments of 1 x {wanted.size}
         3 identities with roles in the subscription, a budget; registrations of resource providers, which stay
costs    about {price.usual:.2f} {price.currency} in {hours:.0f} hours, at most {price.hour:.2f} an hour,
         with a quarter on top for what is paid by use ({price.note})
cap      {wanted.cap:.2f}, counted one to one as {price.currency}: it stops before that is spent, and keeps back
         what {cleaning:.0f} minutes of clean-up cost. Azure's own budget only tells the owners, up to a day late
cleaned  at the end, after a failure, and on Ctrl-C; after a crash by: python -m tools.verify_azure clean {wanted.run}
         everything carries the tag {TAG}={wanted.run}; at the end nothing with it may be left"""


def agree(given: Asked, wanted: Wanted, price: Price, answer: Callable[[str], str] | None) -> None:
    """Raises AmlopsError (exit code 2) unless the cap suffices and somebody agrees. `answer` asks a person."""
    if wanted.cap < price.usual:
        message = f"a run costs about {price.usual:.2f} {price.currency}, more than the cap of {wanted.cap:.2f}"
        raise AmlopsError(f"{message}; nothing was made", exit_code=REFUSED)
    if given.spend is not None:
        return
    if answer is None:
        todo = f"say --subscription {given.subscription} --yes-spend {wanted.cap:.0f}"
        raise AmlopsError(f"nobody agreed to spend anything; {todo}; nothing was made", exit_code=REFUSED)
    if answer(f"type the subscription's id to spend up to {wanted.cap:.2f}: ").strip().lower() != given.subscription:
        raise AmlopsError("that is another subscription; nothing was made", exit_code=REFUSED)
