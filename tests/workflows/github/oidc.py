"""GitHub's OIDC issuer: a token says which repository, ref and environment a job belongs to.

Source: GitHub's "OpenID Connect reference".
"""

from __future__ import annotations

import secrets
from functools import cached_property

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from .clock import Clock

ISSUER = "https://token.actions.githubusercontent.com"
LIFE = 300.0


class Issuer:
    """`life` is in seconds; tests make it short. `pem` is its key, made when it is first needed."""

    def __init__(self, repository: str, clock: Clock | None = None) -> None:
        self.repository = repository
        self.clock = clock or Clock()
        self.life = LIFE
        self.pem = ""
        self.given: list[str] = []

    @cached_property
    def _key(self) -> rsa.RSAPrivateKey:
        if not self.pem:
            made = rsa.generate_private_key(65537, 2048)
            self.pem = made.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            ).decode()
        key = serialization.load_pem_private_key(self.pem.encode(), None)
        assert isinstance(key, rsa.RSAPrivateKey)
        return key

    @property
    def public_key(self) -> str:
        pem = self._key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return pem.decode()

    def subject(self, *, environment: str, event: str, ref: str) -> str:
        """The environment's name wins over event and ref."""
        if environment:
            return f"repo:{self.repository}:environment:{environment}"
        if event == "pull_request":
            return f"repo:{self.repository}:pull_request"
        return f"repo:{self.repository}:ref:{ref}"

    def token(self, subject: str, audience: str, *, run: int, sha: str, ref: str) -> str:
        now = self.clock.now().timestamp()
        claims = {
            "iss": ISSUER,
            "sub": subject,
            "aud": audience,
            "iat": int(now),
            "nbf": int(now) - 60,
            "exp": now + self.life,
            "jti": secrets.token_hex(8),
            "repository": self.repository,
            "run_id": str(run),
            "sha": sha,
            "ref": ref,
        }
        self.given.append(subject)
        return jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": "sim"})
