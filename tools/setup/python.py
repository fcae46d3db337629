"""The virtual environment of this clone, by uv from the locks, with what the main job imports compiled to bytecode."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import cache
from .step import run, step

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
            _compile(repository, venv / "bin/python")
            mark.write_text(wanted)
    return venv / "bin"


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
