"""Runs Pulumi's CLI on a small program, with the adapter and the language host as its plugins."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STACK = "test"


@dataclass(frozen=True)
class Engine:
    """A Pulumi project in a folder of its own, with a file backend beside it."""

    folder: Path
    environment: dict[str, str]

    def program(self, text: str) -> None:
        """Replace the program."""
        (self.folder / "infra" / "__main__.py").write_text(textwrap.dedent(text))

    def run(self, *arguments: str, ok: bool = True) -> str:
        """Run the CLI; gives standard output and error together. `ok`: whether it must succeed."""
        done = self._run(*arguments)
        output = done.stdout + done.stderr
        assert (done.returncode == 0) is ok, output
        return output

    def argv(self, *arguments: str) -> list[str]:
        cli = shutil.which("pulumi", path=self.environment["PATH"])
        assert cli is not None, "no `pulumi` beside this Python or on PATH; `make up` puts it there"
        return [cli, *arguments, "--non-interactive", "--color=never"]

    def steps(self, *arguments: str) -> list[tuple[str, str]]:
        """(operation, resource) of the steps of a preview, without those that change nothing."""
        done = self._run(*arguments, "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        found = [(step["op"], step["urn"].rsplit("::", 1)[-1]) for step in json.loads(done.stdout)["steps"]]
        return [step for step in found if step[0] not in ("same", "read")]

    def state(self) -> dict[str, dict[str, Any]]:
        """Resources of the stack by the last part of their URN."""
        deployment = json.loads(self._run("stack", "export").stdout)["deployment"]
        return {r["urn"].rsplit("::", 1)[-1]: r for r in deployment.get("resources", ())}

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = self.argv(*arguments)
        return subprocess.run(command, cwd=self.folder, env=self.environment, capture_output=True, text=True)


def make_engine(folder: Path, environment: dict[str, str]) -> Engine:
    """Make the project, its backend and the stack."""
    plugins, state = folder / "plugins", folder / "state"
    for made in (plugins, state, folder / "infra", folder / "home"):
        made.mkdir()
    (folder / "Pulumi.yaml").write_text("name: adapter\nruntime: python\nmain: infra\n")
    for name, role in (("pulumi-resource-azure-native", "provider"), ("pulumi-language-python", "host")):
        wrapper = plugins / name
        wrapper.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m localazure.pulumi {role} "$@"\n')
        wrapper.chmod(0o755)
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("ARM_", "AZURE_", "PULUMI_"))}
    beside = Path(sys.executable).parent
    engine = Engine(
        folder,
        {
            **inherited,
            **environment,
            "PATH": f"{plugins}:{beside}:{os.environ['PATH']}",
            "HOME": str(folder / "home"),
            "PULUMI_HOME": str(folder / "home" / ".pulumi"),
            "PULUMI_BACKEND_URL": state.as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": "test",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        },
    )
    engine.run("stack", "init", STACK)
    return engine
