"""Whether the commands that the documentation names are there: `amlops …`, `make …`, `python -m …` of ours."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from amlops.cli.main import cli

from .links import code_of, pages

_AMLOPS = re.compile(r"(?:^|[\s/(])amlops(?P<words>(?: [a-z][a-z-]*)+)")
_MAKE = re.compile(r"^make(?: [A-Z]+=\S+)* (?P<target>[a-z]+(?:-[a-z]+)*)", re.MULTILINE)
_MODULE = re.compile(r"python -m (?P<module>(?:amlops|localazure|tools)[a-z_.]*)")
_TARGET = re.compile(r"^([a-z]+(?:-[a-z]+)*):", re.MULTILINE)


def findings(root: Path) -> Iterator[str]:
    """Each dead command, as `file:line: what; what to do [rule]`."""
    makefile = root / "Makefile"
    targets = frozenset(_TARGET.findall(makefile.read_text(encoding="utf-8"))) if makefile.is_file() else frozenset()
    known = commands(cli)
    for page in pages(root):
        text = page.read_text(encoding="utf-8")
        for at, code in code_of(text):
            for offset, command in dead(code, known, targets, root):
                line = text.count("\n", 0, at + offset) + 1
                yield f'{page.relative_to(root)}:{line}: there is no "{command}"; correct the command [dead-command]'


def commands(group: click.Command, before: str = "") -> Mapping[str, bool]:
    """Every command by its words, and whether more words belong to it."""
    if not isinstance(group, click.Group):
        return {before: False}
    found = {before: True}
    context = click.Context(group)
    for name in group.list_commands(context):
        below = group.get_command(context, name)
        assert below is not None, name
        found |= commands(below, f"{before} {name}".strip())
    return found


def dead(code: str, known: Mapping[str, bool], targets: frozenset[str], root: Path) -> Iterator[tuple[int, str]]:
    """What a piece of code names and is not there, with its position."""
    for match in _AMLOPS.finditer(code):
        words = ""
        for word in match["words"].split():
            if not known.get(words, False):
                break
            words = f"{words} {word}".strip()
        if words not in known:
            yield match.start(), f"amlops {words}"
    for match in _MAKE.finditer(code):
        if match["target"] not in targets:
            yield match.start(), f"make {match['target']}"
    for match in _MODULE.finditer(code):
        place = Path(*match["module"].rstrip(".").split("."))
        folder = root if place.parts[0] == "tools" else root / "src"
        if not (folder / place).is_dir() and not (folder / place.with_suffix(".py")).is_file():
            yield match.start(), f"python -m {match['module']}"
