"""The guard that keeps this adapter away from every real cloud."""

from __future__ import annotations

import ipaddress
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


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
