"""Who may do what in a vault: by roles where it has `enableRbacAuthorization`, else by its access policies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import private_link
from ..arm.caller import bearer
from ..arm.errors import ArmError
from ..store import Resource

if TYPE_CHECKING:
    from ..arm.caller import Principal
    from ..cloud import Cloud

# permission of an access policy → data action of a role
ACTIONS = {
    "get": "getSecret/action",
    "list": "readMetadata/action",
    "set": "setSecret/action",
    "update": "update/action",
    "delete": "delete",
    "recover": "recover/action",
    "purge": "purge/action",
}


def caller(cloud: Cloud, authorization: str) -> Principal:
    """Who calls. Raises ArmError 401 with the challenge by which clients learn where tokens are had, and for what."""
    settings = cloud.settings
    authority = f"{settings.base_url}/{settings.tenant_id}"
    challenge = f'Bearer authorization="{authority}", resource="https://{settings.vault_suffix}"'
    token = bearer(authorization)
    if token is None:
        message = "AKV10000: Request is missing a Bearer or PoP token."
        raise ArmError(401, "Unauthorized", message, headers={"WWW-Authenticate": challenge})
    try:
        return cloud.identity.verify(token, ("vault",))
    except ArmError as problem:
        raise ArmError(401, "Unauthorized", problem.message, headers={"WWW-Authenticate": challenge}) from problem


def require_network(cloud: Cloud, principal: Principal, vault: Resource) -> None:
    """Raises ArmError 403 where the caller's network doesn't get through. Source: Key Vault's answers as users report
    them, `ForbiddenByConnection` where public access is disabled and `ForbiddenByFirewall` where rules deny."""
    if private_link.is_reachable(cloud.store, vault, private_link.VAULT):
        return
    tail = (
        f"Caller: appid={principal.app_id};oid={principal.object_id};iss=https://sts.windows.net/{principal.tenant_id}/"
        f"\r\nVault: {vault.id.name};location={vault.body.get('location')}"
    )
    if private_link.is_closed(vault):
        said = "Public network access is disabled and request is not from a trusted service nor via an approved private"
        raise _forbidden(f"{said} link.\r\n{tail}", "ForbiddenByConnection")
    said = "Client address is not authorized and caller is not a trusted service."
    raise _forbidden(f"{said}\r\n{tail}", "ForbiddenByFirewall")


def require(cloud: Cloud, principal: Principal, vault: Resource, secret: str, permission: str) -> None:
    """Raises ArmError 403. `secret` is the name, "" for the whole list."""
    at = vault.id.child("secrets", secret) if secret else vault.id
    action = f"Microsoft.KeyVault/vaults/secrets/{ACTIONS[permission]}"
    if vault.properties.get("enableRbacAuthorization"):
        if cloud.access.allowed(principal, action, at, data=True):
            return
        raise _forbidden(
            f"Caller is not authorized to perform action on resource.\r\nCaller: oid={principal.object_id}\r\nAction: "
            f"'{action}'\r\nResource: '{at.text.lower()}'\r\nVault: {vault.id.name}",
            "ForbiddenByRbac",
        )
    for policy in vault.properties.get("accessPolicies") or []:
        granted = {str(name).lower() for name in (policy.get("permissions") or {}).get("secrets") or []}
        if str(policy.get("objectId", "")).lower() == principal.object_id.lower() and granted & {permission, "all"}:
            return
    raise _forbidden(
        f"The user, group or application 'oid={principal.object_id}' does not have secrets {permission} permission on "
        f"key vault '{vault.id.name}'.",
        "AccessDenied",
    )


def _forbidden(message: str, inner: str) -> ArmError:
    return ArmError(403, "Forbidden", message, details=({"code": inner},))
