"""Builds a Python environment by uv, as a process of its own: conda's pip part → lock → virtual environment.

Everything lies in a cache that clones share and is named by the hash of its content. A lock is a file that arrives by
rename; a virtual environment can't move, so it is built in place under a file lock and counts once its mark is there.
The lock is held by this process, so that whoever kills it lets the next one begin anew.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MARK = "complete"


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold the file lock `path`; waits for whoever has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"waiting for another build ({path.name})", flush=True)  # noqa: T201 (this is the build log)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def write(path: Path, text: str) -> None:
    """Write so that the file is whole or absent, also after a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    with part.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def lock_name(requirements: str, python: str) -> str:
    """The file name of the lock of these requirements."""
    return digest(f"{python}\n{requirements}") + ".txt"


def place(cache: Path, lock: str, python: str) -> Path:
    """Where the environment of a lock lies."""
    return cache / "environments" / f"{python}-{digest(lock)}"


def whole(environment: Path) -> bool:
    """Whether the environment is complete and the interpreter that it was made from still exists."""
    return (environment / MARK).exists() and (environment / "bin" / "python").exists()


def uv(*arguments: str | Path, quiet: bool = False) -> int:
    """Run uv from this interpreter's own environment; gives its exit code. Its output is the build log."""
    from uv import find_uv_bin

    output = subprocess.DEVNULL if quiet else None
    return subprocess.run(
        [find_uv_bin(), "--no-progress", "--color", "never", *map(str, arguments)], stdout=output, stderr=output
    ).returncode


def compile_lock(requirements: str, python: str, cache: Path) -> Path | None:
    """Resolve once; the lock is kept, so the same conda file means the same packages ever after."""
    lock = cache / "locks" / lock_name(requirements, python)
    with alone(lock.with_suffix(".wait")):
        if lock.exists():
            return lock
        source, made = lock.with_suffix(f".{os.getpid()}.in"), lock.with_suffix(f".{os.getpid()}.out")
        source.write_text(requirements)
        try:
            options = ("--python-version", python, "--generate-hashes", "--no-header", "--no-annotate")
            if uv("pip", "compile", *options, "--quiet", "--output-file", made, source) != 0:
                return None
            indexes = [line for line in requirements.splitlines() if line.startswith("-")]
            write(lock, "\n".join([*indexes, made.read_text()]))
        finally:
            source.unlink()
            made.unlink(missing_ok=True)
    return lock


def build(lock: Path, python: str, cache: Path) -> Path | None:
    """Make the environment of a lock. What uv's own cache holds needs no network."""
    environment = place(cache, lock.read_text(), python)
    with alone(environment.with_name(f"{environment.name}.wait")):
        if whole(environment):
            return environment
        shutil.rmtree(environment, ignore_errors=True)
        own = f"{sys.version_info.major}.{sys.version_info.minor}"
        interpreter = sys._base_executable if python == own else python  # type: ignore[attr-defined]
        if uv("venv", "--quiet", "--python", interpreter, environment) != 0:
            return None
        sync = (
            "pip",
            "sync",
            "--compile-bytecode",
            "--require-hashes",
            "--python",
            environment / "bin" / "python",
            lock,
        )
        if uv(*sync, "--offline", quiet=True) != 0 and uv(*sync) != 0:
            shutil.rmtree(environment)
            return None
        write(environment / MARK, digest(lock.read_text()))
    return environment


def main() -> int:
    """`--requirements FILE` or `--lock FILE`, and the Python and the cache to use. Exit code 1: see the output."""
    parser = argparse.ArgumentParser()
    given = parser.add_mutually_exclusive_group(required=True)
    given.add_argument("--requirements", type=Path)
    given.add_argument("--lock", type=Path)
    parser.add_argument("--python", required=True)
    parser.add_argument("--cache", type=Path, required=True)
    options = parser.parse_args()
    lock = options.lock or compile_lock(options.requirements.read_text(), options.python, options.cache)
    return 0 if lock is not None and build(lock, options.python, options.cache) is not None else 1


if __name__ == "__main__":
    sys.exit(main())
