"""What a resource holds of a private endpoint that leads to it: its owner approves, rejects and deletes it.

The endpoint makes it (types/private_endpoint.py). Source: private-endpoint-overview, "Access to a private-link resource
using approval workflow"; each service has the same operations below its own type.
"""

from __future__ import annotations

from .. import private_link
from ..arm.errors import bad_request, not_found
from ..store import Resource
from .base import Call, ResourceType

_STATES = (private_link.APPROVED, "Rejected")


class PrivateEndpointConnection(ResourceType):
    """The behaviour; the files beside this name the types that have it."""

    def admit(self, call: Call) -> None:
        if call.existing is None:
            raise not_found(call.id.text)
        state = (call.body.get("properties") or {}).get("privateLinkServiceConnectionState") or {}
        if state.get("status") not in _STATES:
            raise bad_request(
                "InvalidRequestContent",
                f"'{state.get('status')}' is no state that an owner gives; allowed values: {', '.join(_STATES)}.",
                target="properties.privateLinkServiceConnectionState.status",
            )

    def compose(self, call: Call) -> Resource:
        assert call.existing is not None, "`admit` has seen it"
        given = call.body["properties"]["privateLinkServiceConnectionState"]
        changed = {**private_link.state(call.existing), **given}
        return call.existing.with_properties(privateLinkServiceConnectionState=changed)
