"""The OIDC token of a workflow's job, in the file that Azure's clients read it from, kept fresh while work goes on.

Microsoft's clients exchange the file's content whenever their own token runs out, so it must never be stale; a token
of GitHub's lives for some minutes. Source: GitHub's "OpenID Connect reference".
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from amlops.errors import AmlopsError

AUDIENCE = "api://AzureADTokenExchange"
SHARE = 0.5
"""Part of a token's life after which the next one is fetched."""
UNKNOWN = 240.0
"""Seconds until the next one where a token doesn't say how long it lives."""
SHORTEST = 0.2
AGAIN = 5.0
"""Seconds until the next try after GitHub gave none."""


@dataclass
class FederatedToken:
    """`with FederatedToken.of(os.environ) as token:` and `token.variables` for who needs Azure.

    Outside of a job that may have a token (`id-token: write`) nothing is fetched and `variables` is empty.
    """

    url: str = ""
    request_token: str = field(default="", repr=False)
    folder: Path = field(default_factory=lambda: Path(tempfile.gettempdir()))
    audience: str = AUDIENCE
    _file: Path | None = field(default=None, init=False)
    _ended: threading.Event = field(default_factory=threading.Event, init=False, repr=False)
    _thread: threading.Thread | None = field(default=None, init=False, repr=False)

    @staticmethod
    def of(environ: Mapping[str, str]) -> FederatedToken:
        return FederatedToken(
            url=environ.get("ACTIONS_ID_TOKEN_REQUEST_URL", ""),
            request_token=environ.get("ACTIONS_ID_TOKEN_REQUEST_TOKEN", ""),
            folder=Path(environ.get("RUNNER_TEMP") or tempfile.gettempdir()),
        )

    @property
    def variables(self) -> dict[str, str]:
        """AZURE_FEDERATED_TOKEN_FILE, for Azure's clients and Pulumi's."""
        return {"AZURE_FEDERATED_TOKEN_FILE": str(self._file)} if self._file else {}

    def __enter__(self) -> FederatedToken:
        """Raises AmlopsError where GitHub gives no token."""
        if not self.url or not self.request_token:
            return self
        self._file = self.folder / f"amlops-oidc-{os.getpid()}"
        first = self._fetch()
        self._write(first)
        self._thread = threading.Thread(target=self._renew, args=(first,), name="amlops-oidc", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
        if self._file is not None:
            self._file.unlink(missing_ok=True)

    def _renew(self, token: str) -> None:
        wait = _until_next(token)
        while not self._ended.wait(wait):
            try:
                token = self._fetch()
                self._write(token)
                wait = _until_next(token)
            except (AmlopsError, OSError) as error:
                sys.stderr.write(f"the OIDC token was not renewed, another try in {AGAIN:.0f} s: {error}\n")
                wait = AGAIN

    def _fetch(self) -> str:
        import requests

        headers = {"Authorization": f"Bearer {self.request_token}", "Accept": "application/json"}
        for attempt in range(4):
            try:
                answer = requests.get(self.url, params={"audience": self.audience}, headers=headers, timeout=(10, 30))
                if answer.status_code == 200:
                    return str(answer.json()["value"])
                why = f"{answer.status_code} {answer.text[:200]}"
                if answer.status_code < 500 and answer.status_code != 429:
                    break
            except (requests.RequestException, ValueError, KeyError) as error:
                why = type(error).__name__
            time.sleep(0.5 * 2**attempt)
        raise AmlopsError(f"GitHub gave no OIDC token: {why}; the job needs `permissions: id-token: write`")

    def _write(self, token: str) -> None:
        """By rename, so that no reader sees half of one; readable for its owner only."""
        assert self._file is not None
        draft = self._file.with_suffix(".new")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(token)
        draft.replace(self._file)


def _until_next(token: str) -> float:
    """Seconds from now, by the token's own length of life: runner and GitHub need not agree on the time."""
    claims = _claims(token)
    try:
        lifetime = float(claims["exp"]) - float(claims["iat"])
    except (KeyError, TypeError, ValueError):
        return UNKNOWN
    return max(lifetime * SHARE, SHORTEST)


def _claims(token: str) -> dict[str, Any]:
    try:
        part = token.split(".")[1]
        found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (IndexError, ValueError, binascii.Error):
        return {}
    return found if isinstance(found, dict) else {}
