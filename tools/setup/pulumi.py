"""The Pulumi CLI: exactly the pinned version, from PATH or built from its Go module into the per-user cache."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from . import cache
from .step import SetupFailed, run, step

PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"


def pinned(tools: Path) -> str:
    """The version in go.mod: `v3.259.0`. Newer CLIs migrate state, so no other will do."""
    found = re.search(r"github\.com/pulumi/pulumi/pkg/v3 (v[\d.]+)", (tools / "go.mod").read_text())
    if not found:
        raise SetupFailed(f"{tools / 'go.mod'}: no line for github.com/pulumi/pulumi/pkg/v3; restore it from git")
    return found[1]


def provide(tools: Path, uv: Path, bin: Path) -> Path:
    """The CLI's file. `bin` is the clone's own, where a link of ours may lie: it does not count as the machine's."""
    version = pinned(tools)
    with step(f"Pulumi CLI {version}") as this:
        present = _on_path(version, bin)
        if present:
            this.note = f"from PATH ({present})"
            return present
        name = f"pulumi/{cache.key(tools / 'go.sum')}"
        place, made = cache.by_rename(name, lambda at: _build(tools, uv, version, at))
        this.note = "built from its Go module" if made else "there"
        return place / "pulumi"


def _on_path(version: str, bin: Path) -> Path | None:
    path = os.pathsep.join(p for p in os.environ.get("PATH", "").split(os.pathsep) if Path(p) != bin)
    found = shutil.which("pulumi", path=path)
    if found is None:
        return None
    env = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    said = subprocess.run([found, "version"], capture_output=True, text=True, env=env)
    return Path(found) if said.returncode == 0 and said.stdout.strip() == version else None


def _build(tools: Path, uv: Path, version: str, at: Path) -> None:
    sys.stdout.write("  … building the Pulumi CLI from its Go module; the first time takes some minutes\n")
    sys.stdout.flush()
    flags = f"-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version={version}"
    run(
        [go(tools, uv), "build", "-trimpath", "-mod=readonly", "-ldflags", flags, "-o", f"{at}/", PACKAGE],
        why="building the Pulumi CLI",
        cwd=tools,
        # the compiler collects half as often: a seventh of the processor's time less, for some more memory (measured)
        env={"CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOFLAGS": "", "GOWORK": "off", "GOGC": "200"},
    )


def go(tools: Path, uv: Path) -> Path:
    """The machine's Go if it is new enough for go.mod, else the one of the wheel."""
    found = re.search(r"^go (\d+)\.(\d+)", (tools / "go.mod").read_text(), re.MULTILINE)
    needed = (int(found[1]), int(found[2])) if found else (0, 0)
    machine = shutil.which("go")
    if machine:
        said = subprocess.run(
            [machine, "env", "GOVERSION"], capture_output=True, text=True, env={**os.environ, "GOTOOLCHAIN": "local"}
        )
        has = re.match(r"go(\d+)\.(\d+)", said.stdout)
        if has and (int(has[1]), int(has[2])) >= needed:
            return Path(machine)
    return wheel(tools / "go.lock", uv) / "bin/go"


def wheel(lock: Path, uv: Path) -> Path:
    """An environment of its own in the per-user cache for a tool that comes as a wheel."""

    def make(place: Path) -> None:
        run([uv, "venv", "-q", "--python", sys.executable, place], why=f"making an environment for {lock.stem}")
        run(
            [uv, "pip", "install", "-q", "--python", place / "bin/python", "--require-hashes", "-r", lock],
            why=f"installing {lock.stem}",
        )

    return cache.in_place(wheel_name(lock), make)[0]


def wheel_name(lock: Path) -> str:
    """Where in the cache such an environment lies."""
    return f"{lock.stem}/{cache.key(lock, extra=sys.version)}"
