"""Federated credentials: whose tokens a user-assigned identity trusts. The token endpoint reads them."""

from __future__ import annotations

from ..arm.errors import bad_request, conflict
from .base import Call, ResourceType

_MOST = (
    20  # source: Entra documentation, "Important considerations and restrictions for federated identity credentials"
)


class FederatedIdentityCredential(ResourceType):
    type = "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials"

    def admit(self, call: Call) -> None:
        given = call.body.get("properties") or {}
        missing = [name for name in ("issuer", "subject", "audiences") if not given.get(name)]
        if missing:
            raise bad_request("BadRequest", f"Required: {', '.join(missing)}.", target=f"properties.{missing[0]}")
        if not str(given["issuer"]).startswith("https://"):
            raise bad_request(
                "BadRequest", f"The issuer '{given['issuer']}' must be an https URL.", target="properties.issuer"
            )
        if len(given["audiences"]) != 1:
            raise bad_request("BadRequest", "Exactly one audience is allowed.", target="properties.audiences")
        identity = call.id.parent
        assert identity is not None
        others = [c for c in call.cloud.store.children(identity, self.type) if c.id.key != call.id.key]
        if len(others) >= _MOST:
            raise bad_request(
                "BadRequest", f"An identity can have {_MOST} federated credentials; it has {len(others)}."
            )
        for other in others:
            if all(other.properties.get(name) == given[name] for name in ("issuer", "subject")):
                raise conflict("Conflict", f"Issuer and subject are those of '{other.id.name}' already.")
