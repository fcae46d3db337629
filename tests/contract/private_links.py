"""Private endpoints as tests ask for them: into a subnet that nobody here knows, to something that they have made."""

from __future__ import annotations

from typing import Any

from azure.mgmt.network import NetworkManagementClient
from azure.mgmt.storage import StorageManagementClient

from tests.support.cloud import Caller, LocalCloud

from .test_arm_resources import unique

CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"
NETWORK_CONTRIBUTOR = "4d97b98b-1d4f-4787-a291-c67834d212e7"


def network(cloud: LocalCloud, caller: Caller | None = None) -> Any:
    """The client."""
    return cloud.client(NetworkManagementClient, caller)


def subnet(cloud: LocalCloud, group: str) -> str:
    return (
        f"{cloud.subscription}/resourceGroups/{group}/providers/Microsoft.Network/virtualNetworks/vnet/subnets/private"
    )


def body(cloud: LocalCloud, group: str, target: str, part: str, manual: str = "") -> dict[str, Any]:
    """`manual` is the message of a request that the target's owner has to approve."""
    inner: dict[str, Any] = {"privateLinkServiceId": target, "groupIds": [part]}
    asked = {"name": "link", "properties": {**inner, **({"requestMessage": manual} if manual else {})}}
    kind = "manualPrivateLinkServiceConnections" if manual else "privateLinkServiceConnections"
    return {"location": cloud.location, "properties": {"subnet": {"id": subnet(cloud, group)}, kind: [asked]}}


def make(
    client: Any,
    cloud: LocalCloud,
    group: str,
    name: str,
    target: str,
    part: str,
    *,
    network: str = "",
    manual: str = "",
    tags: dict[str, str] | None = None,
) -> Any:
    """`network` is the group of the subnet, the endpoint's own unless given. Raises HttpResponseError."""
    asked = {**body(cloud, network or group, target, part, manual), "tags": tags or {}}
    return client.private_endpoints.begin_create_or_update(group, name, asked).result()


def status_of(endpoint: Any) -> str:
    found = [*endpoint.private_link_service_connections, *endpoint.manual_private_link_service_connections]
    return str(found[0].private_link_service_connection_state.status)


def storage_account(cloud: LocalCloud, group: str, **properties: Any) -> str:
    """The id of a new one."""
    asked = {"location": cloud.location, "sku": {"name": "Standard_LRS"}, "kind": "StorageV2", "properties": properties}
    with cloud.client(StorageManagementClient) as client:
        return str(client.storage_accounts.begin_create(group, unique("st"), asked).result().id)
