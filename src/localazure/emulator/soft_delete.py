"""Deleted resources that can be brought back for a while: what they were, and until when their name is not free."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .arm.ids import ArmId
from .store import Body, Resource

if TYPE_CHECKING:
    from .cloud import Cloud

_KIND = "deleted"
DAY = 86400.0  # seconds


@dataclass(frozen=True, slots=True)
class Deleted:
    """A deleted resource as it was; `at` and `until` in seconds since the epoch on the emulator's clock."""

    resource: Resource
    at: float
    until: float

    @property
    def id(self) -> ArmId:
        return self.resource.id


def keep(cloud: Cloud, resource: Resource, seconds: float) -> None:
    """Keep a resource that is being deleted for that long. For a type's `retire`."""
    now = cloud.clock.now()
    kept = {"id": resource.id.text, "body": resource.body, "secret": resource.secret, "at": now, "until": now + seconds}
    cloud.store.set_record(_KIND, resource.id.key, kept)


def find(cloud: Cloud, resource_id: ArmId) -> Deleted | None:
    """What was deleted under this id, if it can still be brought back."""
    kept = cloud.store.record(_KIND, resource_id.key)
    return None if kept is None else _current(cloud, kept)


def of_type(cloud: Cloud, resource_type: str) -> list[Deleted]:
    """All deleted resources of a type."""
    found = (_current(cloud, kept) for kept in cloud.store.records(_KIND).values())
    return [deleted for deleted in found if deleted is not None and deleted.id.type.lower() == resource_type.lower()]


def purge(cloud: Cloud, resource_id: ArmId) -> bool:
    """Forget it for good; gives whether there was one."""
    there = find(cloud, resource_id) is not None
    cloud.store.drop_record(_KIND, resource_id.key)
    return there


def moment(seconds: float) -> str:
    """As the deleted resources of Azure write their dates."""
    return dt.datetime.fromtimestamp(seconds, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _current(cloud: Cloud, kept: dict[str, Any]) -> Deleted | None:
    """None where its time is over, and then it is forgotten."""
    if kept["until"] <= cloud.clock.now():
        cloud.store.drop_record(_KIND, ArmId(kept["id"]).key)
        return None
    body: Body = kept["body"]
    return Deleted(Resource(ArmId(kept["id"]), body, kept["secret"]), kept["at"], kept["until"])
