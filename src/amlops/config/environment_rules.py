"""Rules between the keys of an environment's file, and between the file and its place, which types can't say."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .document import Document
from .environment import EnvironmentFile, LocalAzure
from .names import PLATFORM, RELEASE
from .problems import Problem
from .repository import LOCAL

LONGEST_ENVIRONMENT_NAME = 12
"""`kv-` + prefix (8) + `-` + name fits the 24 characters of a Key Vault."""


def environment_name(document: Document, _: EnvironmentFile) -> Iterator[Problem]:
    name = document.path.stem
    if len(name) > LONGEST_ENVIRONMENT_NAME or not name.isalnum() or not name.islower() or name[0].isdigit():
        allowed = f"1 to {LONGEST_ENVIRONMENT_NAME} lower-case letters and digits, a letter first"
        yield document.problem(
            (), f'"{name}" is invalid as an environment; it should be {allowed}; rename the file', "environment-name"
        )


def holds_something(document: Document, file: EnvironmentFile) -> Iterator[Problem]:
    if file.registry is None and file.platform is None:
        message = 'neither "registry" nor "platform" is there; add what this environment holds'
        yield document.problem((), message, "empty-environment")


def one_registry(document: Document, file: EnvironmentFile) -> Iterator[Problem]:
    if file.platform is None:
        return
    other = file.platform.registry_of
    if file.registry is not None and other is not None:
        message = f'"registry" and "platform.registry_of: {other}" are both there; keep the one that is meant'
        yield document.problem(("platform", "registry_of"), message, "one-registry")
    if file.registry is None and other is None:
        message = 'no ML registry is named; add "platform.registry_of" or bring one by "registry"'
        yield document.problem(("platform",), message, "one-registry")


def local_cloud(document: Document, file: EnvironmentFile) -> Iterator[Problem]:
    local = isinstance(file.cloud, LocalAzure)
    if local != (document.path.stem == LOCAL):
        message = f'"{file.cloud.kind}" is invalid as cloud.kind here; "local" is for {LOCAL}.yaml and only for it'
        yield document.problem(("cloud", "kind"), f"{message}; change the kind or the file's name", "local-cloud")


def purge_only_unprotected(document: Document, file: EnvironmentFile) -> Iterator[Problem]:
    if file.deletion.purge_names and file.deletion.protect:
        message = '"deletion.purge_names" would purge what "deletion.protect" keeps; switch one of them off'
        yield document.problem(("deletion", "purge_names"), message, "purge-protected")
    if file.deletion.purge_names and file.platform is not None and file.platform.vault.purge_protection:
        message = '"platform.vault.purge_protection" and "deletion.purge_names" exclude each other; switch one off'
        yield document.problem(("deletion", "purge_names"), message, "purge-protected")


def owner_is_a_team(document: Document, file: EnvironmentFile) -> Iterator[Problem]:
    if file.platform is not None and file.owner not in file.platform.teams:
        known = ", ".join(sorted(file.platform.teams)) or "none yet"
        message = f'"{file.owner}" is invalid as owner; available teams are {known}; name one or add it'
        yield document.problem(("owner",), message, "owner")


def reachable(document: Document, file: EnvironmentFile) -> Iterator[Problem]:
    if file.platform is None:
        return
    network, registry = file.platform.network, file.platform.container_registry
    if not network.public_access and network.private_endpoint_subnet is None:
        message = 'nothing could reach it: add "platform.network.private_endpoint_subnet" or open public_access'
        yield document.problem(("platform", "network", "public_access"), message, "reachable")
    if not network.public_access and registry.sku != "premium":
        message = (
            f'"{registry.sku}" is invalid as platform.container_registry.sku without public access; choose premium'
        )
        yield document.problem(("platform", "container_registry", "sku"), message, "private-container-registry")


def subnet_is_near(document: Document, file: EnvironmentFile) -> Iterator[Problem]:
    """Source: private-endpoint-overview, a private endpoint is in its virtual network's subscription and region."""
    subnet = file.platform.network.private_endpoint_subnet if file.platform is not None else None
    if subnet is None or isinstance(file.cloud, LocalAzure):
        return
    named, own = subnet.split("/")[2], file.cloud.subscription.id
    if named.lower() != own.lower():
        where = ("platform", "network", "private_endpoint_subnet")
        message = (
            f'the subnet is in the subscription "{named}"; it should be in "{own}", where the private endpoints are: '
            "name a subnet of a virtual network there, which may be a peer of the network that callers are in"
        )
        yield document.problem(where, message, "private-endpoint-subnet")


def runner_reaches(document: Document, file: EnvironmentFile) -> Iterator[Problem]:
    """Source: GitHub's "Choosing the runner for a job": labels of its own machines open with the system's name."""
    if file.platform is None or file.platform.network.public_access:
        return
    if file.runner.startswith(("ubuntu-", "windows-", "macos-")):
        message = (
            f'"{file.runner}" is invalid as runner without public access: it can\'t reach the environment; '
            "name the label of runners in its network"
        )
        yield document.problem(("runner",), message, "private-runner")


def teams_are_no_realms(document: Document, file: EnvironmentFile) -> Iterator[Problem]:
    for name in sorted({PLATFORM, RELEASE} & set(file.platform.teams if file.platform else ())):
        message = f'"{name}" is invalid as a team: `<environment>-{name}` is another GitHub environment; rename it'
        yield document.problem(("platform", "teams", name), message, "reserved-team")


def outbound_is_used(document: Document, file: EnvironmentFile) -> Iterator[Problem]:
    if file.platform is None:
        return
    workspace = file.platform.workspace
    if workspace.outbound and workspace.managed_network != "allow-only-approved-outbound":
        message = (
            f'"platform.workspace.outbound" has no effect under {workspace.managed_network}; '
            "remove it or choose allow-only-approved-outbound"
        )
        yield document.problem(("platform", "workspace", "outbound"), message, "outbound")


def clusters_fit(document: Document, file: EnvironmentFile) -> Iterator[Problem]:
    if file.platform is None:
        return
    for key, cluster in file.platform.compute.items():
        if cluster.min_nodes > cluster.max_nodes:
            message = f"min_nodes {cluster.min_nodes} is more than max_nodes {cluster.max_nodes}; lower one"
            yield document.problem(("platform", "compute", key, "min_nodes"), message, "cluster-nodes")
    nodes, limit = sum(c.max_nodes for c in file.platform.compute.values()), file.platform.limits.nodes
    if nodes > limit:
        message = f"the clusters may grow to {nodes} nodes, limits.nodes is {limit}; shrink them or raise the limit"
        yield document.problem(("platform", "limits", "nodes"), message, "limit-nodes")


def instances_fit(document: Document, file: EnvironmentFile) -> Iterator[Problem]:
    if file.platform is None:
        return
    serving, limit = file.platform.serving, file.platform.limits.instances_per_deployment
    most = serving.autoscale.most_instances if serving.autoscale else serving.least_instances
    if not serving.least_instances <= most <= limit:
        message = (
            f"deployments have {serving.least_instances} to {most} instances, limits.instances_per_deployment is "
            f"{limit}; make them rise in this order"
        )
        yield document.problem(("platform", "serving"), message, "serving-instances")


def tags_are_free(document: Document, file: EnvironmentFile) -> Iterator[Problem]:
    for tag in sorted({"environment", "owner", "managed-by"} & set(file.tags)):
        yield document.problem(("tags", tag), f'"{tag}" is set by amlops on every resource; remove it', "reserved-tag")


ENVIRONMENT_RULES: tuple[Callable[[Document, EnvironmentFile], Iterator[Problem]], ...] = (
    environment_name,
    holds_something,
    one_registry,
    local_cloud,
    purge_only_unprotected,
    owner_is_a_team,
    reachable,
    subnet_is_near,
    runner_reaches,
    teams_are_no_realms,
    outbound_is_used,
    clusters_fit,
    instances_fit,
    tags_are_free,
)
