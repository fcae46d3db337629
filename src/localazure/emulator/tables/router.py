"""From method and path to a route: a tree over the segments, literals without case, and a second one for extensions.

An extension resource (`{scope}/providers/Microsoft.Authorization/roleAssignments/x`) hangs below any id, so its tree
begins at the last `/providers/`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from .route import Route

SCOPE = "/{scope}/"


@dataclass(slots=True)
class _Node:
    literals: dict[str, tuple[str, _Node]] = field(default_factory=dict)  # lower case → canonical, next
    parameter: _Node | None = None
    routes: dict[str, Route] = field(default_factory=dict)  # by method


@dataclass(frozen=True, slots=True)
class _Hit:
    node: _Node
    path: str  # canonical
    values: tuple[str, ...]  # of the parameters, in order


class Router:
    """Finds routes. Immutable once built."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._plain, self._extensions = _Node(), _Node()
        for route in routes:
            extension = route.template.startswith(SCOPE)
            _add(self._extensions if extension else self._plain, route)

    def match(self, method: str, path: str) -> Route | None:
        """The route of a request; `path` is percent-decoded. HEAD on what has only GET asks whether it exists."""
        for hit in self._hits(path):
            route = hit.node.routes.get(method)
            if route is not None:
                names = re.findall(r"\{(\w+)\}", route.template)
                return route.at(dict(zip(names, hit.values, strict=True)), hit.path)
        if method == "HEAD":
            found = self.match("GET", path)
            return replace(found, method="HEAD", statuses=(204, 404), body_type=None) if found else None
        return None

    def methods(self, path: str) -> tuple[str, ...]:
        """The methods that the tables know for a path, sorted; empty for an unknown path."""
        return tuple(sorted({method for hit in self._hits(path) for method in hit.node.routes}))

    def canonical(self, path: str) -> str:
        """The path with its literal segments as Azure spells them; unknown paths come back as they are."""
        return next((hit.path for hit in self._hits(path)), path)

    def _hits(self, path: str) -> Iterator[_Hit]:
        """Every reading of the path, the most literal one first."""
        yield from _walk(self._plain, path.strip("/").split("/"), "", ())
        at = path.lower().rfind("/providers/")
        if at >= 0:
            scope = self.canonical(path[:at]) if at else ""
            yield from _walk(self._extensions, path[at:].strip("/").split("/"), scope, (scope,))


def _add(root: _Node, route: Route) -> None:
    node = root
    for part in route.template.removeprefix(SCOPE).strip("/").split("/"):
        if part.startswith("{"):
            node.parameter = node.parameter or _Node()
            node = node.parameter
        else:
            node = node.literals.setdefault(part.lower(), (part, _Node()))[1]
    if route.method in node.routes:
        raise ValueError(f"{route.template}: two routes, {route.name} and {node.routes[route.method].name}")
    node.routes[route.method] = route


def _walk(node: _Node, parts: list[str], path: str, values: tuple[str, ...]) -> Iterator[_Hit]:
    if not parts:
        if node.routes:
            yield _Hit(node, path, values)
        return
    part, rest = parts[0], parts[1:]
    literal = node.literals.get(part.lower())
    if literal is not None:
        yield from _walk(literal[1], rest, f"{path}/{literal[0]}", values)
    if node.parameter is not None and part:
        yield from _walk(node.parameter, rest, f"{path}/{part}", (*values, part))
