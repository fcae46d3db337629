"""Issues: one for each marker, opened, changed and closed as what it tells of comes and goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .comments import mark
from .rest import Rest
from .seen import once


@dataclass(frozen=True, slots=True)
class Issue:
    """`state` is `open` or `closed`."""

    number: int
    url: str
    state: str
    title: str
    body: str

    @staticmethod
    def parse(found: Any) -> Issue:
        body = found.get("body") or ""
        return Issue(found["number"], found["html_url"], found["state"], found["title"], body)


@dataclass(frozen=True)
class Issues:
    """Issues that carry a label of ours and open with a marker nobody sees."""

    github: Rest

    def find(self, marker: str, label: str) -> Issue | None:
        """The open issue with this marker, None where there is none."""
        return next((item for item in self.listed(label) if item.body.startswith(mark(marker))), None)

    def listed(self, label: str, *, state: str = "open") -> tuple[Issue, ...]:
        """All with this label; pull requests, which GitHub lists among them, are left out."""
        listed = self.github.pages("issues", labels=label, state=state)
        return tuple(Issue.parse(item) for item in listed if "pull_request" not in item)

    def put(self, marker: str, label: str, title: str, body: str, *, also: Sequence[str] = ()) -> Issue:
        """The open issue with this marker, made or changed to this title and text. Raises NotAllowed."""
        text = f"{mark(marker)}\n{body}"

        def make() -> Issue:
            asked = {"title": title, "body": text, "labels": [label, *also]}
            return Issue.parse(self.github.post("issues", asked))

        found = once(lambda: self.find(marker, label), make)
        if (found.title, found.body) != (title, text):
            found = Issue.parse(self.github.patch(f"issues/{found.number}", {"title": title, "body": text}))
        return found

    def close(self, number: int, why: str = "") -> None:
        """Closes it as done, with a last comment where `why` is given."""
        if why:
            self.github.post(f"issues/{number}/comments", {"body": why})
        self.github.patch(f"issues/{number}", {"state": "closed", "state_reason": "completed"})
