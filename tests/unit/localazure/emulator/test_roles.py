"""Built-in roles: what they allow and what they don't."""

from __future__ import annotations

import pytest

from localazure.emulator.roles import BUILT_IN, Role

pytestmark = pytest.mark.spec_example

ML = "Microsoft.MachineLearningServices"


def role(name: str) -> Role:
    return next(found for found in BUILT_IN.values() if found.name == name)


@pytest.mark.parametrize(
    ("name", "action", "allowed"),
    [
        ("Owner", "Microsoft.Authorization/roleAssignments/write", True),
        ("Contributor", f"{ML}/workspaces/write", True),
        ("Contributor", "Microsoft.Authorization/roleAssignments/write", False),
        ("Contributor", "microsoft.authorization/roleassignments/DELETE", False),
        ("Reader", f"{ML}/workspaces/onlineEndpoints/read", True),
        ("Reader", f"{ML}/workspaces/onlineEndpoints/listKeys/action", False),
        ("User Access Administrator", "Microsoft.Authorization/roleAssignments/write", True),
        ("User Access Administrator", "Microsoft.Storage/storageAccounts/write", False),
        ("AzureML Data Scientist", f"{ML}/workspaces/jobs/write", True),
        ("AzureML Data Scientist", f"{ML}/workspaces/onlineEndpoints/score/action", True),
        ("AzureML Data Scientist", f"{ML}/workspaces/computes/write", False),
        ("AzureML Data Scientist", f"{ML}/workspaces/write", False),
        ("AzureML Data Scientist", f"{ML}/workspaces/listKeys/action", False),
        ("AzureML Compute Operator", f"{ML}/workspaces/computes/write", True),
        ("Managed Identity Operator", "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action", True),
        ("Managed Identity Operator", "Microsoft.ManagedIdentity/userAssignedIdentities/read", True),
        ("Managed Identity Operator", "Microsoft.ManagedIdentity/userAssignedIdentities/write", False),
        ("AzureML Compute Operator", f"{ML}/workspaces/jobs/write", False),
        ("AzureML Registry User", f"{ML}/registries/assets/write", True),
        ("Network Contributor", "Microsoft.Network/virtualNetworks/subnets/join/action", True),
        ("Network Contributor", "Microsoft.Storage/storageAccounts/privateEndpointConnectionsApproval/action", False),
        (
            "Azure AI Enterprise Network Connection Approver",
            "Microsoft.KeyVault/vaults/PrivateEndpointConnectionsApproval/action",
            True,
        ),
        ("Azure AI Enterprise Network Connection Approver", "Microsoft.Network/privateEndpoints/write", False),
        ("AzureML Registry User", f"{ML}/registries/write", False),
        ("Storage Blob Data Reader", "Microsoft.Storage/storageAccounts/listKeys/action", False),
    ],
)
def test_actions(name: str, action: str, allowed: bool) -> None:
    """As the definitions of Azure say, without case."""
    assert role(name).allows(action, data=False) is allowed


def test_data_actions() -> None:
    """Owner does everything to an account and reads no blob; that is a data action, which the blob roles have."""
    read = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"
    assert not role("Owner").allows(read, data=True)
    assert role("Storage Blob Data Reader").allows(read, data=True)
    assert not role("Storage Blob Data Reader").allows(read.replace("/read", "/write"), data=True)
