"""Every name in Azure as a pure function of the environment, so that no stack reads another's state.

Limits are those of Azure's naming rules (docs/azure.md 2 and 4). Names that the cloud holds unique open with the
prefix.
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass

from .environment import Environment

_GUIDS = uuid.UUID("5b0c5c43-32a5-5a94-9ac1-8c7c1e5a5f0e")

PLATFORM = "platform"
"""The realm of registries and platforms; every other realm is a team's."""

RELEASE = "release"
"""Who trains and publishes: an identity without any state."""


@dataclass(frozen=True, slots=True)
class Names:
    environment: Environment

    @property
    def resource_group(self) -> str:
        return f"rg-{self._base}"

    @property
    def registry_resource_group(self) -> str:
        """The group of the ML registry that this environment reads."""
        return f"rg-{self._home}-registry"

    @property
    def registry(self) -> str:
        """The ML registry that this environment reads: 2–32, unique in the tenant."""
        return f"mlr-{self._home}"

    @property
    def workspace(self) -> str:
        """3–33 characters."""
        return f"mlw-{self._base}"

    @property
    def storage(self) -> str:
        """3–24 lower-case letters and digits, unique in Azure."""
        return f"st{self._base}".replace("-", "")

    @property
    def vault(self) -> str:
        """3–24, unique in Azure."""
        return f"kv-{self._base}"

    @property
    def insights(self) -> str:
        return f"appi-{self._base}"

    @property
    def log_analytics(self) -> str:
        return f"log-{self._base}"

    @property
    def container_registry(self) -> str:
        """5–50 letters and digits, unique in Azure."""
        return f"cr{self._base}".replace("-", "")

    @property
    def workspace_identity(self) -> str:
        """What the workspace itself acts as."""
        return f"id-{self._base}-workspace"

    @property
    def compute_identity(self) -> str:
        """What jobs act as."""
        return f"id-{self._base}-compute"

    @property
    def endpoint_identity(self) -> str:
        """What online deployments act as."""
        return f"id-{self._base}-endpoint"

    @property
    def identities(self) -> tuple[str, ...]:
        return (self.workspace_identity, self.compute_identity, self.endpoint_identity)

    def compute(self, key: str) -> str:
        """The cluster that manifests call `azureml:<key>`: 3–24, unique in the region."""
        return _fit(f"{key}-{self._base}", 24)

    def endpoint(self, deployment: str) -> str:
        """3–32, unique in the region."""
        prefix, name = self.environment.settings.prefix, self.environment.name
        return _fit(f"{prefix}-{deployment}-{name}", 32)

    def team_resource_group(self, team: str) -> str:
        """The group of what a team's stacks declare beside their endpoints."""
        return f"rg-{self._base}-team-{team}"

    def autoscale(self, deployment: str, release: str) -> str:
        """The setting that scales the online deployment of a release: 1–260 characters."""
        return f"as-{self._base}-{deployment}-{release}"

    def private_endpoint(self, of: str) -> str:
        return f"pe-{self._base}-{of}"

    def realm(self, who: str) -> str:
        """What belongs together and nobody else reaches: a GitHub environment, a container of state, the passphrase's
        secret in the vault. `who` is PLATFORM or a team; 3–63 characters, as a container's name.
        """
        return f"{self.environment.name}-{who}"

    def deploy_identity(self, who: str) -> str:
        """What a workflow acts as: `who` is PLATFORM, RELEASE or a team. 3–128 characters."""
        return f"id-{self._base}-deploy-{who}"

    def deploy_reader(self, who: str) -> str:
        """The GUID of the role assignment by which a deploy identity reads the environment's subscription, and by
        which the program of the platform, which may not read where the identities are, finds its principal."""
        return self.guid("deploy", who, "reader", "subscription")

    @property
    def state_resource_group(self) -> str:
        """The group, in the subscription of the environment that brings the registry, of all state and identities."""
        return f"rg-{self._home}-state"

    @property
    def state_storage(self) -> str:
        """The account with Pulumi's state: 3–24 lower-case letters and digits, unique in Azure."""
        return _fit(f"st{self._home}state".replace("-", ""), 24, joint="")

    @property
    def state_vault(self) -> str:
        """The vault with the state's passphrases: 3–24, unique in Azure."""
        return _fit(f"kv-{self._home}-state", 24)

    def guid(self, *parts: str) -> str:
        """The same GUID for the same parts in the same environment: names of role assignments."""
        return str(uuid.uuid5(_GUIDS, "/".join((self._base, *parts))))

    @property
    def _base(self) -> str:
        return f"{self.environment.settings.prefix}-{self.environment.name}"

    @property
    def _home(self) -> str:
        home = self.environment.shares
        return f"{home.settings.prefix}-{home.name}"


def _fit(name: str, limit: int, joint: str = "-") -> str:
    """The name itself, or where it is too long its head and five hex digits of its hash."""
    if len(name) <= limit:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:5]
    return f"{name[: limit - 5 - len(joint)].rstrip('-')}{joint}{digest}"
