"""One request on its way through the chain: what is known of it so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..types.base import ResourceType
from .caller import Principal
from .ids import ArmId

if TYPE_CHECKING:
    from ..store import Resource
    from ..tables import Route


@dataclass(slots=True)
class Exchange:
    """Filled by the steps in order; a step reads only what the steps before it have set."""

    method: str
    path: str  # percent-decoded
    query: Mapping[str, str]
    headers: Mapping[str, str]  # lower case
    raw: bytes
    body: Any = None
    principal: Principal | None = None
    route: Route | None = None
    behaviour: ResourceType | None = None
    id: ArmId = field(default_factory=lambda: ArmId(""))
    existing: Resource | None = None
    operation_mode: str | None = None  # how a fault rule wants what this request starts to go

    def query_value(self, name: str) -> str | None:
        """A query argument; names compare without case."""
        return next((value for key, value in self.query.items() if key.lower() == name.lower()), None)

    @property
    def known_route(self) -> Route:
        assert self.route is not None, "the step `find_route` comes first"
        return self.route

    @property
    def caller(self) -> Principal:
        assert self.principal is not None, "the step `authenticate` comes first"
        return self.principal
