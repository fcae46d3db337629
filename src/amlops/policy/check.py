"""All rules on what stacks declare. Pure: the same resources and files give the same findings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from amlops.config import Environment

from .catalogue import all_rules
from .exceptions import Exempt
from .finding import Finding
from .policy import Policy
from .resource import Resource
from .rule import Declared
from .settings import settings_of


def check(resources: Sequence[Resource], environment: Environment, policy: Policy) -> tuple[Finding, ...]:
    """What rules and exceptions have to say about stacks of one environment, what stops first.

    `resources` are all that a stack declares, the unchanged ones too. An exception that has expired covers nothing and
    is an error; one that covers nothing is a warning. A stack that declares nothing is not judged.
    """
    found: list[Finding] = []
    ordered = sorted(resources, key=lambda resource: resource.stack)
    for stack, own in groupby(ordered, key=lambda resource: resource.stack):
        found += _of_stack(stack, tuple(own), environment, policy)
    return tuple(sorted(found, key=lambda item: (not item.stops, item.severity, item.where, item.rule, item.message)))


def _of_stack(
    stack: str, resources: tuple[Resource, ...], environment: Environment, policy: Policy
) -> Iterator[Finding]:
    living = [one for one in policy.exceptions if one.said.stack == stack and one.said.expires >= policy.today]
    used: set[str] = set()
    for resource, finding in _findings(Declared(environment, settings_of(policy.file, environment.name), resources)):
        covering = next((one for one in living if one.covers(finding.rule, resource)), None)
        if covering is None:
            yield finding
        else:
            used.add(covering.name)
            yield replace(finding, excepted_by=str(covering))
    for one in policy.exceptions:
        if one.said.stack == stack and one not in living:
            yield _expired(one)
        elif one.said.stack == stack and one.name not in used:
            yield _unused(one)


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
    return Finding("exception-expired", "error", "", one.place, message)


def _unused(one: Exempt) -> Finding:
    said = one.said
    of = f"{said.resource} of {said.stack}" if said.resource else said.stack
    message = f'"{one.name}" covers nothing: {of} keeps {said.rule}; exceptions are for what does not; remove it'
    return Finding("exception-unused", "warning", "", one.place, message)
