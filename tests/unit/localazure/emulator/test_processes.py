"""Child processes: their life, their end, and that none outlives the emulator."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from localazure.emulator.processes import Child, Processes
from localazure.emulator.store import Store

pytestmark = pytest.mark.emulator_only

ENV = {"PATH": os.environ["PATH"]}

# Starts a grandchild in a session of its own, as a daemon would be, says both pids and waits.
FAMILY = "setsid sleep 600 & echo $! > grandchild; echo $$ > leader; touch ready; wait"

EMULATOR = """
import asyncio, os, pathlib, signal, sys
from localazure.emulator.processes import Processes
from localazure.emulator.store import Store

async def main(home):
    processes = Processes(Store(home / "state.db"))
    child = await processes.spawn("family", ["bash", "-c", {script!r}], env=dict(os.environ), cwd=home,
                                  log=home / "log", die_with=signal.{die_with})
    (home / "guardian").write_text(str(child.pid))
    await asyncio.sleep(600)

asyncio.run(main(pathlib.Path(sys.argv[1])))
"""


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def until(holds: Callable[[], bool]) -> None:
    """Wait for what must become true; fails after a time that no working program needs."""
    give_up = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < give_up, "it never became true"
        time.sleep(0.01)


def pid_in(path: Path) -> int:
    until(lambda: path.exists() and path.read_text().strip() != "")
    return int(path.read_text())


def processes(home: Path) -> Processes:
    return Processes(Store(home / "state.db"))


def test_exit_code_and_output_are_the_programs_own(tmp_path: Path) -> None:
    """A program's exit code comes back, its output stands in the log, and its record is gone."""

    async def run() -> int:
        mine = processes(tmp_path)
        child = await mine.spawn(
            "one", ["sh", "-c", "echo out; echo err >&2; exit 7"], env=ENV, cwd=tmp_path, log=tmp_path / "log"
        )
        code = await child.wait()
        await asyncio.sleep(0)
        await mine.stop()
        assert mine._store.records("process") == {}
        return code

    assert asyncio.run(run()) == 7
    assert (tmp_path / "log").read_text() == "out\nerr\n"


def test_program_that_is_not_there(tmp_path: Path) -> None:
    """A program that can't be started ends with 127 and the log names it."""

    async def run() -> int:
        child = await processes(tmp_path).spawn("x", ["/no/such"], env=ENV, cwd=tmp_path, log=tmp_path / "log")
        return await child.wait()

    assert asyncio.run(run()) == 127
    assert "/no/such: No such file" in (tmp_path / "log").read_text()


def test_terminate_asks_first_and_kills_after_the_grace(tmp_path: Path) -> None:
    """SIGTERM can be handled; a program that ignores it is killed once its grace is over."""

    async def run() -> tuple[int, int]:
        mine = processes(tmp_path)
        polite = "trap 'exit 3' TERM; touch polite; while :; do sleep 0.01; done"
        deaf = "trap '' TERM; touch deaf; while :; do sleep 0.01; done"
        children: list[Child] = [
            await mine.spawn("a", ["bash", "-c", script], env=ENV, cwd=tmp_path, log=tmp_path / "log")
            for script in (polite, deaf)
        ]
        await asyncio.to_thread(until, lambda: (tmp_path / "polite").exists() and (tmp_path / "deaf").exists())
        codes = await asyncio.gather(children[0].terminate(20), children[1].terminate(0.05))
        return codes[0], codes[1]

    assert asyncio.run(run()) == (3, -signal.SIGKILL)


@pytest.mark.parametrize("victim", ["leader", "guardian"])
def test_death_of_the_leader_ends_its_whole_family(tmp_path: Path, victim: str) -> None:
    """kill -9 of the program or of its guardian ends what it started, in any session, before wait returns."""

    async def run() -> None:
        child = await processes(tmp_path).spawn(
            "family", ["bash", "-c", FAMILY], env=ENV, cwd=tmp_path, log=tmp_path / "log"
        )
        await asyncio.to_thread(until, (tmp_path / "ready").exists)
        os.kill(child.pid if victim == "guardian" else pid_in(tmp_path / "leader"), signal.SIGKILL)
        assert await child.wait() == -signal.SIGKILL

    asyncio.run(run())
    assert not alive(pid_in(tmp_path / "leader"))
    assert not alive(pid_in(tmp_path / "grandchild"))


def emulator(home: Path, script: str, die_with: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", EMULATOR.format(script=script, die_with=die_with), str(home)])


def test_kill_9_of_the_emulator_ends_all_that_it_started(tmp_path: Path) -> None:
    """Program, guardian and a grandchild in another session are gone soon after the emulator."""
    with emulator(tmp_path, FAMILY, "SIGKILL") as parent:
        pids = [pid_in(tmp_path / name) for name in ("leader", "grandchild", "guardian")]
        assert all(map(alive, pids))
        parent.kill()
    until(lambda: not any(map(alive, pids)))


def test_program_may_tidy_up_when_the_emulator_is_gone(tmp_path: Path) -> None:
    """With `die_with=SIGTERM` a program can save what it holds after a kill -9 of the emulator."""
    script = "trap 'touch saved; exit' TERM; touch ready; while :; do sleep 0.01; done"
    with emulator(tmp_path, script, "SIGTERM") as parent:
        guardian = pid_in(tmp_path / "guardian")
        until((tmp_path / "ready").exists)
        parent.kill()
    until(lambda: (tmp_path / "saved").exists() and not alive(guardian))


def test_sweep_ends_what_even_the_guardian_could_not(tmp_path: Path) -> None:
    """Emulator and guardian killed at once: the next start's sweep ends the rest, and nobody else's process."""
    with emulator(tmp_path, FAMILY, "SIGKILL") as parent:
        guardian, grandchild = pid_in(tmp_path / "guardian"), pid_in(tmp_path / "grandchild")
        os.kill(guardian, signal.SIGSTOP)
        parent.kill()
        os.kill(guardian, signal.SIGKILL)
    until(lambda: not alive(guardian))
    assert alive(grandchild)
    with subprocess.Popen(["sleep", "600"]) as other:
        mine = processes(tmp_path)
        mine._store.set_record("process", str(other.pid), {"name": "x", "started": "otherboot/1", "token": "no"})
        assert asyncio.run(mine.sweep()) >= 1
        assert not alive(grandchild)
        assert other.poll() is None
        assert mine._store.records("process") == {}
        other.kill()
