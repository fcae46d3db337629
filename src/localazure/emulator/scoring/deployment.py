"""A deployment that serves: one server takes its requests, others may be starting to replace it or ending after it."""

from __future__ import annotations

import asyncio
import logging
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from ..arm.errors import ArmError
from . import artifacts, server
from .server import Server
from .spec import Spec

if TYPE_CHECKING:
    from ..workshop import Workshop

SERVER_LOG, STORAGE_LOG = "inference-server.log", "storage-initializer.log"
_log = logging.getLogger(__name__)
_BACK_OFF = (0.2, 1.0, 5.0, 30.0)  # seconds before a crashed server's next start; the last one repeats


class Deployment:
    """What runs for one deployment resource. `pending` counts requests that are admitted and not yet answered."""

    def __init__(self, cloud: Workshop, spec: Spec, folder: Path) -> None:
        self.spec, self.pending = spec, 0
        self._cloud, self._folder = cloud, folder
        self._server: Server | None = None
        self._serving = asyncio.Event()
        self._changing = asyncio.Lock()
        self._watcher: asyncio.Task[None] | None = None
        self._leaving: dict[Server, asyncio.Task[None]] = {}

    @property
    def serving(self) -> Server | None:
        """The server that takes requests now."""
        return self._server

    async def server(self) -> Server:
        """The server that takes requests now; waits while there is none."""
        while self._server is None:
            await self._serving.wait()
        return self._server

    async def replace(self, spec: Spec) -> None:
        """Serve `spec` from now on. Raises ArmError, and what served before goes on serving.

        The new server is ready before it takes its first request, and the old one ends after its last, so no request
        fails in between.
        """
        watched = self._watcher is not None
        if self._server is None:
            self._unwatch()
        try:
            async with self._changing:
                before = self._server
                if before is not None and before.child.returncode is None and spec.content == self.spec.content:
                    self.spec = spec
                    return
                made = await self._start(spec)
                self._unwatch()
                before, self.spec = self._server, spec
                self._take(made)
                if before is not None:
                    self._let_leave(before, spec.timeout)
                watched = True
        finally:
            if watched and self._watcher is None:
                self.watch()

    def watch(self) -> None:
        """Keep it serving from now on, beginning with a start where it doesn't serve yet."""
        self._watcher = asyncio.get_running_loop().create_task(self._watch())

    async def end(self) -> None:
        """End every process at once; files stay."""
        self._unwatch()
        async with self._changing:
            for task in self._leaving.values():
                task.cancel()
            servers = [*self._leaving, *([self._server] if self._server else [])]
            await asyncio.gather(*(found.end(0) for found in servers))
            self._server = None

    # -- inside --------------------------------------------------------------------------------------------------------

    async def _start(self, spec: Spec) -> Server:
        """A server that is ready. Ends it again where it isn't, or where nobody wants it any more."""
        self._folder.mkdir(parents=True, exist_ok=True)
        found = await artifacts.fetch(self._cloud, spec, self._folder / spec.content, self._folder / STORAGE_LOG)
        log = self._folder / SERVER_LOG
        if log.exists():
            log.rename(log.with_suffix(".previous.log"))
        made = await server.start(self._cloud.processes, spec, found, log)
        try:
            await made.ready(spec, self._cloud.clock)
        except BaseException:
            await made.end(0)
            raise
        return made

    def _take(self, made: Server) -> None:
        self._server = made
        self._serving.set()

    def _unwatch(self) -> None:
        if self._watcher is not None:
            self._watcher.cancel()
            self._watcher = None

    async def _watch(self) -> None:
        """A server that ended or fails its liveness probe is started anew, as a kubelet would."""
        tries = 0
        while True:
            if self._server is not None:
                await self._until_dead(self._server)
                self._serving.clear()
                dead, self._server, tries = self._server, None, 0
                await dead.end(0)
            try:
                async with self._changing:
                    self._take(await self._start(self.spec))
            except ArmError as error:
                _log.warning("deployment %s does not start: %s", self.spec.id, error.message)
                await asyncio.sleep(_BACK_OFF[min(tries, len(_BACK_OFF) - 1)])
                tries += 1

    async def _until_dead(self, found: Server) -> None:
        failures = 0
        ended = asyncio.get_running_loop().create_task(found.child.wait())
        try:
            while failures < self.spec.liveness.failures:
                probe = self.spec.liveness
                pause = asyncio.get_running_loop().create_task(self._cloud.clock.sleep(probe.period))
                try:
                    await asyncio.wait({ended, pause}, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    pause.cancel()
                if ended.done():
                    return
                failures = 0 if await found.healthy(probe.timeout) else failures + 1
        finally:
            ended.cancel()

    def _let_leave(self, before: Server, longest: float) -> None:
        task = asyncio.get_running_loop().create_task(self._leave(before, longest))
        self._leaving[before] = task
        task.add_done_callback(lambda _: self._leaving.pop(before, None))

    async def _leave(self, before: Server, longest: float) -> None:
        """See a server off and remove the files that nobody serves any more."""
        await before.drain(longest)
        async with self._changing:
            for entry in self._folder.iterdir():
                if entry.is_dir() and entry.name != self.spec.content:
                    await asyncio.to_thread(shutil.rmtree, entry, ignore_errors=True)
