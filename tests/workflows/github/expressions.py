"""GitHub's expressions, as far as names of concurrency groups use them: paths into contexts, `||`, literals."""

from __future__ import annotations

import re
from typing import Any


def text(template: str, contexts: dict[str, Any]) -> str:
    """The template with each `${{ … }}` replaced by its value. Raises NotImplementedError for what isn't known here."""
    return re.sub(r"\$\{\{(.*?)\}\}", lambda found: _written(value(found[1], contexts)), template)


def value(expression: str, contexts: dict[str, Any]) -> Any:
    """The first of the alternatives that isn't empty, the last one where all are."""
    found: Any = None
    for part in expression.split("||"):
        found = _single(part.strip(), contexts)
        if found:
            return found
    return found


def _single(word: str, contexts: dict[str, Any]) -> Any:
    for sign in ("==", "!="):
        if sign in word:
            left, right = (_single(side.strip(), contexts) for side in word.split(sign, 1))
            return (left == right) is (sign == "==")
    if found := re.fullmatch(r"'([^']*)'", word):
        return found[1]
    if word in ("true", "false"):
        return word == "true"
    if not re.fullmatch(r"[A-Za-z_][\w.-]*", word):
        raise NotImplementedError(f"expression {word}")
    found_value: Any = contexts
    for key in word.split("."):
        found_value = found_value.get(key) if isinstance(found_value, dict) else None
    return found_value


def _written(found: Any) -> str:
    if found is None:
        return ""
    return str(found).lower() if isinstance(found, bool) else str(found)
