"""A conda file, read: the Python it asks for and its pip part. What only conda could install is refused by name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import yaml
from packaging.specifiers import InvalidSpecifier, SpecifierSet

_KEYS = frozenset({"name", "channels", "dependencies", "prefix"})
_LOCAL = re.compile(r"^(-e\b|--editable\b|-r\b|--requirement\b|-c\b|--constraint\b|\.{0,2}/|file:)")


class CondaFileError(ValueError):
    """A conda file that the local Azure can't follow. `str()` holds every problem, one a line."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a conda file asks for."""

    python: str  # "3.11"; a patch level is dropped, since it does not decide what packages there are
    requirements: tuple[str, ...]  # pip's lines, as they stand


def read(text: str, *, running: str) -> Wanted:
    """Take a conda file apart.

    `running` is the Python ("3.11") to use where the file leaves the choice. Raises CondaFileError.
    Source of the format: conda's documentation, "Creating an environment file manually" and "Package match
    specifications".
    """
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise CondaFileError([f"the conda file is no YAML: {error}"]) from error
    if not isinstance(document, dict) or not isinstance(document.get("dependencies"), list):
        raise CondaFileError(["the conda file has no list `dependencies`"])
    problems = [f"conda file: `{key}` is not supported by the local Azure" for key in sorted(set(document) - _KEYS)]
    python, requirements, foreign = running, list[str](), list[str]()
    for entry in document["dependencies"]:
        if isinstance(entry, dict):
            requirements += _pip(entry, problems)
            continue
        name, version = _split(str(entry))
        if name == "python":
            python = _python(version, running, problems)
        elif name != "pip":
            foreign.append(str(entry))
    if foreign:
        problems.append(
            f"conda packages {', '.join(foreign)}: the local Azure has no conda and installs the pip part only; "
            "move them below `- pip:`, or leave this environment to the cloud"
        )
    if problems:
        raise CondaFileError(problems)
    return Wanted(python, tuple(requirements))


def _split(spec: str) -> tuple[str, str]:
    """`channel::name=1.2=build` → (name, "=1.2=build")."""
    found = re.match(r"\s*(?:[^:\s]+::)?([A-Za-z0-9_.\-]+)\s*(.*)$", spec)
    return (found[1].lower(), found[2].strip()) if found else (spec, "")


def _pip(entry: dict[Any, Any], problems: list[str]) -> list[str]:
    lines = entry.get("pip")
    if set(entry) != {"pip"} or not isinstance(lines, list):
        problems.append(f"conda file: {entry} is neither a package nor `pip:` with a list")
        return []
    for line in lines:
        if _LOCAL.match(str(line).strip()):
            problems.append(f"pip line `{line}` names a file, and none is beside the conda file when Azure builds it")
    return [str(line).strip() for line in lines]


def _python(version: str, running: str, problems: list[str]) -> str:
    """`=3.10`, `==3.10.4`, `3.10`, `=3.10.*=build` → 3.10; of a range the running Python if it lies within."""
    exact = re.match(r"^={0,2}\s*(\d+\.\d+)(?:\.(?:\d+|\*))?(?:=[\w*]+)?$", version)
    if exact:
        return exact[1]
    if version in ("", "*", "=3", "3", "=3.*"):
        return running
    try:
        if SpecifierSet(version).contains(f"{running}.99"):
            return running
    except InvalidSpecifier:
        problems.append(f"conda file: `python{version}` is no version; write `python=3.11`")
        return running
    problems.append(f"conda file: `python{version}` leaves open which, and {running} is not in it; write `python=3.11`")
    return running
