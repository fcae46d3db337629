"""Resource providers: which namespaces there are, what they hold, and whether a subscription is registered for them.

A namespace counts as registered unless a test or `unregister` says otherwise: the local subscription is one that has
been worked with. Registering is done at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import registrations
from ..arm.errors import ArmError
from ..settings import LOCATIONS
from .base import Action, Call, Reply, ResourceType

_ALWAYS = ("Microsoft.Resources", "Microsoft.Authorization")  # these register themselves


class Provider(ResourceType):
    type = "Microsoft.Resources/providers"

    def actions(self) -> Mapping[str, Action]:
        return {
            "GET": _get,
            "POST register": _register,
            "POST unregister": _unregister,
            "GET resourceTypes": _resource_types,
        }


async def _get(call: Call) -> Reply:
    """The list, or one."""
    if "resourceProviderNamespace" in call.params:
        return Reply(200, _view(call, _asked(call)))
    return Reply(200, {"value": [_view(call, namespace) for namespace in sorted(_namespaces(call))]})


async def _register(call: Call) -> Reply:
    namespace = _asked(call)
    registrations.set_state(call.cloud.store, call.params["subscriptionId"], namespace, registrations.REGISTERED)
    return Reply(200, _view(call, namespace))


async def _unregister(call: Call) -> Reply:
    """Refused while there are resources of the namespace, as in Azure."""
    namespace, subscription = _asked(call), call.params["subscriptionId"]
    mine, there = f"{namespace.lower()}/", call.cloud.store.below(f"/subscriptions/{subscription}")
    used = [r.id.text for r in there if r.type.lower().startswith(mine)]
    if used or namespace in _ALWAYS:
        why = f"it has resources: {', '.join(used[:5])}" if used else "it is always registered"
        raise ArmError(
            409, "CannotUnregisterNamespace", f"'{namespace}' can't be unregistered: {why}.", target=namespace
        )
    registrations.set_state(call.cloud.store, subscription, namespace, registrations.NOT_REGISTERED)
    return Reply(200, _view(call, namespace))


async def _resource_types(call: Call) -> Reply:
    return Reply(200, {"value": _types(call, _asked(call))})


def _namespaces(call: Call) -> dict[str, list[str]]:
    """Resource types by namespace: those whose behaviour is built."""
    found: dict[str, list[str]] = {}
    for name in call.cloud.types.names():
        namespace, _, kind = name.partition("/")
        if kind:
            found.setdefault(namespace, []).append(kind)
    return found


def _asked(call: Call) -> str:
    """The namespace in its own casing. Raises ArmError 404."""
    given = call.params["resourceProviderNamespace"]
    known = next((n for n in _namespaces(call) if n.lower() == given.lower()), None)
    if known is None:
        raise ArmError(404, "InvalidResourceNamespace", f"The resource namespace '{given}' is invalid.", target=given)
    return known


def _view(call: Call, namespace: str) -> dict[str, Any]:
    subscription = call.params.get("subscriptionId")
    shown: dict[str, Any] = {"namespace": namespace, "resourceTypes": _types(call, namespace)}
    if subscription is None:
        return {"id": f"/providers/{namespace}", **shown}
    state = registrations.state(call.cloud.store, subscription, namespace)
    policy = "RegistrationFree" if namespace in _ALWAYS else "RegistrationRequired"
    at = f"/subscriptions/{subscription}/providers/{namespace}"
    return {"id": at, **shown, "registrationState": state, "registrationPolicy": policy}


def _types(call: Call, namespace: str) -> list[dict[str, Any]]:
    return [
        {
            "resourceType": kind,
            "locations": [name for name in LOCATIONS if name != "global"],
            "apiVersions": list(call.cloud.tables.api_versions(f"{namespace}/{kind}")),
            "capabilities": "None",
        }
        for kind in _namespaces(call)[namespace]
    ]
