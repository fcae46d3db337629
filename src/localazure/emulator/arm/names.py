"""Names that may be taken only once: in a region or in all of Azure, whatever the resource group."""

from __future__ import annotations

import re

from ..store import Resource, Store
from .errors import ArmError, bad_request
from .ids import ArmId


def check(pattern: str, resource_id: ArmId, rule: str) -> None:
    """Raises ArmError 400 `InvalidResourceName` unless the name matches; `rule` says it in words."""
    if re.fullmatch(pattern, resource_id.name) is None:
        raise bad_request(
            "InvalidResourceName",
            f"The name '{resource_id.name}' of '{resource_id.type}' is invalid: {rule}.",
            target="name",
        )


def holder(store: Store, resource_id: ArmId, *, location: str | None = None) -> Resource | None:
    """Who else of the same type has the name (in the region, where one is given)."""
    name = resource_id.name.lower()
    for other in store.of_type(resource_id.type):
        same_place = location is None or place(str(other.body.get("location", ""))) == place(location)
        if other.id.name.lower() == name and other.id.key != resource_id.key and same_place:
            return other
    return None


def taken(code: str, message: str) -> ArmError:
    """The 409 for a name that somebody else has."""
    return ArmError(409, code, message, target="name")


def place(location: str) -> str:
    """A location in its short form: `West Europe` and `westeurope` are the same."""
    return location.replace(" ", "").lower()
