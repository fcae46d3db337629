"""The REST API: which route answers, who may, paging; every exchange is held to GitHub's description of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from .call import NOT_ALLOWED, NOT_FOUND, Call, Refused, Reply, Route
from .hub import Hub
from .routes import actions, app, environments, issues, people, pulls, repository, settings
from .tokens import Token

if TYPE_CHECKING:
    from .openapi import Description

ROUTES: tuple[Route, ...] = (
    *repository.ROUTES,
    *issues.ROUTES,
    *pulls.ROUTES,
    *actions.ROUTES,
    *environments.ROUTES,
    *app.ROUTES,
    *settings.ROUTES,
    *people.ROUTES,
)


@dataclass(frozen=True)
class Exchange:
    """A request that was answered, for tests to look at."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    caller: str
    kind: str
    status: int
    answer: Any


@dataclass
class Rest:
    """`wrong` holds what didn't keep to GitHub's description; a test ends by finding it empty."""

    hub: Hub
    description: Description
    exchanges: list[Exchange] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def answer(self, method: str, target: str, header: str, raw: bytes) -> tuple[int, dict[str, str], bytes]:
        """(status, headers, body) of one request."""
        url = urlsplit(target)
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        route, params = self._route(method, url.path)
        caller = self.hub.who(header)
        headers = {"Date": self.hub.clock.header(), "Content-Type": "application/json; charset=utf-8"}
        body: Any = None
        try:
            body = json.loads(raw) if raw else None
            if header and caller is None and not (route and route.by_app):
                raise Refused(401, "Bad credentials")
            if route is None:
                raise Refused(*NOT_FOUND)
            reply = self._ask(route, params, caller, header, query, body)
            known = reply.body
            if reply.listed is not None:
                known, more = self._page(reply, target, query)
                headers |= more
            known = self.description.fill(method, route.template, reply.status, known)
            status = reply.status
        except Refused as refused:
            status = refused.status
            known = {"message": str(refused), "documentation_url": "https://docs.github.com/rest"}
            if refused.errors is not None:
                known["errors"] = refused.errors
        answer = b"" if known is None and status in (202, 204) else json.dumps(known).encode()
        self._hold(route, method, url.path, params, query, raw, status, answer)
        said = Exchange(
            method, url.path, query, body, caller.login if caller else "", caller.kind if caller else "", status, known
        )
        self.exchanges.append(said)
        return status, headers, answer

    # -- inside ------------------------------------------------------------------------------------------------------

    def _route(self, method: str, path: str) -> tuple[Route | None, dict[str, str]]:
        for route in ROUTES:
            if route.method == method and (found := route.match(path)) is not None:
                return route, {name: unquote(value) for name, value in found.items()}
        return None, {}

    def _ask(
        self, route: Route, params: dict[str, str], caller: Token | None, header: str, query: dict[str, str], body: Any
    ) -> Reply:
        nobody = Token("", "person", "", {})
        if "owner" in params and f"{params['owner']}/{params['repo']}".lower() != self.hub.full_name.lower():
            raise Refused(*NOT_FOUND)
        who = caller or nobody
        if route.needs and not any(who.may(what, level) for what, level in route.needs):
            raise Refused(*NOT_ALLOWED) if caller else Refused(401, "Requires authentication")
        with self.hub.lock:
            return route.handler(Call(self.hub, who, {**params, "authorization": header}, query, body or {}))

    def _page(self, reply: Reply, target: str, query: dict[str, str]) -> tuple[Any, dict[str, str]]:
        assert reply.listed is not None
        size, page = int(query.get("per_page", 30)), int(query.get("page", 1))
        items = reply.listed[(page - 1) * size : page * size]
        known: Any = {"total_count": len(reply.listed), reply.inside: items} if reply.inside else items
        if len(reply.listed) <= page * size:
            return known, {}
        following = urlencode({**query, "page": page + 1})
        return known, {"Link": f'<{self.hub.url}{urlsplit(target).path}?{following}>; rel="next"'}

    def _hold(
        self,
        route: Route | None,
        method: str,
        path: str,
        params: dict[str, str],
        query: dict[str, str],
        raw: bytes,
        status: int,
        answer: bytes,
    ) -> None:
        if route is None:
            self.wrong.append(f"{method} {path}: no such path is simulated")
            return
        asked, answered = self.description.wrong(method, route.template, params, query, raw, status, answer)
        # a request that GitHub refuses as wrong may be wrong; the refusal then is the answer
        if asked and status not in (400, 422):
            self.wrong.append(f"{method} {path}: request: {asked}")
        if answered and status < 400:
            self.wrong.append(f"{method} {path}: answer {status}: {answered}")
