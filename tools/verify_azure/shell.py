"""Runs the commands that users run, under the eye of the meter; nothing that was started outlives the run."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from amlops.errors import AmlopsError
from amlops.progress import Progress

from .cost import Meter
from .redact import redact

LOOK = 1.0
"""Seconds between two looks at the meter."""
GRACE = 60.0
"""Seconds that a command has to end by itself when it is asked to."""
_JOB = ("GITHUB_", "ACTIONS_", "RUNNER_", "AMLOPS_APP_PRIVATE_KEY", "AMLOPS_APP_TOKEN_FILE")
"""Variables of a job of GitHub's: the story knows none."""
_CHILD = "child.json"


@dataclass(frozen=True)
class Shell:
    """`clone` is where commands run, `folder` holds their log. `hidden` are subscription and tenant, for the log."""

    clone: Path
    folder: Path
    process: Mapping[str, str]
    meter: Meter
    told: Progress
    hidden: tuple[str, str]

    def amlops_json(self, words: str, *, codes: tuple[int, ...] = (0,)) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.amlops(f"{words} --json", codes=codes))
        return found

    def amlops(self, words: str, *, codes: tuple[int, ...] = (0,)) -> str:
        """What the command prints. Raises AmlopsError for any other exit code, CapReached in the middle of it."""
        command = [".venv/bin/amlops", *shlex.split(words)]
        self.meter.check()
        with self.told.step(f"amlops {words}"), tempfile.TemporaryFile("w+") as printed, self._log() as log:
            log.write(f"\n$ amlops {words}\n")
            with self._child(command, printed) as child:
                told = self._follow(child, log)
                while True:
                    try:
                        code = child.wait(LOOK)
                        break
                    except subprocess.TimeoutExpired:
                        self.meter.check()
                told.join(GRACE)
            printed.seek(0)
            text = printed.read()
            log.write(redact(text, *self.hidden))
        if code not in codes:
            said = "\n".join((self.folder / "log.txt").read_text(encoding="utf-8").splitlines()[-15:])
            raise AmlopsError(f"`amlops {words}` ended with {code}:\n{said}")
        return text

    @contextlib.contextmanager
    def _child(self, command: list[str], printed: IO[str]) -> Iterator[subprocess.Popen[str]]:
        """In a session of its own, so that a Ctrl-C reaches it by us: first it is asked to end, then it is ended."""
        given = {name: value for name, value in self.process.items() if not name.startswith(_JOB)}
        child = subprocess.Popen(
            command,
            cwd=self.clone,
            env=given,
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        note = self.folder / _CHILD
        note.write_text(json.dumps({"pid": child.pid, "clone": str(self.clone)}), encoding="utf-8")
        try:
            yield child
        finally:
            if child.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    child.send_signal(signal.SIGINT)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.wait(GRACE)
            _kill(child.pid)
            child.wait()
            note.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _log(self) -> Iterator[IO[str]]:
        with (self.folder / "log.txt").open("a", encoding="utf-8") as file:
            yield file

    def _follow(self, child: subprocess.Popen[str], log: IO[str]) -> threading.Thread:
        assert child.stderr is not None
        lines = child.stderr

        def copy() -> None:
            for line in lines:
                log.write(redact(line, *self.hidden))
                log.flush()

        thread = threading.Thread(target=copy, daemon=True)
        thread.start()
        return thread


def end_orphan(folder: Path) -> bool:
    """Ends the command that a killed run left going, on this machine. Whether there was one."""
    note = folder / _CHILD
    if not note.is_file():
        return False
    found = json.loads(note.read_text(encoding="utf-8"))
    try:
        lives = Path(f"/proc/{found['pid']}/cwd").readlink() == Path(found["clone"])
    except OSError:
        lives = False
    if lives:
        _kill(int(found["pid"]))
    note.unlink()
    return lives


def _kill(group: int) -> None:
    """The command and whatever it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
