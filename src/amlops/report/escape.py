"""Text from files, clouds and people as inert Markdown: it renders as it stands, and does nothing.

Punctuation becomes character references, which Markdown never reads as structure. Format characters (among them those
that turn the direction of writing) go. A word joiner after `@` and `#` keeps GitHub from telling people and issues;
after `www` and `:` from making links and pictures. Source: GitHub Flavored Markdown 0.29, 6.2 and 6.9.
"""

from __future__ import annotations

import re
import unicodedata

JOINER = "\u2060"
ELLIPSIS = "…"
_STRUCTURE = re.compile(r"[!-$&'*<>-@\[-`{-~]")
"""ASCII punctuation but for ``% ( ) + , - . / : ; =``, which mean nothing inside a line."""

_JOINED = re.compile(r"(?i)([@#](?=\w)|www(?=\.)|gh(?=-\d)|:(?=//|[\w+-]))")
_UNUSUAL = re.compile(r"[^ -~]")


def clean(text: str, longest: int = 300) -> str:
    """One line without control and format characters, at most `longest` characters."""
    line = " ".join(_UNUSUAL.sub(_shown, text[: 4 * longest]).split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + ELLIPSIS


def plain(text: str, longest: int = 300) -> str:
    """Inert text."""
    joined = _JOINED.sub(lambda found: found[0] + JOINER, clean(text, longest))
    return _STRUCTURE.sub(lambda found: f"&#{ord(found[0])};", joined)


def code(text: str, longest: int = 120) -> str:
    """Inert text in the typeface of code, fit for a table's cell too."""
    return f"<code>{plain(text, longest)}</code>"


def _shown(found: re.Match[str]) -> str:
    char = found[0]
    if char.isspace():
        return " "
    return "" if unicodedata.category(char)[0] == "C" else char
