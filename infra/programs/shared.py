"""The stack `shared` (or `<env>.shared`): the ML registry."""

from __future__ import annotations

import pulumi

from amlops.config import Environment, Names
from components.place import Place
from components.registry import Registry
from components.resource_group import ResourceGroup


def run(environment: Environment, stack: str) -> None:
    settings = environment.settings.registry
    if settings is None:
        raise pulumi.RunError(f"environments/{environment.name}.yaml brings no registry; there is no stack {stack}")
    names = Names(environment)
    tags = {**environment.tags, "stack": stack}
    protect = environment.settings.deletion.protect
    group = ResourceGroup(names.registry_resource_group, location=environment.region, tags=tags, protect=protect)
    registry = Registry(Place(environment, names, stack, group.name), settings)
    pulumi.export("registry", registry.registry_id)
