"""Backs the state of an environment up, and brings it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from amlops.config import PLATFORM
from amlops.config.moments import stamp
from amlops.errors import AmlopsError
from amlops.git import Git
from amlops.stacks import Engine, StackName
from amlops.stacks.state_backup import Backup, read_backup, save, write_index, written_whole

from ..holding import held
from ..session import Session


@dataclass(frozen=True, slots=True)
class Restored:
    """`replaced` is the folder with the states that were there before; None where there were none."""

    stacks: tuple[str, ...]
    replaced: Path | None


def back_up(session: Session, folder: Path) -> Backup:
    """Exports every stack of the environment's realms, also those that git has no more. Raises AmlopsError."""
    return _export_all(session, folder, _present(session))


def restore(session: Session, git: Git, folder: Path, only: Sequence[str] = ()) -> Restored:
    """Puts the states of a backup in the place of those that are there, which are backed up beside it first.

    The cloud is left as it is: what differs from it is seen by `amlops drift`. `only` names stacks, () means all. Each
    stack is held meanwhile. Raises AmlopsError: a backup that is not whole, or of another environment, a stack that it
    doesn't hold, a stack that somebody else holds (exit code 5).
    """
    backup = read_backup(folder)
    if backup.environment != session.environment.name:
        message = f"{folder} is a backup of {backup.environment}, not of {session.environment.name}"
        raise AmlopsError(f"{message}; name the environment that it is of", exit_code=2)
    known = {saved.stack: saved for saved in backup.saved}
    unknown = sorted(set(only) - set(known))
    if unknown:
        there = ", ".join(sorted(known)) or "nothing"
        raise AmlopsError(f"{folder} holds no {', '.join(unknown)}; it holds {there}; name one of them", exit_code=2)
    chosen = {name: saved for name, saved in known.items() if not only or name in only}
    present = {name: who for name, who in _present(session).items() if name in chosen}
    replaced = None
    if present:
        moment = stamp(session.azure.now()).replace(":", "")
        replaced = folder.with_name(f"{folder.name}-replaced-{moment}")
        _export_all(session, replaced, present)
    for name, saved in chosen.items():
        own, stack = session.keeping(saved.who), _name(session, name)
        with (
            held(own, stack, git, f"amlops state restore {session.environment.name}", wait=0),
            session.progress.step(f"restoring the state of {name}"),
        ):
            if name not in present:
                own.engine.command(stack, "stack", "init", "--non-interactive")
            own.engine.command(stack, "stack", "import", "--file", str((folder / saved.file).resolve()))
        # the salt that `init` made is not the state's; without the file the state's counts
        (session.repo.local / "stacks" / f"Pulumi.{name}.yaml").unlink(missing_ok=True)
    return Restored(tuple(chosen), replaced)


def keepers(session: Session) -> tuple[str, ...]:
    """Whose state there is: the platform's and each team's, or one for all where it lies on this machine."""
    platform = session.environment.settings.platform
    if session.state is None or platform is None:
        return (PLATFORM,)
    return (PLATFORM, *sorted(platform.teams))


def _present(session: Session) -> dict[str, str]:
    """The environment's stacks that have a state, by name, each with its keeper."""
    found: dict[str, str] = {}
    for who in keepers(session):
        for name in sorted(session.keeping(who).engine.stacks()):
            if name.partition(".")[0] == session.environment.name:
                found.setdefault(name, who)
    return found


def _export_all(session: Session, folder: Path, stacks: dict[str, str]) -> Backup:
    backup = Backup(session.environment.name, stamp(session.azure.now()), ())
    with written_whole(folder) as draft:
        for name, who in stacks.items():
            with session.progress.step(f"exporting the state of {name}"):
                export = partial(_export, session.keeping(who).engine, _name(session, name))
                backup = replace(backup, saved=(*backup.saved, save(draft, name, who, export)))
        write_index(draft, backup)
    return backup


def _export(engine: Engine, stack: StackName, file: Path) -> None:
    engine.command(stack, "stack", "export", "--file", str(file.resolve()))


def _name(session: Session, text: str) -> StackName:
    """A stack by its name in the state; git may have no file of it any more."""
    _, _, part = text.partition(".")
    deployment = part if part and part != "shared" else None
    return StackName(text, session.environment.name, "deployment" if deployment else "platform", deployment)
