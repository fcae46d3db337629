"""What an environment is: the types behind `environments/<name>.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from .closed import Closed
from .fields import Email, Guid, Key, Prefix, Region, RunnerLabel, TagValue

HOSTED_RUNNER = "ubuntu-latest"
"""GitHub's own runner, which reaches public addresses only."""


class Subscription(Closed):
    alias: Key
    """What people call the subscription. Nothing reads it yet."""
    id: Guid
    """The subscription's id."""


class Azure(Closed):
    """A subscription of Azure."""

    kind: Literal["azure"]
    """Real Azure."""
    region: Region
    """Azure's name of the region that holds every resource."""
    tenant: Guid
    """Id of the Microsoft Entra tenant that the subscription trusts."""
    subscription: Subscription
    """Where the resources go, and who pays."""


class LocalAzure(Closed):
    """The local Azure that `amlops local start` runs on this machine; tenant and subscription are its own."""

    kind: Literal["local"]
    """The local Azure. Only `environments/local.yaml` may say this."""
    region: Region
    """The region that the resources claim to be in."""


class Team(Closed):
    """A group of people and what it may do in this environment."""

    object_id: Guid
    """Object id of the team's group in Microsoft Entra ID."""
    role: Literal["reader", "data-scientist", "operator"]
    """reader sees; data-scientist runs jobs and deploys; operator also manages compute."""


class Registry(Closed):
    """The ML registry that this environment brings. Releases are published to it once, then immutable."""

    replicas: Annotated[tuple[Region, ...], Field(strict=False)] = ()
    """Further regions that hold a copy."""
    public_access: bool = True
    """Whether it answers on its public address."""


class Workspace(Closed):
    """The Azure ML workspace."""

    display_name: str
    """What Azure ML studio shows."""
    managed_network: Literal["disabled", "allow-internet-outbound", "allow-only-approved-outbound"]
    """Isolation of the workspace's own network. Azure allows only steps to the right."""
    outbound: dict[Key, Annotated[str, Field(pattern=r"^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+$")]] = Field(
        default_factory=dict
    )
    """Host names that jobs may reach under allow-only-approved-outbound, by a name of the rule."""


class Network(Closed):
    """Who reaches the platform's resources, and by which way."""

    public_access: bool
    """Whether workspace, storage, vault and container registry answer on their public addresses."""
    private_endpoint_subnet: (
        Annotated[
            str,
            Field(
                pattern=r"^/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.Network/virtualNetworks/[^/]+/subnets/[^/]+$"
            ),
        ]
        | None
    ) = None
    """Id of the subnet, owned by the network's team, that takes the private endpoints. Azure wants it in the
    environment's own subscription and region."""


class Storage(Closed):
    """The workspace's storage account."""

    redundancy: Literal["lrs", "zrs", "grs", "gzrs"]
    """How many copies Azure keeps and where: one building, several zones, another region, zones and another region."""
    datastore_access: Literal["access-key", "identity"]
    """How the workspace's own datastores are reached: by the account's key, or as the caller."""


class Vault(Closed):
    """The workspace's key vault."""

    keep_deleted_days: Annotated[int, Field(ge=7, le=90)] = 7
    """Days for which a deleted vault can be brought back, and holds its name. Azure fixes it when the vault is made."""
    purge_protection: bool = False
    """Whether nobody can delete it for good before these days are over. Azure never lets it be switched off again."""


class ContainerRegistry(Closed):
    """The registry that holds the workspace's images."""

    sku: Literal["basic", "standard", "premium"]
    """Azure's tier. Private endpoints need premium."""


class Monitoring(Closed):
    """Log Analytics and Application Insights."""

    retention_days: Annotated[int, Field(ge=30, le=730)] = 30
    """Days for which logs are kept."""
    resource_logs: bool = True
    """Whether who did what with workspace and vault goes to Log Analytics."""


class Cluster(Closed):
    """A compute cluster."""

    size: Annotated[str, Field(pattern=r"^Standard_[A-Za-z0-9_]+$")]
    """Azure's name of the kind of virtual machine, such as Standard_DS3_v2."""
    min_nodes: Annotated[int, Field(ge=0, le=100)] = 0
    """Nodes that stand ready, and cost, without work too."""
    max_nodes: Annotated[int, Field(ge=1, le=100)]
    """Nodes that the cluster may grow to."""
    idle_seconds: Annotated[int, Field(ge=60, le=86_400)] = 300
    """Seconds without work before a node is given back."""
    priority: Literal["dedicated", "low-priority"] = "dedicated"
    """low-priority is cheaper, and Azure may take a node away while a job runs on it."""


class Autoscale(Closed):
    """The instances of every online deployment follow its load, one at a time."""

    most_instances: Annotated[int, Field(ge=2, le=50)]
    """Instances that a deployment grows to."""
    cpu_percent: Annotated[int, Field(ge=20, le=90)] = 60
    """Use of the CPU over five minutes above which an instance is added; below half of it one is taken away."""


class Serving(Closed):
    """What every online deployment gets here, whatever its release says."""

    least_instances: Annotated[int, Field(ge=1, le=50)] = 1
    """Instances that it has at least; with two it survives the loss of one."""
    autoscale: Autoscale | None = None


class Limits(Closed):
    """What this environment's quota is meant to hold; releases and clusters that ask for more are refused."""

    endpoints: Annotated[int, Field(ge=0, le=100)]
    """Online endpoints."""
    instances_per_deployment: Annotated[int, Field(ge=1, le=50)]
    """Instances of one online deployment."""
    nodes: Annotated[int, Field(ge=0)]
    """Nodes of all clusters together."""


class Budget(Closed):
    """What the platform may cost. Owners of the subscription are told at 80 and 100 %, and when 120 % are expected."""

    monthly: Annotated[float, Field(gt=0)]
    """In `currency`, a month."""
    contacts: Annotated[tuple[Email, ...], Field(strict=False, max_length=50)] = ()
    """Mail addresses that are told too."""
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "EUR"
    """The ISO 4217 code of what `monthly` is meant in. Azure counts in that of the bill, and converts nothing."""


class Deletion(Closed):
    """What may be lost."""

    protect: bool
    """Pulumi refuses to delete or replace workspace, storage, vault, container registry and ML registry."""
    purge_names: bool = False
    """`amlops up` purges soft-deleted resources that hold this environment's names. They are lost for good, and so may
    be the vault that `amlops bootstrap` makes: it has no purge protection."""


class Platform(Closed):
    """The workspace and what stands around it."""

    registry_of: Key | None = None
    """The environment whose ML registry this one reads; absent where it brings its own."""
    workspace: Workspace
    network: Network
    storage: Storage
    vault: Vault
    container_registry: ContainerRegistry
    monitoring: Monitoring
    compute: dict[Key, Cluster]
    """Compute clusters, by the name that manifests use: `azureml:cpu`."""
    teams: dict[Key, Team]
    """Who works here, by the team's name."""
    serving: Serving = Serving()
    limits: Limits
    budget: Budget


class EnvironmentFile(Closed):
    """A whole file. `registry` makes the stack `shared` (or `<name>.shared`), `platform` the stack `<name>`."""

    description: str
    """What the environment is for, in a sentence."""
    cloud: Annotated[Azure | LocalAzure, Field(discriminator="kind")]
    """Where it lies."""
    prefix: Prefix
    """Opens the names of all resources. Another prefix means other names, so every resource is made anew."""
    owner: Key
    """The team that answers for the environment; goes into the tag `owner`."""
    runner: RunnerLabel = HOSTED_RUNNER
    """Label of the GitHub runners that reach the environment; without public access, of runners in its network."""
    tags: dict[str, TagValue] = Field(default_factory=dict)
    """Further tags of every resource; `environment`, `owner` and `managed-by` are set anyway."""
    deletion: Deletion
    registry: Registry | None = None
    platform: Platform | None = None


@dataclass(frozen=True, slots=True)
class Environment:
    """An environment that has passed every check. `registry_home` is the one whose ML registry it reads."""

    name: str
    settings: EnvironmentFile
    registry_home: Environment | None = None

    @property
    def is_local(self) -> bool:
        return isinstance(self.settings.cloud, LocalAzure)

    @property
    def region(self) -> str:
        return self.settings.cloud.region

    @property
    def subscription_id(self) -> str | None:
        """None for the local Azure, which chooses its own."""
        return None if isinstance(self.settings.cloud, LocalAzure) else self.settings.cloud.subscription.id

    @property
    def platform(self) -> Platform:
        """Raises LookupError for an environment that holds a registry only."""
        if self.settings.platform is None:
            raise LookupError(f"the environment {self.name} has no platform")
        return self.settings.platform

    @property
    def shares(self) -> Environment:
        """The environment that declares the ML registry that this one reads; itself where it brings its own."""
        return self if self.registry_home is None else self.registry_home

    @property
    def tags(self) -> dict[str, str]:
        """What every resource that takes tags carries; `managed-by` lets recovery know its own."""
        fixed = {"environment": self.name, "owner": self.settings.owner, "managed-by": "amlops"}
        return {**self.settings.tags, **fixed}
