"""The OIDC token of a workflow's job, in the file that Azure's clients read it from, kept fresh while work goes on.

Microsoft's clients exchange the file's content whenever their own token runs out, so it must never be stale; a token
of GitHub's lives for some minutes. Source: GitHub's "OpenID Connect reference".
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from amlops.errors import AmlopsError

from .fresh_file import FreshFile, Pause

AUDIENCE = "api://AzureADTokenExchange"
UNKNOWN = 480.0
"""Seconds that a token is taken to live where it doesn't say so."""


@dataclass
class FederatedToken:
    """`with FederatedToken.of(os.environ) as token:` and `token.variables` for who needs Azure.

    Outside of a job that may have a token (`id-token: write`) nothing is fetched and `variables` is empty.
    """

    url: str = ""
    request_token: str = field(default="", repr=False)
    folder: Path = field(default_factory=lambda: Path(tempfile.gettempdir()))
    audience: str = AUDIENCE
    _file: FreshFile | None = field(default=None, init=False)

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
        return {"AZURE_FEDERATED_TOKEN_FILE": str(self._file.path)} if self._file else {}

    def __enter__(self) -> FederatedToken:
        """Raises AmlopsError where GitHub gives no token."""
        if self.url and self.request_token:
            file = FreshFile(self.folder / f"amlops-oidc-{os.getpid()}", "the OIDC token", self._fetch)
            file.open()
            self._file = file
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def _fetch(self, pause: Pause) -> tuple[str, float]:
        import requests

        headers = {"Authorization": f"Bearer {self.request_token}", "Accept": "application/json"}
        for attempt in range(4):
            try:
                answer = requests.get(self.url, params={"audience": self.audience}, headers=headers, timeout=(10, 30))
                if answer.status_code == 200:
                    token = str(answer.json()["value"])
                    return token, _life(token)
                why = f"{answer.status_code} {answer.text[:200]}"
                if answer.status_code < 500 and answer.status_code != 429:
                    break
            except (requests.RequestException, ValueError, KeyError) as error:
                why = type(error).__name__
            pause(0.5 * 2**attempt)
        raise AmlopsError(f"GitHub gave no OIDC token: {why}; the job needs `permissions: id-token: write`")


def _life(token: str) -> float:
    """Seconds, by the token's own word: runner and GitHub need not agree on the time."""
    claims = _claims(token)
    try:
        return float(claims["exp"]) - float(claims["iat"])
    except (KeyError, TypeError, ValueError):
        return UNKNOWN


def _claims(token: str) -> dict[str, Any]:
    try:
        part = token.split(".")[1]
        found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (IndexError, ValueError, binascii.Error):
        return {}
    return found if isinstance(found, dict) else {}
