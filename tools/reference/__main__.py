"""`python -m tools.reference --write|--check`: the pages of docs/reference that are made from the code.

`--check` also follows the documentation's links, paths and commands. Exit codes: 0 done, 1 something is stale, dead
or not described; each finding is `file:line: what; what to do [rule]`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from .applying import apply_page
from .command_lines import findings as dead_commands
from .commands import commands_page
from .links import findings as dead
from .page import REPOSITORY, Page
from .policy import policy_page
from .promotion import promotion_page
from .rules import rules_page
from .settings import about_page, environment_page
from .variables import variables_page

FOLDER = Path("docs/reference")

PAGES: Mapping[str, Callable[[], Page]] = {
    "commands.md": commands_page,
    "environment.md": environment_page,
    "about.md": about_page,
    "apply.md": apply_page,
    "policy.md": policy_page,
    "promotion.md": promotion_page,
    "rules.md": rules_page,
    "variables.md": variables_page,
}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.reference", description=__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--check", action="store_true", help="say what is stale, dead or not described")
    what.add_argument("--write", action="store_true", help="write the pages")
    asked = parser.parse_args(arguments)
    made = {name: page() for name, page in PAGES.items()}
    if asked.write:
        write(REPOSITORY / FOLDER, made)
    found = [*check(REPOSITORY / FOLDER, made), *dead(REPOSITORY), *dead_commands(REPOSITORY)]
    sys.stderr.writelines(f"{line}\n" for line in found)
    return 1 if found else 0


def write(folder: Path, made: Mapping[str, Page]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in made.items():
        (folder / name).write_text(page.text, encoding="utf-8")


def check(folder: Path, made: Mapping[str, Page]) -> Iterator[str]:
    """What is not described, and which pages are not as they would be made now."""
    for name, page in made.items():
        yield from page.findings
        file = folder / name
        if not file.is_file() or file.read_text(encoding="utf-8") != page.text:
            yield f"{FOLDER / name}:1: is not what the code says; run `make docs` [stale-page]"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
