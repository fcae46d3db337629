"""How the activity log names whoever did something.

Source: Azure Monitor, "Activity log event schema": `caller` is the name that a person signs in with, an object id for
everybody else; `claims` are those of the token, a managed identity's with its resource id.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..cloud import Cloud

_IDENTITY = "Microsoft.ManagedIdentity/userAssignedIdentities"
_CLAIMS = "http://schemas.microsoft.com/identity/claims"
_UPN = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"


class Callers:
    """Names of principals, as they are now: of an application its own, of a managed identity its resource id.

    A principal whose name has an @ stands for a person.
    """

    def __init__(self, cloud: Cloud) -> None:
        self._tenant = cloud.settings.tenant_id
        applications = cloud.store.records("principal").values()
        self._names = {str(kept["object_id"]).lower(): str(kept["name"]) for kept in applications}
        for found in cloud.store.of_type(_IDENTITY):
            self._names[str(found.properties.get("principalId")).lower()] = found.id.text

    def caller(self, object_id: str) -> str:
        name = self._names.get(object_id.lower(), "")
        return name if "@" in name else object_id

    def claims(self, object_id: str, app_id: str) -> dict[str, str]:
        name = self._names.get(object_id.lower(), "")
        claims = {
            "iss": f"https://sts.windows.net/{self._tenant}/",
            f"{_CLAIMS}/objectidentifier": object_id,
            f"{_CLAIMS}/tenantid": self._tenant,
            "appid": app_id,
        }
        if "@" in name:
            return {**claims, "name": name, _UPN: name}
        if name.startswith("/"):
            return {**claims, "idtyp": "app", "xms_mirid": name}
        return {**claims, "idtyp": "app", **({"app_displayname": name} if name else {})}
