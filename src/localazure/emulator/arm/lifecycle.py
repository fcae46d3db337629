"""Create, change and delete as ARM does them, for every type: checks, states, answers, where to poll."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..operations import AT_ONCE, Operation
from ..store import Body, Resource
from ..types.base import Call, ResourceType
from . import work
from .errors import bad_request, conflict
from .names import place
from .reply import Reply

if TYPE_CHECKING:
    from ..cloud import Cloud
    from ..tables import Route


async def put(cloud: Cloud, behaviour: ResourceType, route: Route, call: Call, mode: str) -> Reply:
    """PUT and PATCH: the body is whole by now. Answers when the work is done, or at once with a URL to poll."""
    background = behaviour.takes_time(cloud) or (route.lro and mode != AT_ONCE)
    provisions = background or type(behaviour).provision is not ResourceType.provision
    operation = None
    with cloud.store.transaction():
        _check_location(call)
        _check_immutable(behaviour, call)
        behaviour.admit(call)
        composed = behaviour.compose(call)
        body, write_only = cloud.tables.take_write_only(route.response_type or route.body_type or "", composed.body)
        signed, secret = _signed(cloud, route, call, body), _merged(composed.secret, write_only)
        resource = replace(composed, body=signed, secret=secret)
        if has_state(cloud, route):
            state = ("Updating" if call.existing else "Creating") if provisions else "Succeeded"
            resource = resource.with_properties(provisioningState=state)
        resource = cloud.store.put(resource)
        if provisions:
            operation = cloud.operations.record(
                resource.id.key, "put", work.location(resource), mode if background else AT_ONCE, announced=background
            )
    if operation is not None:
        cloud.operations.run(operation, work.provisioning(cloud, behaviour, resource.id))
        if background:
            return _accepted(cloud, behaviour, route, call, resource, operation)
        await cloud.operations.outcome(operation)
        resource = work.present(cloud, resource.id)
    status = 201 if call.existing is None and route.answers(201) else 200
    status = status if route.answers(status) else route.statuses[0]
    return Reply(status, view(cloud, behaviour, resource), {"ETag": resource.etag})


async def delete(cloud: Cloud, behaviour: ResourceType, route: Route, call: Call, mode: str) -> Reply:
    """DELETE: what is below goes first. Something absent is 204, as everywhere in ARM."""
    if call.existing is None:
        behaviour.dismiss(call)
        return Reply(204)
    background = route.lro and route.answers(202) and mode != AT_ONCE
    with cloud.store.transaction():
        resource = behaviour.dismiss(call) or call.existing
        if "provisioningState" in resource.properties:
            resource = resource.with_properties(provisioningState="Deleting")
        cloud.store.put(resource)
        operation = cloud.operations.record(
            resource.id.key, "delete", work.location(resource), mode if background else AT_ONCE, announced=background
        )
    cloud.operations.run(operation, work.removal(cloud, resource.id))
    if background:
        return Reply(202, None, cloud.operations.headers(operation, ("Location", "Azure-AsyncOperation")))
    await cloud.operations.outcome(operation)
    return Reply(next((s for s in (200, 204) if route.answers(s)), route.statuses[0]))


def view(cloud: Cloud, behaviour: ResourceType, resource: Resource) -> Body:
    """The resource as it is answered."""
    shown = behaviour.show(cloud, resource)
    return {"id": resource.id.text, "name": resource.id.name, "type": resource.type, **shown}


def has_state(cloud: Cloud, route: Route) -> bool:
    """Whether the type's model has a `provisioningState`."""
    model = route.response_type or route.body_type
    return model is not None and "properties.provisioningState" in cloud.tables.read_only(model)


def _accepted(
    cloud: Cloud, behaviour: ResourceType, route: Route, call: Call, resource: Resource, operation: Operation
) -> Reply:
    """201 for what is new and 200 for a change, where the clients take these; else 202 with `Location`."""
    if route.answers(202) and not route.answers(201):
        status = 202
    else:
        wanted = (201, 200, 202) if call.existing is None else (200, 201, 202)
        status = next(s for s in wanted if route.answers(s))
    names = tuple(route.lro_headers.get(status, ())) or ("Azure-AsyncOperation",)
    if status == 202 and "Location" not in names:
        names = (*names, "Location")
    headers = {**cloud.operations.headers(operation, names), "ETag": resource.etag}
    return Reply(status, view(cloud, behaviour, resource), headers)


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


def refuse_while_busy(cloud: Cloud, existing: Resource | None) -> None:
    """A change while another runs is 409, and may be tried again."""
    if existing is not None and existing.state not in work.FINAL and cloud.operations.busy(existing.id.key):
        problem = conflict(
            "AnotherOperationInProgress",
            f"Another operation on '{existing.id.name}' is in progress ({existing.state}).",
        )
        problem.headers["Retry-After"] = "1"
        raise problem
