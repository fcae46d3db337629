"""Entra ID as clients use it: principals, client secrets, federated assertions, signed tokens."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from . import signing
from .arm.caller import Principal
from .arm.errors import ArmError
from .arm.ids import ArmId
from .settings import DOMAIN

if TYPE_CHECKING:
    import jwt.types

    from .clock import Clock
    from .settings import Settings
    from .store import Store

LIFETIME = 3600  # seconds, unless a test asks for less
_SKEW = 300  # seconds that an assertion's times may be off; Entra's own allowance
_KEPT = 256  # verified tokens
_IDENTITY = "Microsoft.ManagedIdentity/userAssignedIdentities"
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
# What a token may be asked for; the audiences that clients write for it. `arm` also has our own address.
AUDIENCES: dict[str, tuple[str, ...]] = {
    "arm": ("https://management.azure.com", "https://management.core.windows.net"),
    "storage": ("https://storage.azure.com",),
    "ml": ("https://ml.azure.com",),
    "vault": ("https://vault.azure.net", f"https://vault.{DOMAIN}"),
    "logs": ("https://api.loganalytics.io", "https://api.loganalytics.azure.com"),
}


class TokenRefused(Exception):
    """An OAuth error: `error` and an AADSTS text, as the token endpoint words it."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(description)
        self.status, self.error, self.description = status, error, description


# Audience and times are checked here, by the emulator's clock.
_NO_CLOCK: jwt.types.Options = {"verify_aud": False, "verify_exp": False, "verify_nbf": False, "verify_iat": False}


@dataclass(frozen=True, slots=True)
class Credential:
    """A principal with its secret, seen once."""

    name: str
    object_id: str
    client_id: str
    client_secret: str


class Identity:
    """Principals are records of the store; user-assigned identities are principals by their resource."""

    def __init__(self, store: Store, settings: Settings, clock: Clock) -> None:
        self._store, self._settings, self._clock = store, settings, clock
        self._verified: dict[str, dict[str, Any]] = {}

    # -- principals --------------------------------------------------------------------------------------------------

    def register(self, name: str) -> Credential:
        """A new service principal without any role."""
        made = Credential(name, str(uuid.uuid4()), str(uuid.uuid4()), secrets.token_urlsafe(30))
        kept = {"name": name, "object_id": made.object_id, "secret": _hash(made.client_secret)}
        self._store.set_record("principal", made.client_id, kept)
        return made

    def is_service_principal(self, object_id: str) -> bool:
        """Whether somebody here has this object id: an application, or a user-assigned identity."""
        applications = (kept["object_id"] for kept in self._store.records("principal").values())
        identities = (str(found.properties.get("principalId")) for found in self._store.of_type(_IDENTITY))
        return any(known.lower() == object_id.lower() for known in (*applications, *identities))

    def trust(self, issuer: str, public_key_pem: str) -> None:
        """Accept assertions that this issuer signs (GitHub's, say); an identity says itself which ones it takes."""
        self._store.set_record("issuer", issuer, {"issuer": issuer, "key": public_key_pem})

    # -- tokens ------------------------------------------------------------------------------------------------------

    def token(self, tenant: str, form: dict[str, str]) -> dict[str, Any]:
        """The token endpoint: `client_credentials` by secret or federated assertion. Raises TokenRefused."""
        if tenant.lower() != self._settings.tenant_id:
            raise TokenRefused(400, "invalid_request", f"AADSTS90002: Tenant '{tenant}' not found.")
        if form.get("grant_type") != "client_credentials":
            raise TokenRefused(
                400,
                "unsupported_grant_type",
                "AADSTS70003: The app requested an unsupported grant type; use client_credentials.",
            )
        client = form.get("client_id", "")
        if form.get("client_assertion"):
            principal = self._by_assertion(client, form)
        else:
            principal = self._by_secret(client, form.get("client_secret", ""))
        scope = form.get("scope") or f"{form.get('resource', '')}/.default"
        audience = scope.split(" ")[0].removesuffix("/.default")
        if not audience:
            raise TokenRefused(
                400, "invalid_scope", "AADSTS70011: The provided value for the input parameter 'scope' is not valid."
            )
        lifetime = self.lifetime
        return {
            "token_type": "Bearer",
            "expires_in": lifetime - 1,
            "ext_expires_in": lifetime - 1,
            "access_token": self.issue(principal, audience, lifetime),
        }

    @property
    def lifetime(self) -> int:
        """Seconds that a token lives which the token endpoint makes now."""
        return int(self._store.record("identity", "lifetime") or LIFETIME)

    def set_lifetime(self, seconds: int) -> None:
        """Raises ValueError for no time at all."""
        if seconds < 2:
            raise ValueError("tokenSeconds is 2 or more")
        self._store.set_record("identity", "lifetime", seconds)

    def issue(self, principal: Principal, audience: str, lifetime: int = LIFETIME) -> str:
        """A signed token for this principal; `audience` is a kind (a key of AUDIENCES) or a URL."""
        import jwt

        now = int(self._clock.now())
        claims = {
            "aud": AUDIENCES[audience][0] if audience in AUDIENCES else audience,
            "iss": f"https://sts.windows.net/{principal.tenant_id}/",
            "iat": now,
            "nbf": now,
            "exp": now + lifetime,
            "oid": principal.object_id,
            "sub": principal.object_id,
            "appid": principal.app_id,
            "tid": principal.tenant_id,
            "idtyp": "app",
            "ver": "1.0",
        }
        key = self._key
        return jwt.encode(claims, key.private, algorithm="RS256", headers={"kid": key.id})

    def verify(self, token: str, kinds: Collection[str] = ("arm",)) -> Principal:
        """Who the token is. Raises ArmError 401 for a bad signature, a wrong audience or an expired one."""
        claims = self._claims(token)
        now = self._clock.now()
        if now >= claims["exp"]:
            raise self._refused(
                "ExpiredAuthenticationToken", "The access token expiry UTC time is earlier than current UTC time."
            )
        allowed = {url for kind in kinds for url in AUDIENCES.get(kind, (kind,))}
        if "arm" in kinds:
            allowed |= {self._settings.base_url, self._settings.base_url.replace("127.0.0.1", "localhost")}
        if str(claims["aud"]).rstrip("/") not in {url.rstrip("/") for url in allowed}:
            raise self._refused(
                "InvalidAuthenticationTokenAudience",
                f"The access token has been obtained for wrong audience or resource '{claims['aud']}'. "
                f"It should exactly match with one of the allowed audiences '{', '.join(sorted(allowed))}'.",
            )
        return Principal(claims["oid"], claims["appid"], claims["tid"])

    def _claims(self, token: str) -> dict[str, Any]:
        """What a token says, if its signature is ours. Clients send one token many times, so the last ones are kept."""
        import jwt

        known = self._verified.get(token)
        if known is not None:
            return known
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                self._key.public,
                algorithms=["RS256"],
                options=_NO_CLOCK,
            )
        except jwt.InvalidTokenError as problem:
            raise self._refused("InvalidAuthenticationToken", f"The access token is invalid: {problem}.") from problem
        if len(self._verified) >= _KEPT:
            del self._verified[next(iter(self._verified))]
        self._verified[token] = claims
        return claims

    def keys(self) -> dict[str, Any]:
        """The JSON Web Key Set that OpenID configuration points to."""
        import json

        from jwt.algorithms import RSAAlgorithm

        key = json.loads(RSAAlgorithm.to_jwk(self._key.public))
        return {"keys": [{**key, "use": "sig", "kid": self._key.id}]}

    def managed(self, identity: ArmId | str) -> Principal:
        """The principal of a user-assigned identity's resource. Raises ArmError 404 if it isn't there."""
        resource = self._store.get(identity)
        if resource is None:
            raise ArmError(404, "ResourceNotFound", f"The identity '{identity}' was not found.")
        found = resource.properties
        return Principal(found["principalId"], found["clientId"], self._settings.tenant_id)

    # -- inside ------------------------------------------------------------------------------------------------------

    @cached_property
    def _key(self) -> signing.SigningKey:
        """Loaded with the first token: a start is quicker without."""
        return signing.key(self._store)

    def _by_secret(self, client: str, secret: str) -> Principal:
        kept = self._store.record("principal", client)
        if kept is None:
            raise TokenRefused(
                400,
                "unauthorized_client",
                f"AADSTS700016: Application with identifier '{client}' was not found in the directory.",
            )
        if not hmac.compare_digest(kept["secret"], _hash(secret)):
            raise TokenRefused(
                401, "invalid_client", f"AADSTS7000215: Invalid client secret provided for app '{client}'."
            )
        return Principal(kept["object_id"], client.lower(), self._settings.tenant_id)

    def _by_assertion(self, client: str, form: dict[str, str]) -> Principal:
        """Federation: the identity's own credentials say which issuer, subject and audience it trusts."""
        import jwt

        if form.get("client_assertion_type") != _ASSERTION:
            raise TokenRefused(400, "invalid_request", f"AADSTS90023: client_assertion_type must be {_ASSERTION}.")
        identity = next(
            (
                i
                for i in self._store.of_type(_IDENTITY)
                if str(i.properties.get("clientId", "")).lower() == client.lower()
            ),
            None,
        )
        if identity is None:
            raise TokenRefused(
                400, "unauthorized_client", f"AADSTS700016: Application with identifier '{client}' was not found."
            )
        assertion = form["client_assertion"]
        try:
            said = jwt.decode(assertion, options={"verify_signature": False})
            issuer = self._store.record("issuer", str(said.get("iss", "")))
            if issuer is None:
                raise TokenRefused(401, "invalid_client", f"AADSTS700211: No matching issuer '{said.get('iss')}'.")
            said = jwt.decode(
                assertion,
                issuer["key"],
                algorithms=["RS256", "ES256"],
                options={**_NO_CLOCK, "require": ["iss", "sub", "aud", "exp"]},
            )
            self._check_times(said)
        except (jwt.InvalidTokenError, ValueError) as problem:
            raise TokenRefused(
                401, "invalid_client", f"AADSTS700027: The client assertion is not valid: {problem}."
            ) from problem
        audiences = said.get("aud") if isinstance(said.get("aud"), list) else [said.get("aud")]
        for credential in self._store.children(identity.id, f"{_IDENTITY}/federatedIdentityCredentials"):
            trusted = credential.properties
            if (
                trusted.get("issuer") == said.get("iss")
                and trusted.get("subject") == said.get("sub")
                and set(trusted.get("audiences", ())) & set(audiences or ())
            ):
                return self.managed(identity.id)
        raise TokenRefused(
            401,
            "invalid_client",
            "AADSTS70021: No matching federated identity record found for presented assertion subject "
            f"'{said.get('sub')}'.",
        )

    def _check_times(self, said: dict[str, Any]) -> None:
        """By the emulator's clock, which is the issuer's in a rehearsal. Raises ValueError."""
        now = self._clock.now()
        if now >= float(said["exp"]):
            raise ValueError("it has expired")
        if any(now + _SKEW < float(said.get(name, 0)) for name in ("nbf", "iat")):
            raise ValueError("it is not valid yet")

    def _refused(self, code: str, message: str) -> ArmError:
        authority = f"{self._settings.base_url}/{self._settings.tenant_id}"
        challenge = f'Bearer authorization_uri="{authority}", error="invalid_token", error_description="{message}"'
        return ArmError(401, code, message, headers={"WWW-Authenticate": challenge})


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
