"""What an environment stands on before any stack is applied: where state and its keys lie, and who may do what.

Pure: ids and bodies of ARM, from the environment's file alone. All of it lies in the subscription of the environment
that brings the registry, so that nobody who may change `dev` can change whom `dev` trusts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from amlops.config import PLATFORM, RELEASE, Environment, Names, roles

ISSUER = "https://token.actions.githubusercontent.com"
AUDIENCE = "api://AzureADTokenExchange"
_STORAGE, _VAULT, _IDENTITY, _GROUP = "2024-01-01", "2024-11-01", "2023-01-31", "2024-03-01"
_PROVIDERS = "Microsoft.ManagedIdentity/userAssignedIdentities"

STATE_NAMESPACES = ("Microsoft.KeyVault", "Microsoft.ManagedIdentity", "Microsoft.Storage")
PLATFORM_NAMESPACES = (
    "Microsoft.Consumption",
    "Microsoft.ContainerRegistry",
    "Microsoft.Insights",
    "Microsoft.KeyVault",
    "Microsoft.MachineLearningServices",
    "Microsoft.ManagedIdentity",
    "Microsoft.OperationalInsights",
    "Microsoft.Storage",
)
"""What the programs declare resources of; who applies them may register none."""

HANDED_OUT = (
    roles.ACR_PULL,
    roles.BLOB_DATA_CONTRIBUTOR,
    roles.BLOB_DATA_READER,
    roles.COMPUTE_OPERATOR,
    roles.CONTRIBUTOR,
    roles.DATA_SCIENTIST,
    roles.KEY_VAULT_ADMINISTRATOR,
    roles.MANAGED_IDENTITY_OPERATOR,
    roles.READER,
    roles.REGISTRY_USER,
)
"""The roles that the program of a platform grants."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A resource as ARM takes it. `recoverable`: a deleted one keeps the name for a while, and is brought back."""

    id: str
    api_version: str
    body: Mapping[str, Any]
    recoverable: bool = False

    @property
    def name(self) -> str:
        parts = self.id.split("/")
        return f"{parts[-2]}/{parts[-1]}"


@dataclass(frozen=True, slots=True)
class Grant:
    """A role for a deploy identity. `name` is the assignment's GUID, where others find it by that; `later`: the scope
    may not exist yet, and Azure may want it to."""

    who: str
    role: str
    scope: str
    condition: str | None = None
    later: bool = False
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """A deploy identity: `who` is PLATFORM, RELEASE or a team; `realm` is its GitHub environment."""

    who: str
    realm: str
    wanted: Wanted
    trust: Wanted


@dataclass(frozen=True)
class Foundation:
    """`repository` is `owner/name` as GitHub's subjects have it; `releases`: whether deployments are released here."""

    environment: Environment
    repository: str
    issuer: str = ISSUER
    releases: bool = False

    @cached_property
    def names(self) -> Names:
        return Names(self.environment)

    @property
    def home_subscription(self) -> str:
        return f"/subscriptions/{self.environment.shares.subscription_id}"

    @property
    def subscription(self) -> str:
        return f"/subscriptions/{self.environment.subscription_id}"

    @property
    def group(self) -> str:
        return f"{self.home_subscription}/resourceGroups/{self.names.state_resource_group}"

    @property
    def account(self) -> str:
        return f"{self.group}/providers/Microsoft.Storage/storageAccounts/{self.names.state_storage}"

    @property
    def vault(self) -> str:
        return f"{self.group}/providers/Microsoft.KeyVault/vaults/{self.names.state_vault}"

    def container(self, who: str) -> str:
        return f"{self.account}/blobServices/default/containers/{self.names.realm(who)}"

    def secret(self, who: str) -> str:
        """As a scope of roles."""
        return f"{self.vault}/secrets/{self.names.realm(who)}"

    def identity(self, who: str) -> str:
        return f"{self.group}/providers/{_PROVIDERS}/{self.names.deploy_identity(who)}"

    @property
    def keepers(self) -> tuple[str, ...]:
        """Who keeps state here: the platform and every team."""
        platform = self.environment.settings.platform
        return (PLATFORM, *sorted(platform.teams if platform else ()))

    @property
    def actors(self) -> tuple[str, ...]:
        return (*self.keepers, *((RELEASE,) if self.releases else ()))

    def registrations(self) -> tuple[tuple[str, str], ...]:
        """(subscription, namespace) that must be registered."""
        platform = self.environment.settings.platform
        private = platform is not None and platform.network.private_endpoint_subnet is not None
        own = (*PLATFORM_NAMESPACES, *(("Microsoft.Network",) if private else ()))
        found = [(self.home_subscription, name) for name in STATE_NAMESPACES]
        return tuple(dict.fromkeys([*found, *((self.subscription, name) for name in own)]))

    def resources(self) -> tuple[Wanted, ...]:
        """In the order in which they are made. No key opens the account, and nothing is lost by one wrong command."""
        home = self.environment.shares
        place = {"location": home.region, "tags": {**home.tags, "stack": "bootstrap"}}
        cloud = home.settings.cloud
        assert cloud.kind == "azure"
        account = {
            **place,
            "kind": "StorageV2",
            "sku": {"name": "Standard_GRS"},
            "properties": {
                "allowBlobPublicAccess": False,
                "allowSharedKeyAccess": False,
                "minimumTlsVersion": "TLS1_2",
                "supportsHttpsTrafficOnly": True,
            },
        }
        kept = {"enabled": True, "days": 30}
        blobs = {"isVersioningEnabled": True, "deleteRetentionPolicy": kept, "containerDeleteRetentionPolicy": kept}
        vault = {
            **place,
            "properties": {
                "tenantId": cloud.tenant,
                "sku": {"family": "A", "name": "standard"},
                "enableRbacAuthorization": True,
                "enableSoftDelete": True,
                **_kept(home),
            },
        }
        return (
            Wanted(self.group, _GROUP, place),
            Wanted(self.account, _STORAGE, account),
            Wanted(f"{self.account}/blobServices/default", _STORAGE, {"properties": blobs}),
            *(Wanted(self.container(who), _STORAGE, {"properties": {"publicAccess": "None"}}) for who in self.keepers),
            Wanted(self.vault, _VAULT, vault, recoverable=True),
        )

    def identities(self) -> tuple[Identity, ...]:
        home, found = self.environment.shares, []
        for who in self.actors:
            id, realm = self.identity(who), self.names.realm(who)
            tags = {**home.tags, "environment": self.environment.name, "stack": "bootstrap"}
            trust = {
                "issuer": self.issuer,
                "subject": f"repo:{self.repository}:environment:{realm}",
                "audiences": [AUDIENCE],
            }
            wanted = Wanted(id, _IDENTITY, {"location": home.region, "tags": tags})
            trusted = Wanted(f"{id}/federatedIdentityCredentials/github", _IDENTITY, {"properties": trust})
            found.append(Identity(who, realm, wanted, trusted))
        return tuple(found)

    def grants(self) -> tuple[Grant, ...]:
        """Roles of the deploy identities, none of which reaches another realm.

        A platform's may grant what its program grants and no more (docs/azure.md 7's condition). A team's reads its
        subscription, for quota and metrics; what it may change is granted by the program of the platform, endpoint by
        endpoint.
        """
        found: list[Grant] = []
        for who in self.keepers:
            found += [
                Grant(who, roles.BLOB_DATA_CONTRIBUTOR, self.container(who)),
                Grant(who, roles.BLOB_DELEGATOR, self.account),
                Grant(who, roles.KEY_VAULT_SECRETS_USER, self.secret(who)),
            ]
        found += [
            Grant(PLATFORM, roles.CONTRIBUTOR, self.subscription),
            Grant(PLATFORM, roles.RBAC_ADMINISTRATOR, self.subscription, only(HANDED_OUT)),
        ]
        if self.environment.settings.platform is not None and self.subscription != self.home_subscription:
            allowed = only((roles.READER, roles.REGISTRY_USER))
            found.append(Grant(PLATFORM, roles.RBAC_ADMINISTRATOR, self._registry, allowed, later=True))
        for who in self.actors[1:]:
            found.append(Grant(who, roles.READER, self.subscription, name=self.names.deploy_reader(who)))
        return tuple(found)

    @property
    def _registry(self) -> str:
        group = f"{self.home_subscription}/resourceGroups/{self.names.registry_resource_group}"
        return f"{group}/providers/Microsoft.MachineLearningServices/registries/{self.names.registry}"


def _kept(home: Environment) -> dict[str, Any]:
    """How long a deleted vault stays. Azure knows no `false`: protection is asked for, or not mentioned."""
    if home.settings.deletion.purge_names:
        return {"softDeleteRetentionInDays": 7}
    return {"softDeleteRetentionInDays": 90, "enablePurgeProtection": True}


Principal = Literal["ServicePrincipal", "User"]


def assignment(grant: Grant, principal: str, kind: Principal, name: str) -> Wanted:
    """The role assignment for a principal. principalType is always sent: without it Azure looks the principal up and
    fails for one that is not replicated yet."""
    subscription = "/".join(grant.scope.split("/")[:3])
    properties: dict[str, Any] = {
        "principalId": principal,
        "principalType": kind,
        "roleDefinitionId": f"{subscription}/providers/Microsoft.Authorization/roleDefinitions/{grant.role}",
    }
    if grant.condition is not None:
        properties |= {"condition": grant.condition, "conditionVersion": "2.0"}
    id = f"{grant.scope}/providers/Microsoft.Authorization/roleAssignments/{name}"
    return Wanted(id, "2022-04-01", {"properties": properties})


def only(allowed: tuple[str, ...]) -> str:
    """A condition: of role assignments, only those of these roles are made and deleted."""
    guids = ", ".join(allowed)

    def rule(verb: str, attribute: str) -> str:
        action = f"Microsoft.Authorization/roleAssignments/{verb}"
        role = f"{attribute}[Microsoft.Authorization/roleAssignments:RoleDefinitionId]"
        return f"((!(ActionMatches{{'{action}'}})) OR ({role} ForAnyOfAnyValues:GuidEquals {{{guids}}}))"

    return f"{rule('write', '@Request')} AND {rule('delete', '@Resource')}"
