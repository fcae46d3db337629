"""A sticky comment: one for each marker, changed in place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .rest import Rest
from .seen import once

LONGEST = 65_536
"""Characters of a comment, GitHub's limit."""


@dataclass(frozen=True)
class Comments:
    github: Rest

    def put(self, number: int, marker: str, body: str) -> str:
        """Raises NotAllowed, GitHubRefused; ValueError for a body over GitHub's limit."""
        text = body if mark(marker) in body else f"{mark(marker)}\n{body}"
        if len(text) > LONGEST:
            raise ValueError(f"a comment of {len(text)} characters; GitHub takes {LONGEST}")

        def make() -> Any:
            return self.github.post(f"issues/{number}/comments", {"body": text})

        found = once(lambda: self.find(number, marker), make)
        if found["body"] != text:
            found = self.github.patch(f"issues/comments/{found['id']}", {"body": text})
        return str(found["html_url"])

    def find(self, number: int, marker: str) -> Any:
        """The comment with this marker, None where there is none."""
        listed = self.github.pages(f"issues/{number}/comments")
        return next((item for item in listed if (item.get("body") or "").startswith(mark(marker))), None)


def mark(marker: str) -> str:
    """What a comment opens with and nobody sees."""
    return f"<!-- amlops:{marker} -->"
