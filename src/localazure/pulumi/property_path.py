"""Property paths in Pulumi's notation: `tags["a.b"]`, `rules[0].name`."""

from __future__ import annotations

import re

_SIMPLE = re.compile(r"[A-Za-z_$][\w$-]*")

Path = tuple[str | int, ...]


def format_path(path: Path) -> str:
    """The path as Pulumi's engine parses it."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif _SIMPLE.fullmatch(part):
            text += f".{part}" if text else part
        else:
            escaped = part.replace("\\", "\\\\").replace('"', '\\"')
            text += f'["{escaped}"]'
    return text
