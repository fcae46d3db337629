"""Rule: a container registry has no administrator with a password, and gives nothing to strangers.

Why: the administrator's password lets its holder replace the images that production runs; anonymous pull gives the code
in them to everybody.
Source: container-registry-authentication (admin account, anonymous pull).
"""

from __future__ import annotations

from collections.abc import Iterator

from ..resource import Resource
from ..rule import Declared, Rule, Violation, invalid


class ContainerRegistryAdmin(Rule):
    id = "container-registry-admin"
    kinds = ("containerregistry:Registry",)

    def check(self, resource: Resource, declared: Declared) -> Iterator[Violation]:
        for path in ("adminUserEnabled", "anonymousPullEnabled"):
            if resource.get(path) is True:
                yield from invalid(path, True, "it should be false", "pull and push by identity and roles")
