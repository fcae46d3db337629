"""A running local Azure in a home of its own, and Azure's own clients pointed at it."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from ssl import create_default_context
from typing import Any

from azure.identity import ClientSecretCredential


@dataclass(frozen=True, slots=True)
class Caller:
    """A service principal."""

    object_id: str
    client_id: str
    client_secret: str


@dataclass(frozen=True, slots=True)
class LocalCloud:
    """What `localazure start --json` tells, and clients that use it. The owner holds every right."""

    home: Path
    told: dict[str, Any]

    @property
    def endpoint(self) -> str:
        return str(self.told["endpoint"])

    @property
    def subscription_id(self) -> str:
        return str(self.told["subscription_id"])

    @property
    def subscription(self) -> str:
        return f"/subscriptions/{self.subscription_id}"

    @property
    def tenant_id(self) -> str:
        return str(self.told["tenant_id"])

    @property
    def location(self) -> str:
        return str(self.told["location"])

    @property
    def ca(self) -> str:
        return str(self.told["ca"])

    @property
    def owner(self) -> Caller:
        return Caller(self.told["object_id"], self.told["client_id"], self.told["client_secret"])

    def credential(self, caller: Caller | None = None) -> ClientSecretCredential:
        """azure-identity's credential of a caller; of the owner where none is named."""
        who = caller or self.owner
        return ClientSecretCredential(
            self.tenant_id,
            who.client_id,
            who.client_secret,
            authority=self.endpoint,
            disable_instance_discovery=True,
            connection_verify=self.ca,
        )

    def client(self, kind: type[Any], caller: Caller | None = None, **options: Any) -> Any:
        """An azure-mgmt client of this subscription. It waits a blink between polls instead of Azure's 30 s.

        Given as Any: most of these SDKs take plain JSON for a model and say nothing of it in their types.
        """
        settings: dict[str, Any] = {
            "base_url": self.endpoint,
            "connection_verify": self.ca,
            "polling_interval": 0.05,
            "retry_total": 0,
        }
        return kind(self.credential(caller), self.subscription_id, **{**settings, **options})

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """The emulator's own control API, `path` below `/localazure`."""
        request = urllib.request.Request(
            f"{self.endpoint}/localazure/{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"x-localazure-secret": self.told["control_secret"], "content-type": "application/json"},
            method=method,
        )
        handlers = (
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPSHandler(context=create_default_context(cafile=self.ca)),
        )
        with urllib.request.build_opener(*handlers).open(request, timeout=30) as answer:
            return json.load(answer)

    def in_subscription(self, id: str | None) -> LocalCloud:
        """The same cloud, for clients of another of its subscriptions."""
        return replace(self, told={**self.told, "subscription_id": id})

    def advance(self, seconds: float) -> None:
        """Moves its clock on."""
        self.control("POST", "clock", {"advanceSeconds": seconds})

    def new_caller(self, name: str) -> Caller:
        """A service principal without any role."""
        made = self.control("POST", "principals", {"name": name})
        return Caller(made["object_id"], made["client_id"], made["client_secret"])


def start(home: Path, *words: str) -> LocalCloud:
    """Start the local Azure of this home (it may run already); `words` are options of `localazure start`."""
    return LocalCloud(home, json.loads(_localazure(home, "start", "--json", *words)))


def stop(home: Path) -> None:
    _localazure(home, "stop")


@contextmanager
def running(home: Path, *words: str) -> Iterator[LocalCloud]:
    """A local Azure that is stopped at the end, whatever happened."""
    try:
        yield start(home, *words)
    finally:
        stop(home)


def _localazure(home: Path, *arguments: str) -> str:
    words = [sys.executable, "-m", "localazure", "--home", str(home), *arguments]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"localazure {arguments[0]} ended with {done.returncode}: {done.stderr}"
    return done.stdout
