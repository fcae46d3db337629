"""Check: there are runners with the labels that the environments name.

Environments without public access are reached only from runners in their network. Source: `runner` of the environment's
file; GitHub's "Using self-hosted runners in a workflow".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from amlops.github import GitHubRefused

from ..check import Check, Result
from ..situation import OnGitHub

_HOSTED = ("ubuntu-", "windows-", "macos-")


class Runners(Check[OnGitHub]):
    id = "runners"

    def examine(self, where: OnGitHub) -> Iterator[Result]:
        labels: dict[str, list[str]] = {}
        for environment in where.environments:
            if not environment.settings.runner.startswith(_HOSTED):
                labels.setdefault(environment.settings.runner, []).append(environment.name)
        if not labels:
            yield self.ok("every environment is reached from GitHub's own runners")
            return
        runners, all_seen = self._runners(where)
        for label, names in sorted(labels.items()):
            having = [one for one in runners if label in {item["name"] for item in one.get("labels") or ()}]
            online = [one for one in having if one.get("status") == "online"]
            said = f"label {label}, which {', '.join(names)} is reached from"
            mend = f"{where.site}/settings/actions/runners/new: register one in the network, with --labels {label}"
            if online:
                yield self.ok(f"{len(online)} runners are online with the {said}")
            elif having:
                yield self.wrong(f"no runner is online with the {said}", f"start {having[0]['name']}")
            elif all_seen:
                yield self.wrong(f"there is no runner with the {said}", mend)
            else:
                yield self.unknown(
                    f"the repository has no runner with the {said}; the organisation's can't be seen", mend
                )

    def _runners(self, where: OnGitHub) -> tuple[list[dict[str, Any]], bool]:
        """The repository's, and the organisation's where this token may see them."""
        found = list(where.github.pages("actions/runners", "runners"))
        try:
            found += where.github.pages(f"/orgs/{where.github.owner}/actions/runners", "runners")
        except GitHubRefused:
            return found, False
        return found, True
