"""From a conda file to exact pins: what a release's environment consists of, decided once.

uv resolves the pip part for Linux on x86-64, which is what Azure runs. Conda's own packages need a version in the file,
since nothing here can resolve them.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from amlops.errors import AmlopsError

from .files import write_atomically, yaml_text

PLATFORM = "x86_64-unknown-linux-gnu"
_PYTHON = re.compile(r"^python\s*={1,2}\s*(\d+\.\d+)")
_PINNED = re.compile(r"^(?:[^:\s]+::)?[A-Za-z0-9_.-]+\s*={1,2}\s*[\w.*+!-]+")
_LOOPBACK = re.compile(r"^https?://(127\.\d+\.\d+\.\d+|localhost|\[::1\])[:/]")
_PROXIES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")


@dataclass(frozen=True, slots=True)
class Locked:
    """An environment that leaves nothing open: image and conda file with exact pins."""

    image: str
    conda: str | None  # YAML text
    digest: str  # sha256 over both, in hex

    @property
    def properties(self) -> dict[str, str]:
        """As ARM's EnvironmentVersion has them."""
        return {"image": self.image} if self.conda is None else {"image": self.image, "condaFile": self.conda}


def lock_environment(image: str, conda: str | None, cache: Path, *, anew: bool = False) -> Locked:
    """The environment with exact pins. `cache` keeps resolutions, so the same file resolves the same in a clone, until
    one is asked for `anew`.

    Raises AmlopsError: no YAML, no Python version, a conda package without version, nothing that uv can resolve.
    """
    if conda is None:
        return Locked(image, None, _digest(image, None))
    data = _read(conda)
    python = _python(data)
    requirements = [
        str(line).strip() for entry in data["dependencies"] if isinstance(entry, Mapping) for line in entry["pip"]
    ]
    pins = _resolved(requirements, python, cache, anew=anew) if requirements else []
    dependencies: list[Any] = [str(entry) for entry in data["dependencies"] if not isinstance(entry, Mapping)]
    if pins:
        dependencies.append({"pip": pins})
    fixed = {key: value for key, value in data.items() if key not in ("dependencies", "prefix")}
    text = yaml_text({**fixed, "dependencies": dependencies}, f"Resolved by uv for {PLATFORM} and Python {python}.")
    return Locked(image, text, _digest(image, text))


def _digest(image: str, conda: str | None) -> str:
    return hashlib.sha256(json.dumps([image, conda]).encode()).hexdigest()


def _read(conda: str) -> dict[str, Any]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        data = YAML(typ="safe", pure=True).load(conda)
    except YAMLError as error:
        raise AmlopsError(f"the conda file is not valid YAML: {error}; correct it", exit_code=2) from None
    if not isinstance(data, dict) or not isinstance(data.get("dependencies"), list):
        raise AmlopsError('the conda file has no list "dependencies"; add it', exit_code=2)
    problems = []
    for entry in data["dependencies"]:
        if isinstance(entry, Mapping):
            if set(entry) != {"pip"} or not isinstance(entry["pip"], list):
                problems.append(f'conda file: {entry} is neither a package nor "pip:" with a list; correct it')
        elif str(entry) != "pip" and not _PINNED.match(str(entry)):
            problems.append(
                f'conda file: "{entry}" has no version, and a release leaves nothing open; write "{entry}=<version>"'
            )
    if problems:
        raise AmlopsError("\n".join(problems), exit_code=2)
    return data


def _python(data: Mapping[str, Any]) -> str:
    for entry in data["dependencies"]:
        match = _PYTHON.match(str(entry)) if isinstance(entry, str) else None
        if match:
            return match[1]
    raise AmlopsError('conda file: no Python version; add "python=3.11" to "dependencies"', exit_code=2)


def _resolved(requirements: list[str], python: str, cache: Path, *, anew: bool) -> list[str]:
    key = hashlib.sha256(json.dumps([requirements, python, PLATFORM]).encode()).hexdigest()[:32]
    kept = cache / "pins" / f"{key}.txt"
    if anew or not kept.is_file():
        write_atomically(kept, _resolve(requirements, python))
    return [line.strip() for line in kept.read_text(encoding="utf-8").splitlines() if line.strip()]


def _resolve(requirements: list[str], python: str) -> str:
    from uv import find_uv_bin

    command = [
        find_uv_bin(), "pip", "compile", "-", "--quiet", "--no-header", "--no-annotate", "--no-config",
        "--python-version", python, "--python-platform", PLATFORM,
    ]  # fmt: skip
    done = subprocess.run(
        command, input="\n".join(requirements) + "\n", capture_output=True, text=True, check=False, env=_environment()
    )
    if done.returncode != 0:
        tail = "\n".join(done.stderr.strip().splitlines()[-12:])
        raise AmlopsError(f"uv can't resolve the conda file's pip part:\n{tail}", exit_code=2)
    return done.stdout


def _environment() -> dict[str, str]:
    """Ours without the local Azure's proxy, which refuses every other host, and without its CA."""
    kept = dict(os.environ)
    local = [name for name in _PROXIES if _LOOPBACK.match(kept.get(name, ""))]
    for name in [*local, *(("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE") if local else ())]:
        kept.pop(name, None)
    return kept
