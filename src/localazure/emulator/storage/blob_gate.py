"""The blob gate: everything that enters by a host name `{account}.blob.{suffix}`.

It has every request admitted (blob_admission.py) and hands it to Azurite under Azurite's own key. Bodies
stream both ways. A write is answered once it is on disk (azurite_inside.cjs).
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, unquote, urlsplit
from xml.etree import ElementTree

import httpx
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from ..trace import SEEN
from . import blob_containers, blob_sas
from .azurite import VERSION, Azurite, AzuriteMissing, AzuriteUnavailable
from .blob_admission import Admission, Asked, BlobAdmissions
from .blob_errors import BlobError, authentication_failed, not_built, permission_mismatch
from .blob_operations import READ_ACTION, operation

if TYPE_CHECKING:
    from ..ground import Ground

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
_OVERRIDES = {
    "rscc": "cache-control",
    "rscd": "content-disposition",
    "rsce": "content-encoding",
    "rscl": "content-language",
    "rsct": "content-type",
}


class BlobGate:
    """An ASGI application for the hosts of blob storage."""

    def __init__(self, cloud: Ground, azurite: Azurite, suffix: str) -> None:
        self._cloud, self._azurite = cloud, azurite
        self._admissions = BlobAdmissions(cloud, suffix)
        self._ending = f".blob.{suffix}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        version = request.headers.get("x-ms-version", VERSION)
        try:
            response = await self._answer(request)
        except BlobError as error:
            response = error.response(version, self._now())
        except AzuriteMissing as error:
            response = not_built(f"blob storage: {error}").response(version, self._now())
        except AzuriteUnavailable as error:
            busy = BlobError(503, "ServerBusy", str(error), headers={"Retry-After": "1"})
            response = busy.response(version, self._now())
        except ClientDisconnect:
            return
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        asked = self._asked(request)
        wanted = operation(asked.method, asked.container, asked.blob, asked.query)
        admission = self._admissions.admit(asked, wanted)
        if admission.principal is not None:
            request.scope[SEEN].caller = admission.principal.object_id
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

    def _asked(self, request: Request) -> Asked:
        host = request.headers.get("host", "").partition(":")[0].lower()
        account = self._admissions.account(host)
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
            account=self._admissions.account(host),
            container=container,
            blob=blob,
            target=f"{path}?{parts.query}" if parts.query else path,
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
        )
        read = operation("GET", container, blob, {})
        bearer = asked.headers.get("x-ms-copy-source-authorization", "")
        if "sig" in source.query:
            self._admissions.by_signature(source, read)
        elif bearer:
            self._admissions.by_token(source, read, bearer.partition(" ")[2])
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
        now = self._now()
        fields = {
            "skoid": admission.principal.object_id,
            "sktid": admission.principal.tenant_id,
            "skt": info.findtext("Start") or f"{now:%Y-%m-%dT%H:%M:%SZ}",
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

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._cloud.clock.now(), UTC)

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
