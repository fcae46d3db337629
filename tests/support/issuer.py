"""Who signs workflows' OIDC tokens in a test, as GitHub does."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.support.cloud import LocalCloud

ISSUER = "https://token.actions.test"
AUDIENCE = "api://AzureADTokenExchange"


class Issuer:
    """With a key of its own, which a local Azure must be told."""

    def __init__(self, repository: str = "o/r") -> None:
        self._key = rsa.generate_private_key(65537, 2048)
        self._repository = repository

    def introduce(self, cloud: LocalCloud) -> None:
        kind = serialization.PublicFormat.SubjectPublicKeyInfo
        key = self._key.public_key().public_bytes(serialization.Encoding.PEM, kind).decode()
        cloud.control("POST", "issuers", {"issuer": ISSUER, "publicKey": key})

    def token(self, environment: str, **changes: Any) -> str:
        """A token of a job that runs in a GitHub environment; good for an hour, so that a test need not renew it."""
        now = int(time.time())
        subject = f"repo:{self._repository}:environment:{environment}"
        claims = {"iss": ISSUER, "sub": subject, "aud": AUDIENCE, "iat": now, "exp": now + 3600, **changes}
        return jwt.encode(claims, self._key, algorithm="RS256")

    def file(self, folder: Path, environment: str) -> Path:
        """A token in a file, as Azure's clients read it."""
        file = folder / f"token-{environment}"
        file.write_text(self.token(environment))
        return file
