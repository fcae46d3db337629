"""Rule: hosts that jobs may reach are named one by one.

Why: `*.example.com` approves whoever can get a name below it; of blob storage that is everybody.
Source: how-to-managed-network (FQDN rules and data exfiltration).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..resource import Resource
from ..rule import Declared, Rule, Violation, invalid


class OutboundWildcard(Rule):
    id = "outbound-wildcard"
    kinds = ("machinelearningservices:Workspace",)
    severity = "warning"

    def check(self, resource: Resource, declared: Declared) -> Iterator[Violation]:
        for name, rule in sorted(resource.map("managedNetwork.outboundRules").items()):
            host = rule.get("destination") if isinstance(rule, Mapping) else None
            if isinstance(host, str) and "*" in host:
                todo = f"name the hosts in platform.workspace.outbound of {declared.file}"
                path = f"managedNetwork.outboundRules.{name}"
                yield from invalid(path, host, "it should be one host", todo)
