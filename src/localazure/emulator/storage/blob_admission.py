"""Who may do a blob operation: by account key, by a shared access signature, or by a token of this cloud and its roles.

Source: Storage REST, "Authorize requests to Azure Storage"; "Status and error codes" for what is answered to whom.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from .. import private_link
from ..arm.caller import Principal
from ..arm.errors import ArmError
from ..arm.ids import ArmId
from . import blob_sas, blob_shared_key
from .accounts import Account
from .azurite import VERSION
from .blob_errors import (
    BlobError,
    authentication_failed,
    network_refused,
    no_such_account,
    not_built,
    permission_mismatch,
)
from .blob_operations import ADD_ACTION, Operation

if TYPE_CHECKING:
    from ..ground import Ground

_SKEW = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request taken apart. `target` is the encoded path with its query, header names are in lower case."""

    method: str
    account: Account
    container: str
    blob: str
    target: str
    query: dict[str, str]
    headers: dict[str, str]
    client: str

    @property
    def version(self) -> str:
        return self.headers.get("x-ms-version", VERSION)

    @property
    def scope(self) -> ArmId:
        """Where roles are looked for."""
        if not self.container:
            return self.account.id
        return ArmId(f"{self.account.id.text}/blobServices/default/containers/{self.container}")


@dataclass(frozen=True, slots=True)
class Admission:
    """How a request was let in: by key, by signature or as somebody. `only_new`: it may not overwrite a blob."""

    by: str  # "key", "signature" or "token"
    principal: Principal | None = None
    only_new: bool = False


class BlobAdmissions:
    """Checks requests for the accounts of this cloud. Each check raises BlobError for what it refuses."""

    def __init__(self, cloud: Ground, suffix: str) -> None:
        self._cloud, self._ending = cloud, f".blob.{suffix}"

    def account(self, host: str) -> Account:
        """The account of a host name, where the caller's network gets through to it."""
        name = host.removesuffix(self._ending)
        account = self._cloud.accounts.get(name) if host.endswith(self._ending) else None
        if account is None:
            raise no_such_account(host)
        resource = self._cloud.store.get(account.id)
        if resource is not None and not private_link.is_reachable(self._cloud.store, resource, private_link.BLOB):
            raise network_refused()
        return account

    def admit(self, asked: Asked, wanted: Operation) -> Admission:
        """Let a request in, or refuse it."""
        given = asked.headers.get("authorization", "")
        scheme = given.partition(" ")[0].lower()
        if "sig" in asked.query:
            return self.by_signature(asked, wanted)
        if scheme == "sharedkey":
            return self._by_key(asked, given)
        if scheme == "bearer":
            return self.by_token(asked, wanted, given.partition(" ")[2])
        if scheme:
            raise not_built(f"the authorization scheme '{given.partition(' ')[0]}'")
        settings = self._cloud.settings
        authority = f"{settings.base_url}/{settings.tenant_id}/oauth2/authorize"
        raise BlobError(
            401,
            "NoAuthenticationInformation",
            "Server failed to authenticate the request. Refer to the information in the www-authenticate header.",
            headers={"WWW-Authenticate": f"Bearer authorization_uri={authority} resource_id=https://storage.azure.com"},
        )

    def _by_key(self, asked: Asked, given: str) -> Admission:
        account = asked.account
        self._keys_permitted(account)
        date = asked.headers.get("x-ms-date") or asked.headers.get("date") or ""
        try:
            sent = datetime.strptime(date, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
        except ValueError as error:
            raise authentication_failed("The x-ms-date header is missing or is no date.") from error
        # by this machine's clock, which a client that signs has too: a moved cloud's clock would shut every key out
        if abs(datetime.now(UTC) - sent) > _SKEW:
            raise authentication_failed(f"Request date header too old: '{date}'")
        if not blob_shared_key.matches(given, account.keys, account.name, asked.method, asked.target, asked.headers):
            raise authentication_failed(
                "The MAC signature found in the HTTP request is not the same as any computed one."
            )
        return Admission("key")

    def _keys_permitted(self, account: Account) -> None:
        resource = self._cloud.store.get(account.id)
        if resource is not None and resource.properties.get("allowSharedKeyAccess") is False:
            raise BlobError(
                403,
                "KeyBasedAuthenticationNotPermitted",
                "Key based authentication is not permitted on this storage account.",
            )

    def by_signature(self, asked: Asked, wanted: Operation) -> Admission:
        account = asked.account
        if "skoid" not in asked.query:
            self._keys_permitted(account)
        grant = blob_sas.verify(
            account.name,
            account.keys,
            account.secret,
            asked.container,
            asked.blob,
            asked.query,
            self._now(),
            asked.client,
        )
        if grant.kind == "account" and wanted.level not in grant.levels:
            raise BlobError(
                403, "AuthorizationResourceTypeMismatch", "This request is not authorized to use this resource type."
            )
        letters = set(grant.letters)
        enough = wanted.account_sas if grant.kind == "account" else wanted.sas
        only_new = False
        if not letters & set(enough):
            if not (wanted.creates and "c" in letters):
                raise permission_mismatch()
            only_new = True
        if grant.object_id is None:
            return Admission("signature", only_new=only_new)
        signer = self._in_role(asked.scope, wanted, Principal(grant.object_id, "", grant.tenant_id or ""))
        return replace(signer, by="signature", only_new=only_new or signer.only_new)

    def by_token(self, asked: Asked, wanted: Operation, token: str) -> Admission:
        return self._in_role(asked.scope, wanted, self._principal(asked.account, token))

    def _principal(self, account: Account, token: str) -> Principal:
        try:
            return self._cloud.identity.verify(token, ("storage", f"https://{account.name}{self._ending}"))
        except ArmError as error:
            raise BlobError(401, "InvalidAuthenticationInfo", error.message) from error

    def _in_role(self, scope: ArmId, wanted: Operation, principal: Principal) -> Admission:
        access = self._cloud.access
        if access.allowed(principal, wanted.action, scope, data=wanted.data):
            return Admission("token", principal)
        if wanted.creates and access.allowed(principal, ADD_ACTION, scope, data=True):
            return Admission("token", principal, only_new=True)
        raise permission_mismatch()

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._cloud.clock.now(), UTC)
