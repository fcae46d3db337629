"""Where in git a property of a resource in the cloud comes from, as far as one value of one file decides it. Pure.

What is not in the tables below can't be adopted by changing a value, and the answer says why.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from amlops.config import About, Environment
from amlops.stacks.arm_ids import kind
from amlops.stacks.events import Change

Value = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Edit:
    """`value` at `keys` of a file makes git say what the cloud has at `path`; with `later` a release carries it."""

    path: str
    file: str
    keys: tuple[str, ...]
    value: Value
    later: bool = False

    def __str__(self) -> str:
        return f"{self.file}: {'.'.join(self.keys)} = {self.value}"


@dataclass(frozen=True, slots=True)
class Refused:
    """`path` can't be adopted, because of `why`."""

    resource: str
    path: str
    why: str

    def __str__(self) -> str:
        return f"{self.resource} {self.path}: {self.why}" if self.path else f"{self.resource}: {self.why}"


@dataclass(frozen=True, slots=True)
class _Source:
    keys: tuple[str, ...]
    read: Callable[[Any], Value | None]


def _number(value: Any) -> Value | None:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _text(value: Any) -> Value | None:
    return value if isinstance(value, str) else None


def _flag(value: Any) -> Value | None:
    return value if isinstance(value, bool) else None


def _one_of(**known: str) -> Callable[[Any], Value | None]:
    """Azure's word (without case and dashes) → ours."""
    return lambda value: known.get(re.sub(r"[^a-z]", "", str(value).lower()))


def _seconds(value: Any) -> Value | None:
    return _duration(value, 1)


def _milliseconds(value: Any) -> Value | None:
    return _duration(value, 1000)


def _duration(value: Any, factor: int) -> Value | None:
    found = re.fullmatch(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?", str(value))
    if not found or not any(found.groups()):
        return None
    hours, minutes, seconds = (float(part or 0) for part in found.groups())
    total = (hours * 3600 + minutes * 60 + seconds) * factor
    return int(total) if total == int(total) else None


_SCALE = "properties.properties.scaleSettings"
_PLATFORM: Mapping[tuple[str, str], _Source] = {
    ("machinelearningservices:Compute", f"{_SCALE}.minNodeCount"): _Source(("compute", "*", "min_nodes"), _number),
    ("machinelearningservices:Compute", f"{_SCALE}.maxNodeCount"): _Source(("compute", "*", "max_nodes"), _number),
    ("machinelearningservices:Compute", f"{_SCALE}.nodeIdleTimeBeforeScaleDown"): _Source(
        ("compute", "*", "idle_seconds"), _seconds
    ),
    ("machinelearningservices:Workspace", "friendlyName"): _Source(("workspace", "display_name"), _text),
    ("machinelearningservices:Workspace", "managedNetwork.isolationMode"): _Source(
        ("workspace", "managed_network"),
        _one_of(
            disabled="disabled",
            allowinternetoutbound="allow-internet-outbound",
            allowonlyapprovedoutbound="allow-only-approved-outbound",
        ),
    ),
    ("storage:StorageAccount", "sku.name"): _Source(
        ("storage", "redundancy"),
        _one_of(standardlrs="lrs", standardzrs="zrs", standardgrs="grs", standardgzrs="gzrs"),
    ),
    ("keyvault:Vault", "properties.enablePurgeProtection"): _Source(("vault", "purge_protection"), _flag),
    ("containerregistry:Registry", "sku.name"): _Source(
        ("container_registry", "sku"), _one_of(basic="basic", standard="standard", premium="premium")
    ),
    ("operationalinsights:Workspace", "retentionInDays"): _Source(("monitoring", "retention_days"), _number),
}
"""(kind, path) → keys below `platform` of the environment's file; `*` is the cluster's own key."""

_REGISTRY: Mapping[tuple[str, str], _Source] = {
    ("machinelearningservices:Registry", "publicNetworkAccess"): _Source(
        ("registry", "public_access"), lambda value: {"Enabled": True, "Disabled": False}.get(str(value))
    ),
}

_ENDPOINT: Mapping[str, _Source] = {
    "properties.authMode": _Source(("auth_mode",), _one_of(key="key", amltoken="aml_token", aadtoken="aad_token")),
    "properties.description": _Source(("description",), _text),
}
_DEPLOYMENT: Mapping[str, _Source] = {
    "properties.instanceType": _Source(("instance_type",), _text),
    "properties.description": _Source(("description",), _text),
    "properties.appInsightsEnabled": _Source(("app_insights_enabled",), _flag),
    "properties.requestSettings.requestTimeout": _Source(("request_settings", "request_timeout_ms"), _milliseconds),
    "properties.requestSettings.maxConcurrentRequestsPerInstance": _Source(
        ("request_settings", "max_concurrent_requests_per_instance"), _number
    ),
}
"""Path → keys of the manifest; a release renders it."""


def adopt(change: Change, environment: Environment, deployment: tuple[str, About] | None) -> Iterator[Edit | Refused]:
    """For each property that drifted. `change` is what would undo it: its `old` inputs are the cloud's."""
    if change.operation != "update":
        why = "it is gone; to keep it gone, take it out of git" if change.operation == "create" else "git knows it not"
        yield Refused(change.name, "", why)
        return
    for path in change.keys:
        yield _one(change, path, environment, deployment)


def _one(change: Change, path: str, environment: Environment, deployment: tuple[str, About] | None) -> Edit | Refused:
    own, value = kind(change.type), at(change.old, path)
    file = f"environments/{environment.name}.yaml"
    if path.startswith("tags"):
        return Refused(change.name, path, "a tag in git is one of all resources: change `tags` of the environment")
    source = _PLATFORM.get((own, path)) or _REGISTRY.get((own, path))
    if source is not None:
        above = ("platform",) if (own, path) in _PLATFORM else ()
        keys = tuple(_cluster(change) if key == "*" else key for key in (*above, *source.keys))
        return _edit(change, path, file, keys, source.read(value))
    if deployment is not None:
        name, about = deployment
        manifests = {"OnlineEndpoint": (about.endpoint, _ENDPOINT), "OnlineDeployment": (about.deployment, _DEPLOYMENT)}
        manifest, table = manifests.get(own.rsplit(":", 1)[-1], ("", {}))
        if path in table:
            found = table[path]
            edit = _edit(change, path, f"deployments/{name}/{manifest}", found.keys, found.read(value))
            return Edit(edit.path, edit.file, edit.keys, edit.value, later=True) if isinstance(edit, Edit) else edit
        if manifest:
            why = "a release never changes: change the manifests and release anew"
            return Refused(change.name, path, why)
    return Refused(change.name, path, "no single value in git decides it: change infra/ or undo it (--revert)")


def _edit(change: Change, path: str, file: str, keys: tuple[str, ...], value: Value | None) -> Edit | Refused:
    if value is None:
        return Refused(change.name, path, f"what the cloud has is no value of {'.'.join(keys)}")
    return Edit(path, file, keys, value)


def _cluster(change: Change) -> str:
    """The key of the cluster that the program calls `compute-<key>`."""
    return change.urn.rsplit("::", 1)[-1].removeprefix("compute-")


def segments(path: str) -> tuple[str | int, ...]:
    """Pulumi's property path in parts: `tags["cost-center"]`, `rules[0].name`."""
    parts = re.findall(r'\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.\[\]]+)', path)
    return tuple(quoted if quoted else int(index) if index else plain for quoted, index, plain in parts)


def at(inputs: Any, path: str) -> Any:
    """The value at a property path, None where it isn't there."""
    node = inputs
    for part in segments(path):
        if isinstance(node, Mapping):
            node = node.get(part)
        elif isinstance(node, list) and isinstance(part, int) and part < len(node):
            node = node[part]
        else:
            return None
    return node
