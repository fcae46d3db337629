"""Where things lie in a clone. What the local environment writes lies outside what git tracks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .problems import ConfigError, Problem

LOCAL = "local"
"""The one environment whose releases and stages are not in git."""

NO_ENVIRONMENTS = frozenset({"promotion", "break-glass", "policy", "exceptions", "permissions"})
"""Files of environments/ that say something about all environments and are none themselves."""


@dataclass(frozen=True, slots=True)
class Repository:
    root: Path

    @classmethod
    def find(cls, start: Path | None = None) -> Repository:
        """The clone around `start`, by its Pulumi.yaml. Raises ConfigError outside of one."""
        here = (start or Path.cwd()).resolve()
        for folder in (here, *here.parents):
            if (folder / "Pulumi.yaml").is_file() and (folder / "environments").is_dir():
                return cls(folder)
        message = "this is not inside the repository (no Pulumi.yaml above it); change into your clone"
        raise ConfigError([Problem(here, 1, message, "repository")])

    @property
    def environments(self) -> Path:
        return self.root / "environments"

    @property
    def schemas(self) -> Path:
        return self.environments / "schemas"

    @property
    def deployments(self) -> Path:
        return self.root / "deployments"

    @property
    def evaluations(self) -> Path:
        """Data that releases are measured by, which training is not given."""
        return self.root / "evaluations"

    @property
    def local(self) -> Path:
        """Everything that the local environment keeps; git-ignored."""
        return self.root / ".local"

    @property
    def azure_home(self) -> Path:
        """The local Azure's own folder."""
        return self.local / "azure"

    @property
    def cache(self) -> Path:
        return self.local / "cache"

    def environment_file(self, name: str) -> Path:
        return self.environments / f"{name}.yaml"

    def environment_names(self) -> tuple[str, ...]:
        """Every environment that has a file, sorted."""
        return tuple(sorted(file.stem for file in self.environments.glob("*.yaml") if file.stem not in NO_ENVIRONMENTS))

    @property
    def permissions_file(self) -> Path:
        return self.environments / "permissions.yaml"

    @property
    def promotion_file(self) -> Path:
        return self.environments / "promotion.yaml"

    @property
    def break_glass_file(self) -> Path:
        return self.environments / "break-glass.yaml"

    def deployment(self, name: str) -> Path:
        return self.deployments / name

    def deployment_names(self) -> tuple[str, ...]:
        """Every folder of deployments/ that says what it is about, sorted."""
        return tuple(sorted(file.parent.name for file in self.deployments.glob("*/about.yaml")))

    def about_file(self, deployment: str) -> Path:
        return self.deployment(deployment) / "about.yaml"

    def releases_dir(self, deployment: str, environment: str) -> Path:
        return self._kept(deployment, environment) / "releases"

    def stage_file(self, deployment: str, environment: str) -> Path:
        return self._kept(deployment, environment) / "stages" / f"{environment}.yaml"

    def shown(self, path: Path) -> Path:
        """The path as messages show it: relative to the clone where it lies in it."""
        return path.relative_to(self.root) if path.is_relative_to(self.root) else path

    def _kept(self, deployment: str, environment: str) -> Path:
        return (self.local if environment == LOCAL else self.root) / "deployments" / deployment
