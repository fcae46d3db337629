"""Application Insights components. Telemetry sent to one goes nowhere: its endpoints are hosts that only we resolve."""

from __future__ import annotations

import uuid

from ..arm import names
from ..arm.errors import bad_request
from ..arm.ids import ArmId
from ..settings import DOMAIN
from ..store import Resource
from .base import Call, ResourceType


class ApplicationInsights(ResourceType):
    type = "Microsoft.Insights/components"

    def admit(self, call: Call) -> None:
        workspace = (call.body.get("properties") or {}).get("WorkspaceResourceId")
        if workspace and call.cloud.store.get(ArmId(workspace)) is None:
            raise bad_request(
                "BadRequest",
                f"The Log Analytics workspace '{workspace}' was not found.",
                target="properties.WorkspaceResourceId",
            )

    def compose(self, call: Call) -> Resource:
        given = call.body.get("properties") or {}
        before = call.existing.properties if call.existing else {}
        key, app = before.get("InstrumentationKey") or str(uuid.uuid4()), before.get("AppId") or str(uuid.uuid4())
        hosts = f"{names.place(str(call.body.get('location', '')))}.applicationinsights.{DOMAIN}"
        properties = {
            "Application_Type": "web",
            "Flow_Type": "Bluefield",
            "Request_Source": "rest",
            "RetentionInDays": 90,
            "IngestionMode": "LogAnalytics" if given.get("WorkspaceResourceId") else "ApplicationInsights",
            "DisableIpMasking": False,
            "DisableLocalAuth": False,
            "publicNetworkAccessForIngestion": "Enabled",
            "publicNetworkAccessForQuery": "Enabled",
            **given,
            "ApplicationId": call.id.name,
            "AppId": app,
            "Name": call.id.name,
            "TenantId": call.cloud.settings.tenant_id,
            "InstrumentationKey": key,
            "ConnectionString": f"InstrumentationKey={key};IngestionEndpoint=https://{hosts}/;"
            f"LiveEndpoint=https://live.{hosts}/;ApplicationId={app}",
            "CreationDate": before.get("CreationDate") or call.cloud.clock.iso(),
        }
        return Resource(call.id, {**call.body, "properties": properties})
