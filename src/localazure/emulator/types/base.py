"""The shape of a resource type's behaviour. Whoever has read this has read every file beside it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ..arm.caller import Principal
from ..arm.ids import ArmId
from ..arm.reply import Reply
from ..store import Body, Resource

if TYPE_CHECKING:
    from ..cloud import Cloud

__all__ = ["Action", "Call", "Reply", "ResourceType"]


@dataclass(frozen=True, slots=True)
class Call:
    """One authorised and validated request to ARM."""

    cloud: Cloud
    method: str
    id: ArmId  # the resource or collection addressed, in the caller's casing below the stored parents
    params: Mapping[str, str]  # the route's path parameters
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Body  # {} where there is none
    principal: Principal
    existing: Resource | None = None


Action = Callable[[Call], Awaitable[Reply]]


class ResourceType:
    """What one resource type does beyond its table. Every hook has a default, so a plain type is its name alone.

    The order of a PUT: table validation → `immutable` → `admit` → `compose` → store (write-only properties of the
    table go to `Resource.secret`) → answer → `provision`. A PATCH merges into the existing body first and then goes
    the same way. All hooks but `provision` and `retire` are quick and run inside one store transaction.
    """

    type: ClassVar[str]  # "Microsoft.X/a/b", canonical casing
    immutable: ClassVar[tuple[str, ...]] = ()  # dotted wire paths that the service refuses to change
    refused: ClassVar[tuple[str, ...]] = ()  # keys of operations that it must not seem to have: they answer 501
    implicit_parent: ClassVar[bool] = False  # the parent is made along with it ("versions" make their container)
    coverage_note: ClassVar[str] = ""  # what the coverage page says beside "built"
    long_running: ClassVar[bool] = False  # `provision` takes real time: state stays Creating/Updating until it ends

    def takes_time(self, cloud: Cloud) -> bool:
        """Whether a create or update is answered before its work is done, whatever the operations' mode."""
        return self.long_running

    def admit(self, call: Call) -> None:
        """Cross-field rules on `call.body`; raises ArmError."""

    def compose(self, call: Call) -> Resource:
        """The resource to store. The default is the body as it came (PUT replaces)."""
        return Resource(call.id, call.body, dict(call.existing.secret) if call.existing else {})

    def show(self, cloud: Cloud, resource: Resource) -> Body:
        """The body answered to GET: what is computed and never stored is added here."""
        return resource.body

    def listed(self, call: Call, found: list[Resource]) -> list[Resource]:
        """What GET on the collection answers: filtered and ordered by `call.query`, before the table's paging."""
        return found

    async def provision(self, cloud: Cloud, resource: Resource) -> Resource | None:
        """The work behind a create or update; may give a changed resource. Raising ArmError ends it as Failed.

        Runs again at the emulator's start for every resource that was left in a state that is not final, so it must be
        idempotent. Read the resource anew from the store after every await that takes long.
        """
        return None

    def dismiss(self, call: Call) -> Resource | None:
        """Rules on a client's DELETE of `call.existing`, which may be None; raises ArmError.

        May give a changed resource, which is stored before `retire` sees it ("purge, don't keep"). Not called for what
        is deleted along with its parent.
        """
        return None

    async def retire(self, cloud: Cloud, resource: Resource) -> None:
        """The work behind a delete, before the resource is removed from the store."""

    async def restore(self, cloud: Cloud, resource: Resource) -> None:
        """At the emulator's start, for resources in a final state: bring back what lived outside the store."""

    def actions(self) -> Mapping[str, Action]:
        """Further operations by the table's operation name in lower case without spaces: {"POST listKeys": …}.

        The key is METHOD, a space, and the path below the resource (or below the collection, for `GET usages` and the
        like, written as the table writes it).
        """
        return {}
