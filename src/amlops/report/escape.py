"""Text from files, clouds and people as inert Markdown: it renders as it stands, and does nothing.

Punctuation becomes character references, which Markdown never reads as structure. Format characters (among them those
that turn the direction of writing) go. A word joiner after `@` and `#` keeps GitHub from telling people and issues;
after `www` and before `//` from making links. Source: GitHub Flavored Markdown 0.29, 6.2 and 6.9.
"""

from __future__ import annotations

import re
import unicodedata

JOINER = "\u2060"
_PLAIN = re.compile(r"[\w \-.,/()%+=§·→–…’“”≤≥±×✓✗]")
_JOINED = re.compile(r"(?i)([@#](?=\w)|www(?=\.)|gh(?=-\d)|:(?=//))")
ELLIPSIS = "…"


def clean(text: str, longest: int = 300) -> str:
    """One line without control and format characters, at most `longest` characters."""
    spaced = "".join(" " if char.isspace() else char for char in text)
    kept = "".join(char for char in spaced if unicodedata.category(char)[0] != "C")
    line = " ".join(kept.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + ELLIPSIS


def plain(text: str, longest: int = 300) -> str:
    """Inert text."""
    joined = _JOINED.sub(lambda found: found[0] + JOINER, clean(text, longest))
    return "".join(_reference(char) for char in joined)


def code(text: str, longest: int = 120) -> str:
    """Inert text in the typeface of code, fit for a table's cell too."""
    return f"<code>{plain(text, longest)}</code>"


def _reference(char: str) -> str:
    if char == "_" or not (_PLAIN.match(char) or char == JOINER or ord(char) > 127):
        return f"&#{ord(char)};"
    return char
