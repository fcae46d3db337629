"""Check: git, and Node.js for the local Azure's blobs, are there."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from ..check import Check, Result
from ..situation import Clone


class Tools(Check[Clone]):
    id = "tools"

    def examine(self, where: Clone) -> Iterator[Result]:
        path = where.environ.get("PATH")
        wanted = {"git": shutil.which("git", path=path), "node": self._node(where, path)}
        for name, file in wanted.items():
            if file is None:
                yield self.wrong(f"{name} is missing", f"install {name}" if name == "git" else "make setup")
            else:
                yield self.ok(f"{name} is {file}")

    def _node(self, where: Clone, path: str | None) -> str | None:
        named = where.environ.get("AMLOPS_NODE")
        if named:
            return named if Path(named).is_file() else None
        beside = Path(sys.executable).parent / "node"  # where set-up links one
        return shutil.which("node", path=path) or (str(beside) if beside.exists() else None)
