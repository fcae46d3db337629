"""One resource type with everything known about it: what the SDK says and what the rules add."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal
from urllib.parse import quote, unquote

from localazure.pulumi.errors import AdapterError, UnknownTypeError
from localazure.pulumi.rules.defaults import parameters
from localazure.pulumi.rules.layout import IN_QUERY, KEPT_LISTS, NO_BAG, ON_TOP, UNDER_PROPERTIES
from localazure.pulumi.rules.names import wire_name
from localazure.pulumi.rules.paths import PATHS, WHOLE_IDS
from localazure.pulumi.sdk.package import SdkModule, SdkPackage, sdk_version
from localazure.pulumi.sdk.types import Shape
from localazure.pulumi.shape.from_wire import find_placed, from_wire
from localazure.pulumi.shape.preview import preview_shape
from localazure.pulumi.shape.project import project_shape, without_empty
from localazure.pulumi.shape.to_wire import field_to_wire

Place = Literal["path", "query", "top", "properties"]
API_VERSION_KEY = "azureApiVersion"
SUBSCRIPTION = "subscriptionId"


@dataclass(frozen=True)
class ResourceType:
    """A resource type: its ARM path, API version, and the shapes of its inputs and outputs."""

    module: SdkModule
    name: str
    path: str
    api_version: str
    inputs: Shape
    outputs: Shape

    @property
    def token(self) -> str:
        return f"azure-native:{self.module.name}:{self.name}"

    @property
    def key(self) -> tuple[str, str]:
        return self.module.name, self.name

    @cached_property
    def path_inputs(self) -> tuple[str, ...]:
        """The inputs that stand in the path, the own name last."""
        return tuple(p for p in parameters(self.path) if p != SUBSCRIPTION)

    @cached_property
    def has_bag(self) -> bool:
        """Whether the SDK flattens ARM's `properties` for this type."""
        return "properties" not in self.inputs.fields and self.key not in NO_BAG

    def place(self, name: str) -> Place:
        """Where an input or output stands in ARM's request."""
        if name in self.path_inputs:
            return "path"
        if name in IN_QUERY.get(self.key, frozenset()):
            return "query"
        if not self.has_bag:
            return "top"
        if name in UNDER_PROPERTIES.get(self.key, frozenset()):
            return "properties"
        return "top" if name in ON_TOP else "properties"

    def resource_id(self, inputs: Mapping[str, Any], subscription: str) -> str:
        """The ARM id. Raises `AdapterError` where an input of the path is missing or no string."""
        filled = self.path.replace("{" + SUBSCRIPTION + "}", quote(subscription, safe=""))
        for name in self.path_inputs:
            value = inputs.get(name)
            if not isinstance(value, str) or not value:
                raise AdapterError(f"{self.token}: '{name}' must be a known, non-empty string to make the ARM id")
            encoded = value.strip("/") if name in WHOLE_IDS else quote(value, safe="$&+=:@,;!'()*~")
            filled = filled.replace("{" + name + "}", encoded)
        return filled

    def parse_id(self, resource_id: str) -> dict[str, str]:
        """The path's inputs out of an ARM id, matched without case. Raises `AdapterError` where it is another path."""
        pattern = re.escape(self.path)
        for name in parameters(self.path):
            anything = ".+" if name in WHOLE_IDS else "[^/]+"
            pattern = pattern.replace(re.escape("{" + name + "}"), f"(?P<{name}>{anything})")
        found = re.fullmatch(pattern, resource_id.rstrip("/"), re.IGNORECASE)
        if found is None:
            raise AdapterError(f"{self.token}: '{resource_id}' is no id of this type; ids have the form {self.path}")
        return {k: unquote(v) for k, v in found.groupdict().items() if k != SUBSCRIPTION}

    def body(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """The JSON body of a PUT."""
        result: dict[str, Any] = {}
        for field in self.inputs.fields.values():
            place = self.place(field.name)
            if field.name not in inputs or place in ("path", "query"):
                continue
            into = result.setdefault("properties", {}) if place == "properties" else result
            name = wire_name(self.module.name, self.name, field.name)
            into[name] = field_to_wire(self.module, field.name, field.type, inputs[field.name])
        return result

    def query(self, inputs: Mapping[str, Any]) -> dict[str, str]:
        """The query arguments that come from inputs."""
        found: dict[str, str] = {}
        for name in IN_QUERY.get(self.key, frozenset()):
            if name in inputs:
                value = inputs[name]
                found[name] = str(value).lower() if isinstance(value, bool) else str(value)
        return found

    def kept_lists(self) -> tuple[tuple[str, ...], ...]:
        """Paths in the body of lists whose elements are resources of their own."""
        return tuple(("properties", name) for name in KEPT_LISTS.get(self.key, ()))

    def outputs_of(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """ARM's answer as outputs of the SDK."""
        result: dict[str, Any] = {API_VERSION_KEY: self.api_version} if self.api_version else {}
        for field in self.outputs.fields.values():
            name = wire_name(self.module.name, self.name, field.name)
            value = find_placed(body, name, under_properties=self.place(field.name) == "properties")
            if field.name == API_VERSION_KEY or value is None:
                continue
            result[field.name] = from_wire(self.module, field.type, value)
        return result

    def inputs_of(self, outputs: Mapping[str, Any]) -> dict[str, Any]:
        """Outputs as inputs, without what stands in the path or is read-only."""
        projected = project_shape(self.module, self.inputs, outputs)
        return {k: v for k, v in projected.items() if self.place(k) not in ("path", "query") and k != "id"}

    def imported_inputs(self, resource_id: str, outputs: Mapping[str, Any]) -> dict[str, Any]:
        """Inputs for a resource that no program has declared so far."""
        kept = {k: left for k, v in self.inputs_of(outputs).items() if (left := without_empty(v)) is not None}
        version = {API_VERSION_KEY: self.api_version} if self.api_version else {}
        return {**kept, **self.parse_id(resource_id), **version}

    def previewed(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """The outputs that a preview shows."""
        found = preview_shape(self.module, self.outputs, inputs)
        if self.api_version:
            found[API_VERSION_KEY] = self.api_version
        return found


class Catalog:
    """Resource types by token; each is read from the SDK when it is first asked for."""

    def __init__(self) -> None:
        self.package = SdkPackage()
        self._types: dict[str, ResourceType] = {}

    def type(self, token: str) -> ResourceType:
        """The type of a token such as `azure-native:storage:StorageAccount`.

        Raises `UnknownTypeError` where the SDK has no such type or the adapter no path for it.
        """
        known = self._types.get(token)
        if known is None:
            known = self._types[token] = self._load(token)
        return known

    def _load(self, token: str) -> ResourceType:
        package, _, rest = token.partition(":")
        module_name, _, name = rest.partition(":")
        if package != "azure-native" or not name:
            raise UnknownTypeError(f"'{token}' is no resource type of azure-native")
        module = self.package.module(module_name)
        stem = module.stem_of(name)
        source = module.file(stem) if stem else None
        outputs = source.shape(name) if source else None
        inputs = (source.shape(f"{name}InitArgs") or source.shape(f"{name}Args")) if source else None
        if source is None or outputs is None or inputs is None:
            raise UnknownTypeError(f"'{token}': pulumi_azure_native {sdk_version()} has no such resource type")
        path = PATHS.get((module_name, name))
        if path is None:
            raise UnknownTypeError(
                f"'{token}' is not mapped to an ARM path, so the local adapter cannot run it; "
                "add its path template to localazure/pulumi/rules/paths.py"
            )
        return ResourceType(module, name, path, source.api_version, inputs, outputs)
