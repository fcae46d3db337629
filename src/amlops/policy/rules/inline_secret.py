"""Rule: no input of a resource holds a secret in the clear.

Why: what a resource is declared with stands in git, in Pulumi's state and in ARM's answers, for many to read, for ever.
A value that Pulumi marks as secret is let pass: it is encrypted in the state.
Source: how-to-deploy-online-endpoint-with-secret-injection; Microsoft cloud security benchmark IM-8.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..resource import UNKNOWN, Resource
from ..rule import Declared, Rule, Violation

_KEYS = frozenset(
    {
        "accesskeyid",
        "accountkey",
        "administratorloginpassword",
        "adminuserpassword",
        "apikey",
        "clientsecret",
        "connectionstring",
        "pat",
        "password",
        "primarykey",
        "sas",
        "sastoken",
        "secondarykey",
        "secret",
        "secretaccesskey",
        "sharedkey",
    }
)
"""Inputs of azure-native that hold a secret, without case."""
_WITHIN_CREDENTIALS = frozenset({"key", "token"})
_VARIABLE = re.compile(
    r"(^|_)(SECRET|PASSWORD|PASSWD|PWD|TOKEN|API_?KEY|ACCOUNT_?KEY|ACCESS_?KEY|CONNECTION_?STRING|SAS)$", re.IGNORECASE
)
_VALUE = re.compile(
    r"(AccountKey|SharedAccessKey|SharedAccessSignature)=[^;\s]{8,}"
    r"|[?&]sig=[^&\s]{16,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"|\b(ghp|gho|ghs|github_pat)_\w{20,}"
    r"|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\."
    r"|\bsk-[\w-]{20,}"
    r"|\bAKIA[0-9A-Z]{16}\b"
)
_REFERENCE = re.compile(r"^\s*(\$\{\{.+\}\}|@Microsoft\.KeyVault\(.+\)|https://[^/]+\.vault\.azure\.net/.*)\s*$")
_MARK, _MASKED = "4dabf18193072939515e22adb298388d", "[secret]"
"""How Pulumi marks a secret in a checkpoint, and how it shows one in an event."""


class InlineSecret(Rule):
    id = "inline-secret"
    kinds = ()

    def check(self, resource: Resource, declared: Declared) -> Iterator[Violation]:
        for path in _secrets(resource.inputs, ()):
            yield Violation(
                f"{'.'.join(path)} holds a secret; git and state keep it for ever: "
                "put it into the environment's key vault, refer to it from here, and renew it"
            )


def _secrets(node: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if isinstance(node, Mapping):
        if _MARK not in node:
            for key, value in node.items():
                yield from _secrets(value, (*path, str(key)))
    elif isinstance(node, list | tuple):
        for at, value in enumerate(node):
            yield from _secrets(value, (*path, str(at)))
    elif isinstance(node, str) and _readable(node) and (_VALUE.search(node) or _named(path)):
        yield path


def _readable(text: str) -> bool:
    return text not in ("", _MASKED, UNKNOWN) and not _REFERENCE.match(text)


def _named(path: tuple[str, ...]) -> bool:
    """Whether the name of an input, or of a scoring script's variable, says that it is a secret."""
    name, around = path[-1], path[-2:-1]
    if name.lower() in _KEYS:
        return True
    if around == ("credentials",):
        return name.lower() in _WITHIN_CREDENTIALS
    return around == ("environmentVariables",) and _VARIABLE.search(name) is not None
