"""The activity log: every request that writes, deletes or acts through ARM, by whom, and how it ended.

What takes time has two entries with one correlation id: when it was accepted, and when it ended. Kept for 90 days on
the emulator's clock, the latest 20,000. One that can't be written, on a full disk say, is left out: what it tells of
has happened all the same. Source: Azure Monitor, "Activity log event schema"; model EventData.
"""

from __future__ import annotations

import logging
import sqlite3
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from . import lateness

if TYPE_CHECKING:
    from ..arm.exchange import Exchange
    from ..arm.reply import Reply
    from ..clock import Clock
    from ..operations import Operation
    from ..settings import Settings
    from ..store import Store

log = logging.getLogger(__name__)

KEPT, DAYS = 20_000, 90
_STREAM, _PENDING = "activity", "activity-pending"
_WRITES = ("PUT", "PATCH", "DELETE", "POST")


@dataclass(frozen=True, slots=True)
class Event:
    """One entry. `status` is Succeeded, Failed or Accepted; `at` in seconds since the epoch."""

    id: str
    at: float
    object_id: str
    app_id: str
    method: str
    uri: str
    action: str
    resource: str
    status: str
    http_status: int
    correlation: str
    request: str  # x-ms-request-id
    client_request: str
    error: str = ""  # "CODE: message"


class Activity:
    """Writes entries as requests are answered and as operations end; gives them once they are known."""

    def __init__(self, store: Store, clock: Clock, settings: Settings) -> None:
        self._store, self._clock, self._settings = store, clock, settings

    def note(self, exchange: Exchange, reply: Reply, headers: Mapping[str, str]) -> None:
        """A request to ARM that was answered."""
        caller, route = exchange.principal, exchange.route
        if exchange.method not in _WRITES or caller is None or route is None or exchange.id.subscription is None:
            return
        poll = headers.get("Azure-AsyncOperation") or headers.get("Location") or ""
        status = "Failed" if reply.status >= 400 else "Accepted" if poll else "Succeeded"
        event = Event(
            id=str(uuid.uuid4()),
            at=self._clock.now(),
            object_id=caller.object_id,
            app_id=caller.app_id,
            method=exchange.method,
            uri=f"{self._settings.base_url}{exchange.path}",
            action=route.permission,
            resource=exchange.id.text,
            status=status,
            http_status=reply.status,
            correlation=headers["x-ms-correlation-request-id"],
            request=headers["x-ms-request-id"],
            client_request=exchange.headers.get("x-ms-client-request-id", ""),
            error=_error((reply.body or {}).get("error") if isinstance(reply.body, dict) else None),
        )
        self._write(event, begun=poll.split("?", 1)[0].rsplit("/", 1)[-1] if status == "Accepted" else "")

    def ended(self, operation: Operation) -> None:
        """An operation that somebody was told of has ended."""
        kept = self._store.record(_PENDING, operation.id)
        if kept is None:
            return
        failed = operation.error is not None
        event = replace(
            Event(**kept),
            id=str(uuid.uuid4()),
            at=self._clock.now(),
            status="Failed" if failed else "Succeeded",
            http_status=operation.error_status if failed else 200,
            error=_error(operation.error),
        )
        self._write(event, ended=operation.id)

    def events(self, subscription: str, since: float, until: float) -> list[Event]:
        """What is known by now of a subscription from `since` to `until`, the latest first."""
        oldest = self._clock.now() - DAYS * 86400
        last = min(until, lateness.known_until(self._store, self._clock, "activityLateSeconds"))
        found = self._store.entries(_STREAM, subscription, max(since, oldest), last)
        return [Event(**entry) for entry in reversed(found)]

    def _write(self, event: Event, *, begun: str = "", ended: str = "") -> None:
        """With the operation that it begins or ends, if there is one."""
        subscription = event.resource.strip("/").split("/")[1]
        try:
            with self._store.transaction():
                self._store.append(_STREAM, [(subscription, event.at, asdict(event))], keep=KEPT)
                if begun:
                    self._store.set_record(_PENDING, begun, asdict(event))
                if ended:
                    self._store.drop_record(_PENDING, ended)
        except sqlite3.Error as problem:
            log.warning("the activity log lacks the %s of %s: %s", event.action, event.resource, problem)


def substatus(event: Event) -> tuple[str, str]:
    """`Created`, `Created (HTTP Status Code: 201)`."""
    phrase = HTTPStatus(event.http_status).phrase.replace(" ", "") if event.http_status else ""
    return phrase, f"{phrase} (HTTP Status Code: {event.http_status})" if phrase else ""


def _error(error: Any) -> str:
    return f"{error.get('code')}: {error.get('message')}"[:500] if isinstance(error, dict) else ""
