"""Check: the program's inputs → complete inputs, or what is wrong with them.

Adds the name, the location and the API version. It adds no other default: those of the SDK's classes are in the
inputs already where the program used the classes, and the vendor's plugin adds none to plain dictionaries either.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from localazure.pulumi.naming import CREATE_BEFORE_DELETE, Proposal, make_name
from localazure.pulumi.resource_type import API_VERSION_KEY, ResourceType
from localazure.pulumi.rules.defaults import GROUP, NO_AUTO_LOCATION, naming
from localazure.pulumi.validate import Problem, check_shape
from localazure.pulumi.values import UNKNOWN

_OWN_KEYS = frozenset({API_VERSION_KEY, CREATE_BEFORE_DELETE})


@dataclass(frozen=True, slots=True)
class Checked:
    """Complete inputs and the problems with them; with problems the inputs are of no use."""

    inputs: dict[str, Any]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """What the engine gives to check one resource. `olds` are the inputs of the last run, empty for a new resource."""

    logical_name: str
    olds: Mapping[str, Any]
    news: Mapping[str, Any]
    seed: bytes = b""
    proposal: Proposal | None = None


def check(
    kind: ResourceType, request: Request, *, location: str, group_location: Callable[[str], str | None]
) -> Checked:
    """Complete and check inputs.

    `location` is the configured one or ""; `group_location` gives the location of a resource group, None where the
    group does not exist.
    """
    inputs = dict(request.news)
    _add_name(kind, request, inputs)
    if "location" in kind.inputs.fields and "location" not in inputs and kind.key not in NO_AUTO_LOCATION:
        found = _default_location(kind, request, inputs, location, group_location)
        if found is not None:
            inputs["location"] = found
    problems = list(check_shape(kind.module, kind.inputs, {k: v for k, v in inputs.items() if k not in _OWN_KEYS}))
    reported = {problem.path for problem in problems}
    problems += [
        Problem((name,), f"missing required property '{name}'")
        for name in kind.path_inputs
        if name not in inputs and (name,) not in reported
    ]
    problems += [
        Problem((name,), f"'{name}' is empty, but stands in the resource's ARM id")
        for name in kind.path_inputs
        if inputs.get(name) == ""
    ]
    if kind.api_version:
        inputs.setdefault(API_VERSION_KEY, kind.api_version)
    return Checked(inputs, tuple(problems))


def _add_name(kind: ResourceType, request: Request, inputs: dict[str, Any]) -> None:
    own = kind.path_inputs[-1]
    field = kind.inputs.fields.get(own)
    if own in inputs or field is None or field.required:
        return
    if own in request.olds:
        inputs[own] = request.olds[own]
        if CREATE_BEFORE_DELETE in request.olds:
            inputs[CREATE_BEFORE_DELETE] = request.olds[CREATE_BEFORE_DELETE]
        return
    how = naming(kind.module.name, kind.name, kind.path)
    made = make_name(request.logical_name, request.seed, how, request.proposal)
    if made is not None:
        inputs[own] = made.text
        if made.random:
            inputs[CREATE_BEFORE_DELETE] = True


def _default_location(
    kind: ResourceType,
    request: Request,
    inputs: Mapping[str, Any],
    location: str,
    group_location: Callable[[str], str | None],
) -> Any:
    if "location" in request.olds:
        return request.olds["location"]
    if location:
        return location
    if kind.key == GROUP:
        return None
    group = inputs.get("resourceGroupName")
    if group is UNKNOWN:
        return UNKNOWN
    return group_location(group) if isinstance(group, str) and group else None
