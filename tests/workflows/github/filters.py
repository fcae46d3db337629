"""Whether an event starts a workflow: GitHub's filters of branches, tags, paths and types.

Source: GitHub's "Workflow syntax", "Filter pattern cheat sheet".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

DEFAULT_TYPES = {"pull_request": ("opened", "synchronize", "reopened")}


def starts(
    event: str,
    filters: dict[str, Any],
    *,
    ref: str = "",
    base: str = "",
    action: str = "",
    paths: Sequence[str] = (),
) -> bool:
    """`ref` is the full ref of a push, `base` the base branch of a pull request."""
    types = filters.get("types", DEFAULT_TYPES.get(event))
    if types is not None and action not in ([types] if isinstance(types, str) else types):
        return False
    if event == "push" and not _ref(filters, ref):
        return False
    if event == "pull_request" and not _named(filters, "branches", base):
        return False
    if "paths" in filters and not any(chosen(filters["paths"], path) for path in paths):
        return False
    return not ("paths-ignore" in filters and all(chosen(filters["paths-ignore"], path) for path in paths))


def chosen(patterns: Iterable[str], name: str) -> bool:
    """The last pattern that fits decides; one that opens with `!` takes out."""
    found = False
    for pattern in patterns:
        if _regex(pattern.removeprefix("!")).fullmatch(name):
            found = not pattern.startswith("!")
    return found


def _ref(filters: dict[str, Any], ref: str) -> bool:
    """A filter of branches alone keeps tags out, and the other way round."""
    if ref.startswith("refs/heads/"):
        if "branches" not in filters and "branches-ignore" not in filters:
            return "tags" not in filters and "tags-ignore" not in filters
        return _named(filters, "branches", ref.removeprefix("refs/heads/"))
    if ref.startswith("refs/tags/"):
        if "tags" not in filters and "tags-ignore" not in filters:
            return "branches" not in filters and "branches-ignore" not in filters
        return _named(filters, "tags", ref.removeprefix("refs/tags/"))
    return False


def _named(filters: dict[str, Any], key: str, name: str) -> bool:
    if key in filters and not chosen(filters[key], name):
        return False
    return not (f"{key}-ignore" in filters and chosen(filters[f"{key}-ignore"], name))


def _regex(pattern: str) -> re.Pattern[str]:
    """`*` any but `/`, `**` any; the characters `?+[]` mean something else at GitHub and are not simulated."""
    if re.search(r"[?+\[\]]", pattern):
        raise NotImplementedError(f"filter pattern {pattern}")
    parts = re.split(r"(\*\*/?|\*)", pattern)
    words = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*"}
    return re.compile("".join(words.get(part, re.escape(part)) for part in parts))
