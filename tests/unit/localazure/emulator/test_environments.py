"""Python environments from conda files. The packages are wheels made here, so no test needs the network."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from localazure.emulator.environments import EnvironmentBuildFailed, Environments
from localazure.emulator.processes import Processes
from localazure.emulator.store import Store

pytestmark = pytest.mark.emulator_only


def wheel(folder: Path, name: str, version: str, *needs: str) -> None:
    """A package with one module that knows its version."""
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    files = {
        f"{name}.py": f"VERSION = {version!r}\n",
        f"{name}-{version}.dist-info/METADATA": metadata + "".join(f"Requires-Dist: {need}\n" for need in needs),
        f"{name}-{version}.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = f"{name}-{version}.dist-info/RECORD"
    lines = [f"{n},sha256={_sha(t)},{len(t)}" for n, t in files.items()]
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as made:
        for path, text in {**files, record: "\n".join([*lines, f"{record},,"])}.items():
            made.writestr(path, text)


def _sha(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


@pytest.fixture
def environments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Environments:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return Environments(tmp_path, Processes(Store(tmp_path / "state.db")))


def conda_file(wheels: Path, *pip: str) -> str:
    lines = "".join(f"    - {line}\n" for line in ("--no-index", f"--find-links {wheels}", *pip))
    return f"dependencies:\n  - python={sys.version_info.major}.{sys.version_info.minor}\n  - pip:\n{lines}"


def versions(python: Path, *modules: str) -> list[str]:
    code = f"import {', '.join(modules)}; print({', '.join(f'{m}.VERSION' for m in modules)})"
    return subprocess.check_output([python, "-I", "-c", code], text=True).split()


def test_pip_part_is_resolved_and_installed(environments: Environments, tmp_path: Path) -> None:
    """An environment holds what the pip part names and what that needs, with bytecode compiled."""
    wheel(tmp_path / "w", "ours", "1.0", "deeper>=2")
    wheel(tmp_path / "w", "deeper", "2.5")
    python = asyncio.run(environments.interpreter(conda_file(tmp_path / "w", "ours"), "image", tmp_path / "log"))
    assert versions(python, "ours", "deeper") == ["1.0", "2.5"]
    assert list(python.parent.parent.glob("lib/*/site-packages/__pycache__/ours.*.pyc"))


def test_conda_file_keeps_its_lock_and_its_environment(environments: Environments, tmp_path: Path) -> None:
    """The same conda file gives the same environment later, though newer packages are out and no index answers."""
    wheel(tmp_path / "w", "ours", "1.0")
    text = conda_file(tmp_path / "w", "ours")
    first = asyncio.run(environments.interpreter(text, None, tmp_path / "log"))
    wheel(tmp_path / "w", "ours", "2.0")
    (tmp_path / "w").rename(tmp_path / "gone")
    assert asyncio.run(environments.interpreter(text, None, tmp_path / "log")) == first
    assert versions(first, "ours") == ["1.0"]


def test_half_made_environment_is_made_anew(environments: Environments, tmp_path: Path) -> None:
    """An environment without its mark, as a kill -9 leaves it, is not used."""
    wheel(tmp_path / "w", "ours", "1.0")
    text = conda_file(tmp_path / "w", "ours")
    python = asyncio.run(environments.interpreter(text, None, tmp_path / "log"))
    (python.parent.parent / "complete").unlink()
    next(python.parent.parent.glob("lib/*/site-packages/ours.py")).unlink()
    assert asyncio.run(environments.interpreter(text, None, tmp_path / "log")) == python
    assert versions(python, "ours") == ["1.0"]


def test_builds_at_once_share_one_environment(environments: Environments, tmp_path: Path) -> None:
    """Whoever comes second waits for the first and gets the same environment."""
    wheel(tmp_path / "w", "ours", "1.0")
    text = conda_file(tmp_path / "w", "ours")

    async def both() -> list[Path]:
        return await asyncio.gather(*(environments.interpreter(text, None, tmp_path / f"log{i}") for i in range(2)))

    one, other = asyncio.run(both())
    assert one == other
    assert versions(one, "ours") == ["1.0"]


def test_missing_package_fails_with_the_tools_words(environments: Environments, tmp_path: Path) -> None:
    """A package that doesn't exist is named in the error, and nothing half-made stays."""
    (tmp_path / "w").mkdir()
    with pytest.raises(EnvironmentBuildFailed) as failed:
        asyncio.run(environments.interpreter(conda_file(tmp_path / "w", "nowhere-to-be-found"), None, tmp_path / "log"))
    assert "nowhere-to-be-found" in failed.value.tail
    assert not list((tmp_path / "cache").rglob("*.txt"))


@pytest.mark.parametrize(
    ("text", "message"),
    [(None, "can't run images"), ("dependencies: [python, numpy]", "conda packages numpy")],
)
def test_what_no_environment_can_be_made_of(
    environments: Environments, tmp_path: Path, text: str | None, message: str
) -> None:
    """An image without a conda file, and conda packages, are refused before anything is built."""
    with pytest.raises(EnvironmentBuildFailed, match=message):
        asyncio.run(environments.interpreter(text, "mcr.example/x:1", tmp_path / "log"))
