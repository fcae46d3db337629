"""Long-running operations: on record from their first answer, finished at once, after N polls or in real time.

An operation that was left running by a kill -9 is taken up again at the next start.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .arm.errors import ArmError
from .types.base import Reply

if TYPE_CHECKING:
    from .clock import Clock
    from .settings import Settings
    from .store import Store

Work = Callable[[], Awaitable[Any]]
log = logging.getLogger(__name__)
RETRY_AFTER = "1"  # azure-native's own defaults are 10 s on update and 30 s on delete
REAL_TIME = 20.0  # seconds on the emulator's clock of an operation in real time


class Operations:
    """Operations by id. `mode` is `at-once`, `real-time` or `polls:N`; it governs operations begun from then on."""

    def __init__(self, store: Store, settings: Settings, clock: Clock) -> None:
        self._store, self._settings, self._clock = store, settings, clock
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._polled: dict[str, asyncio.Event] = {}
        self._stopping = False
        self._sabotage: str | None = None

    @property
    def mode(self) -> str:
        return str(self._store.record("operations", "mode") or "at-once")

    @property
    def at_once(self) -> bool:
        """Whether what is begun now ends before its answer."""
        return self._sabotage is None and self.mode == "at-once"

    def set_mode(self, mode: str) -> None:
        """Raises ValueError for a mode there is not."""
        if mode not in ("at-once", "real-time") and not (mode.startswith("polls:") and mode[6:].isdigit()):
            raise ValueError(f"{mode!r} is no mode; use at-once, real-time or polls:N")
        self._store.set_record("operations", "mode", mode)

    @contextmanager
    def sabotaged(self, kind: str) -> Iterator[None]:
        """What is begun inside ends as Failed (`fail-operation`) or not at all (`never-ends`)."""
        self._sabotage = {"fail-operation": "fail", "never-ends": "never"}[kind]
        try:
            yield
        finally:
            self._sabotage = None

    def begin(self, target: str, verb: str, namespace: str, location: str, work: Work) -> dict[str, Any]:
        """Start work on a resource (`target` is its key). Gives the operation's record; call it inside a transaction."""
        operation = {
            "id": str(uuid.uuid4()),
            "target": target,
            "verb": verb,
            "namespace": namespace,
            "location": location or "global",
            "status": "InProgress",
            "startTime": self._clock.iso(),
            "polls": 0,
            "mode": self._sabotage or self.mode,
        }
        self._store.set_record("operation", operation["id"], operation)
        self.run(operation, work)
        return operation

    def run(self, operation: dict[str, Any], work: Work) -> None:
        """Run the work of an operation that is on record; the one before on the same resource is ended."""
        self.cancel(operation["target"])
        self._polled[operation["id"]] = asyncio.Event()
        task = asyncio.get_running_loop().create_task(self._run(operation, work))
        self._tasks[operation["target"]] = task
        task.add_done_callback(lambda done: self._forget(operation, done))

    def cancel(self, target: str) -> None:
        """End what runs on a resource; its operation counts as Canceled."""
        task = self._tasks.pop(target, None)
        if task is not None:
            task.cancel()

    def busy(self, target: str) -> bool:
        return target in self._tasks

    async def finished(self, target: str) -> None:
        """Wait for what runs on a resource, however it ends."""
        task = self._tasks.get(target)
        if task is not None:
            await asyncio.wait([task])

    def unfinished(self) -> list[dict[str, Any]]:
        """Operations that were running when the emulator ended."""
        return [o for o in self._store.records("operation").values() if o["status"] == "InProgress"]

    def headers(self, operation: dict[str, Any], names: tuple[str, ...]) -> dict[str, str]:
        """The polling headers that this status has, by the table."""
        at = (
            f"{self._settings.base_url}/subscriptions/{self._settings.subscription_id}/providers/"
            f"{operation['namespace']}/locations/{operation['location']}"
        )
        tail = f"{operation['id']}?api-version=2025-12-01"
        urls = {"Azure-AsyncOperation": f"{at}/operationStatuses/{tail}", "Location": f"{at}/operationResults/{tail}"}
        return {**{name: urls[name] for name in names if name in urls}, "Retry-After": RETRY_AFTER}

    def status(self, operation_id: str) -> Reply:
        """GET of an `Azure-AsyncOperation` URL."""
        operation = self._read(operation_id)
        body = {k: operation[k] for k in ("status", "startTime", "endTime", "error") if k in operation}
        path = f"/subscriptions/{self._settings.subscription_id}/providers/{operation['namespace']}/locations/{operation['location']}"
        body |= {"id": f"{path}/operationStatuses/{operation_id}", "name": operation_id}
        running = operation["status"] == "InProgress"
        return Reply(200, body, {"Retry-After": RETRY_AFTER} if running else {})

    def result(self, operation_id: str, show: Callable[[str], Any]) -> Reply:
        """GET of a `Location` URL: 202 while it runs, then the resource, nothing, or the error."""
        operation = self._read(operation_id)
        if operation["status"] == "InProgress":
            return Reply(202, None, self.headers(operation, ("Location",)))
        if "error" in operation:
            return Reply(operation.get("errorStatus", 400), {"error": operation["error"]})
        found = None if operation["verb"] == "delete" else show(operation["target"])
        return Reply(204) if found is None else Reply(200, found)

    def _read(self, operation_id: str) -> dict[str, Any]:
        operation: dict[str, Any] | None = self._store.record("operation", operation_id)
        if operation is None:
            raise ArmError(404, "OperationNotFound", f"The operation '{operation_id}' was not found.")
        if operation["status"] == "InProgress":
            operation["polls"] += 1
            self._store.set_record("operation", operation_id, operation)
            event = self._polled.get(operation_id)
            if event is not None:
                event.set()
        return operation

    async def _run(self, operation: dict[str, Any], work: Work) -> None:
        failure: ArmError | None = None
        try:
            await self._wait(operation)
            await work()
        except ArmError as problem:
            failure = problem
        except asyncio.CancelledError:
            if not self._stopping:
                self._end(
                    operation, "Canceled", ArmError(409, "OperationCanceled", "Another operation took its place.")
                )
            raise
        except Exception as problem:  # noqa: BLE001 (a fault of ours becomes a failed operation, and is logged)
            log.exception("operation %s on %s", operation["verb"], operation["target"])
            failure = ArmError(500, "InternalServerError", f"The local Azure failed: {problem!r}.")
        self._end(operation, "Failed" if failure else "Succeeded", failure)

    async def _wait(self, operation: dict[str, Any]) -> None:
        mode = operation["mode"]
        if mode == "real-time":
            await self._clock.sleep(REAL_TIME)
        if mode.startswith("polls:"):
            while self._store.record("operation", operation["id"])["polls"] < int(mode[6:]):
                event = self._polled[operation["id"]]
                await event.wait()
                event.clear()
        if mode == "fail":
            raise ArmError(500, "InternalServerError", "A fault of the rehearsal: this operation was told to fail.")
        if mode == "never":
            await asyncio.Event().wait()

    def _end(self, operation: dict[str, Any], status: str, failure: ArmError | None) -> None:
        kept = {**operation, "status": status, "endTime": self._clock.iso()}
        if failure is not None:
            kept |= {"error": failure.body()["error"], "errorStatus": failure.status}
        self._store.set_record("operation", operation["id"], kept)

    def _forget(self, operation: dict[str, Any], task: asyncio.Task[None]) -> None:
        self._polled.pop(operation["id"], None)
        if self._tasks.get(operation["target"]) is task:
            del self._tasks[operation["target"]]

    async def stop(self) -> None:
        """End without an answer: what runs is taken up at the next start."""
        tasks = list(self._tasks.values())
        self._stopping = True
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
