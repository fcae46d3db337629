"""Secrets of a Key Vault by its data plane. Values are handed over and never told: no message holds one.

Source: Key Vault REST API 7.4, "Get Secret" and "Set Secret".
"""

from __future__ import annotations

from .arm import Channel, refused

API = "7.4"


class Vault:
    """A vault as one credential sees it."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def get(self, name: str) -> str | None:
        """A secret's newest value; None where there is none. Raises AzureRefused (403 without the role)."""
        answer = self._channel.send("GET", f"/secrets/{name}", {"api-version": API})
        if answer.status == 404:
            return None
        if answer.status >= 400:
            raise refused(f"GET {self._channel.endpoint}/secrets/{name}", answer)
        return str(answer.body["value"])

    def set(self, name: str, value: str) -> None:
        """Makes a secret, or a new version of it. Raises AzureRefused."""
        body = {"value": value, "contentType": "text/plain"}
        answer = self._channel.send("PUT", f"/secrets/{name}", {"api-version": API}, body)
        if answer.status >= 400:
            raise refused(f"PUT {self._channel.endpoint}/secrets/{name}", answer)
