"""SharedKey: the signature that an account key gives to a blob request.

Source: Storage REST, "Authorize with Shared Key", the scheme for Blob since 2015-02-21.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl

_SIGNED_HEADERS = (
    "content-encoding",
    "content-language",
    "content-length",
    "content-md5",
    "content-type",
    "date",
    "if-modified-since",
    "if-match",
    "if-none-match",
    "if-unmodified-since",
    "range",
)


def hmac_sha256(key: str, text: str) -> str:
    """Base64 of HMAC-SHA256 under a base64 key: how Storage signs everything."""
    digest = hmac.new(base64.b64decode(key), text.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def sign(key: str, account: str, method: str, target: str, headers: Mapping[str, str]) -> str:
    """The Authorization header. `target` is the encoded path with its query; header names are in lower case."""
    return f"SharedKey {account}:{hmac_sha256(key, _text(account, method, target, headers, _azurite_order))}"


def matches(
    given: str, keys: tuple[str, ...], account: str, method: str, target: str, headers: Mapping[str, str]
) -> bool:
    """Whether an Authorization header was made with one of the keys.

    Clients sort header names in one of two ways that differ for hyphens and underscores in metadata names; both sign
    the same headers, so either will do.
    """
    scheme, _, rest = given.partition(" ")
    name, _, signature = rest.partition(":")
    if scheme != "SharedKey" or name != account:
        return False
    texts = {_text(account, method, target, headers, order) for order in (str, _service_order, _azurite_order)}
    return any(hmac.compare_digest(signature, hmac_sha256(key, text)) for key in keys for text in texts)


def _text(account: str, method: str, target: str, headers: Mapping[str, str], order: Callable[[str], str]) -> str:
    path, _, query = target.partition("?")
    plain = [headers.get(name, "") for name in _SIGNED_HEADERS]
    plain[2] = "" if plain[2] == "0" else plain[2]
    if "x-ms-date" in headers:
        plain[5] = ""
    names = sorted((name for name in headers if name.startswith("x-ms-")), key=order)
    extra = "".join(f"{name}:{headers[name].strip()}\n" for name in names)
    values: dict[str, list[str]] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        values.setdefault(name.lower(), []).append(value)
    resource = f"/{account}{path}" + "".join(f"\n{name}:{','.join(sorted(values[name]))}" for name in sorted(values))
    return "\n".join([method, *plain]) + "\n" + extra + resource


def _service_order(name: str) -> str:
    """The service compares names without their hyphens first."""
    return name.replace("-", "").replace("_", "") + "\0" + name


def _azurite_order(name: str) -> str:
    """Azurite sorts by locale: underscore, then hyphen, then digits and letters."""
    return name.replace("_", "\x01").replace("-", "\x02")
