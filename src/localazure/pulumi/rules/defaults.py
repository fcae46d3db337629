"""Which types get a location by themselves, and how a missing name is made.

Source: the vendor plugin's auto-naming and auto-location (its documentation, "Auto-naming" and "Location").
"""

from __future__ import annotations

import re
from typing import Literal

Naming = Literal["random", "uuid", "copy"]

NO_AUTO_LOCATION = frozenset({("privatedns", "PrivateZone"), ("privatedns", "VirtualNetworkLink")})
GROUP = ("resources", "ResourceGroup")

_PARAMETER = re.compile(r"\{(\w+)\}")


def parameters(path: str) -> tuple[str, ...]:
    """The parameters of a path template in order."""
    return tuple(_PARAMETER.findall(path))


def naming(module: str, name: str, path: str) -> Naming:
    """How a missing name is made.

    A top-level resource and an endpoint get the logical name and eight random digits, role objects a uuid, and a child
    the logical name, as it is unique in its parent.
    """
    if (module, name) in {("authorization", "RoleAssignment"), ("authorization", "RoleDefinition")}:
        return "uuid"
    below = parameters(path.rsplit("/providers/", 1)[-1])
    return "random" if len(below) == 1 or below[-1] == "endpointName" else "copy"
