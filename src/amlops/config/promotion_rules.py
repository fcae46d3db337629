"""What the types of promotion.yaml and break-glass.yaml can't say: rules between keys, and with other files.

Each rule is a function from a document, what was read of it, and the environments that are there, to problems.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from zoneinfo import ZoneInfo

from .break_glass import BreakGlass
from .document import Document
from .environment import Environment
from .problems import Problem
from .promotion import Promotion
from .repository import LOCAL, Repository

Environments = Mapping[str, Environment]

LONGEST_BREAK = timedelta(days=3)
"""Who needs longer changes the rule, not the case."""


def order_names_platforms(document: Document, file: Promotion, known: Environments) -> Iterator[Problem]:
    platforms = sorted(name for name, found in known.items() if found.settings.platform is not None and name != LOCAL)
    for at, name in enumerate(file.order):
        if name not in platforms:
            message = (
                f'"{name}" is invalid in order; environments with a platform are {", ".join(platforms)}; '
                "name one of them"
            )
            yield document.problem(("order", at), message, "promotion-order")
        elif name in file.order[:at]:
            message = f'"{name}" is in order twice; a release goes one way, take one out'
            yield document.problem(("order", at), message, "promotion-order")
    for name in platforms:
        if name not in file.order:
            message = f'order leaves "{name}" out, so nothing would reach it; add it at its place'
            yield document.problem(("order",), message, "promotion-order")


def environments_are_in_order(document: Document, file: Promotion, _: Environments) -> Iterator[Problem]:
    for name in file.environments:
        if name not in file.order:
            message = f'"{name}" is invalid in environments; order has {", ".join(file.order)}; name one of these'
            yield document.problem(("environments", name), message, "promotion-environment")


def first_takes_everything(document: Document, file: Promotion, _: Environments) -> Iterator[Problem]:
    """Releases enter the first environment as they are made: what is asked on the way into it is asked of nobody."""
    first = file.environments.get(file.order[0])
    if first is None:
        return
    for key in ("gates", "windows", "freezes", "approvals"):
        if key in first.model_fields_set:
            message = (
                f'"{key}" has no effect in {file.order[0]}, the first environment: releases enter it when they are '
                "made; move it to the next one"
            )
            yield document.problem(("environments", file.order[0], key), message, "first-environment")


def time_zones_exist(document: Document, file: Promotion, _: Environments) -> Iterator[Problem]:
    for name, promoted in file.environments.items():
        try:
            ZoneInfo(promoted.time_zone)
        except (ValueError, OSError, LookupError):
            message = (
                f'"{promoted.time_zone}" is invalid as environments.{name}.time_zone; it should be a name of the IANA '
                "database such as Europe/Amsterdam; correct it"
            )
            yield document.problem(("environments", name, "time_zone"), message, "time-zone")


def windows_open(document: Document, file: Promotion, _: Environments) -> Iterator[Problem]:
    for name, promoted in file.environments.items():
        for at, window in enumerate(promoted.windows):
            if window.closes <= window.opens:
                message = (
                    f"the window closes at {window.closes}, before it opens at {window.opens}; "
                    "write two windows where it goes over midnight"
                )
                yield document.problem(("environments", name, "windows", at, "closes"), message, "window-hours")


def freezes_last(document: Document, file: Promotion, _: Environments) -> Iterator[Problem]:
    for name, promoted in file.environments.items():
        for at, freeze in enumerate(promoted.freezes):
            if freeze.last < freeze.first:
                message = f"the freeze ends on {freeze.last}, before it begins on {freeze.first}; swap them"
                yield document.problem(("environments", name, "freezes", at, "last"), message, "freeze-days")


def approvers_are_there(document: Document, file: Promotion, known: Environments) -> Iterator[Problem]:
    for name, promoted in file.environments.items():
        asked, loc = promoted.approvals, ("environments", name, "approvals")
        if asked.count and not asked.teams:
            message = f"{asked.count} must approve and nobody may; name the teams"
            yield document.problem((*loc, "count"), message, "approving-teams")
        environment = known.get(name)
        if environment is None or environment.settings.platform is None:
            continue
        teams = sorted(environment.settings.platform.teams)
        for at, team in enumerate(asked.teams):
            if team not in teams:
                message = (
                    f'"{team}" is invalid in approvals.teams; teams of {name} are {", ".join(teams)}; '
                    "name one or add it there"
                )
                yield document.problem((*loc, "teams", at), message, "approving-teams")


PROMOTION_RULES: tuple[Callable[[Document, Promotion, Environments], Iterator[Problem]], ...] = (
    order_names_platforms,
    environments_are_in_order,
    first_takes_everything,
    time_zones_exist,
    windows_open,
    freezes_last,
    approvers_are_there,
)


def names_a_deployment(document: Document, file: BreakGlass, repo: Repository) -> Iterator[Problem]:
    known = repo.deployment_names()
    for name, entry in file.entries.items():
        if entry.deployment not in known and entry.closed is None:
            message = f'"{entry.deployment}" is no deployment; there are {", ".join(known) or "none yet"}; name one'
            yield document.problem(("entries", name, "deployment"), message, "known-deployment")


def names_an_environment(document: Document, file: BreakGlass, repo: Repository) -> Iterator[Problem]:
    known = repo.environment_names()
    for name, entry in file.entries.items():
        if entry.environment not in known and entry.closed is None:
            message = f'"{entry.environment}" is no environment; there are {", ".join(known)}; name one'
            yield document.problem(("entries", name, "environment"), message, "known-environment")


def ends_soon(document: Document, file: BreakGlass, _: Repository) -> Iterator[Problem]:
    for name, entry in file.entries.items():
        if not entry.opened < entry.expires <= entry.opened + LONGEST_BREAK:
            message = (
                f"it would last from {entry.opened:%Y-%m-%d %H:%M} to {entry.expires:%Y-%m-%d %H:%M}; broken glass "
                f"ends after its beginning and within {LONGEST_BREAK.days} days; correct one of them"
            )
            yield document.problem(("entries", name, "expires"), message, "break-glass-days")


BREAK_GLASS_RULES: tuple[Callable[[Document, BreakGlass, Repository], Iterator[Problem]], ...] = (
    names_a_deployment,
    names_an_environment,
    ends_soon,
)
