"""One attempt to run a command job, from its environment to its last log line."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

from ..arm.errors import ArmError
from ..arm.ids import ArmId
from ..environments import EnvironmentBuildFailed
from ..storage.blobs import BlobsError
from ..store import Resource
from ..tracking import TrackingUnavailable
from . import assets, command, files, places, references, spec, states
from .lanes import Lanes
from .states import Failure
from .streaming import streamed
from .variables import Run as Told
from .variables import variables

if TYPE_CHECKING:
    from ..processes import Child
    from ..workshop import Workshop

LOG = "user_logs/std_log.txt"
BUILD_LOG = "azureml-logs/20_image_build_log.txt"

_TAIL = 20  # lines of the log that go into the error
_GRACE = 5.0  # seconds between SIGTERM and SIGKILL
_MLFLOW_STATUS = {"Completed": "FINISHED", "Failed": "FAILED", "Canceled": "KILLED"}


A = TypeVar("A")
B = TypeVar("B")


class _Ended(Exception):
    """The run is over before its end: its status and why."""

    def __init__(self, status: str, failure: Failure) -> None:
        super().__init__(failure.message)
        self.status, self.failure = status, failure


class Run:
    """Runs a job that is in the store. `cancel` may be called at any moment."""

    def __init__(self, cloud: Workshop, lanes: Lanes, job: Resource) -> None:
        workspace = job.id.parent
        assert workspace is not None
        self._cloud, self._lanes, self._job, self._workspace = cloud, lanes, job.id, workspace
        self._spec = spec.read(job.id.name, job.properties)
        self._guid = workspace_guid(cloud, workspace)
        self._folder = files.folder(cloud, self._guid, self._spec.name)
        self._artifacts = places.artifacts(cloud.store, workspace, self._spec.name)
        self._submitter = states.submitter(job)
        self._canceled = False
        self._task: asyncio.Task[Any] | None = None

    def cancel(self) -> None:
        self._canceled = True
        if self._task is not None:
            self._task.cancel()

    async def __call__(self) -> None:
        """Until the job is in a final state. Cancelled by others (the emulator stops) it leaves the state as it is."""
        self._task = asyncio.current_task()
        try:
            status, failure = await self._attempt()
        except asyncio.CancelledError:
            if not self._canceled or self._task is None:
                raise
            self._task.uncancel()
            status, failure = "Canceled", None
        self._task = None  # what follows is short and isn't cancelled any more
        await self._end(status, failure)

    async def _attempt(self) -> tuple[str, Failure | None]:
        if self._canceled:
            return "Canceled", None
        try:
            with _first_alone():
                await self._stages()
        except _Ended as ended:
            return ended.status, ended.failure
        except EnvironmentBuildFailed as error:
            return "Failed", Failure("ImageBuildFailure", f"The environment could not be built.\n{error.tail}")
        except TrackingUnavailable as error:
            return "Failed", Failure("ServiceError", str(error))
        except ArmError as error:
            return "Failed", Failure(error.code, error.message)
        except (OSError, BlobsError, httpx.HTTPError) as error:
            return "Failed", Failure("ServiceError", f"{type(error).__name__}: {error}")
        return "Completed", None

    async def _stages(self) -> None:
        asked = self._spec
        await asyncio.to_thread(self._folder.make, asked)
        await self._cloud.blobs.create_container(self._artifacts.account, self._artifacts.container)
        self._move("Preparing")
        interpreter, experiment = await _both(self._environment(), self._cloud.tracking.open_run(self._guid, asked))
        self._move("Queued")
        async with self._lanes.node(self._workspace, asked.compute):
            self._move("Running")
            await files.fetch_code(self._cloud, self._workspace, asked, self._folder)
            inputs = await files.fetch_inputs(self._cloud, self._workspace, asked, self._folder)
            await self._execute(self._told(interpreter, experiment, inputs))
        self._move("Finalizing")
        self._check_assets()
        await files.store_outputs(self._cloud, self._workspace, asked, self._folder)

    def _move(self, to: str, failure: Failure | None = None) -> Resource:
        return states.move(self._cloud.store, self._cloud.clock, self._job, to, failure)

    async def _environment(self) -> Path:
        asset = references.version(self._cloud.store, self._workspace, self._spec.environment, "environments")
        conda, image = asset.properties.get("condaFile"), asset.properties.get("image")
        async with streamed(self._cloud, self._job, self._artifacts, self._folder.build_log, BUILD_LOG):
            return await self._cloud.environments.interpreter(conda, image, self._folder.build_log)

    def _told(self, interpreter: Path, experiment: str, inputs: dict[str, str | None]) -> Told:
        settings = self._cloud.settings
        return Told(
            workspace=self._workspace,
            workspace_guid=self._guid,
            spec=self._spec,
            experiment_id=experiment,
            interpreter=interpreter,
            root=self._folder.root,
            inputs=inputs,
            outputs={output.name: str(self._folder.output(output)) for output in self._spec.outputs},
            endpoint=settings.base_url,
            proxy=f"http://127.0.0.1:{settings.proxy_port}",
            ca=self._cloud.home / "ca.pem",
            tracking=self._cloud.tracking.uri(self._workspace),
            token=self._cloud.tracking.token(self._submitter),
        )

    async def _execute(self, told: Told) -> None:
        """The command as a child process; raises _Ended unless it exits with 0 in its time."""
        line = command.fill(self._spec.command, told.inputs, told.outputs)
        async with streamed(self._cloud, self._job, self._artifacts, self._folder.log, LOG):
            child = await self._cloud.processes.spawn(
                f"job {self._spec.name}",
                ["/bin/bash", "-c", line],
                env=variables(told),
                cwd=self._folder.code,
                log=self._folder.log,
            )
            try:
                code = await self._ended_in_time(child)
            finally:
                await child.terminate(_GRACE)
        if code is None:
            limit = f"The job ran longer than its limits.timeout of {self._spec.timeout:g} s and was canceled."
            raise _Ended("Canceled", Failure("UserError", limit))
        if code != 0:
            await self._keep_what_failed()
            raise _Ended("Failed", self._failure(code))

    async def _ended_in_time(self, child: Child) -> int | None:
        """The exit code; None where the limit passed first. The limit runs on the cloud's clock."""
        if self._spec.timeout is None:
            return await child.wait()
        ended = asyncio.ensure_future(child.wait())
        limit = asyncio.ensure_future(self._cloud.clock.sleep(self._spec.timeout))
        try:
            await asyncio.wait((ended, limit), return_when=asyncio.FIRST_COMPLETED)
            return ended.result() if ended.done() else None
        finally:
            for task in (ended, limit):
                task.cancel()

    def _check_assets(self) -> None:
        """An asset version of nothing would only fail later, where it is harder to see why."""
        for output in self._spec.outputs:
            if assets.taken(self._cloud.store, self._workspace, output):
                message = f"Output '{output.name}': version {output.version} of '{output.asset}' exists already."
                raise _Ended("Failed", Failure("UserError", message))
            if output.asset and not files.holds_anything(self._folder.output(output)):
                message = (
                    f"Output '{output.name}' is empty, so '{output.asset}' gets no version. Write to it in the job."
                )
                raise _Ended("Failed", Failure("UserError", message))

    async def _keep_what_failed(self) -> None:
        """Outputs of a failed job are kept, as a mounted output would be; they become no asset."""
        await files.store_outputs(self._cloud, self._workspace, self._spec, self._folder)

    def _failure(self, code: int) -> Failure:
        with self._folder.log.open(errors="replace") as file:
            tail = "".join(deque(file, _TAIL)).strip()
        how = f"exited with status code {code}" if code >= 0 else f"was ended by signal {-code}"
        return Failure(
            "UserError",
            f"Execution failed. User process {how}. Please check log file '{LOG}' for error details. Error: {tail}",
        )

    async def _end(self, status: str, failure: Failure | None) -> None:
        """Close the run in MLflow, then make the final state and the assets durable together."""
        try:
            await self._cloud.tracking.close_run(self._guid, self._spec.name, _MLFLOW_STATUS[status])
        except (TrackingUnavailable, httpx.HTTPError) as error:
            if failure is None and status == "Completed":
                status, failure = "Failed", Failure("ServiceError", f"The run could not be closed in MLflow: {error}")
        with suppress(states.RunGone), self._cloud.store.transaction():
            moved = self._move(status, failure)
            if states.status(moved) == "Completed":
                signed = assets.signature(self._submitter, self._cloud.clock.iso())
                assets.register(self._cloud.store, self._workspace, self._spec, signed)
        await asyncio.to_thread(self._folder.remove)


def workspace_guid(cloud: Workshop, workspace: ArmId) -> str:
    """The id that a workspace gets at its creation; one made anew under the same name has another."""
    resource = cloud.store.get(workspace)
    return str(resource.properties["workspaceId"]) if resource else ""


@contextmanager
def _first_alone() -> Iterator[None]:
    """Of errors that came as a group, the first."""
    try:
        yield
    except BaseExceptionGroup as errors:
        found: BaseException = errors
        while isinstance(found, BaseExceptionGroup):
            found = found.exceptions[0]
        raise found from None


async def _both(first: Coroutine[Any, Any, A], second: Coroutine[Any, Any, B]) -> tuple[A, B]:
    """Both at once; the first error ends the other."""
    async with asyncio.TaskGroup() as group:
        one, two = group.create_task(first), group.create_task(second)
    return one.result(), two.result()
