"""Azurite by `npm ci` from its lock, once per user; Node from the machine, else from its wheel."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from . import cache
from .pulumi import wheel
from .step import run, step

OLDEST_NODE = 20


def provide(tools: Path, uv: Path) -> tuple[Path, Path]:
    """(the folder `node_modules` with Azurite, the file of Node)."""
    with step("Azurite") as this:
        node = _node() or wheel(tools / "node.lock", uv) / "bin/node"

        def make(place: Path) -> None:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(tools / name, place)
            run(
                [node.parent / "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"],
                why="installing Azurite",
                cwd=place,
                env={"PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"},
            )

        place, made = cache.by_rename(f"node/{cache.key(tools / 'package-lock.json')}", make)
        this.note = "installed" if made else "there"
        return place / "node_modules", node


def _node() -> Path | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm or Path(node).parent != Path(npm).parent:
        return None
    said = subprocess.run([node, "--version"], capture_output=True, text=True).stdout.strip().lstrip("v")
    major = said.split(".")[0]
    return Path(node) if major.isdigit() and int(major) >= OLDEST_NODE else None
