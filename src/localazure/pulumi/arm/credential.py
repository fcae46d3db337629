"""Tokens for ARM: the cloud's metadata names the authority, a client secret or a federated token proves who asks."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from localazure.pulumi.arm.loopback import require_loopback
from localazure.pulumi.arm.settings import Settings
from localazure.pulumi.arm.transport import Deadline, Transport
from localazure.pulumi.errors import ArmError, SettingsError

METADATA_VERSION = "2022-09-01"
RENEW_SECONDS_BEFORE = 120.0
ANSWER_SECONDS = 60.0
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(frozen=True, slots=True)
class Cloud:
    """What the metadata document says: where to log in and for which audience."""

    login: str
    audience: str


@dataclass(frozen=True, slots=True)
class Token:
    """An access token and the moment, by the monotonic clock, from which it is asked for anew."""

    text: str
    renew_at: float

    def claims(self) -> dict[str, Any]:
        """The token's claims, unverified: who this provider is. Empty where it is no JWT."""
        parts = self.text.split(".")
        if len(parts) != 3:
            return {}
        padded = parts[1] + "=" * (-len(parts[1]) % 4)
        found = json.loads(base64.urlsafe_b64decode(padded))
        return dict(found) if isinstance(found, Mapping) else {}


class Credential:
    """Gives tokens, one request at a time; threads that come meanwhile wait for it."""

    def __init__(self, settings: Settings, transport: Transport) -> None:
        self._settings = settings
        self._transport = transport
        self._lock = threading.Lock()
        self._cloud: Cloud | None = None
        self._tokens: dict[str, Token] = {}

    def token(self, audience: str | None = None, *, renew: bool = False) -> Token:
        """A token that is valid for a while. Raises `ArmError` where the authority refuses the credential."""
        with self._lock:
            cloud = self._cloud = self._cloud or self._read_cloud()
            wanted = audience or cloud.audience
            known = self._tokens.get(wanted)
            if known is None or renew or known.renew_at <= time.monotonic():
                known = self._tokens[wanted] = self._ask(cloud, wanted)
            return known

    def _proof(self) -> dict[str, str]:
        """What the authority takes for it. A federated token lives for minutes, so its file is read anew each time."""
        if not self._settings.token_file:
            return {"client_secret": self._settings.client_secret}
        try:
            assertion = Path(self._settings.token_file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SettingsError(f"the federated token can't be read: {error}") from error
        return {"client_assertion_type": ASSERTION, "client_assertion": assertion}

    def _read_cloud(self) -> Cloud:
        url = f"{self._settings.endpoint}/metadata/endpoints?api-version={METADATA_VERSION}"
        answer = self._transport.send(
            "GET", url, headers={"Accept": "application/json"}, deadline=Deadline.after(ANSWER_SECONDS)
        )
        found = answer.body[0] if isinstance(answer.body, list) and answer.body else answer.body
        authentication = found.get("authentication") if isinstance(found, Mapping) else None
        if answer.status != 200 or not isinstance(authentication, Mapping) or not authentication.get("audiences"):
            raise ArmError(answer.status, "", f"{url} gave no cloud metadata with a login endpoint and an audience")
        login = require_loopback(str(authentication.get("loginEndpoint", "")), "the login endpoint of the cloud")
        return Cloud(login, str(authentication["audiences"][0]))

    def _ask(self, cloud: Cloud, audience: str) -> Token:
        form = urlencode(
            {
                "grant_type": "client_credentials",
                "client_id": self._settings.client_id,
                **self._proof(),
                "scope": f"{audience.rstrip('/')}/.default",
            }
        )
        answer = self._transport.send(
            "POST",
            f"{cloud.login}/{self._settings.tenant_id}/oauth2/v2.0/token",
            headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
            body=form.encode(),
            deadline=Deadline.after(ANSWER_SECONDS),
        )
        if answer.status != 200 or not isinstance(answer.body, Mapping) or "access_token" not in answer.body:
            refused = answer.body if isinstance(answer.body, Mapping) else {}
            code, text = str(refused.get("error", "")), str(refused.get("error_description", answer.body))
            raise ArmError(answer.status, code, f"client '{self._settings.client_id}' got no token: {text}")
        lifetime = float(answer.body.get("expires_in", 3600))
        renew_at = time.monotonic() + max(lifetime - RENEW_SECONDS_BEFORE, lifetime / 2)
        return Token(str(answer.body["access_token"]), renew_at)
