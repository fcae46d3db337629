"""Ids that names and the subscription decide, so that they are known before anything exists."""

from __future__ import annotations

import pulumi
from pulumi_azure_native.authorization import get_client_config_output

from amlops.config import Environment


class Cloud:
    """The subscription and tenant of one environment; the local Azure's are those of the credential in use."""

    def __init__(self, environment: Environment) -> None:
        cloud = environment.settings.cloud
        if cloud.kind == "azure":
            self.subscription = pulumi.Output.from_input(cloud.subscription.id)
            self.tenant = pulumi.Output.from_input(cloud.tenant)
        else:
            client = get_client_config_output()
            self.subscription, self.tenant = client.subscription_id, client.tenant_id

    def resource(self, group: str, type_name: str) -> pulumi.Output[str]:
        """The id of `Microsoft.X/a/name` in a resource group."""
        return pulumi.Output.format(
            "/subscriptions/{0}/resourceGroups/{1}/providers/{2}", self.subscription, group, type_name
        )

    def role(self, guid: str) -> pulumi.Output[str]:
        return pulumi.Output.format(
            "/subscriptions/{0}/providers/Microsoft.Authorization/roleDefinitions/{1}", self.subscription, guid
        )
