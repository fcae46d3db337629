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


def install(tools: Path, uv: Path, bin: Path) -> None:
    """Links `tools/node_modules` to the cache, and `node` into the environment where the machine has none."""
    with step("Azurite") as this:
        node = _node()
        if node is None:
            wheels = wheel(tools / "node.lock", uv) / "bin"
            for name in ("node", "npm"):
                (bin / name).unlink(missing_ok=True)
                (bin / name).symlink_to(wheels / name)
            node = bin / "node"

        def make(place: Path) -> None:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(tools / name, place)
            path = f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"
            run(
                [node.parent / "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"],
                why="installing Azurite",
                cwd=place,
                env={"PATH": path},
            )

        place, made = cache.by_rename(f"node/{cache.key(tools / 'package-lock.json')}", make)
        this.note = "installed" if made else "there"
        link = tools / "node_modules"
        if not (link.is_symlink() and link.resolve() == (place / "node_modules").resolve()):
            if link.is_dir() and not link.is_symlink():
                shutil.rmtree(link)
            link.unlink(missing_ok=True)
            link.symlink_to(place / "node_modules")


def _node() -> Path | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm or Path(node).parent != Path(npm).parent:
        return None
    said = subprocess.run([node, "--version"], capture_output=True, text=True).stdout.strip().lstrip("v")
    major = said.split(".")[0]
    return Path(node) if major.isdigit() and int(major) >= OLDEST_NODE else None
