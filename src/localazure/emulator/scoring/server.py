"""One start of a deployment's server: the process, the socket it listens on, the requests inside it."""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ..arm.errors import ArmError
from .artifacts import Artifacts
from .spec import Spec
from .upstream import Answer, UpstreamError, exchange, request

if TYPE_CHECKING:
    from ..clock import Clock
    from ..processes import Child, Processes

_LAUNCHER = Path(__file__).with_name("launcher.py")
_PROBE = request(b"GET", b"/", [], b"")
_POLL = 0.05  # seconds between two looks at a server that is starting
_TAIL = 40  # lines of the log that go into an error
_GRACE = 10.0  # seconds that a server has to end its last requests
_HELP = "Please see troubleshooting guide, available here: https://aka.ms/oe-tsg#error-resourcenotready"


class Server:
    """A server under its guardian. `in_flight` is how many requests are inside."""

    def __init__(self, child: Child, name: str, log: Path) -> None:
        self.child, self.log = child, log
        self.in_flight = 0
        self._name = name
        self._idle = asyncio.Event()
        self._idle.set()

    async def answer(self, message: bytes) -> Answer:
        """Raises UpstreamError. A caller that gives up is no longer counted, though the script may go on."""
        self.in_flight += 1
        self._idle.clear()
        try:
            return await exchange(self._name, message)
        finally:
            self.in_flight -= 1
            if self.in_flight == 0:
                self._idle.set()

    async def healthy(self, longest: float) -> bool:
        """One probe, `longest` seconds."""
        try:
            async with asyncio.timeout(longest):
                return (await exchange(self._name, _PROBE)).status == 200
        except (UpstreamError, TimeoutError):
            return False

    async def ready(self, spec: Spec, clock: Clock) -> None:
        """Wait for as many answers as the probe wants; raises ArmError 400 ResourceNotReady with the log's last lines.

        The probes' patience runs on the emulator's clock. Nobody waits for its delay or its period: a server that
        answers early is ready early.
        """
        probe, until, answered = spec.readiness, clock.now() + spec.patience, 0
        while answered < probe.successes:
            if self.child.returncode is not None:
                raise self._not_ready("User container has crashed or terminated.")
            if clock.now() >= until:
                raise self._not_ready(f"Readiness probe failed for {spec.patience:g} s.")
            if await self.healthy(probe.timeout):
                answered += 1
            else:
                answered = 0
                await asyncio.sleep(_POLL)

    async def drain(self, longest: float) -> None:
        """Let the requests inside end, `longest` seconds at most, then end the server."""
        try:
            async with asyncio.timeout(longest):
                await self._idle.wait()
        except TimeoutError:
            await self.end(0)
            return
        await self.end()

    async def end(self, grace: float = _GRACE) -> None:
        await self.child.terminate(grace)

    def _not_ready(self, what: str) -> ArmError:
        with self.log.open(errors="replace") as file:
            tail = "".join(deque(file, _TAIL)).strip()
        return ArmError(400, "ResourceNotReady", f"{what} {_HELP}\n{tail}")


async def start(processes: Processes, spec: Spec, artifacts: Artifacts, log: Path) -> Server:
    """Start a server; it is not ready yet."""
    name = f"localazure/{secrets.token_hex(12)}"
    log.write_bytes(b"")
    child = await processes.spawn(
        f"deployment {spec.id.key}",
        [artifacts.python, _LAUNCHER, name, artifacts.code / spec.script],
        env=_variables(spec, artifacts),
        cwd=artifacts.code,
        log=log,
    )
    return Server(child, name, log)


def _variables(spec: Spec, artifacts: Artifacts) -> Mapping[str, str]:
    """The container's environment: nothing of the emulator's own gets in. Source: the server's config.py."""
    endpoint = spec.id.parent
    built_in = {
        "PATH": f"{artifacts.python.parent}:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(artifacts.code.parent),
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        "AML_APP_ROOT": str(artifacts.code),
        "SERVICE_NAME": endpoint.name if endpoint else "",
        "WORKSPACE_NAME": spec.workspace.name,
    }
    model = {"AZUREML_MODEL_DIR": str(artifacts.model)} if artifacts.model else {}
    return {**built_in, **model, **spec.variables, "WORKER_COUNT": str(spec.workers)}
