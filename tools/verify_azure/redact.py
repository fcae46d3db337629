"""Ids of a subscription, a tenant, people and identities, taken out of whatever is kept."""

from __future__ import annotations

import json
import re
from typing import Any

_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)


def redact(text: str, subscription: str, tenant: str) -> str:
    """Every GUID becomes a word: which, where it is one of the two."""
    words = {subscription.lower(): "<subscription>", tenant.lower(): "<tenant>"}
    return _GUID.sub(lambda found: words.get(found[0].lower(), "<id>"), text)


def redacted(value: Any, subscription: str, tenant: str) -> Any:
    """The same for JSON."""
    return json.loads(redact(json.dumps(value, ensure_ascii=False), subscription, tenant))
