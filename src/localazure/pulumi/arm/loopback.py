"""The guard that keeps this adapter away from every real cloud, and what is peculiar to a cloud on loopback."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from localazure.pulumi.errors import SettingsError


def require_loopback(url: str, what: str) -> str:
    """The URL without a slash at its end. Raises `SettingsError` unless it is https on this machine's loopback."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "https" or not _is_loopback(host):
        raise SettingsError(
            f"{what} is '{url}': this adapter talks only to https on loopback (127.0.0.1, ::1, localhost); "
            "install Pulumi's own azure-native plugin for anything else"
        )
    return url.rstrip("/")


_ADDRESS = re.compile(r"^https://(127\.0\.0\.1|\[::1\]|localhost):\d+(?=/|$)", re.IGNORECASE)


def moved(value: Any, endpoint: str) -> Any:
    """A value as it is since the cloud listens at `endpoint`: started again, it may have another port, and what it says
    of its own addresses is no change of a resource."""
    if isinstance(value, str):
        return _ADDRESS.sub(lambda _: endpoint.rstrip("/"), value)
    if isinstance(value, Mapping):
        return {name: moved(item, endpoint) for name, item in value.items()}
    return [moved(item, endpoint) for item in value] if isinstance(value, list) else value


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
