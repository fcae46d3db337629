"""Check: every variable and secret that the workflows read is there, where it should be.

A client id belongs to one environment. A secret belongs into environments too: one of the repository is given to the
workflows of every branch. Source: GitHub's "Using secrets in GitHub Actions".
"""

from __future__ import annotations

from collections.abc import Iterator

from ..check import Check, Result
from ..situation import OnGitHub, Wanted

_PER_ENVIRONMENT = frozenset({"AZURE_CLIENT_ID"})


class Variables(Check[OnGitHub]):
    id = "variables"

    def examine(self, where: OnGitHub) -> Iterator[Result]:
        everywhere = {
            "vars": _named(where, "actions/variables", "variables")
            | _named(where, "actions/organization-variables", "variables"),
            "secrets": _named(where, "actions/secrets", "secrets")
            | _named(where, "actions/organization-secrets", "secrets"),
        }
        for wanted in where.wanted:
            if where.found(wanted.name) is None:
                continue  # the check of environments says so
            problems = [*self._variables(where, wanted, everywhere["vars"])]
            problems += [*self._secrets(where, wanted, everywhere["secrets"])]
            yield from problems or [self.ok(f"{wanted.name} has what its jobs read")]

    def _variables(self, where: OnGitHub, wanted: Wanted, everywhere: set[str]) -> Iterator[Result]:
        own = _named(where, f"environments/{wanted.name}/variables", "variables")
        for name in sorted(where.needed(wanted, "vars") - own):
            if name in everywhere and name not in _PER_ENVIRONMENT:
                continue
            value = "<what `amlops bootstrap` printed>" if name in _PER_ENVIRONMENT else "<value>"
            place = f"--env {wanted.name} " if name in _PER_ENVIRONMENT else ""
            mend = f"gh variable set {name} {place}--repo {where.name} --body {value}"
            yield self.wrong(f"{wanted.name} lacks the variable {name}", mend)

    def _secrets(self, where: OnGitHub, wanted: Wanted, everywhere: set[str]) -> Iterator[Result]:
        own = _named(where, f"environments/{wanted.name}/secrets", "secrets")
        for name in sorted(where.needed(wanted, "secrets") - own):
            mend = f"gh secret set {name} --env {wanted.name} --repo {where.name} < <file>"
            if name in everywhere:
                mend += f"; then gh secret delete {name} --repo {where.name}"
                yield self.wrong(f"the secret {name} is the repository's: workflows of every branch may read it", mend)
            else:
                yield self.wrong(f"{wanted.name} lacks the secret {name}", mend)


def _named(where: OnGitHub, path: str, inside: str) -> set[str]:
    """Names only: GitHub gives the values of secrets to nobody. Organisations that there are none of have none."""
    return {str(one["name"]) for one in where.listed(path, inside) or ()}
