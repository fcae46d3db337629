"""Pulumi's engine on one stack, by pulumi.automation. It adds to plain `pulumi` and never replaces it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from amlops.config import Repository
from amlops.errors import AmlopsError
from amlops.progress import Progress

from .events import Change, Failure, Heard
from .names import StackName
from .pulumi_cli import find_pulumi

if TYPE_CHECKING:
    from pulumi.automation import LocalWorkspace, Stack


_FOLLOWS = "but none were seen"
"""What an update plan says of every step that was not tried because another one failed (deployment_executor.go)."""


class StackFailed(AmlopsError):
    """The engine stopped. `failures` are its errors, each at its resource, without those that only follow from them."""

    def __init__(self, stack: StackName, doing: str, failures: Sequence[Failure], said: str) -> None:
        causes = [failure for failure in failures if _FOLLOWS not in failure.message]
        self.failures = tuple(causes or failures)
        lines = list(dict.fromkeys(str(failure) for failure in self.failures)) or [said]
        super().__init__(f"the stack {stack} could not be {doing}:\n" + "\n".join(f"  {line}" for line in lines))


@dataclass(frozen=True, slots=True)
class Result:
    """What a run did, or would do. `counts` are Pulumi's, by operation. `declared` is every resource of the program,
    the unchanged ones too, with its inputs (secrets blinded). `settles`: the state alone would change, or did. `states`
    are Azure's words for how each resource is (`Succeeded`, `Creating`), by URN, where a refresh read them. `stale`: a
    preview that refreshes found something otherwise than the state has it."""

    stack: StackName
    counts: Mapping[str, int]
    changes: tuple[Change, ...]
    declared: tuple[Change, ...] = ()
    settles: bool = False
    states: Mapping[str, str] = field(default_factory=dict)
    stale: bool = False

    @property
    def changed(self) -> int:
        """Resources that changed, without those that stayed the same."""
        return sum(number for operation, number in self.counts.items() if operation not in ("same", "read"))

    def __str__(self) -> str:
        counted = [f"{number} {operation}" for operation, number in sorted(self.counts.items()) if operation != "same"]
        return ", ".join(counted) or "no change"


@dataclass(frozen=True)
class Engine:
    """`variables` are those of the stack's environment (see `variables`)."""

    repo: Repository
    variables: Mapping[str, str]
    progress: Progress

    def up(self, stack: StackName, *, plan: Path | None = None) -> Result:
        """Brings the stack to what git declares; with `plan` exactly as that preview said. Raises StackFailed."""
        file = None if plan is None else str(plan)
        return self._run(stack, "brought up", lambda on, hear: on.up(on_event=hear, suppress_progress=True, plan=file))

    def preview(self, stack: StackName, *, save_plan: Path | None = None) -> Result:
        """What `up` would do; `save_plan` keeps it for `up`. That file holds values: its folder is for its owner only,
        and it is deleted when it was used. Raises StackFailed."""
        file = None if save_plan is None else str(save_plan)
        return self._run(
            stack, "previewed", lambda on, hear: on.preview(on_event=hear, suppress_progress=True, plan=file)
        )

    def preview_refresh(self, stack: StackName, *, save_plan: Path | None = None) -> Result:
        """What `up` would do if the state were as the cloud is now; neither is changed. The plan is for `up` only where
        the state is so (not `stale`). Raises StackFailed."""
        file = None if save_plan is None else str(save_plan)
        return self._run(
            stack,
            "compared with the cloud",
            lambda on, hear: on.preview(on_event=hear, suppress_progress=True, refresh=True, plan=file),
        )

    def refresh(self, stack: StackName, *, targets: Sequence[str] = (), clear_pending: bool = False) -> Result:
        """Reads what is in the cloud into the state; only `targets` (URNs) where they are given. Raises StackFailed."""

        def run(on: Stack, hear: Heard) -> Any:
            return on.refresh(
                on_event=hear,
                suppress_progress=True,
                target=list(targets) or None,
                clear_pending_creates=clear_pending,
                run_program=False,
            )

        return self._run(stack, "refreshed", run)

    def destroy(self, stack: StackName) -> Result:
        """Deletes everything of the stack; the empty stack stays. Raises StackFailed."""
        return self._run(stack, "destroyed", lambda on, hear: on.destroy(on_event=hear, suppress_progress=True))

    def export(self, stack: StackName) -> dict[str, Any]:
        """The stack's state as Pulumi exports it (`resources`, `pending_operations`), {} for one never brought up."""
        from pulumi.automation import StackNotFoundError

        with _asked(f"the state of {stack} could not be read"):
            try:
                deployment = self._workspace.export_stack(stack.text).deployment
            except StackNotFoundError:
                return {}
        return deployment if isinstance(deployment, dict) else {}

    def cancel(self, stack: StackName) -> None:
        """Removes the lock of a run that is gone."""
        with _asked(f"the lock of {stack} could not be removed"):
            self._on(stack).cancel()

    def interrupt(self) -> int:
        """Asks the CLI that runs now to stop, as Ctrl-C does: it waits for what it has begun, and begins nothing more.
        From another thread; gives how many were asked. Only where /proc tells of children, as on Linux."""
        return _interrupted(os.getpid(), find_pulumi(self.variables).resolve())

    def stacks(self) -> dict[str, int]:
        """Every stack of the backend with the number of its resources."""
        with _asked("the stacks could not be listed"):
            return {found.name: found.resource_count or 0 for found in self._workspace.list_stacks()}

    def command(self, stack: StackName, *arguments: str) -> str:
        """Any other command of the CLI on the stack; gives its output. Raises StackFailed."""
        from pulumi.automation import CommandError

        line = [*arguments, "--stack", stack.text]
        try:
            return self._workspace.pulumi_command.run(line, str(self.repo.root), dict(self.variables)).stdout
        except CommandError as error:
            raise StackFailed(stack, f"changed by `pulumi {arguments[0]}`", (), _tail(error)) from None

    @cached_property
    def _workspace(self) -> LocalWorkspace:
        from pulumi.automation import LocalWorkspace

        # a CLI that is killed ends the stream of its events; its exit code says so
        warnings.filterwarnings("ignore", message="Error in event stream")
        return LocalWorkspace(work_dir=str(self.repo.root), env_vars=self.variables, pulumi_command=self._command)

    @cached_property
    def _command(self) -> Any:
        from pulumi.automation import PulumiCommand
        from semver import VersionInfo

        file, pinned = find_pulumi(self.variables), version("pulumi")
        said = subprocess.run([file, "version"], capture_output=True, text=True, check=False).stdout.strip()
        if said.removeprefix("v") != pinned:
            raise AmlopsError(
                f"{file} is Pulumi {said or 'of an unknown version'}, wanted is {pinned}; run `make setup`"
            )

        class Pinned(PulumiCommand):
            """The CLI by its file; PulumiCommand itself knows only `pulumi` and ROOT/bin/pulumi."""

            def __init__(self) -> None:
                self.command = str(file)
                self.version = VersionInfo.parse(pinned)

        return Pinned()

    def _on(self, stack: StackName) -> Stack:
        from pulumi.automation import Stack

        class Bare(Stack):
            """Without the four calls of the CLI that Stack makes around each run; the events say it all."""

            def __init__(self, name: str, workspace: LocalWorkspace) -> None:
                self.name = name
                self.workspace = workspace

            def outputs(self) -> Any:
                return {}

            def info(self, show_secrets: bool = True) -> Any:
                return {}

        return Bare(stack.text, self._workspace)

    def _run(self, stack: StackName, doing: str, run: Callable[[Stack, Heard], Any]) -> Result:
        from pulumi.automation import CommandError, ConcurrentUpdateError, StackNotFoundError

        heard = Heard(self.progress.line, self.progress.hint)
        try:
            try:
                run(self._on(stack), heard)
            except StackNotFoundError:
                self._workspace.create_stack(stack.text)
                run(self._on(stack), heard)
        except ConcurrentUpdateError:
            message = f"another run holds the stack {stack}; wait for its end (`pulumi cancel` only if it is gone)"
            raise AmlopsError(message, exit_code=5) from None
        except CommandError as error:
            raise StackFailed(stack, doing, heard.failures, _tail(error)) from None
        return Result(
            stack,
            heard.counts,
            tuple(heard.changes),
            tuple(heard.declared.values()),
            heard.settles,
            heard.states,
            heard.stale,
        )


@contextmanager
def _asked(failing: str) -> Iterator[None]:
    from pulumi.automation import CommandError

    try:
        yield
    except CommandError as error:
        raise AmlopsError(f"{failing}: {_tail(error)}") from None


def _interrupted(parent: int, file: Path) -> int:
    """How many children of a process that run this file were sent SIGINT."""
    asked = 0
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            _, ppid = status.read_text(encoding="utf-8").rpartition(")")[2].split()[:2]
            if int(ppid) == parent and (status.parent / "exe").readlink() == file:
                os.kill(int(status.parent.name), signal.SIGINT)
                asked += 1
        except OSError:
            continue  # it ended meanwhile
    return asked


def _tail(error: Exception) -> str:
    """The end of what the CLI said; an exit code below zero is the signal that ended it."""
    killed = re.search(r"code: -(\d+)", str(error))
    if killed:
        return f"the Pulumi CLI was ended by signal {killed[1]}; run it again, it goes on from here"
    lines = [line for line in str(error).splitlines() if line.strip()]
    return " / ".join(lines[-4:])
