"""Long-running operations: on record from their first answer, finished at once, after N polls or in real time.

An operation that was left running by a kill -9 is taken up again at the next start. One that can't be recorded, because
the disk is full say, is tried again until it can.
"""

from __future__ import annotations

import asyncio
import logging
import re
import sqlite3
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from .arm.errors import ArmError
from .arm.ids import ArmId
from .arm.reply import Reply

if TYPE_CHECKING:
    from .clock import Clock
    from .settings import Settings
    from .store import Store

Hold = Callable[[], Awaitable[None]]
Work = Callable[[Hold], Awaitable[None]]
log = logging.getLogger(__name__)

AT_ONCE = "at-once"
RETRY_AFTER = "1"  # azure-native's own defaults are 10 s on update and 30 s on delete
REAL_TIME = 20.0  # seconds on the emulator's clock of an operation in real time
_MODE = re.compile(r"at-once|real-time(:\d+(\.\d+)?)?|polls:\d+")
_FAULTS = ("fail-operation", "never-ends")  # modes that only a fault rule gives
_KIND = "operation"
_KEPT = 86400.0  # seconds that a finished operation can still be asked for
_AGAIN = 1.0  # seconds until work is tried again that could not be recorded


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. `target` is the key of its resource; `announced` says that a client has its URL."""

    target: str
    verb: str  # put, delete
    namespace: str
    location: str
    mode: str
    started: str
    began: float
    announced: bool
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    status: str = "InProgress"
    ended: str | None = None
    polls: int = 0
    error: dict[str, Any] | None = None
    error_status: int = 0

    def failure(self) -> ArmError | None:
        """What it ended with, if it failed."""
        if self.error is None:
            return None
        return ArmError(self.error_status, self.error["code"], self.error["message"], target=self.error.get("target"))


class Operations:
    """Operations by id. `mode` is `at-once`, `real-time[:SECONDS]` or `polls:N`, for operations begun from then on."""

    def __init__(self, store: Store, settings: Settings, clock: Clock) -> None:
        self._store, self._settings, self._clock = store, settings, clock
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._polled: dict[str, asyncio.Event] = {}
        self._known: dict[str, asyncio.Event] = {}  # set when it is known how an operation ends, or that it can't yet
        self._stopping = False
        self.on_end: Callable[[Operation], None] = lambda operation: None

    @property
    def mode(self) -> str:
        return str(self._store.record("operations", "mode") or AT_ONCE)

    def set_mode(self, mode: str) -> None:
        """Raises ValueError for a mode there is not."""
        if _MODE.fullmatch(mode) is None:
            raise ValueError(f"{mode!r} is no mode; use at-once, real-time, real-time:SECONDS or polls:N")
        self._store.set_record("operations", "mode", mode)

    # -- what runs -------------------------------------------------------------------------------------------------

    def record(self, target: str, verb: str, location: str, mode: str, *, announced: bool) -> Operation:
        """Put an operation on record, in the transaction that changes its resource; `run` it when that is durable."""
        namespace = target[target.rfind("/providers/") + 11 :].split("/", 1)[0] if "/providers/" in target else ""
        operation = Operation(
            target=target,
            verb=verb,
            namespace=namespace or "Microsoft.Resources",
            location=location or "global",
            mode=mode,
            started=self._clock.iso(),
            began=self._clock.now(),
            announced=announced,
        )
        self._write(operation)
        return operation

    def run(self, operation: Operation, work: Work) -> None:
        """Run the work of an operation that is on record, after the one before on the same resource was ended."""
        before = self._tasks.pop(operation.target, None)
        if before is not None:
            before.cancel()
        self._polled[operation.id], self._known[operation.id] = asyncio.Event(), asyncio.Event()
        task = asyncio.get_running_loop().create_task(self._run(operation, work, before), name=operation.target)
        self._tasks[operation.target] = task
        task.add_done_callback(lambda done: self._forget(operation, done))

    async def outcome(self, operation: Operation) -> None:
        """Wait until it ended. Raises its ArmError, or sqlite3.Error where its end can't be recorded now."""
        if known := self._known.get(operation.id):
            await known.wait()
        ended = self._read(operation.id)
        if ended is None:
            return
        if ended.status == "InProgress":
            raise sqlite3.OperationalError("the end of the operation could not be written")
        if not operation.announced:
            self._store.drop_record(_KIND, operation.id)
        if failure := ended.failure():
            raise failure

    async def cancel(self, target: str) -> None:
        """End what runs on a resource and wait for it; its operation counts as Canceled."""
        task = self._tasks.pop(target, None)
        if task is not None and task is not asyncio.current_task():
            task.cancel()
            await asyncio.wait([task])

    def busy(self, target: str) -> bool:
        return target in self._tasks

    def unfinished(self) -> list[Operation]:
        """Operations that were running when the emulator ended; finished ones that nobody asks for are forgotten."""
        found = [Operation(**record) for record in self._store.records(_KIND).values()]
        for operation in found:
            if operation.status != "InProgress" and operation.began + _KEPT < self._clock.now():
                self._store.drop_record(_KIND, operation.id)
        return [operation for operation in found if operation.status == "InProgress"]

    def conclude(self, operation: Operation, failure: ArmError | None = None, status: str = "Succeeded") -> None:
        """Write how an operation ended."""
        current = self._read(operation.id) or operation
        ended = replace(current, status=status, ended=self._clock.iso())
        if failure is not None:
            ended = replace(ended, error=failure.body()["error"], error_status=failure.status)
        self._write(ended)
        self.on_end(ended)

    async def stop(self) -> None:
        """End without an answer: what runs is taken up at the next start."""
        tasks = list(self._tasks.values())
        self._stopping = True
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # -- what clients poll -------------------------------------------------------------------------------------------

    def headers(self, operation: Operation, names: tuple[str, ...]) -> dict[str, str]:
        """The polling headers of those names, and `Retry-After`."""
        at = f"{self._settings.base_url}{self._path(operation)}"
        tail = f"{operation.id}?api-version=2025-12-01"
        urls = {"Azure-AsyncOperation": f"{at}/operationStatuses/{tail}", "Location": f"{at}/operationResults/{tail}"}
        return {**{name: urls[name] for name in names if name in urls}, "Retry-After": RETRY_AFTER}

    def status(self, operation_id: str) -> Reply:
        """GET of an `Azure-AsyncOperation` URL."""
        operation = self._poll(operation_id)
        body: dict[str, Any] = {
            "id": f"{self._path(operation)}/operationStatuses/{operation.id}",
            "name": operation.id,
            "status": operation.status,
            "startTime": operation.started,
        }
        if operation.status == "InProgress":
            return Reply(200, body, {"Retry-After": RETRY_AFTER})
        if operation.error is not None:
            body["error"] = operation.error
        return Reply(200, {**body, "endTime": operation.ended})

    def result(self, operation_id: str, show: Callable[[str], Any]) -> Reply:
        """GET of a `Location` URL: 202 while it runs, then the resource, nothing, or the error."""
        operation = self._poll(operation_id)
        if operation.status == "InProgress":
            return Reply(202, None, self.headers(operation, ("Location",)))
        if operation.error is not None:
            return Reply(operation.error_status, {"error": operation.error})
        found = None if operation.verb == "delete" else show(operation.target)
        return Reply(204) if found is None else Reply(200, found)

    # -- inside --------------------------------------------------------------------------------------------------------

    async def _run(self, operation: Operation, work: Work, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await asyncio.wait([before])
        while True:
            try:
                return await self._attempt(operation, work)
            except sqlite3.Error:
                log.exception("the %s of %s can't be recorded; it is tried again", operation.verb, operation.target)
                self._known[operation.id].set()
                await asyncio.sleep(_AGAIN)

    async def _attempt(self, operation: Operation, work: Work) -> None:
        try:
            await work(lambda: self._hold(operation))
        except ArmError as failure:
            self.conclude(operation, failure, "Failed")
        except asyncio.CancelledError:
            if not self._stopping:
                self._cancelled(operation)
            raise
        else:
            self.conclude(operation)

    def _cancelled(self, operation: Operation) -> None:
        try:
            why = ArmError(409, "OperationCanceled", "Another operation took its place.")
            self.conclude(operation, why, "Canceled")
        except sqlite3.Error:
            log.exception("that the %s of %s was cancelled can't be recorded", operation.verb, operation.target)

    async def _hold(self, operation: Operation) -> None:
        """Wait as the mode says. Raises ArmError for an operation that was told to fail."""
        kind, _, number = operation.mode.partition(":")
        if kind == "real-time":
            left = operation.began + float(number or REAL_TIME) - self._clock.now()
            await self._clock.sleep(max(0.0, left))
        elif kind == "polls":
            while (self._read(operation.id) or operation).polls < int(number):
                await self._polled[operation.id].wait()
                self._polled[operation.id].clear()
        elif kind == _FAULTS[0]:
            raise ArmError(409, "InternalServerError", "A fault of the rehearsal: this operation was told to fail.")
        elif kind == _FAULTS[1]:
            await asyncio.Event().wait()

    def _poll(self, operation_id: str) -> Operation:
        operation = self._read(operation_id)
        if operation is None:
            raise ArmError(404, "OperationNotFound", f"The operation '{operation_id}' was not found.")
        if operation.status == "InProgress" and operation.mode.startswith("polls:"):
            operation = replace(operation, polls=operation.polls + 1)
            self._write(operation)
            if event := self._polled.get(operation_id):
                event.set()
        return operation

    def _path(self, operation: Operation) -> str:
        subscription = ArmId(operation.target).subscription or self._settings.subscription_id
        return f"/subscriptions/{subscription}/providers/{operation.namespace}/locations/{operation.location}"

    def _read(self, operation_id: str) -> Operation | None:
        record = self._store.record(_KIND, operation_id)
        return None if record is None else Operation(**record)

    def _write(self, operation: Operation) -> None:
        self._store.set_record(_KIND, operation.id, asdict(operation))

    def _forget(self, operation: Operation, task: asyncio.Task[None]) -> None:
        self._polled.pop(operation.id, None)
        if known := self._known.pop(operation.id, None):
            known.set()
        if self._tasks.get(operation.target) is task:
            del self._tasks[operation.target]
