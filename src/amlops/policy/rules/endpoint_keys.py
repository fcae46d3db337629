"""Rule: callers of an endpoint show who they are, by Microsoft Entra ID.

Why: a key is the same for all callers, never expires, and has to be carried to each of them; a token of Entra ID names
its caller, who is let in by a role.
Source: how-to-authenticate-online-endpoint (`AADToken`, managed endpoints only).
"""

from __future__ import annotations

from collections.abc import Iterator

from ..resource import Resource
from ..rule import Declared, Rule, Violation, invalid


class EndpointKeys(Rule):
    id = "endpoint-keys"
    kinds = ("machinelearningservices:OnlineEndpoint",)

    def check(self, resource: Resource, declared: Declared) -> Iterator[Violation]:
        path = "properties.authMode"
        value = resource.get(path)
        # Kubernetes endpoints know keys and AMLToken only
        allowed = ("amltoken",) if resource.text("kind") == "Kubernetes" else ("aadtoken",)
        if str(value).lower() not in allowed:
            wanted, key = ("AMLToken", "aml_token") if "amltoken" in allowed else ("AADToken", "aad_token")
            yield from invalid(path, value, f"it should be {wanted}", f"write auth_mode: {key} in the endpoint's file")
