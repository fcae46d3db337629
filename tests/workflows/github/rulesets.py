"""The repository's own rulesets (`.github/rulesets/*.json` on main), enforced as GitHub would once they are imported.

Rulesets know branches and tags only, so nothing here speaks of other refs. Source: GitHub's "Available rules for
rulesets".
"""

from __future__ import annotations

import fnmatch
import json
from dataclasses import dataclass
from typing import Any

from .remote import ABSENT, Remote
from .tokens import Token

FOLDER = ".github/rulesets"


@dataclass(frozen=True)
class Rules:
    """What holds for one branch for one caller: rule types with their parameters."""

    of: dict[str, dict[str, Any]]

    @property
    def approvals(self) -> int:
        return int(self.of.get("pull_request", {}).get("required_approving_review_count", 0))

    @property
    def checks(self) -> tuple[str, ...]:
        listed = self.of.get("required_status_checks", {}).get("required_status_checks", ())
        return tuple(item["context"] for item in listed)

    def refuses(self, old: str, new: str, *, forced: bool) -> str | None:
        """Why a push to the branch is refused; None where it isn't."""
        if old == ABSENT:
            return "Cannot create ref due to creations being restricted." if "creation" in self.of else None
        if new == ABSENT:
            return "Cannot delete this branch" if "deletion" in self.of else None
        if "update" in self.of:
            return "Cannot update this protected ref."
        if forced and "non_fast_forward" in self.of:
            return "Cannot force-push to this branch"
        if "pull_request" in self.of:
            return "Changes must be made through a pull request."
        return None


def rules_for(remote: Remote, branch: str, caller: Token, *, by_pull: bool = False, main: str = "main") -> Rules:
    """`by_pull`: the caller merges a pull request, for which a bypass may be granted alone."""
    found: dict[str, dict[str, Any]] = {}
    for path in remote.files(main, FOLDER) if remote.resolve(f"refs/heads/{main}") else ():
        ruleset = json.loads(remote.read(main, path) or "{}")
        if ruleset.get("enforcement") != "active" or ruleset.get("target", "branch") != "branch":
            continue
        if not _meant(ruleset.get("conditions", {}).get("ref_name", {}), f"refs/heads/{branch}", main):
            continue
        if any(_bypasses(actor, caller, by_pull=by_pull) for actor in ruleset.get("bypass_actors", ())):
            continue
        for rule in ruleset.get("rules", ()):
            found[rule["type"]] = rule.get("parameters", {})
    return Rules(found)


def _meant(names: dict[str, list[str]], ref: str, main: str) -> bool:
    def fits(pattern: str) -> bool:
        if pattern == "~ALL":
            return True
        if pattern == "~DEFAULT_BRANCH":
            return ref == f"refs/heads/{main}"
        return fnmatch.fnmatchcase(ref, pattern)

    return any(map(fits, names.get("include", ()))) and not any(map(fits, names.get("exclude", ())))


def _bypasses(actor: dict[str, Any], caller: Token, *, by_pull: bool) -> bool:
    """The App is an `Integration`; the ids in the files are the owner's to fill in, so its type alone counts here."""
    if actor.get("bypass_mode") == "pull_request" and not by_pull:
        return False
    return actor.get("actor_type") == "Integration" and caller.kind == "app"
