"""A local Azure that stands in for the repository's environments in Azure, and clones that work on it as somebody."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from azure.core.credentials import TokenCredential
from azure.identity import ClientAssertionCredential

from tests.support import cloud as support
from tests.support.clone import REPOSITORY, Clone, clone_into
from tests.support.cloud import LocalCloud
from tests.support.issuer import ISSUER, Issuer

EMPTY = "3b0a6c1e-8a5d-4a53-b0f8-5a1de0f1c0ee"
"""A subscription that no environment uses."""
TEAM, DEPLOYMENT = "diabetes-research", "diabetes-progression"


@dataclass(frozen=True)
class World:
    """`clients` are the client ids by GitHub environment, as `amlops bootstrap --all` printed them."""

    cloud: LocalCloud
    issuer: Issuer
    clone: Clone
    folder: Path
    clients: dict[str, str]

    def variables(self, realm: str | None = None) -> dict[str, str]:
        """What a process needs to be somebody: a realm's workflow, or (None) the owner."""
        found = {"AMLOPS_AZURE_HOME": str(self.cloud.home), "AMLOPS_POLL_SECONDS": "0.2"}
        if realm is not None:
            file = self.issuer.file(self.folder, realm)
            found |= {"AZURE_CLIENT_ID": self.clients[realm], "AZURE_FEDERATED_TOKEN_FILE": str(file)}
        return found

    def amlops(self, arguments: str, realm: str | None = None, *, code: int | None = 0) -> str:
        """A command as somebody, in the first clone."""
        return self.clone.run(f".venv/bin/amlops {arguments}", code=code, extra=self.variables(realm))

    def pulumi(self, arguments: str, stack: str, realm: str | None = None, *, clone: Clone | None = None) -> str:
        """The plain CLI after `eval "$(amlops env STACK)"`."""
        on = clone or self.clone
        return on.run(
            f'set -e; found=$(.venv/bin/amlops env {stack}); eval "$found"; '
            f"pulumi {arguments} -s {stack} --non-interactive",
            extra=self.variables(realm),
        )

    def credential(self, realm: str) -> TokenCredential:
        return ClientAssertionCredential(
            self.cloud.tenant_id,
            self.clients[realm],
            lambda: self.issuer.token(realm),
            authority=self.cloud.endpoint,
            disable_instance_discovery=True,
            connection_verify=self.cloud.ca,
        )

    def another_clone(self, name: str) -> Clone:
        return linked_clone(self.folder / name)


@contextmanager
def azure_world(folder: Path) -> Iterator[World]:
    """Bootstrapped, with nothing applied. The local Azure ends with it."""
    clone = linked_clone(folder / "first")
    clouds = [yaml.safe_load(file.read_text())["cloud"] for file in environment_files(clone)]
    azure = [cloud for cloud in clouds if cloud["kind"] == "azure"]
    words = ["--tenant", azure[0]["tenant"]]
    for id in [*sorted({cloud["subscription"]["id"] for cloud in azure}), EMPTY]:
        words += ["--subscription", id]
    with support.running(folder / "azure", *words) as cloud:
        issuer = Issuer()
        issuer.introduce(cloud)
        world = World(cloud, issuer, clone, folder, {})
        told = json.loads(world.amlops(f"bootstrap --all --repository o/r --issuer {ISSUER} --json 2>/dev/null"))
        for environment in told["environments"]:
            for realm, variables in environment["github_environments"].items():
                world.clients[realm] = variables["AZURE_CLIENT_ID"]
        yield world


def environment_files(clone: Clone) -> list[Path]:
    names = ("shared", "dev", "staging", "prod")
    return [clone.path / "environments" / f"{name}.yaml" for name in names]


def linked_clone(folder: Path) -> Clone:
    """A fresh clone that uses this repository's own virtual environment, and a bare remote beside it."""
    folder.mkdir(parents=True)
    clone = clone_into(folder)
    (clone.path / ".venv").symlink_to(REPOSITORY / ".venv")
    remote = folder / "remote"
    clone.run(f"git init -q --bare -b main {remote} && git remote add origin {remote} && git push -q origin main")
    return clone


def write(clone: Clone, file: str, changes: Mapping[str, Any]) -> None:
    """Changes keys of a YAML file, by their dotted paths; its first line stays."""
    path = clone.path / file
    first, _, rest = path.read_text().partition("\n")
    found = yaml.safe_load(rest)
    for dotted, value in changes.items():
        *above, last = dotted.split(".")
        at = found
        for key in above:
            at = at[key]
        at[last] = value
    path.write_text(f"{first}\n{yaml.safe_dump(found, sort_keys=False)}")
