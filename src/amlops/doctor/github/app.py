"""Check: the App that commits, merges and starts workflows is installed, may do what is asked of it, and passes the
rulesets by.

Source: GitHub's "Authenticating as a GitHub App installation"; who is asked for which permission stands in the workflow
files (`AMLOPS_APP_PERMISSIONS`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..check import Check, Result
from ..rulesets import NOBODY, app_ids, rulesets_in
from ..situation import OnGitHub
from ..workflow_files import LEVELS, asked_of_app

VARIABLE = "AMLOPS_APP_CLIENT_ID"


class App(Check[OnGitHub]):
    id = "app"

    def examine(self, where: OnGitHub) -> Iterator[Result]:
        files = rulesets_in(where.repo.root)
        named = {id for ruleset in files.values() for id in app_ids(ruleset)}
        installed = self._installed(where)
        if installed is None:
            mend = f"https://github.com/organizations/{where.github.owner}/settings/installations shows it"
            yield self.unknown(f"whether the App of {VARIABLE} is installed, an owner of the organisation sees", mend)
            if NOBODY in named:
                mend = 'write the App\'s id (its page: "App ID") as actor_id into .github/rulesets/*.json, and commit'
                yield self.wrong("the rulesets let no App pass yet", mend)
            return
        if not installed:
            mend = f"https://github.com/organizations/{where.github.owner}/settings/apps: make it, install it here"
            yield self.wrong(f"no App with the client id of {VARIABLE} is installed", mend)
            return
        yield from self._may(where, installed)
        id = int(installed["app_id"])
        for path, ruleset in files.items():
            if app_ids(ruleset) != {id}:
                yield self.wrong(f"{path} doesn't let the App pass", f"write {id} as actor_id there, and commit")

    def _may(self, where: OnGitHub, installed: dict[str, Any]) -> Iterator[Result]:
        has, lacking = installed.get("permissions") or {}, []
        for what, level in sorted(asked_of_app(where.jobs).items()):
            if LEVELS.index(str(has.get(what, "none"))) < LEVELS.index(level):
                lacking.append(f"{what}: {level}")
        if lacking:
            mend = f"https://github.com/organizations/{where.github.owner}/settings/apps/{installed.get('app_slug')}"
            yield self.wrong(f"the App lacks {', '.join(lacking)}", f"{mend}/permissions, then accept it here")
        else:
            yield self.ok(f"the App {installed.get('app_slug')} may do what the workflows ask of it")

    def _installed(self, where: OnGitHub) -> dict[str, Any] | None:
        """The installation, {} where the App is not among the organisation's; None where that can't be seen."""
        variable = where.github.find(f"actions/variables/{VARIABLE}")
        if variable is None:
            return None
        listed = where.listed(f"/orgs/{where.github.owner}/installations", "installations")
        if listed is None:
            return None
        return next((dict(one) for one in listed if one.get("client_id") == variable["value"]), {})
