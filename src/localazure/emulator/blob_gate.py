"""The blob gate: everything that enters by a host name `{account}.blob.{suffix}`.

It knows the accounts, checks who asks (account key, shared access signature, or a token of this cloud and its roles),
and hands the request to Azurite under Azurite's own key. Bodies stream both ways. A write is answered once it is on
disk (azurite_inside.cjs).
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, unquote, urlsplit
from xml.etree import ElementTree

import httpx
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from . import blob_containers, blob_sas, blob_shared_key
from .arm.errors import ArmError
from .arm.ids import ArmId
from .azurite import VERSION, Azurite, AzuriteMissing, AzuriteUnavailable
from .blob_errors import BlobError, authentication_failed, no_such_account, not_built, permission_mismatch
from .blob_operations import ADD_ACTION, READ_ACTION, Operation, operation
from .types.base import Principal

if TYPE_CHECKING:
    from .cloud import Cloud

_HOP_BY_HOP = frozenset(
    [
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    ]
)
_NOT_SENT_ON = _HOP_BY_HOP | {"authorization", "host", "date", "expect", "x-ms-date", "x-ms-copy-source-authorization"}
_SKEW = timedelta(minutes=15)
_OVERRIDES = {
    "rscc": "cache-control",
    "rscd": "content-disposition",
    "rsce": "content-encoding",
    "rscl": "content-language",
    "rsct": "content-type",
}


@dataclass(frozen=True, slots=True)
class Account:
    """A storage account as the gate needs it."""

    name: str
    id: ArmId
    keys: tuple[str, str]
    secret: str  # user delegation keys derive from it


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


class BlobGate:
    """An ASGI application for the hosts of blob storage."""

    def __init__(self, cloud: Cloud, azurite: Azurite, suffix: str) -> None:
        self._cloud, self._azurite = cloud, azurite
        self._ending = f".blob.{suffix}"

    def serves(self, host: str) -> bool:
        """Whether a Host header is this gate's."""
        return host.partition(":")[0].lower().endswith(self._ending)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        version = request.headers.get("x-ms-version", VERSION)
        try:
            response = await self._answer(request)
        except BlobError as error:
            response = error.response(version)
        except AzuriteMissing as error:
            response = not_built(f"blob storage: {error}").response(version)
        except AzuriteUnavailable as error:
            response = BlobError(503, "ServerBusy", str(error), headers={"Retry-After": "1"}).response(version)
        except ClientDisconnect:
            return
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        asked = self._asked(request)
        wanted = operation(asked.method, asked.container, asked.blob, asked.query)
        admission = self._admit(asked, wanted)
        if wanted.name == "Get User Delegation Key":
            return await self._delegation_key(asked, admission, await request.body())
        headers = {name: value for name, value in asked.headers.items() if name not in _NOT_SENT_ON}
        if admission.only_new:
            headers["if-none-match"] = "*"
        if source := headers.get("x-ms-copy-source"):
            headers["x-ms-copy-source"] = self._source(asked, admission, source)
        body: bytes | AsyncIterator[bytes] = b""
        if asked.method in {"PUT", "POST"}:
            if "content-length" not in headers:
                raise BlobError(411, "MissingContentLengthHeader", "Content-Length HTTP header is missing.")
            body = request.stream()
        answer = await self._azurite.send(
            asked.method, asked.account.name, _without_signature(asked.target), headers=headers, content=body
        )
        if wanted.name == "Create Container" and answer.status_code == 201:
            blob_containers.made(self._cloud, asked.account.id, asked.container)
        if wanted.name == "Delete Container" and answer.status_code == 202:
            blob_containers.gone(self._cloud, asked.account.id, asked.container)
        return await self._passed_on(asked, admission, answer)

    # -- who asks ------------------------------------------------------------------------------------------------------

    def _asked(self, request: Request) -> Asked:
        host = request.headers.get("host", "").partition(":")[0].lower()
        account = self._account(host)
        raw = request.scope.get("raw_path") or quote(request.url.path).encode()
        path, query = raw.decode("latin-1").partition("?")[0], request.scope.get("query_string", b"").decode("latin-1")
        container, _, blob = unquote(path).lstrip("/").partition("/")
        return Asked(
            method=request.method,
            account=account,
            container=container,
            blob=blob,
            target=f"{path}?{query}" if query else path,
            query=dict(parse_qsl(query, keep_blank_values=True)),
            headers={name.decode("latin-1").lower(): value.decode("latin-1") for name, value in request.headers.raw},
            client=request.client.host if request.client else "127.0.0.1",
        )

    def _account(self, host: str) -> Account:
        name = host.removesuffix(self._ending)
        record = self._cloud.store.record("storage-account", name)
        if not host.endswith(self._ending) or record is None:
            raise no_such_account(host)
        return Account(name, ArmId(record["id"]), (record["keys"][0], record["keys"][1]), record["secret"])

    def _admit(self, asked: Asked, wanted: Operation) -> Admission:
        given = asked.headers.get("authorization", "")
        scheme = given.partition(" ")[0].lower()
        if "sig" in asked.query:
            return self._by_signature(asked, wanted)
        if scheme == "sharedkey":
            return self._by_key(asked, given)
        if scheme == "bearer":
            return self._by_token(asked, wanted, given.partition(" ")[2])
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

    def _by_signature(self, asked: Asked, wanted: Operation) -> Admission:
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

    def _by_token(self, asked: Asked, wanted: Operation, token: str) -> Admission:
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

    # -- what is asked -------------------------------------------------------------------------------------------------

    def _source(self, asked: Asked, admission: Admission, url: str) -> str:
        """Check that the source of a copy may be read; gives its URL as Azurite takes it."""
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        if not host.endswith(self._ending):
            raise BlobError(
                404, "CannotVerifyCopySource", f"The local Azure copies from its own storage only, not from '{host}'."
            )
        path = quote(unquote(parts.path), safe="/~")
        container, _, blob = unquote(path).lstrip("/").partition("/")
        source = replace(
            asked,
            method="GET",
            account=self._account(host),
            container=container,
            blob=blob,
            target=f"{path}?{parts.query}" if parts.query else path,
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
        )
        read = operation("GET", container, blob, {})
        bearer = asked.headers.get("x-ms-copy-source-authorization", "")
        if "sig" in source.query:
            self._by_signature(source, read)
        elif bearer:
            self._by_token(source, read, bearer.partition(" ")[2])
        elif admission.by == "token" and admission.principal is not None:
            if not self._cloud.access.allowed(admission.principal, READ_ACTION, source.scope, data=True):
                raise permission_mismatch("The source of the copy can't be read.")
        elif not (admission.by == "key" and source.account == asked.account):
            raise BlobError(404, "CannotVerifyCopySource", "The specified resource does not exist.")
        snapshot = source.query.get("snapshot")
        return f"https://{host}{path}" + (f"?snapshot={quote(snapshot)}" if snapshot else "")

    async def _delegation_key(self, asked: Asked, admission: Admission, body: bytes) -> Response:
        """Source: Storage REST, "Get User Delegation Key"."""
        if admission.principal is None:
            raise authentication_failed("Only authentication scheme Bearer is supported")
        try:
            info = ElementTree.fromstring(body)  # noqa: S314 (expat here resolves nothing outside; the size is bounded)
        except ElementTree.ParseError as error:
            raise BlobError(400, "InvalidXmlDocument", f"XML specified is not syntactically valid: {error}") from error
        fields = {
            "skoid": admission.principal.object_id,
            "sktid": admission.principal.tenant_id,
            "skt": info.findtext("Start") or f"{self._now():%Y-%m-%dT%H:%M:%SZ}",
            "ske": info.findtext("Expiry") or "",
            "sks": "b",
            "skv": asked.version,
            "skdutid": info.findtext("DelegatedUserTid") or "",
        }
        if not fields["ske"]:
            raise BlobError(
                400, "InvalidXmlNodeValue", "The value for one of the XML nodes is not in the correct format: Expiry"
            )
        names = {
            "skoid": "SignedOid",
            "sktid": "SignedTid",
            "skt": "SignedStart",
            "ske": "SignedExpiry",
            "sks": "SignedService",
            "skv": "SignedVersion",
            "skdutid": "SignedDelegatedUserTid",
        }
        lines = "".join(f"<{names[name]}>{value}</{names[name]}>" for name, value in fields.items() if value)
        value = blob_sas.delegation_key(asked.account.secret, fields)
        text = f"<UserDelegationKey>{lines}<Value>{value}</Value></UserDelegationKey>"
        return Response(
            f'<?xml version="1.0" encoding="utf-8"?>{text}',
            media_type="application/xml",
            headers={"x-ms-version": asked.version},
        )

    async def _passed_on(self, asked: Asked, admission: Admission, answer: httpx.Response) -> Response:
        overwrites = answer.status_code == 409 and answer.headers.get("x-ms-error-code") == "BlobAlreadyExists"
        if admission.only_new and overwrites:
            await answer.aclose()
            raise BlobError(
                403, "UnauthorizedBlobOverwrite", "This request is not authorized to perform blob overwrites."
            )
        if asked.query.get("comp") == "list":
            return await self._listed(asked, answer)
        response = StreamingResponse(_pieces(answer), status_code=answer.status_code)
        response.raw_headers = _headers(asked, answer)
        return response

    async def _listed(self, asked: Asked, answer: httpx.Response) -> Response:
        """Azurite names its own address as the service's endpoint."""
        body = await answer.aread()
        await answer.aclose()
        endpoint = f'ServiceEndpoint="https://{asked.account.name}{self._ending}/"'.encode()
        body = re.sub(rb'ServiceEndpoint="[^"]*"', endpoint, body, count=1)
        response = Response(body, status_code=answer.status_code)
        response.raw_headers = [(name, value) for name, value in _headers(asked, answer) if name != b"content-length"]
        MutableHeaders(raw=response.raw_headers)["content-length"] = str(len(body))
        return response


async def _pieces(answer: httpx.Response) -> AsyncIterator[bytes]:
    try:
        async for piece in answer.aiter_raw():
            yield piece
    finally:
        await answer.aclose()


def _headers(asked: Asked, answer: httpx.Response) -> list[tuple[bytes, bytes]]:
    replaced = {"x-ms-version": asked.version}
    if "sig" in asked.query:
        replaced |= {header: asked.query[name] for name, header in _OVERRIDES.items() if name in asked.query}
    kept = [
        (name.lower(), value)
        for name, value in answer.headers.raw
        if name.lower().decode("latin-1") not in _HOP_BY_HOP | replaced.keys()
    ]
    return kept + [(name.encode(), value.encode("latin-1")) for name, value in replaced.items()]


def _without_signature(target: str) -> str:
    path, _, query = target.partition("?")
    pairs = query.split("&") if query else []
    if not any(pair.startswith("sig=") for pair in pairs):
        return target
    kept = [pair for pair in pairs if pair.partition("=")[0] not in blob_sas.PARAMETERS]
    return f"{path}?{'&'.join(kept)}" if kept else path
