"""Where an entity lies and what it carries: what every component of a stack is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from amlops.config import Environment, Names


@dataclass(frozen=True, slots=True)
class Place:
    environment: Environment
    names: Names
    stack: str
    resource_group: pulumi.Input[str]
    """The group's name, as an output of the group where the same stack makes it."""

    @property
    def location(self) -> str:
        return self.environment.region

    @property
    def tags(self) -> Mapping[str, str]:
        """With the stack's name, by which recovery knows what the stack made."""
        return {**self.environment.tags, "stack": self.stack}

    @property
    def public_access(self) -> bool:
        return self.environment.platform.network.public_access

    def stateful(self, parent: pulumi.Resource) -> pulumi.ResourceOptions:
        """Options of a resource whose loss loses data."""
        return pulumi.ResourceOptions(parent=parent, protect=self.environment.settings.deletion.protect)
