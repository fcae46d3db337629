"""Secrets over HTTP, at `https://{vault}.vault.{domain}/secrets/…`, for azure-keyvault-secrets and any other client.

Source: Key Vault REST 7.4 to 7.6, operations of secrets. Keys, certificates and backups are not built.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from .. import soft_delete
from ..arm.errors import ArmError, bad_request
from ..arm.paging import page
from ..store import Body, Resource
from ..trace import SEEN
from . import admission, versions
from .versions import Version

if TYPE_CHECKING:
    from ..cloud import Cloud

_VAULT = "Microsoft.KeyVault/vaults"
_PAGE = 25  # entries, and the most that maxresults may ask for
_LONGEST = 25_600  # characters of a value


class VaultPlane:
    """An ASGI application for the hosts of vaults."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response = _answer(Asked(self._cloud, request, await request.body()))
        except ArmError as problem:
            error = {"code": problem.code, "message": problem.message}
            inner = {"innererror": problem.details[0]} if problem.details else {}
            response = JSONResponse({"error": {**error, **inner}}, problem.status, problem.headers)
        await response(scope, receive, send)


class Asked:
    """One request: its vault, its caller, its path in pieces."""

    def __init__(self, cloud: Cloud, request: Request, raw: bytes) -> None:
        """Raises ArmError 401 for a caller without a token, 404 for a vault that isn't there, 403 for one whose network
        the caller is not in."""
        self.cloud, self.request, self._raw = cloud, request, raw
        self.principal = admission.caller(cloud, request.headers.get("authorization", ""))
        request.scope[SEEN].caller = self.principal.object_id
        self.host = request.headers.get("host", "").split(":", 1)[0].lower()
        name = self.host.removesuffix(f".{cloud.settings.vault_suffix}")
        found = next((v for v in cloud.store.of_type(_VAULT) if v.id.name.lower() == name), None)
        if found is None:
            raise ArmError(404, "VaultNotFound", f"There is no vault '{name}' in this local Azure.")
        admission.require_network(cloud, self.principal, found)
        self.vault = found
        self.parts = [part for part in request.url.path.split("/") if part]
        self.name = self.parts[1] if len(self.parts) > 1 else ""
        if not request.query_params.get("api-version"):
            raise bad_request("BadParameter", "api-version must be specified.")

    @property
    def url(self) -> str:
        return f"https://{self.host}"

    def body(self) -> Body:
        try:
            found = json.loads(self._raw or b"{}")
        except ValueError as problem:
            raise bad_request("BadParameter", f"The body is no JSON: {problem}.") from problem
        if not isinstance(found, dict):
            raise bad_request("BadParameter", "The body is no JSON object.")
        return found

    def require(self, permission: str) -> None:
        admission.require(self.cloud, self.principal, self.vault, self.name, permission)

    def secret(self) -> Resource:
        """Raises ArmError 404."""
        found = self.cloud.store.get(self.vault.id.child("secrets", self.name))
        if found is None:
            raise ArmError(
                404,
                "SecretNotFound",
                f"A secret with (name/id) {self.name} was not found in this key vault. If you recently deleted this "
                "secret you may be able to recover it using the correct recovery command.",
            )
        return found

    def deleted(self) -> soft_delete.Deleted:
        """Raises ArmError 404."""
        found = soft_delete.find(self.cloud, self.vault.id.child("secrets", self.name))
        if found is None:
            raise ArmError(404, "SecretNotFound", f"Deleted Secret not found: {self.name}")
        return found


def _answer(asked: Asked) -> Response:
    match asked.request.method, asked.parts:
        case "GET", ["secrets"]:
            return _list(asked)
        case "GET", ["secrets", _, "versions"]:
            return _list_versions(asked)
        case "GET", ["secrets", _]:
            return _get(asked, "")
        case "GET", ["secrets", _, version]:
            return _get(asked, version)
        case "PUT", ["secrets", _]:
            return _set(asked)
        case "PATCH", ["secrets", _]:
            return _update(asked, "")
        case "PATCH", ["secrets", _, version]:
            return _update(asked, version)
        case "DELETE", ["secrets", _]:
            return _delete(asked)
        case "GET", ["deletedsecrets"]:
            return _list_deleted(asked)
        case "GET", ["deletedsecrets", _]:
            asked.require("get")
            return JSONResponse(_deleted_view(asked, asked.deleted()))
        case "DELETE", ["deletedsecrets", _]:
            return _purge(asked)
        case "POST", ["deletedsecrets", _, "recover"]:
            return _recover(asked)
    what = f"{asked.request.method} {asked.request.url.path}"
    raise ArmError(501, "NotImplemented", f"The local Azure's vaults have no {what}.")


def _get(asked: Asked, version: str) -> Response:
    asked.require("get")
    secret = asked.secret()
    found = versions.find(secret, version)
    if found is None:
        raise ArmError(404, "SecretNotFound", f"A secret with (name/id) {asked.name}/{version} was not found.")
    if not found.attributes.get("enabled", True):
        message = "Operation get is not allowed on a disabled secret."
        raise ArmError(403, "Forbidden", message, details=({"code": "SecretDisabled"},))
    return JSONResponse({"value": found.value, **_view(asked, secret.id.name, found)})


def _set(asked: Asked) -> Response:
    asked.require("set")
    given = asked.body()
    if re.fullmatch(versions.NAME, asked.name) is None:
        raise bad_request("BadParameter", f"The secret name '{asked.name}' is invalid: letters, digits and hyphens.")
    if not isinstance(given.get("value"), str) or len(given["value"]) > _LONGEST:
        raise bad_request("BadParameter", f"'value' is a text of at most {_LONGEST} characters.")
    at = asked.vault.id.child("secrets", asked.name)
    if soft_delete.find(asked.cloud, at) is not None:
        message = f"Secret {asked.name} is currently in a deleted but recoverable state, and its name cannot be reused."
        raise ArmError(409, "Conflict", message, details=({"code": "ObjectIsDeletedButRecoverable"},))
    before = asked.cloud.store.get(at)
    made = asked.cloud.store.put(versions.with_new(before, at, given, asked.cloud.clock.now()))
    newest = versions.versions(made)[-1]
    return JSONResponse({"value": newest.value, **_view(asked, made.id.name, newest)})


def _update(asked: Asked, version: str) -> Response:
    asked.require("update")
    secret = asked.secret()
    found = versions.find(secret, version)
    if found is None:
        raise ArmError(404, "SecretNotFound", f"A secret with (name/id) {asked.name}/{version} was not found.")
    changed, shown = versions.with_changed(secret, found, asked.body(), asked.cloud.clock.now())
    asked.cloud.store.put(changed)
    return JSONResponse(_view(asked, secret.id.name, shown))


def _list(asked: Asked) -> Response:
    asked.require("list")
    found = asked.cloud.store.children(asked.vault.id, versions.TYPE)
    shown = [_view(asked, secret.id.name, versions.versions(secret)[-1], versioned=False) for secret in found]
    return _page(asked, shown)


def _list_versions(asked: Asked) -> Response:
    asked.require("list")
    secret = asked.secret()
    return _page(asked, [_view(asked, secret.id.name, version) for version in versions.versions(secret)])


def _delete(asked: Asked) -> Response:
    """Always soft: the name is taken until the secret is recovered or purged, or the vault's days are over."""
    asked.require("delete")
    secret = asked.secret()
    days = asked.vault.properties["softDeleteRetentionInDays"]
    with asked.cloud.store.transaction():
        soft_delete.keep(asked.cloud, secret, days * soft_delete.DAY)
        asked.cloud.store.delete(secret.id)
    return JSONResponse(_deleted_view(asked, asked.deleted()))


def _list_deleted(asked: Asked) -> Response:
    asked.require("list")
    mine = f"{asked.vault.id.key}/"
    found = [d for d in soft_delete.of_type(asked.cloud, versions.TYPE) if d.id.key.startswith(mine)]
    return _page(asked, [_deleted_view(asked, deleted, versioned=False) for deleted in found])


def _purge(asked: Asked) -> Response:
    asked.require("purge")
    if asked.vault.properties.get("enablePurgeProtection"):
        raise ArmError(403, "Forbidden", 'Operation "purge" is not enabled for this vault.')
    soft_delete.purge(asked.cloud, asked.deleted().id)
    return Response(status_code=204)


def _recover(asked: Asked) -> Response:
    asked.require("recover")
    deleted = asked.deleted()
    with asked.cloud.store.transaction():
        back = asked.cloud.store.put(deleted.resource)
        soft_delete.purge(asked.cloud, deleted.id)
    return JSONResponse(_view(asked, back.id.name, versions.versions(back)[-1]))


def _page(asked: Asked, shown: list[Body]) -> Response:
    query = dict(asked.request.query_params)
    most = query.get("maxresults", "")
    size = min(_PAGE, max(1, int(most))) if most.isdecimal() else _PAGE
    return JSONResponse(page(shown, asked.url, asked.request.url.path, query, size))


def _view(asked: Asked, name: str, version: Version, *, versioned: bool = True) -> Body:
    protected = bool(asked.vault.properties.get("enablePurgeProtection"))
    days = asked.vault.properties["softDeleteRetentionInDays"]
    level = "Recoverable" if protected else "Recoverable+Purgeable"
    shown: dict[str, Any] = {
        "id": f"{asked.url}/secrets/{name}{f'/{version.id}' if versioned else ''}",
        "attributes": {**version.attributes, "recoveryLevel": level, "recoverableDays": days},
        "tags": version.tags,
    }
    return {**shown, "contentType": version.content_type} if version.content_type is not None else shown


def _deleted_view(asked: Asked, deleted: soft_delete.Deleted, *, versioned: bool = True) -> Body:
    newest = versions.versions(deleted.resource)[-1]
    return {
        **_view(asked, deleted.id.name, newest, versioned=versioned),
        "recoveryId": f"{asked.url}/deletedsecrets/{deleted.id.name}",
        "deletedDate": int(deleted.at),
        "scheduledPurgeDate": int(deleted.until),
    }
