"""Rule: a pipeline's graph holds together. The official client checks little of it before the service does.

Checked: keys of nodes, bindings to inputs, outputs and nodes that exist, inputs that a component of this repository
has or needs, types across a binding, cycles. Components from elsewhere are taken as they are.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from typing import Any

from amlops.config import Document, Problem

from ..kinds import Kind
from .component import Component, local_component
from .node_keys import node_keys
from .walk import Loc, dotted, texts

BINDING = re.compile(
    r"\$\{\{\s*parent\.(?:(?P<side>inputs|outputs)\.(?P<name>[\w-]+)"
    r"|jobs\.(?P<node>[\w-]+)\.(?P<of>inputs|outputs)\.(?P<port>[\w-]+))\s*\}\}"
)
_LITERAL = ("string", "number", "integer", "boolean", "enum")


def pipeline(document: Document, kind: Kind, overrides: Mapping[str, str]) -> Iterator[Problem]:
    jobs = document.data.get("jobs")
    if kind.name not in ("job", "component") or not isinstance(jobs, Mapping):
        return
    nodes = {str(name): node for name, node in jobs.items() if isinstance(node, Mapping)}
    components = {name: local_component(document, node) for name, node in nodes.items()}
    for name, node in nodes.items():
        yield from _keys(document, name, node)
        yield from _inputs(document, name, node, components[name])
        yield from _bindings(document, name, node, nodes, components)
    yield from _cycles(document, nodes)


def _keys(document: Document, name: str, node: Mapping[str, Any]) -> Iterator[Problem]:
    known = node_keys(node.get("type"))
    for key in node if known else ():
        if key not in known:
            close = difflib.get_close_matches(str(key), known, n=1)
            todo = f'did you mean "{close[0]}"?' if close else "remove it"
            message = f'"jobs.{name}.{key}" is an unknown key; available keys are {", ".join(sorted(known))}; {todo}'
            yield document.problem(("jobs", name, key), message, "pipeline-key")


def _inputs(document: Document, name: str, node: Mapping[str, Any], component: Component | None) -> Iterator[Problem]:
    if component is None:
        return
    for side, ports in (("inputs", component.inputs), ("outputs", component.outputs)):
        given = node.get(side)
        given = given if isinstance(given, Mapping) else {}
        for port in given:
            if port not in ports:
                known = ", ".join(sorted(ports)) or "none"
                message = f'"{port}" is none of {component.name}\'s {side}; available {side} are {known}; remove it'
                yield document.problem(("jobs", name, side, port), message, "pipeline-port")
        if side == "inputs":
            for port in sorted(component.needed - set(map(str, given))):
                message = f'jobs.{name}: {component.name} needs the input "{port}"; add it'
                yield document.problem(("jobs", name, "inputs"), message, "pipeline-port")


def _bindings(
    document: Document,
    name: str,
    node: Mapping[str, Any],
    nodes: Mapping[str, Mapping[str, Any]],
    components: Mapping[str, Component | None],
) -> Iterator[Problem]:
    for loc, text in texts(node, ("jobs", name)):
        for match in BINDING.finditer(text):
            shown = match.group(0)
            if match["side"]:
                ports = document.data.get(match["side"])
                if not isinstance(ports, Mapping) or match["name"] not in ports:
                    known = ", ".join(map(str, ports)) if isinstance(ports, Mapping) else "none"
                    message = f'"{shown}" at {dotted(loc)}: the pipeline has no such {match["side"][:-1]}; '
                    message += f"available are {known}; name one or add it to {match['side']}"
                    yield document.problem(loc, message, "pipeline-binding")
                else:
                    declared = ports[match["name"]]
                    yield from _types(document, loc, _declared_type(declared), components[name], match["side"])
                continue
            other = match["node"]
            if other not in nodes:
                message = f'"{shown}" at {dotted(loc)}: there is no such job; available jobs are {", ".join(nodes)}'
                yield document.problem(loc, f"{message}; name one of them", "pipeline-binding")
                continue
            component = components[other]
            ports = None if component is None else getattr(component, str(match["of"]))
            if ports is not None and match["port"] not in ports:
                known = ", ".join(sorted(ports)) or "none"
                message = f'"{shown}" at {dotted(loc)}: {component.name if component else other} has no such '
                message += f"{match['of'][:-1]}; available are {known}; name one of them"
                yield document.problem(loc, message, "pipeline-binding")
            elif ports is not None:
                yield from _types(document, loc, ports[match["port"]], components[name], "inputs")


def _types(document: Document, loc: Loc, given: str | None, target: Component | None, side: str) -> Iterator[Problem]:
    """The type on this side of a binding against that of the component's port, where both are known."""
    if target is None or given is None or side != "inputs" or len(loc) < 4 or loc[2] != "inputs":
        return
    wanted = target.inputs.get(str(loc[3]))
    if wanted is None or wanted == given or (given, wanted) == ("integer", "number"):
        return
    if given in _LITERAL and wanted == "string":
        return
    message = (
        f"{dotted(loc)}: {target.name} takes {wanted}, but what is bound is {given}; bind what fits or correct a type"
    )
    yield document.problem(loc, message, "pipeline-type")


def _declared_type(declared: Any) -> str | None:
    if isinstance(declared, Mapping):
        given = declared.get("type")
        return str(given) if given else None
    return None


def _cycles(document: Document, nodes: Mapping[str, Mapping[str, Any]]) -> Iterator[Problem]:
    needs = {
        name: {match["node"] for _, text in texts(node) for match in BINDING.finditer(text) if match["node"] in nodes}
        for name, node in nodes.items()
    }
    done: set[str] = set()
    for start in nodes:
        trail: list[str] = []
        circle = _circle(start, needs, trail, done)
        if circle:
            message = f"jobs wait for each other: {' → '.join(circle)}; take one of these bindings out"
            yield document.problem(("jobs", circle[0]), message, "pipeline-cycle")
            return


def _circle(name: str, needs: Mapping[str, set[str]], trail: list[str], done: set[str]) -> list[str] | None:
    if name in trail:
        return [*trail[trail.index(name) :], name]
    if name in done:
        return None
    trail.append(name)
    for other in sorted(needs[name]):
        circle = _circle(other, needs, trail, done)
        if circle:
            return circle
    trail.pop()
    done.add(name)
    return None
