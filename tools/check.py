"""`python -m tools.check`: what no linter knows about this repository.

Each finding is `file:line: what; what to do [rule]`.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
LONGEST = 600
ADDRESS = re.compile(r"--(extra-)?index-url|--find-links|\"resolved\"|https?://")
PAGE = re.compile(r"docs/[\w/-]+\.md|(?:docs/adr/|ADR )(\d{4})\b")
MACHINE_PATH = re.compile(r"(^|[^A-Za-z0-9_.~/-])/(root|home/[a-z]+|Users)/")


def main() -> int:
    found = [*locks(), *paths(), *lengths(), *docstrings(), *sources()]
    sys.stdout.writelines(f"{line}\n" for line in found)
    sys.stdout.write(f"{len(found)} findings\n")
    return 1 if found else 0


def tracked(*patterns: str) -> list[Path]:
    """Files that git tracks or would track."""
    return [Path(line) for line in _listed(*patterns) if (REPOSITORY / line).is_file()]


def _listed(*patterns: str) -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", *patterns],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    return listed.stdout.splitlines()


def _lines(file: Path) -> list[str]:
    try:
        return (REPOSITORY / file).read_text().splitlines()
    except UnicodeDecodeError:
        return []


def locks() -> Iterator[str]:
    """Locks hold hashes and no address, so that they work with whatever registry a company uses."""
    for file in tracked("*.lock", "**/package-lock.json"):
        for number, line in enumerate(_lines(file), 1):
            if ADDRESS.search(line):
                yield f"{file}:{number}: a lock with an address; run `make lock`, or take it out [lock-address]"


def paths() -> Iterator[str]:
    """No path of one machine is in a tracked file."""
    for file in tracked():
        if file.suffix not in {".lock", ".sum"}:
            for number, line in enumerate(_lines(file), 1):
                if MACHINE_PATH.search(line):
                    yield f"{file}:{number}: a path of one machine; make it relative [machine-path]"
    for file in map(Path, _listed()):
        if (REPOSITORY / file).is_symlink() and (REPOSITORY / file).readlink().is_absolute():
            yield f"{file}:1: a link to a path of one machine; make it relative, or don't track it [machine-path]"


def lengths() -> Iterator[str]:
    """A file that has grown past a screen of headings has a seam in it somewhere."""
    for file in tracked("*.py"):
        if (count := len(_lines(file))) > LONGEST:
            yield f"{file}:{count}: longer than {LONGEST} lines; split it at its seam [file-length]"


def docstrings() -> Iterator[str]:
    """Each module says in its first line what it is for."""
    for file in tracked("*.py", ":!tests/testdata"):
        lines = [line for line in _lines(file) if line and not line.startswith("#")]
        if lines and not lines[0].startswith(('"""', 'r"""')):
            yield f"{file}:1: no docstring; say in one sentence what the file is for [module-docstring]"


def sources() -> Iterator[str]:
    """A page that code gives as its source is there."""
    for file in tracked("src/*.py", "infra/*.py", "tools/*.py"):
        for number, line in enumerate(_lines(file), 1):
            for page in PAGE.finditer(line):
                there = f"docs/adr/{page[1]}-*.md" if page[1] else page[0]
                if not any(REPOSITORY.glob(there)):
                    yield f"{file}:{number}: there is no {there}; name a page that is there [source-page]"


if __name__ == "__main__":
    sys.exit(main())
