"""Rule: no secret stands in git. Connections and datastores name a secret of the environment's key vault instead.

`${{secrets.NAME}}` stands for the secret NAME; it is put in where the resource is declared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from amlops.config import Document, Problem

from ..kinds import Kind
from .walk import dotted

SECRET = re.compile(r"^\$\{\{\s*secrets\.[A-Za-z0-9-]{1,127}\s*\}\}$")
"""Key vaults allow letters, digits and dashes in a secret's name."""

_KINDS = ("connection", "datastore")
_SECRET_KEYS = (
    "access_key_id",
    "account_key",
    "api_key",
    "client_secret",
    "key",
    "pat",
    "password",
    "personal_access_token",
    "sas_token",
    "secret_access_key",
)


def credentials(document: Document, kind: Kind, overrides: Mapping[str, str]) -> Iterator[Problem]:
    if kind.name in _KINDS:
        yield from _inline(document, document.data, ())


def _inline(document: Document, node: Any, loc: tuple[int | str, ...]) -> Iterator[Problem]:
    if not isinstance(node, Mapping):
        return
    for key, value in node.items():
        place = (*loc, str(key))
        if key in _SECRET_KEYS and not isinstance(value, Mapping) and not SECRET.match(str(value)):
            message = (
                f"{dotted(place)} holds a secret; git keeps it for ever: put it into the environment's key vault, "
                f"write ${{{{secrets.<its name there>}}}} here, and renew the secret"
            )
            yield document.problem(place, message, "inline-secret")
        yield from _inline(document, value, place)
