"""Workspace jobs: created once, then only their tags, properties, display name and archive flag change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..arm.errors import ArmError, bad_request
from ..arm.ids import ArmId
from ..jobs import command, references, spec, states
from ..store import Body, Resource
from .base import Action, Call, Reply, ResourceType

if TYPE_CHECKING:
    from ..cloud import Cloud

# Source: models JobBaseProperties and ResourceBase, visibility "update"; azure-ai-ml also changes displayName.
_CHANGEABLE = ("tags", "properties", "description", "displayName", "isArchived", "notificationSetting")
_COMPUTED = ("status", "services", "parameters")


class Job(ResourceType):
    type = states.TYPE

    def admit(self, call: Call) -> None:
        properties = call.body.get("properties") or {}
        if call.existing is not None:
            _refuse_changes(call.id, call.existing.properties, properties)
            return
        asked = spec.read(call.id.name, properties)
        workspace = call.id.parent
        assert workspace is not None
        store = call.cloud.store
        missing = command.unknown(asked.command, _keys(asked.inputs), _keys(asked.outputs))
        if missing:
            raise bad_request("UserError", f"The job does not contain {', '.join(missing)}, referenced in its command.")
        if asked.compute and store.get(asked.compute) is None:
            raise bad_request("UserError", f"Unknown compute target '{ArmId(asked.compute).name}'.", target="computeId")
        references.version(store, workspace, asked.environment, "environments")
        if asked.code:
            references.version(store, workspace, asked.code, "codes")
        for entry in asked.inputs:
            if entry.value and not entry.literal and references.is_version(entry.value):
                collection = "models" if entry.kind.endswith("_model") else "data"
                references.version(store, workspace, entry.value, collection)

    def compose(self, call: Call) -> Resource:
        properties = dict(call.body.get("properties") or {})
        if call.existing is not None:
            changed = {key: properties[key] for key in _CHANGEABLE if key in properties}
            return call.existing.with_properties(**changed)
        asked = spec.read(call.id.name, properties)
        outputs = properties.get("outputs") or {}
        properties |= {
            "status": "NotStarted",
            "experimentName": asked.experiment,
            "displayName": asked.display_name,
            "isArchived": bool(properties.get("isArchived")),
            "tags": properties.get("tags") or {},
            "properties": properties.get("properties") or {},
            "outputs": {
                o.name: {**(outputs[o.name] or {}), "jobOutputType": o.kind, "uri": o.uri} for o in asked.outputs
            },
        }
        states.save(call.cloud.store, call.id, states.RunRecord(created=call.cloud.clock.iso()))
        return Resource(call.id, {"properties": properties}, states.submitted_by(call.principal))

    def show(self, cloud: Cloud, resource: Resource) -> Body:
        services = {"Studio": _service("Studio", _studio(resource.id))}
        workspace = resource.id.parent
        assert workspace is not None
        services["Tracking"] = _service("Tracking", cloud.tracking.uri(workspace))
        return resource.with_properties(services={**services, **(resource.properties.get("services") or {})}).body

    def listed(self, call: Call, found: list[Resource]) -> list[Resource]:
        """Newest first, without archived ones unless asked for. Source: operation Jobs_List."""
        query = {key.lower(): value for key, value in call.query.items()}
        view = query.get("listviewtype", "ActiveOnly").lower()
        kept = [r for r in found if view == "all" or bool(r.properties.get("isArchived")) == (view == "archivedonly")]
        if kind := query.get("jobtype"):
            kept = [r for r in kept if str(r.properties.get("jobType", "")).lower() == kind.lower()]
        if tag := query.get("tag"):
            kept = [r for r in kept if _tagged(r.properties.get("tags") or {}, tag)]
        return sorted(kept, key=lambda r: states.record(call.cloud.store, r.id).created, reverse=True)

    async def provision(self, cloud: Cloud, resource: Resource) -> Resource | None:
        cloud.jobs.begin(resource)
        return None

    async def restore(self, cloud: Cloud, resource: Resource) -> None:
        cloud.jobs.begin(resource)

    async def retire(self, cloud: Cloud, resource: Resource) -> None:
        cloud.jobs.cancel(resource)
        await cloud.jobs.ended(resource.id)
        states.drop(cloud.store, resource.id)

    def actions(self) -> Mapping[str, Action]:
        return {"POST cancel": _cancel}


async def _cancel(call: Call) -> Reply:
    assert call.existing is not None
    call.cloud.jobs.cancel(call.existing)
    await call.cloud.jobs.ended(call.existing.id)
    return Reply(200)


def _keys(entries: tuple[spec.Input, ...] | tuple[spec.Output, ...]) -> dict[str, None]:
    return {entry.name: None for entry in entries}


def _refuse_changes(job: ArmId, before: Body, after: Body) -> None:
    changed = [
        key
        for key, value in after.items()
        if key not in (*_CHANGEABLE, *_COMPUTED) and not _same(before.get(key), value)
    ]
    if changed:
        raise ArmError(
            400,
            "UserError",
            f"The job '{job.name}' exists; {', '.join(sorted(changed))} can't be changed. Only "
            f"{', '.join(_CHANGEABLE)} can. Submit a job with another name.",
            target=f"properties.{sorted(changed)[0]}",
        )


def _same(before: Any, after: Any) -> bool:
    """Whether `after` asks for nothing new: what it leaves out or gives as null or empty stays as it is."""
    if after in (None, {}, []):
        return True
    if isinstance(before, dict) and isinstance(after, dict):
        return all(_same(before.get(key), value) for key, value in after.items())
    return bool(before == after)


def _tagged(tags: Mapping[str, Any], wanted: str) -> bool:
    """`name` or `name=value`."""
    name, equals, value = wanted.partition("=")
    return name in tags and (not equals or str(tags[name]) == value)


def _service(kind: str, endpoint: str) -> Body:
    return {"jobServiceType": kind, "endpoint": endpoint}


def _studio(job: ArmId) -> str:
    """Where Azure ML studio would show the run; nothing answers there for this cloud. The client adds the tenant."""
    return f"https://ml.azure.com/runs/{job.name}?wsid={(job.parent or job).text}"
