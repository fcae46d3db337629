"""The virtual environment of this clone, by uv from the locks, with what the main job imports compiled to bytecode."""

from __future__ import annotations

import compileall
import os
import re
import sys
from pathlib import Path

from . import cache
from .step import run, step

# The SDK of azure-native is 148 MB of source in 6,000 files; a program imports ten of its modules.
_NATIVE = (
    "machinelearningservices|resources|storage|keyvault|containerregistry|applicationinsights|operationalinsights"
    "|managedidentity|authorization|network|_"
)
_SKIP = re.compile(
    rf"/pulumi_azure_native/(?!({_NATIVE})[^/]*/)[^/]+/"
    r"|/azure/mgmt/(?!machinelearningservices|core)"
    r"|/(mypy|mypyc|debugpy|pygments|sklearn|scipy)/"
)


def uv(tools: Path) -> Path:
    """uv itself: from its lock into the per-user cache, by the pip that comes with Python."""
    with step("uv") as this:

        def make(place: Path) -> None:
            run([sys.executable, "-m", "venv", place], why="making an environment for uv")
            run([place / "bin/pip", "install", "-q", "--require-hashes", "-r", tools / "uv.lock"], why="installing uv")

        place, made = cache.in_place(f"uv/{cache.key(tools / 'uv.lock', extra=sys.version)}", make)
        if not made:
            this.skip("there")
    return place / "bin/uv"


def environment(repository: Path, uv: Path) -> Path:
    """`.venv` from `requirements-local.lock`; made anew when the lock or Python changed. Gives its `bin`."""
    venv, lock = repository / ".venv", repository / "requirements-local.lock"
    mark, wanted = venv / ".made-from", cache.key(lock, extra=f"{sys.version} {repository}")
    pip: list[str | Path] = [uv, "pip", "install", "-q", "--python", venv / "bin/python"]
    there = mark.exists() and mark.read_text() == wanted
    with step("Python environment .venv") as this:
        if there:
            this.skip("there")
        else:
            run([uv, "venv", "-q", "--clear", "--python", sys.executable, venv], why="making .venv")
            run([*pip, "--require-hashes", "-r", lock], why="installing requirements-local.lock")
            this.note = "installed"
        run([*pip, "--no-deps", "--no-build-isolation", "-e", repository], why="installing this project")
    if not there:
        with step("bytecode of what the main job imports"):
            _compile(next(venv.glob("lib/python3*/site-packages")))
            mark.write_text(wanted)
    return venv / "bin"


def _compile(packages: Path) -> None:
    """Without bytecode each start of the compiler of manifests costs 2.5 s instead of 0.8 s."""
    sys.dont_write_bytecode = False
    compileall.compile_dir(packages, quiet=2, rx=_SKIP, workers=os.cpu_count() or 1, maxlevels=20)
