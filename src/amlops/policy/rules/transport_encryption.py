"""Rule: storage takes HTTPS only, with TLS 1.2 or later.

Why: older versions can be broken by whoever sits on the way; Azure ended TLS 1.0 and 1.1 for storage on 2026-02-03.
Source: transport-layer-security-configure-minimum-version.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..resource import Resource
from ..rule import Declared, Rule, Violation, invalid


class TransportEncryption(Rule):
    id = "transport-encryption"
    kinds = ("storage:StorageAccount",)

    def check(self, resource: Resource, declared: Declared) -> Iterator[Violation]:
        version = resource.get("minimumTlsVersion")
        if version not in ("TLS1_2", "TLS1_3"):
            yield from invalid("minimumTlsVersion", version, "available values are TLS1_2, TLS1_3", "set one of them")
        # left out, Azure takes HTTPS only since 2019-04-01
        if resource.get("enableHttpsTrafficOnly") is False:
            yield from invalid("enableHttpsTrafficOnly", False, "it should be true", "set it")
