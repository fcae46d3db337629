"""Whose token a process has: the App's, as fresh as its file is, where the job has it, else the job's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

TOKEN_FILE = "AMLOPS_APP_TOKEN_FILE"  # noqa: S105  a name
"""Names the file with the App's token, which is replaced while a command goes on."""

Token = Callable[[], str]
"""Asked for each request anew."""


def token_of(environ: Mapping[str, str]) -> Token | None:
    """None where the process has neither."""
    file, own = environ.get(TOKEN_FILE), environ.get("GITHUB_TOKEN")
    if file:
        return lambda: Path(file).read_text(encoding="utf-8")
    return (lambda: own) if own else None
