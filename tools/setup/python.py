"""The virtual environment of this clone, by uv from the locks, with what the main job imports compiled to bytecode.

AZUREML_GITOPS_VENV names an environment that clones share (the jobs of one runner, say): `.venv` then is a link to it.
It must have been made from the same lock; else the clone gets one of its own. Code comes from the clone all the same,
where PYTHONPATH leads to its `src` (.github/actions/setup).
"""

from __future__ import annotations

import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import cache
from .step import run, step

SHARED = "AZUREML_GITOPS_VENV"

# What the main job imports, in two halves of alike cost. All of the locks would be 12,000 files and half a minute.
_IMPORTED = (
    "import pulumi.automation, programs.environment, programs.deployment, programs.shared, amlops.cli.main, pytest",
    "import azure.ai.ml, azure.ai.ml.entities, azure.identity, azure.mgmt.machinelearningservices, azure.storage.blob, "
    "azure.core.pipeline.transport, localazure.daemon, localazure.emulator.app, localazure.pulumi.provider, uvicorn, "
    "uvicorn.protocols.http.httptools_impl, uvloop, jwt",
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
    venv, named = repository / ".venv", os.environ.get(SHARED)
    if named:
        shared = Path(named).resolve()
        with cache.locked(cache.root() / f"venv/{cache.key(extra=str(shared))}.lock"):
            if not (shared / "bin/python").exists():
                _make(repository, shared, uv)
        with step(f"Python environment .venv, shared ({SHARED})") as this:
            if _made_from(shared)[:1] == [_lock_key(repository)]:
                if not (venv.is_symlink() and venv.readlink() == shared):
                    _link(venv, shared)
                return venv / "bin"
            this.skip("made from another lock, so this clone gets its own")
        if venv.is_symlink():
            venv.unlink()
    return _make(repository, venv, uv)


def _make(repository: Path, venv: Path, uv: Path) -> Path:
    wanted = [_lock_key(repository), str(repository)]
    pip: list[str | Path] = [uv, "pip", "install", "-q", "--python", venv / "bin/python"]
    there = _made_from(venv) == wanted
    with step(f"Python environment {venv.name}") as this:
        if there:
            this.skip("there")
        else:
            lock = repository / "requirements-local.lock"
            run([uv, "venv", "-q", "--clear", "--python", sys.executable, venv], why=f"making {venv.name}")
            run([*pip, "--require-hashes", "-r", lock], why="installing requirements-local.lock")
            this.note = "installed"
        run([*pip, "--no-deps", "--no-build-isolation", "-e", repository], why="installing this project")
    if not there:
        with step("bytecode of what the main job imports"):
            _compile(repository, venv / "bin/python")
            (venv / ".made-from").write_text("\n".join(wanted))
    return venv / "bin"


def _lock_key(repository: Path) -> str:
    return cache.key(repository / "requirements-local.lock", extra=sys.version)


def _made_from(venv: Path) -> list[str]:
    """(key of the lock, clone) of an environment that was made whole."""
    mark = venv / ".made-from"
    return mark.read_text().split("\n") if mark.exists() else []


def _link(at: Path, to: Path) -> None:
    """In place of whatever environment was there."""
    if at.is_dir() and not at.is_symlink():
        shutil.rmtree(at)
    at.unlink(missing_ok=True)
    at.symlink_to(to)


def _compile(repository: Path, python: Path) -> None:
    """Importing writes bytecode; without it each start of the compiler of manifests costs 2.5 s instead of 0.8 s."""
    # a shell that was prepared by `amlops env` names a cloud that azure-ai-ml looks up while it is imported
    settings = {
        "AZUREML_CURRENT_CLOUD": "AzureCloud",
        "PYTHONDONTWRITEBYTECODE": "",
        "PYTHONPATH": str(repository / "infra"),
        "PYTHONWARNINGS": "ignore",
    }

    def imported(what: str) -> str:
        return run([python, "-c", what], why="importing what the main job imports", cwd=repository, env=settings)

    with ThreadPoolExecutor(len(_IMPORTED)) as pool:
        list(pool.map(imported, _IMPORTED))
