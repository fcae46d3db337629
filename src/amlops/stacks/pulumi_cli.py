"""Which Pulumi CLI runs: exactly the version of the SDK that the programs use."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from amlops.errors import AmlopsError

VARIABLE = "AMLOPS_PULUMI"
"""Names the CLI's file where it should be another than the one that set-up puts beside Python."""
HOST = "pulumi-language-python"
"""What the engine runs Python programs by. A local Azure brings one."""


def has_host(cli: Path, path: str) -> bool:
    """Whether the language host is where the engine looks for it: beside the CLI's file, and on PATH."""
    return shutil.which(HOST, path=os.pathsep.join([str(cli.parent), path])) is not None


def require_host(process: Mapping[str, str]) -> None:
    """For a stack in Azure. Raises AmlopsError (exit code 3) where the language host is not beside the CLI or on PATH,
    which is where the engine looks for it."""
    if not has_host(find_pulumi(process).resolve(), process.get("PATH", os.defpath)):
        todo = f"install Pulumi's own release of {version('pulumi')}, put it on PATH, and run `make setup`"
        raise AmlopsError(f"{HOST} is missing, which stacks in Azure need; {todo}", exit_code=3)


def find_pulumi(process: Mapping[str, str]) -> Path:
    """The CLI's file. Raises AmlopsError (exit code 3) where there is none."""
    named = process.get(VARIABLE)
    if named:
        if not Path(named).is_file():
            raise AmlopsError(f"{VARIABLE} names {named}, which is no file; correct or unset it", exit_code=2)
        return Path(named).absolute()
    beside = Path(sys.executable).parent / "pulumi"
    if beside.is_file():
        return beside
    found = shutil.which("pulumi", path=process.get("PATH"))
    if found is None:
        raise AmlopsError("the Pulumi CLI is missing; run `make setup`", exit_code=3)
    return Path(found).absolute()
