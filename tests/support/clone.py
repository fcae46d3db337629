"""A fresh clone of this repository in a fresh folder, as a newcomer has it, and commands run in it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.cloud import LocalCloud

REPOSITORY = Path(__file__).resolve().parents[2]
GRACE_SECONDS = 20.0
"""How long after its end a local Azure's children may still be seen."""
# What a newcomer's shell would not have: our virtual environment, variables of a local Azure, Python's own switches.
_OURS = re.compile(
    r"^(VIRTUAL_ENV|AZURE|MLFLOW_|REGISTRY_|ARM_|PULUMI_|AMLOPS_|PYTEST|PYTHON|REQUESTS_CA_BUNDLE$|SSL_CERT_FILE$|HTTPS_PROXY$|NO_PROXY$)"
)


@dataclass(frozen=True, slots=True)
class Clone:
    """A clone at `path`. `run` gives what was printed and fails the test with it when the command fails."""

    path: Path

    def environment(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not _OURS.match(k)}
        own = str(REPOSITORY / ".venv" / "bin")
        kept["PATH"] = os.pathsep.join(p for p in kept["PATH"].split(os.pathsep) if p != own)
        return {**kept, **(extra or {})}

    def start(self, command: str, extra: Mapping[str, str] | None = None, **options: Any) -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["bash", "-c", command],
            cwd=self.path,
            env=self.environment(extra),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            **options,
        )

    def run(self, command: str, *, code: int | None = 0, extra: Mapping[str, str] | None = None) -> str:
        """Run a bash command line; `code` None accepts every exit code."""
        with self.start(command, extra) as process:
            printed, _ = process.communicate()
        assert code is None or process.returncode == code, f"`{command}` ended with {process.returncode}:\n{printed}"
        return printed

    def amlops(self, arguments: str, *, code: int | None = 0) -> str:
        return self.run(f".venv/bin/amlops {arguments}", code=code)

    def amlops_json(self, arguments: str) -> Any:
        return json.loads(self.run(f".venv/bin/amlops {arguments} --json 2>/dev/null"))

    def git_status(self) -> str:
        return self.run("git status --porcelain")

    def pulumi(self, arguments: str, stack: str, *, code: int | None = 0) -> str:
        """The plain CLI after `eval "$(amlops env STACK)"`, with `--non-interactive`."""
        return self.run(
            f'set -e; found=$(.venv/bin/amlops env {stack}); eval "$found"; '
            f"pulumi {arguments} -s {stack} --non-interactive",
            code=code,
        )

    @property
    def home(self) -> Path:
        """The local Azure's."""
        return self.path / ".local" / "azure"

    def cloud(self) -> LocalCloud:
        """The clone's local Azure, which must run."""
        told = json.loads(self.run(".venv/bin/python -m localazure --home .local/azure status --json"))
        return LocalCloud(self.home, told)


def clone_into(folder: Path) -> Clone:
    """Clone what git tracks here, with changes that aren't committed yet, so that a test tells of the tree at hand."""
    path = folder / "clone"
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        source, target = REPOSITORY / name, path / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    clone = Clone(path)
    clone.run(
        "git init -q -b main && git add -A && "
        "git -c user.name=t -c user.email=t@example.invalid commit -qm 'feat: start' --allow-empty"
    )
    return clone


def readme_commands(section: str) -> list[str]:
    """The commands in the README's code blocks below a heading, one a line."""
    text = (REPOSITORY / "README.md").read_text()
    found = re.search(rf"^## {re.escape(section)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"README.md has no section {section!r}"
    blocks = re.findall(r"^```(?:bash|console)\n(.*?)^```", found[1], re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line and not line.startswith("#")]


def curl_line(printed: str) -> str:
    """The command that `make up` printed to paste."""
    found = re.search(r"^\s*(curl .*)$", printed, re.MULTILINE)
    assert found, f"no curl line in:\n{printed}"
    assert shutil.which("curl"), "the line to paste needs curl"
    return f"{found[1]} --silent --fail"


def processes_of(folder: Path) -> list[str]:
    """Command lines of living processes that were started from, or work in, this folder. A zombie counts as gone."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
            where = str((entry / "cwd").readlink())
        except OSError:
            continue
        if words and (str(folder) in words or where.startswith(str(folder))):
            found.append(f"{entry.name} {words}")
    return found


def remaining(clone: Clone) -> list[str]:
    """Processes of the clone that are still there after a grace period."""
    until = time.monotonic() + GRACE_SECONDS
    while (found := processes_of(clone.path)) and time.monotonic() < until:
        time.sleep(0.2)
    return found
