"""Child processes that end with the emulator, however it ends.

Each runs under a guardian (child.py) that ends it and everything it started once the emulator is gone or the child's
own leader is. What even that can't catch, a guardian killed with -9 together with the emulator, is ended by the sweep
at the next start, by recorded pid, start time and a token in the environment. Linux only (prctl, /proc).
"""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .store import Store

_KIND = "process"
_TOKEN = "LOCALAZURE_PROCESS"  # noqa: S105 (the name of an environment variable)
_GUARDIAN = Path(__file__).with_name("child.py")


@dataclass(frozen=True, slots=True)
class Stat:
    """What /proc says of a living process. Source: proc_pid_stat(5)."""

    pid: int
    session: int
    ticks: int  # start time in clock ticks since boot


class Child:
    """A program under its guardian. `pid` is the guardian's, which leads the session of all that the program starts."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, started: str, token: str) -> None:
        self.name, self.pid, self.started, self.token = name, process.pid, started, token
        self._process = process
        self._ended: asyncio.Task[int] | None = None

    @property
    def returncode(self) -> int | None:
        """The program's exit code, −N for signal N; None while it runs."""
        return self._process.returncode

    async def wait(self) -> int:
        """Wait until the program and everything it started are gone; gives its exit code, −N for signal N."""
        if self._ended is None:
            self._ended = asyncio.get_running_loop().create_task(self._end())
        return await asyncio.shield(self._ended)

    async def terminate(self, grace: float = 5.0) -> int:
        """Send SIGTERM to the program's process group, kill what is left after `grace` seconds; gives the exit code."""
        if self._process.returncode is None and self._process.stdin is not None:
            self._process.stdin.write(f"{int(signal.SIGTERM)} {grace}\n".encode())
        return await self.wait()

    async def _end(self) -> int:
        code = await self._process.wait()
        await asyncio.to_thread(_end_all, self.pid, self.started, self.token)
        return code


class Processes:
    """Starts, records and sweeps the emulator's child processes."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._children: dict[int, Child] = {}
        self._watchers: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        await self.sweep()

    async def stop(self) -> None:
        """End every child, all at once."""
        await asyncio.gather(*(child.terminate() for child in self.running()))
        await asyncio.gather(*self._watchers)

    def running(self) -> list[Child]:
        return list(self._children.values())

    async def sweep(self) -> int:
        """End what an earlier emulator left behind; gives how many processes that were."""
        ended = 0
        for key, record in self._store.records(_KIND).items():
            if int(key) in self._children:
                continue
            ended += await asyncio.to_thread(_end_all, int(key), record["started"], record["token"])
            self._store.drop_record(_KIND, key)
        return ended

    async def spawn(
        self,
        name: str,
        argv: Sequence[str | Path],
        *,
        env: Mapping[str, str],
        cwd: Path,
        log: Path,
        die_with: signal.Signals = signal.SIGKILL,
    ) -> Child:
        """Start a program; both its outputs are appended to `log`, its input is empty.

        `env` is its whole environment. `die_with` is what its process group gets when the emulator is gone; 5 s later
        comes SIGKILL. A program that can't be started ends with 127 and says so in the log.
        """
        token = secrets.token_hex(8)
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-I", "-S", str(_GUARDIAN), str(int(die_with)), *map(str, argv)),
                stdin=asyncio.subprocess.PIPE,
                stdout=output,
                stderr=output,
                cwd=cwd,
                env={**env, _TOKEN: token},
                start_new_session=True,
            )
        stat = _stat(process.pid)
        child = Child(name, process, started=_mark(stat.ticks if stat else 0), token=token)
        self._store.set_record(_KIND, str(child.pid), {"name": name, "started": child.started, "token": token})
        self._children[child.pid] = child
        watcher = asyncio.get_running_loop().create_task(self._forget(child))
        self._watchers.add(watcher)
        watcher.add_done_callback(self._watchers.discard)
        return child

    async def _forget(self, child: Child) -> None:
        await child.wait()
        del self._children[child.pid]
        self._store.drop_record(_KIND, str(child.pid))


def _mark(ticks: int) -> str:
    """A start time that no process of another boot can share."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return f"{boot}/{ticks}"


def _stat(pid: int) -> Stat | None:
    """None where there is no such process, or only its zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in (b"Z", b"X") else Stat(pid, int(fields[3]), int(fields[19]))


def _alive() -> Iterator[Stat]:
    for entry in os.scandir("/proc"):
        if entry.name.isdigit() and (found := _stat(int(entry.name))) is not None:
            yield found


def _carries(pid: int, token: str) -> bool:
    try:
        return f"{_TOKEN}={token}".encode() in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return False


def _end_all(guardian: int, started: str, token: str) -> int:
    """Kill the guardian, its session and whoever carries the token; gives how many those were.

    A pid isn't reused while it names a living session, so a session whose leader is somebody else isn't ours.
    """
    boot, _, ticks = started.rpartition("/")
    if boot != _mark(0).rpartition("/")[0]:
        return 0
    ended: set[int] = set()
    while found := [s for s in _alive() if _ours(s, guardian, int(ticks), token)]:
        for stat in found:
            ended.add(stat.pid)
            try:
                os.kill(stat.pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        time.sleep(0.005)
    return len(ended)


def _ours(stat: Stat, guardian: int, ticks: int, token: str) -> bool:
    if stat.pid == guardian:
        return stat.ticks == ticks
    if _carries(stat.pid, token):
        return True
    if stat.session != guardian or stat.ticks < ticks:
        return False
    leader = _stat(guardian)
    return leader is None or leader.ticks == ticks
