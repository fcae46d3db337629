"""All rules on what stacks declare. Pure: the same resources and files give the same findings."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from amlops.config import Environment

from .catalogue import all_rules
from .exceptions import Exempt
from .finding import Finding
from .policy import Policy
from .resource import Resource
from .rule import Declared
from .settings import settings_of

EXPIRED, EXPIRING, UNUSED = "exception-expired", "exception-expiring", "exception-unused"
"""Findings about exceptions themselves."""
NOTICE = timedelta(days=30)
"""How long before its last day an exception that covers something is told of."""


def check(
    resources: Sequence[Resource], environment: Environment, policy: Policy, *, stacks: Collection[str] = ()
) -> tuple[Finding, ...]:
    """What rules and exceptions have to say about stacks of one environment, what stops first.

    `resources` are all that the stacks declare, the unchanged ones too; `stacks` names those that may declare nothing.
    An exception that has expired covers nothing and is an error. One that soon will, or that covers nothing, is a
    warning, where its stack declares something.
    """
    of_stack = {name: [one for one in resources if one.stack == name] for name in sorted({*stacks, *_names(resources)})}
    found = [item for name, own in of_stack.items() for item in _of_stack(name, tuple(own), environment, policy)]
    return tuple(sorted(found, key=lambda item: (not item.stops, item.severity, item.where, item.rule, item.message)))


def _names(resources: Sequence[Resource]) -> set[str]:
    return {resource.stack for resource in resources}


def _of_stack(
    stack: str, resources: tuple[Resource, ...], environment: Environment, policy: Policy
) -> Iterator[Finding]:
    own = [one for one in policy.exceptions if one.said.stack == stack]
    living = [one for one in own if one.said.expires >= policy.today]
    used: set[str] = set()
    for resource, finding in _findings(Declared(environment, settings_of(policy.file, environment.name), resources)):
        covering = next((one for one in living if one.covers(finding.rule, resource)), None)
        if covering is None:
            yield finding
        else:
            used.add(covering.name)
            yield replace(finding, excepted_by=str(covering))
    for one in own:
        if one not in living:
            yield _expired(one)
        elif resources and one.name not in used:
            yield _unused(one)
        elif one.name in used and one.said.expires - policy.today <= NOTICE:
            yield _expiring(one)


def _findings(declared: Declared) -> Iterator[tuple[Resource, Finding]]:
    for rule in all_rules():
        severity = declared.settings.severity(rule.id, rule.severity)
        if severity == "off":
            continue
        for resource in declared.resources:
            if rule.looks_at(resource):
                for violation in rule.check(resource, declared):
                    yield resource, Finding(rule.id, severity, resource.urn, resource.shown, violation.said)


def _expired(one: Exempt) -> Finding:
    said = one.said
    message = (
        f'"{one.name}" expired on {said.expires}; it lets {said.rule} of {said.stack} pass no more; '
        f"mend the cause and remove it, or agree with {said.owner} on another day"
    )
    return Finding(EXPIRED, "error", "", one.place, message)


def _expiring(one: Exempt) -> Finding:
    said = one.said
    message = (
        f'"{one.name}" expires on {said.expires}; from the next day on {said.rule} stops every change of {said.stack}, '
        f"also a way back; mend the cause, or agree with {said.owner} on another day"
    )
    return Finding(EXPIRING, "warning", "", one.place, message)


def _unused(one: Exempt) -> Finding:
    said = one.said
    of = f"{said.resource} of {said.stack}" if said.resource else said.stack
    message = f'"{one.name}" covers nothing: {of} keeps {said.rule}; exceptions are for what does not; remove it'
    return Finding(UNUSED, "warning", "", one.place, message)
