"""What a command gives: text, or with --json one JSON object on standard output."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

import click


def give(result: Mapping[str, Any], text: str, *, as_json: bool) -> None:
    click.echo(json.dumps(result, indent=2, ensure_ascii=False) if as_json else text)


def failed(message: str, code: int, *, as_json: bool) -> int:
    """Tells a failure on standard error, and with --json as `{"error": …}` on standard output too."""
    click.echo(click.style(message, fg="red") if _colours() else message, err=True)
    if as_json:
        click.echo(json.dumps({"error": {"message": message, "exit_code": code}}, ensure_ascii=False))
    return code


def _colours() -> bool:
    return sys.stderr.isatty()
