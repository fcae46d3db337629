"""Whether every link and every path that the documentation names is there.

A path is a word in code that begins with one of the repository's own folders. `<name>` in it stands for any name. What
a page tells its reader to make, it lists in a comment: `<!-- makes: deployments/churn -->`.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from fnmatch import fnmatchcase
from itertools import product
from pathlib import Path

_LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")
_HEADING = re.compile(r"^#+ +(?P<text>.+)$", re.MULTILINE)
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"```.*?\n(?P<block>.*?)```|`(?P<span>[^`\n]+)`", re.DOTALL)
_WORD = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_./<>{},*-]*")
_MAKES = re.compile(r"<!-- makes: (?P<paths>.+?) -->")
_BRACES = re.compile(r"\{([^{}]*)\}")


def pages(root: Path) -> list[Path]:
    """The documentation: Markdown at the top and below docs/ and deployments/."""
    found = [*root.glob("*.md"), *root.glob("docs/**/*.md"), *root.glob("deployments/*/*.md")]
    return sorted(file for file in found if file.is_file())


def findings(root: Path) -> Iterator[str]:
    """Each dead link and each dead path, as `file:line: what; what to do [rule]`."""
    tracked = files(root)
    for page in pages(root):
        text = page.read_text(encoding="utf-8")
        shown = page.relative_to(root)
        for at, target in dead_links(page, text):
            yield f'{shown}:{_line(text, at)}: "{target}" leads nowhere; correct the link [dead-link]'
        for at, path in dead_paths(text, tracked):
            yield f'{shown}:{_line(text, at)}: there is no "{path}"; correct the path [dead-path]'


def files(root: Path) -> frozenset[str]:
    """What git tracks or would track, and the folders that hold it."""
    command = ["git", "ls-files", "-co", "--exclude-standard"]
    listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout.splitlines()
    found = {name for name in listed if (root / name).is_file()}
    return frozenset(found | {parent.as_posix() for name in found for parent in Path(name).parents})


def dead_links(page: Path, text: str) -> Iterator[tuple[int, str]]:
    """Relative links whose file or heading is not there, with their position."""
    for match in _LINK.finditer(_FENCE.sub(lambda fence: " " * len(fence[0]), text)):
        target = match["target"]
        if re.match(r"[a-z]+:", target):
            continue
        name, _, heading = target.partition("#")
        file = page.parent / name if name else page
        if not file.exists() or (heading and heading not in anchors(file)):
            yield match.start(), target


def anchors(file: Path) -> frozenset[str]:
    """The anchors that a Markdown page's headings get."""
    found = _HEADING.findall(_FENCE.sub("", file.read_text(encoding="utf-8")))
    return frozenset(re.sub(r"[^\w -]", "", text.lower()).strip().replace(" ", "-") for text in found)


def dead_paths(text: str, tracked: frozenset[str]) -> Iterator[tuple[int, str]]:
    """Paths of the repository that are named in code and not there, with their position."""
    made = {path for match in _MAKES.finditer(text) for path in match["paths"].split()}
    tops = {path.split("/")[0] for path in tracked if "/" in path}
    for at, code in code_of(text):
        for word in _WORD.finditer(code):
            path = word[0].rstrip(".,/")
            if "/" not in path or path.split("/")[0] not in tops or any(_below(path, one) for one in made):
                continue
            if not all(_there(one, tracked) for one in _spread(path)):
                yield at + word.start(), path


def code_of(text: str) -> Iterator[tuple[int, str]]:
    """What a page writes as code, blocks and words, with its position."""
    for match in _CODE.finditer(text):
        group = "block" if match["block"] is not None else "span"
        yield match.start(group), match[group]


def _below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")


def _spread(path: str) -> Iterator[str]:
    """`a/{b,c}` as `a/b` and `a/c`."""
    parts = _BRACES.split(path)
    choices = [part.split(",") if at % 2 else [part] for at, part in enumerate(parts)]
    for combination in product(*choices):
        yield "".join(combination)


def _there(path: str, tracked: frozenset[str]) -> bool:
    pattern = re.sub(r"<[^<>]*>", "*", path)
    if pattern == path and "*" not in path:
        return path in tracked
    depth = pattern.count("/")
    return any(one.count("/") == depth and fnmatchcase(one, pattern) for one in tracked)


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1
