"""Pull requests: opened once for a branch, changed, merged, closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .errors import GitHubRefused
from .rest import Rest
from .seen import once


@dataclass(frozen=True, slots=True)
class Pull:
    """`head` and `base` are branches, `commit` is the head's; `state` is `open`, `closed` or `merged`."""

    number: int
    url: str
    state: str
    title: str
    body: str
    head: str
    base: str
    commit: str
    fork: bool

    @staticmethod
    def parse(found: Any) -> Pull:
        head, base = found["head"], found["base"]
        return Pull(
            number=found["number"],
            url=found["html_url"],
            state="merged" if found.get("merged_at") else found["state"],
            title=found["title"],
            body=found.get("body") or "",
            head=head["ref"],
            base=base["ref"],
            commit=head["sha"],
            fork=(head.get("repo") or {}).get("full_name") != base["repo"]["full_name"],
        )


@dataclass(frozen=True)
class Pulls:
    github: Rest

    def get(self, number: int) -> Pull:
        """Raises GitHubRefused."""
        return Pull.parse(self.github.get(f"pulls/{number}"))

    def find(self, head: str, *, state: str = "open") -> Pull | None:
        """The newest pull request from this branch of ours. `state` is `open`, `closed` (merged too) or `all`."""
        query = {"head": f"{self.github.owner}:{head}", "state": state, "sort": "created", "direction": "desc"}
        return next((Pull.parse(item) for item in self.github.pages("pulls", **query)), None)

    def listed(self, *, state: str = "open") -> tuple[Pull, ...]:
        return tuple(Pull.parse(item) for item in self.github.pages("pulls", state=state))

    def open(self, head: str, title: str, body: str, *, base: str = "main", labels: Sequence[str] = ()) -> Pull:
        """The open pull request from this branch, made where there is none. Raises GitHubRefused."""

        def make() -> Pull:
            asked = {"head": head, "base": base, "title": title, "body": body, "maintainer_can_modify": False}
            made = Pull.parse(self.github.post("pulls", asked))
            if labels:
                self.github.post(f"issues/{made.number}/labels", {"labels": list(labels)})
            return made

        return once(lambda: self.find(head), make)

    def update(self, number: int, *, title: str | None = None, body: str | None = None) -> Pull:
        asked = {"title": title, "body": body}
        changes = {key: value for key, value in asked.items() if value is not None}
        return Pull.parse(self.github.patch(f"pulls/{number}", changes))

    def merge(self, number: int, *, commit: str | None = None, title: str = "", method: str = "squash") -> str:
        """Merges and gives the commit on the base; that of an earlier merge where it is merged already.

        `commit`: only if the head still is this one. Raises GitHubRefused: 405 where a rule of the branch forbids it (a
        review is missing, a check is red), 409 where the head moved.
        """
        asked = {"merge_method": method, "sha": commit, "commit_title": title or None}
        try:
            found = self.github.put(f"pulls/{number}/merge", {k: v for k, v in asked.items() if v is not None})
            return str(found["sha"])
        except GitHubRefused as error:
            if error.status in (405, 409):
                now = self.github.get(f"pulls/{number}")
                if now.get("merged"):
                    return str(now["merge_commit_sha"])
            raise

    def close(self, number: int) -> None:
        self.github.patch(f"pulls/{number}", {"state": "closed"})

    def approved_by(self, number: int) -> tuple[str, ...]:
        """Who approves the head as it is: the last word of each, if it was said of this commit."""
        head = self.get(number).commit
        last: dict[str, tuple[str, str]] = {}
        for review in self.github.pages(f"pulls/{number}/reviews"):
            if review["state"] in ("APPROVED", "CHANGES_REQUESTED", "DISMISSED") and review["user"]:
                last[review["user"]["login"]] = (review["state"], review["commit_id"])
        return tuple(sorted(who for who, said in last.items() if said == ("APPROVED", head)))
