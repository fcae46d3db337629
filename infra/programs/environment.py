"""The stack `<env>`: the platform. A workspace, what it stands on, who may do what, and compute."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

from amlops.config import Environment, Names, Repository, deployments_of, roles
from components.cloud import Cloud
from components.compute import Compute
from components.container_registry import ContainerRegistry
from components.deploy_access import DeployAccess, ReleaseAccess
from components.grant import Scope
from components.identity import Identity
from components.monitoring import Monitoring
from components.place import Place
from components.resource_group import ResourceGroup
from components.storage import Storage
from components.team_access import TeamAccess
from components.vault import Vault
from components.workspace import Foundation, Workspace


def run(repo: Repository, environment: Environment, stack: str) -> None:
    names, cloud = Names(environment), Cloud(environment)
    platform, protect = environment.platform, environment.settings.deletion.protect
    tags = {**environment.tags, "stack": stack}
    since = None if environment.is_local else _budget_since(environment, names)
    group = ResourceGroup(names.resource_group, location=environment.region, tags=tags, protect=protect)
    place = Place(environment, names, stack, group.name)

    if since is not None:
        from components.budget import Budget

        Budget(place, group=group.group_id, since=since)
    storage = Storage(place)
    vault = Vault(place, tenant=cloud.tenant)
    monitoring = Monitoring(place)
    container_registry = ContainerRegistry(place)
    in_group = Scope("group", group.group_id)
    in_storage, in_vault = Scope("storage", storage.account_id), Scope("vault", vault.vault_id)
    in_images = Scope("container-registry", container_registry.registry_id)
    in_registry = Scope("registry", _registry(environment))

    own = Identity("workspace", names.workspace_identity, place)
    own_roles = own.grant(
        place,
        cloud,
        [
            (roles.CONTRIBUTOR, in_group),
            (roles.BLOB_DATA_CONTRIBUTOR, in_storage),
            (roles.KEY_VAULT_ADMINISTRATOR, in_vault),
        ],
    )
    jobs = Identity("compute", names.compute_identity, place)
    endpoints = Identity("endpoint", names.endpoint_identity, place)
    workspace = Workspace(
        place,
        Foundation(
            storage=storage.account_id,
            vault=vault.vault_id,
            insights=monitoring.insights_id,
            container_registry=container_registry.registry_id,
            identity=own.identity_id,
        ),
        after=own_roles,
    )
    in_workspace = Scope("workspace", workspace.workspace_id)
    job_roles = jobs.grant(
        place,
        cloud,
        [
            (roles.BLOB_DATA_CONTRIBUTOR, in_storage),
            (roles.ACR_PULL, in_images),
            (roles.DATA_SCIENTIST, in_workspace),
            (roles.REGISTRY_USER, in_registry),
        ],
    )
    endpoints.grant(
        place,
        cloud,
        [(roles.BLOB_DATA_READER, in_storage), (roles.ACR_PULL, in_images), (roles.REGISTRY_USER, in_registry)],
    )
    TeamAccess(place, cloud, workspace=in_workspace, storage=in_storage)
    if not environment.is_local:
        teams, released = deployments_of(repo, environment)
        acting = Scope("endpoint-identity", endpoints.identity_id)
        for team in sorted(platform.teams):
            scopes = {name: _endpoint(workspace.workspace_id, names, name) for name in teams.get(team, ())}
            own_group = _team_group(place, team)
            DeployAccess(place, cloud, team, endpoints=scopes, identity=acting, registry=in_registry, group=own_group)
        if released:
            ReleaseAccess(place, cloud, workspace=in_workspace, storage=in_storage, registry=in_registry)
    for key, cluster in sorted(platform.compute.items()):
        Compute(key, cluster, place, workspace=workspace.name, identity=jobs.identity_id, after=job_roles)

    if platform.monitoring.resource_logs:
        from components.resource_logs import ResourceLogs  # the SDK's monitor module costs half a second

        ResourceLogs({"workspace": workspace.workspace_id, "vault": vault.vault_id}, logs=monitoring.logs_id)
    _private_endpoints(
        place,
        {
            "amlworkspace": workspace.workspace_id,
            "blob": storage.account_id,
            "file": storage.account_id,
            "vault": vault.vault_id,
            "registry": container_registry.registry_id,
        },
    )
    pulumi.export("workspace", workspace.workspace_id)


def _team_group(place: Place, team: str) -> Scope | None:
    """Where a team's own stacks put what lies beside its endpoints; None where nothing does."""
    if place.environment.platform.serving.autoscale is None:
        return None
    name = place.names.team_resource_group(team)
    made = ResourceGroup(name, key=f"team-{team}", location=place.location, tags=place.tags)
    return Scope("team-group", made.group_id)


def _private_endpoints(place: Place, targets: Mapping[str, pulumi.Output[str]]) -> None:
    """One for each sub-resource (Azure's "group") of a resource, where the environment names a subnet."""
    subnet = place.environment.platform.network.private_endpoint_subnet
    if subnet is None:
        return
    from components.private_endpoint import PrivateEndpoint  # the SDK's network module costs a second

    for part, target in targets.items():
        PrivateEndpoint(place, subnet=subnet, target=target, group=part)


def _budget_since(environment: Environment, names: Names) -> str:
    """Asked before anything is declared: under Pulumi's mocks a call right after a component's may wait for ever."""
    from components.budget import counted_since

    return counted_since(f"/subscriptions/{environment.subscription_id}/resourceGroups/{names.resource_group}")


def _endpoint(workspace: pulumi.Output[str], names: Names, deployment: str) -> Scope:
    """A scope that the deployment's own stack makes later."""
    id = pulumi.Output.concat(workspace, "/onlineEndpoints/", names.endpoint(deployment))
    return Scope(f"endpoint-{deployment}", id)


def _registry(environment: Environment) -> pulumi.Output[str]:
    """The id of the ML registry, which another stack makes, in its own subscription."""
    home = environment.shares
    names = Names(environment)
    kind = f"Microsoft.MachineLearningServices/registries/{names.registry}"
    return Cloud(home).resource(names.registry_resource_group, kind)
