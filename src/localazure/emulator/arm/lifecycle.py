"""Create, change and delete as ARM does them, for every type: states, answers, polling, what a kill leaves behind."""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..store import Body, Resource
from ..types.base import Call, Reply, ResourceType
from .errors import ArmError, bad_request, conflict
from .ids import ArmId
from .names import place

if TYPE_CHECKING:
    from ..cloud import Cloud
    from ..tables import Route

FINAL = {"Succeeded", "Failed", "Canceled"}


async def put(cloud: Cloud, behaviour: ResourceType, route: Route, call: Call) -> Reply:
    """PUT and PATCH: the body is whole by now. Answers when the work is done, or at once with a URL to poll."""
    with cloud.store.transaction():
        _check_location(call)
        _check_immutable(behaviour, call)
        behaviour.admit(call)
        composed = behaviour.compose(call)
        body, write_only = cloud.tables.take_write_only(route.response_type or route.body_type or "", composed.body)
        resource = replace(
            composed, body=_signed(cloud, route, call, body), secret=_merged(composed.secret, write_only)
        )
        background = behaviour.long_running or (route.lro and not cloud.operations.at_once)
        state = "Updating" if call.existing else "Creating"
        if has_state(cloud, route):
            resource = resource.with_properties(provisioningState=state)
        resource = cloud.store.put(resource)
        if background:
            operation = cloud.operations.begin(
                resource.id.key,
                "put",
                _namespace(resource),
                str(resource.body.get("location", "")),
                work(cloud, behaviour, resource.id),
            )
            return _accepted(cloud, behaviour, route, call, resource, operation)
    resource = await settle(cloud, behaviour, resource.id)
    status = 201 if call.existing is None and route.answers(201) else 200
    return Reply(
        status if route.answers(status) else route.statuses[0],
        view(cloud, behaviour, resource),
        {"ETag": resource.etag},
    )


async def delete(cloud: Cloud, behaviour: ResourceType, route: Route, call: Call) -> Reply:
    """DELETE: what is below goes first. Something absent is 204, as everywhere in ARM."""
    if call.existing is None:
        behaviour.dismiss(call)
        return Reply(204)
    with cloud.store.transaction():
        changed = behaviour.dismiss(call)
        resource = changed or call.existing
        background = not cloud.operations.at_once and route.lro and route.answers(202)
        if has_state(cloud, route) or "provisioningState" in resource.properties:
            resource = resource.with_properties(provisioningState="Deleting")
        cloud.store.put(resource)
        operation = cloud.operations.begin(
            resource.id.key,
            "delete",
            _namespace(resource),
            str(resource.body.get("location", "")),
            removal(cloud, resource.id),
        )
    if background:
        return Reply(202, None, cloud.operations.headers(operation, ("Location", "Azure-AsyncOperation")))
    await cloud.operations.finished(resource.id.key)
    ended = cloud.store.record("operation", operation["id"])
    if "error" in ended:
        raise ArmError(ended["errorStatus"], ended["error"]["code"], ended["error"]["message"])
    return Reply(next((s for s in (200, 204) if route.answers(s)), route.statuses[0]))


def work(cloud: Cloud, behaviour: ResourceType, resource_id: ArmId) -> Any:
    """The work of a create or update, for `Operations`."""
    return functools.partial(settle, cloud, behaviour, resource_id)


def removal(cloud: Cloud, resource_id: ArmId) -> Any:
    """The work of a delete, for `Operations`."""
    return functools.partial(remove, cloud, resource_id)


async def settle(cloud: Cloud, behaviour: ResourceType, resource_id: ArmId) -> Resource:
    """Provision and write the final state. A failure is kept as state Failed and raised."""
    resource = cloud.store.get(resource_id)
    if resource is None:
        raise ArmError(404, "ResourceNotFound", f"The Resource '{resource_id}' was deleted meanwhile.")
    try:
        changed = await behaviour.provision(cloud, resource)
    except ArmError:
        _conclude(cloud, resource_id, None, "Failed")
        raise
    return _conclude(cloud, resource_id, changed, "Succeeded")


def _conclude(cloud: Cloud, resource_id: ArmId, changed: Resource | None, state: str) -> Resource:
    resource = changed or cloud.store.get(resource_id)
    if resource is None:
        raise ArmError(404, "ResourceNotFound", f"The Resource '{resource_id}' was deleted meanwhile.")
    if "provisioningState" in resource.properties:
        resource = resource.with_properties(provisioningState=state)
    elif changed is None:
        return resource
    return cloud.store.put(resource)


async def remove(cloud: Cloud, resource_id: ArmId) -> None:
    """Retire everything below, the deepest first, then the resource itself; then they are gone together."""
    for below in reversed(cloud.store.below(resource_id)):
        cloud.operations.cancel(below.id.key)
        await cloud.types.of(below.type).retire(cloud, below)
        cloud.store.delete(below.id)
    resource = cloud.store.get(resource_id)
    if resource is not None:
        await cloud.types.of(resource.type).retire(cloud, resource)
        cloud.store.delete(resource_id)


async def recover(cloud: Cloud) -> None:
    """At start: take up what was running, and let every type bring back what lived outside the store."""
    taken = set()
    for operation in cloud.operations.unfinished():
        resource = cloud.store.get(operation["target"])
        if resource is None:
            done = {**operation, "status": "Succeeded", "endTime": cloud.clock.iso()}
            cloud.store.set_record("operation", operation["id"], done)
            continue
        again = (
            removal(cloud, resource.id)
            if operation["verb"] == "delete"
            else work(cloud, cloud.types.of(resource.type), resource.id)
        )
        cloud.operations.run(operation, again)
        taken.add(resource.id.key)
    for resource in cloud.store.below("/subscriptions"):
        behaviour = cloud.types.of(resource.type)
        if resource.id.key in taken:
            continue
        if resource.state in FINAL:
            await behaviour.restore(cloud, resource)
        elif resource.state == "Deleting":
            cloud.operations.begin(resource.id.key, "delete", _namespace(resource), "", removal(cloud, resource.id))
        else:
            cloud.operations.begin(
                resource.id.key, "put", _namespace(resource), "", work(cloud, behaviour, resource.id)
            )


def view(cloud: Cloud, behaviour: ResourceType, resource: Resource) -> Body:
    """The resource as it is answered."""
    shown = behaviour.show(cloud, resource)
    return {"id": resource.id.text, "name": resource.id.name, "type": resource.type, **shown}


def has_state(cloud: Cloud, route: Route) -> bool:
    """Whether the type's model has a `provisioningState`."""
    model = route.response_type or route.body_type
    return model is not None and "properties.provisioningState" in cloud.tables.read_only(model)


def _accepted(
    cloud: Cloud, behaviour: ResourceType, route: Route, call: Call, resource: Resource, operation: dict[str, Any]
) -> Reply:
    wanted = (201, 200, 202) if call.existing is None else (200, 201, 202)
    if route.answers(202) and not route.answers(201):
        wanted = (202, 200)
    status = next(s for s in wanted if route.answers(s))
    names = route.lro_headers.get(status) or ("Azure-AsyncOperation",)
    headers = cloud.operations.headers(
        operation, tuple(names) if "Location" in names or status != 202 else (*names, "Location")
    )
    return Reply(status, view(cloud, behaviour, resource), {**headers, "ETag": resource.etag})


def _check_location(call: Call) -> None:
    """A resource never moves. Source: ARM error codes InvalidResourceLocation and InvalidResourceGroupLocation."""
    old, new = (str(body.get("location") or "") for body in (call.existing.body if call.existing else {}, call.body))
    if not old or not new or place(old) == place(new):
        return
    group = call.id.type == "Microsoft.Resources/resourceGroups"
    what = f"resource group '{call.id.name}'" if group else f"resource '{call.id.name}' of type '{call.id.type}'"
    raise conflict(
        "InvalidResourceGroupLocation" if group else "InvalidResourceLocation",
        f"The {what} already exists in location '{old}'; it can't be created in location '{new}'. Choose a new name.",
        target="location",
    )


def _check_immutable(behaviour: ResourceType, call: Call) -> None:
    if call.existing is None:
        return
    changed = [
        path
        for path in behaviour.immutable
        if (new := _at(call.body, path)) is not None and not _alike(new, _at(call.existing.body, path))
    ]
    if changed:
        named = ", ".join(f"'{path}'" for path in changed)
        raise bad_request(
            "PropertyChangeNotAllowed",
            f"Changing {named} of '{call.existing.id.name}' is not allowed; re-create it.",
            target=changed[0],
        )


def _alike(new: Any, old: Any) -> bool:
    """Ids and enumerations compare without case."""
    return bool(new.lower() == old.lower()) if isinstance(new, str) and isinstance(old, str) else bool(new == old)


def _at(body: Any, path: str) -> Any:
    for part in path.split("."):
        body = body.get(part) if isinstance(body, dict) else None
    return body


def _signed(cloud: Cloud, route: Route, call: Call, body: Body) -> Body:
    """`systemData`, where the model has it: who made and last changed it, and when."""
    model = route.response_type or route.body_type
    if model is None or "systemData" not in cloud.tables.read_only(model):
        return body
    now, by = cloud.clock.iso(), {"lastModifiedBy": call.principal.object_id, "lastModifiedByType": "Application"}
    before = (call.existing.body.get("systemData") if call.existing else None) or {
        "createdBy": call.principal.object_id,
        "createdByType": "Application",
        "createdAt": now,
    }
    return {**body, "systemData": {**before, **by, "lastModifiedAt": now}}


def _merged(kept: Body, new: Body) -> Body:
    """Secrets that came with this request over those of before; one not sent again is kept."""
    merged = dict(kept)
    for key, value in new.items():
        before = merged.get(key)
        merged[key] = _merged(before, value) if isinstance(value, dict) and isinstance(before, dict) else value
    return merged


def _namespace(resource: Resource) -> str:
    return resource.type.split("/", 1)[0]


def refuse_while_busy(cloud: Cloud, existing: Resource | None) -> None:
    """A change while another runs is 409, and may be tried again."""
    if existing is not None and existing.state not in FINAL and cloud.operations.busy(existing.id.key):
        problem = conflict(
            "AnotherOperationInProgress",
            f"Another operation on '{existing.id.name}' is in progress ({existing.state}).",
        )
        problem.headers["Retry-After"] = "1"
        raise problem
